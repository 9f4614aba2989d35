"""An import that is killed over and over, at any moment, leaves what one leaves that nobody disturbed."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson

from api.ingest.proofs import findings
from api.store.opening import Store
from tests.imports.archives import archive
from tests.imports.process import refusals_of, start_import
from tests.ingest.sheets import event, sheet_of
from tests.server.running import PATIENCE_SECONDS
from tests.store.contents import everything, rows

KILLS = 15
#: Lines of one transaction, and how many transactions there are.
BATCH, BATCHES = 25, 50
#: Within how many seconds of its start, or of a checkpoint, an import is killed.
AFTER_START, AFTER_CHECKPOINT = 0.15, 0.05


def test_an_import_that_is_killed_goes_on_until_all_is_stored_once(
    store: Store, open_empty: Callable[[str], Store], tmp_path: Path
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    moments = random.Random(seed)
    killed, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    for path in (killed, undisturbed):
        path.write_bytes(b"".join(orjson.dumps(sheet) + b"\n" for sheet in _sheets(seed)))
    stored = [_kill(store, killed, moments) for _ in range(KILLS)]
    assert len(set(stored)) > KILLS // 3, "hardly any was killed after it had begun to store"
    _finish(store, killed)
    with closing(open_empty(store.reader.dialect)) as other:
        _finish(other, undisturbed)
        assert _contents(store) == _contents(other)
        assert refusals_of(killed).read_bytes() == refusals_of(undisturbed).read_bytes() != b""
    assert list(findings(store)) == []


def _sheets(seed: int) -> list[Any]:
    """Make sheets that meet each other, and as many that do not."""
    new = [sheet_of(f"{n} met.", event(f"{n} met", id=f"met-{n}"), article=f"new-{n}") for n in range(BATCH * BATCHES)]
    return [sheet for pair in zip(archive(seed, len(new)), new, strict=True) for sheet in pair][: len(new)]


def _kill(store: Store, path: Path, moments: random.Random) -> int:
    """Kill an import as it starts, or after it has stored something; tell how many lines are stored then."""
    before = _lines(store)
    importing = start_import(_url(store), path, BATCH)
    if moments.random() < 0.3:
        time.sleep(moments.uniform(0, AFTER_START))
    else:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while _lines(store) == before:
            assert importing.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(moments.uniform(0, AFTER_CHECKPOINT))
    importing.kill()
    importing.join()
    assert importing.exitcode == -signal.SIGKILL, "it ended before it was killed"
    return _lines(store)


def _finish(store: Store, path: Path) -> None:
    importing = start_import(_url(store), path, BATCH)
    importing.join(PATIENCE_SECONDS)
    assert importing.exitcode == 0


def _lines(store: Store) -> int:
    return sum(lines for (lines,) in rows(store, "imports", "lines"))


def _contents(store: Store) -> dict[str, Any]:
    found = everything(store)
    # Each store has an id and a secret of its own, and each file a name.
    found["store"] = rows(store, "store", "changes")
    found["imports"] = rows(store, "imports", "lines", "digest", "refused", "changes", "tally")
    return found


def _url(store: Store) -> str:
    return store.writers.url.render_as_string(hide_password=False)
