"""`newsfacts replay`: a copy of another store, and of whatever becomes of it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api.store import changes
from api.store.opening import Store
from tests.commands.running import Run, failed, succeeded
from tests.ingest.histories import live
from tests.ingest.serving import serving

NEWSFACTS = Path(sys.executable).with_name("newsfacts")
PATIENCE_SECONDS = 60


@pytest.fixture
def source(open_empty: Callable[[str], Store]) -> Iterator[Store]:
    with closing(open_empty("sqlite")) as source:
        yield source


def test_replay_tells_how_much_it_copied(on_both: Run, store: Store, source: Store) -> None:
    live(source)
    with serving(source) as url:
        assert succeeded(on_both("replay", f"{url}/")) == f"51 changes replayed from {url}.\n"
        assert succeeded(on_both("replay", url)) == f"0 changes replayed from {url}.\n"
    assert changes.last_number(store.reader) == 51


def test_replay_makes_the_file_that_it_needs(run: Run, source: Store, tmp_path: Path) -> None:
    live(source)
    with serving(source) as url:
        succeeded(run("replay", url))
    assert (tmp_path / "newsfacts.db").exists()


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "ftp://127.0.0.1", ""])
def test_a_source_is_an_address_of_the_web(run: Run, address: str) -> None:
    assert "begins with http:// or https://" in failed(run("replay", address))


def test_what_keeps_a_replay_from_beginning_is_said_in_one_line(on_both: Run, source: Store) -> None:
    with serving(source, public_read=False) as url:
        for told in (failed(on_both("replay", url)), failed(on_both("replay", "http://127.0.0.1:1"))):
            assert told.startswith("newsfacts: http://127.0.0.1:")
            assert len(told.splitlines()) == 1


def test_a_key_is_taken_from_the_environment_or_the_command_line(run: Run, source: Store) -> None:
    with serving(source, public_read=False) as url:
        assert "wants a key" in failed(run("replay", url))
        for done in (run("replay", url, "--key", "nf_geheim"), run("replay", url, NEWSFACTS_REPLAY_KEY="nf_geheim")):
            told = failed(done)
            assert "refuses the key" in told
            assert "geheim" not in told


def test_a_replay_that_follows_goes_on_until_it_is_stopped(source: Store, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSFACTS_")}
    with serving(source) as url:
        process = subprocess.Popen(
            [NEWSFACTS, "replay", url, "--follow"],
            cwd=tmp_path,
            env=environment | {"no_proxy": "127.0.0.1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        live(source)
        _wait_for_copy(tmp_path / "newsfacts.db", 51)
        process.send_signal(signal.SIGINT)
        printed, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, printed) == (0, f"51 changes replayed from {url}.\n")
    assert errors.endswith("Stopped; the same command goes on from here.\n")


def _wait_for_copy(path: Path, number: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _last_number(path) < number:
        assert time.monotonic() < deadline, "the replay does not go on"
        time.sleep(0.1)


def _last_number(path: Path) -> int:
    """Look into a store that may not have been made yet."""
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as connection:
        try:
            return connection.execute("SELECT changes FROM store").fetchone()[0]
        except (sqlite3.OperationalError, TypeError):
            return 0
