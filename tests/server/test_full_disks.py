"""A disk that runs full, under a server and under an import: nothing acknowledged is lost, and both go on when it may.

A server is still read from meanwhile.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from pathlib import Path
from threading import Event, Thread
from typing import Any

import orjson
import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql
from sqlalchemy import URL

from api.commands import main
from api.store import keys
from api.store.opening import Store
from tests import postgres
from tests.ingest.sheets import event, sheet_of
from tests.server.disks import Disk, small_disk
from tests.server.running import Answer, Served, eventually, free_port, serving

JSON = {"Content-Type": "application/json"}
READ = ("/v1/facts?limit=5", "/v1/facts/event-0", "/v1/search?q=happened", "/v1/changes", "/readyz")
#: Bytes of an article, and what is left free on the disk for some of them.
TEXT, ROOM = 20_000, 1_000_000
#: Lines of a file that is imported.
LINES = 300


@dataclass(frozen=True)
class Tight:
    """A database on a small disk, and a key to write to it."""

    disk: Disk
    url: str
    key: str

    def command(self, *arguments: object) -> list[str]:
        """Write the command that runs `newsfacts` where it sees the database."""
        command = [str(Path(sys.executable).with_name("newsfacts")), *map(str, arguments)]
        return self.disk.inside(*command) if self.url.startswith("sqlite") else command

    def run(self, *arguments: object) -> tuple[int, str, str]:
        """Run `newsfacts` with the database; give its status and what it printed."""
        settings = {"NEWSFACTS_DATABASE_URL": self.url}
        if not self.url.startswith("sqlite"):  # it is seen from here: no need for a process
            ran = CliRunner().invoke(main, [str(each) for each in arguments], env=settings)
            return ran.exit_code, ran.stdout, ran.stderr
        done = subprocess.run(
            self.command(*arguments), env=os.environ | settings, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr


@pytest.fixture(params=["sqlite", "postgresql"])
def tight(request: pytest.FixtureRequest, open_empty: Callable[[str], Store]) -> Iterator[Tight]:
    store = open_empty(request.param)
    key = store.write(partial(keys.create, name="writer", scopes=("ingest",)))
    store.close()
    url = store.writers.url
    if request.param == "sqlite":
        with small_disk(12) as disk:
            shutil.copy(url.database or "", disk.outside)
            yield Tight(disk, f"sqlite:///{disk.folder}/newsfacts.db", key)
    elif "NEWSFACTS_TEST_DATABASE_URL" in os.environ:
        pytest.skip("no small disk: the server at NEWSFACTS_TEST_DATABASE_URL writes to disks of its own")
    else:
        with small_disk(32, postgres.unprivileged_user()) as disk, _moved(url, disk):
            yield Tight(disk, url.render_as_string(hide_password=False), key)


@contextmanager
def _moved(url: URL, disk: Disk) -> Iterator[None]:
    """Have the tables of a database on a disk; what PostgreSQL writes ahead is not."""
    names = {"name": sql.Identifier(url.database or ""), "folder": str(disk.outside)}
    maintenance = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE TABLESPACE {name} LOCATION {folder}").format(**names))
        try:
            connection.execute(sql.SQL("ALTER DATABASE {name} SET TABLESPACE {name}").format(**names))
            yield
        finally:
            connection.execute(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(**names))
            connection.execute(sql.SQL("DROP TABLESPACE {name}").format(**names))


class Writer:
    """Writes one article after the other, and keeps in mind what became of each."""

    def __init__(self, served: Served, key: str) -> None:
        self.served, self.headers = served, {"Authorization": f"Bearer {key}"}
        self.sheets = _sheets(TEXT)
        self.stored: list[str] = []
        self.refused: list[str] = []

    def write(self) -> Answer:
        id_, line = next(self.sheets)
        answer = self.served.ask("/v1/fact-sheets", "POST", line, {**self.headers, **JSON})
        self._note(id_, answer.status)
        return answer

    def write_batch(self, size: int) -> list[dict[str, Any]]:
        sheets = list(islice(self.sheets, size))
        headers = {**self.headers, "Content-Type": "application/x-ndjson"}
        answer = self.served.ask("/v1/fact-sheets", "POST", b"\n".join(line for _, line in sheets), headers)
        results = [orjson.loads(line) for line in answer.body.splitlines()]
        for (id_, _), result in zip(sheets, results, strict=True):
            self._note(id_, result["status"])
        return results

    def _note(self, id_: str, status: int) -> None:
        assert status in (201, 503, 507), status
        (self.stored if status == 201 else self.refused).append(id_)


def _sheets(size: int) -> Iterator[tuple[str, bytes]]:
    """Make sheets of one event, each in an article of so many bytes; give them with the id of the event."""
    for number in count():
        id_ = f"event-{number}"
        # No sentence comes twice, or the articles would look like copies of each other.
        text = f"{id_} happened. " + " ".join(f"{id_}-{each}." for each in range(size // 16))
        yield id_, orjson.dumps(sheet_of(text, event(f"{id_} happened", id=id_), article=f"of-{id_}"))


@contextmanager
def _reading(served: Served) -> Iterator[list[int]]:
    """Read all the while, and note what is answered."""
    statuses: list[int] = []
    enough = Event()

    def read() -> None:
        while not enough.wait(0.02):
            statuses.extend(served.ask(path).status for path in READ)

    reader = Thread(target=read)
    reader.start()
    try:
        yield statuses
    finally:
        enough.set()
        reader.join()


def test_a_full_disk_stops_writing_alone_and_only_as_long_as_it_is_full(tight: Tight) -> None:
    port = free_port()
    settings = {"NEWSFACTS_DATABASE_URL": tight.url, "NEWSFACTS_ACCESS_LOG": "false"}
    with serving(tight.command("serve", "--port", port), port, **settings) as served:
        writer = Writer(served, tight.key)
        assert writer.write().status == 201
        with _reading(served) as statuses:
            tight.disk.fill(but=ROOM)
            eventually(lambda: writer.write().status != 201)
            answer = writer.write()
            assert (answer.status, answer.json["type"]) == (507, "/problems/insufficient-storage")
            assert {result["status"] for result in writer.write_batch(3)} == {507}
            tight.disk.free()
            assert writer.write().status == 201
            assert {result["status"] for result in writer.write_batch(3)} == {201}
        assert set(statuses) == {200}
        assert {served.ask(f"/v1/facts/{id_}").status for id_ in writer.stored} == {200}
        assert {served.ask(f"/v1/facts/{id_}").status for id_ in writer.refused} == {404}
    assert tight.run("check")[0] == 0


def test_an_import_stops_when_the_disk_is_full_and_goes_on_when_there_is_room(tight: Tight, tmp_path: Path) -> None:
    path = tmp_path / "sheets.ndjson"
    path.write_bytes(b"".join(line + b"\n" for _, line in islice(_sheets(2000), LINES)))
    command = ("import", path, "--batch", 25, "--processes", 0)
    tight.disk.fill(but=ROOM)
    status, _, errors = tight.run(*command)
    assert status == 1
    told = re.search(r"No room is left on the disk\. All up to line (\d+) is stored; nothing of", errors)
    assert told, errors
    tight.disk.free()
    # What it told to be stored is what is stored.
    status, printed, _ = tight.run("check")
    assert status == 0
    assert f" {told[1]} facts" in printed
    status, printed, errors = tight.run(*command)
    assert (status, errors) == (0, "")
    assert f"{told[1]} lines had been imported before" in printed
    assert f"facts: {LINES - int(told[1])} created" in printed
    status, printed, _ = tight.run("check")
    assert status == 0
    assert f" {LINES} facts" in printed


def test_an_import_whose_refusals_find_no_room_goes_on_when_there_is_some(
    open_empty: Callable[[str], Store], tmp_path: Path
) -> None:
    path = tmp_path / "sheets.ndjson"
    path.write_bytes(b"".join(line + b"\n" for _, line in islice(_sheets(100), 25)) + b'{"article": {}}\n' * 25)
    with closing(open_empty("sqlite")) as store, small_disk(1) as disk:
        tight = Tight(disk, store.writers.url.render_as_string(), "")
        command = ("import", path, "--batch", 25, "--processes", 0, "--refused", disk.folder / "refused")
        disk.fill()
        status, _, errors = tight.run(*command)
        assert status == 1
        assert "refused: No space left on device. All up to line 25 is stored." in errors
        disk.free()
        _, printed, _ = tight.run(*command)
        assert "0 sheets stored, 25 refused" in printed
        refused = (disk.outside / "refused").read_bytes().splitlines()
    assert [orjson.loads(line)["line"] for line in refused] == list(range(26, 51))
