"""What was exported and imported is exported again byte for byte, from either database to the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from api.store.opening import Store
from tests.commands.conftest import run
from tests.commands.running import Run, failed, succeeded
from tests.imports.archives import archive
from tests.imports.test_importing import imported
from tests.ingest.histories import live
from tests.store.contents import sizes

__all__ = ["run"]

RESOURCES = ["changes", "facts", "events", "proposals", "statements", "articles", "actors"]
Open = Callable[[str], Store]


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_export_import_export_is_byte_identical(
    store: Store, open_empty: Open, run: Run, tmp_path: Path, target: str
) -> None:
    live(store)
    imported(store, archive(7, 60))
    other = open_empty(target)
    here, there = on(run, store), on(run, other)
    first = exported(here, tmp_path / "first")
    told = succeeded(there("import", tmp_path / "first" / "changes.ndjson", "--batch", "40"))
    assert f"{sizes(store)['changes']} changes stored" in told
    assert exported(there, tmp_path / "second") == first
    assert succeeded(there("check")).startswith("Nothing is wrong")
    other.close()


def test_a_history_is_not_mixed_with_another_one(store: Store, open_empty: Open, run: Run, tmp_path: Path) -> None:
    live(store)
    other = open_empty("sqlite")
    imported(other, archive(1, 5))
    path = tmp_path / "changes.ndjson"
    succeeded(on(run, store)("export", "changes", "--output", path))
    before = sizes(other)
    assert "this one has another history already" in failed(on(run, other)("import", path))
    assert sizes(other) == before
    other.close()


def test_a_history_with_a_line_changed_is_refused(store: Store, open_empty: Open, run: Run, tmp_path: Path) -> None:
    live(store)
    other = open_empty("sqlite")
    path = tmp_path / "changes.ndjson"
    succeeded(on(run, store)("export", "changes", "--output", path))
    path.write_bytes(path.read_bytes().replace(b'"title":"It happened"', b'"title":"It did not"', 1))
    assert "its ETag is" in failed(on(run, other)("import", path))
    assert sizes(other)["changes"] == 0
    other.close()


def on(run: Run, store: Store) -> Run:
    return partial(run, NEWSFACTS_DATABASE_URL=store.writers.url.render_as_string(hide_password=False))


def exported(command: Run, folder: Path) -> dict[str, bytes]:
    """Export all that there is; give the files by resource and format."""
    folder.mkdir()
    found = {}
    for resource in RESOURCES:
        for format_ in ("ndjson", *(("csv",) if resource != "changes" else ())):
            path = folder / f"{resource}.{format_}"
            succeeded(command("export", resource, "--format", format_, "--output", path))
            found[path.name] = path.read_bytes()
    return found
