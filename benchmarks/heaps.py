"""Stores of growing size, filled by `newsfacts import` from an archive and kept below benchmarks/.data/growth.

An archive is brought part by part; a part that is in leaves a file with a sample of its facts, so that a run that was
stopped goes on with the part it was at. What an earlier version of newsfacts has written is removed.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import orjson
import psycopg
from psycopg import sql
from sqlalchemy import make_url

from api.store.opening import open_store
from benchmarks import dumps, importing
from benchmarks.archive import Archive, Maker
from benchmarks.generate import fingerprint, tell
from benchmarks.places import DATA
from benchmarks.sheets import Json
from tests import postgres

FOLDER = DATA / "growth"
#: What a fact takes on disk, with its share of all else, as measured with 100,000 facts on SQLite and with 50,000 on
#: PostgreSQL. Less with more facts, as the counts that are kept grow less than they.
BYTES_A_FACT = {"sqlite": 4_600, "postgresql": 7_800}
#: More than that is free afterwards, for logs and for whoever else uses the disk.
_SPARE = 0.1
#: Facts of a store that questions may be about.
_SAMPLED = 5_000
_WHOLE = "whole"
_POSTGRESQL = FOLDER / "server"


@dataclass(frozen=True)
class Heap:
    """A store of so many facts."""

    database: str
    facts: int
    url: str

    @property
    def name(self) -> str:
        """Database and size, as a server's name."""
        return f"{self.database} {self.facts:,}"

    @property
    def folder(self) -> Path:
        """Where its files are, and notes of what is in it."""
        return _folder(self.database, self.facts)

    def is_whole(self) -> bool:
        """Tell whether all of its facts are there."""
        return (self.folder / _WHOLE).exists()

    def sample(self) -> list[Json]:
        """Give some of its facts, as they were brought, evenly from all."""
        files = sorted(self.folder.glob("part-*.json"))
        return [fact for file in files for fact in orjson.loads(file.read_bytes())]

    def size(self) -> int:
        """Tell how many bytes the database takes."""
        with closing(open_store(self.url)) as store:
            return store.size()


class NoRoomError(Exception):
    """The disk has no room for what is to be made."""


def enter(running: ExitStack, database: str, sizes: Sequence[int]) -> list[Heap] | None:
    """Fill the stores that are not there yet; None where there is no PostgreSQL. Raises NoRoomError."""
    for size in sizes:
        _forget_others(database, size)
    _look_for_room(database, [size for size in sizes if not (_folder(database, size) / _WHOLE).exists()])
    server = running.enter_context(postgres.start(home=_POSTGRESQL)) if database == "postgresql" else None
    if isinstance(server, postgres.Absent):
        return None
    heaps = [Heap(database, size, _place(database, size, server)) for size in sizes]
    for heap in heaps:
        if not heap.is_whole():
            _fill(heap)
    return heaps


def remove(heaps: Sequence[Heap]) -> None:
    """Remove stores that nobody uses any more."""
    for heap in heaps:
        if heap.database == "postgresql":
            _execute(heap.url, "DROP DATABASE {}", _name(heap.facts))
        shutil.rmtree(heap.folder)


@cache
def _version() -> str:
    """Name what newsfacts writes of such sheets, whatever its version."""
    return fingerprint(tuple(islice(Maker(Archive(100)).part(0), 3)))


def _folder(database: str, facts: int) -> Path:
    return FOLDER / f"{database}-{facts}-{_version()}"


def _name(facts: int) -> str:
    """Name the PostgreSQL database."""
    return f"newsfacts_growth_{facts}"


def _forget_others(database: str, facts: int) -> None:
    """Forget what another version of newsfacts has left, and remove it; PostgreSQL's goes when its name is needed."""
    for folder in FOLDER.glob(f"{database}-{facts}-*"):
        if folder != _folder(database, facts):
            tell(f"removing {database} {facts:,} of another version of newsfacts")
            shutil.rmtree(folder)


def _look_for_room(database: str, missing: Sequence[int]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    there = sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file()) if missing else 0
    free, needed = shutil.disk_usage(FOLDER).free, sum(missing) * BYTES_A_FACT[database]
    facts = " and ".join(f"{size:,}" for size in missing) or "no"
    tell(f"{database}: {facts} facts to make, {_gb(needed)} of disk; {_gb(free)} are free, {_gb(there)} made before")
    if needed * (1 + _SPARE) > free:
        raise NoRoomError(f"{database}: {_gb(needed * (1 + _SPARE))} are needed, and {_gb(free)} free.")


def _gb(size: float) -> str:
    return f"{size / 1e9:.1f} GB"


def _place(database: str, facts: int, server: postgres.Server | None) -> str:
    folder = _folder(database, facts)
    folder.mkdir(parents=True, exist_ok=True)
    if server is None:
        return f"sqlite:///{folder / 'newsfacts.db'}"
    name = _name(facts)
    with dumps.connect(server.url) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if there and not any(folder.iterdir()):  # of an earlier time: nothing is known of what is in it
        _execute(server.url, "DROP DATABASE {}", name)
        there = None
    if not there:
        _execute(server.url, "CREATE DATABASE {} TEMPLATE template0", name)
    return make_url(server.url).set(database=name).render_as_string(hide_password=False)


def _execute(url: str, statement: str, name: str) -> None:
    address = make_url(url).set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _fill(heap: Heap) -> None:
    archive = Archive(heap.facts)
    maker = Maker(archive)
    with closing(open_store(heap.url)) as store:
        store.upgrade()
    for part in range(archive.parts):
        note = heap.folder / f"part-{part:05}.json"
        if note.exists():
            continue
        began = time.monotonic()
        sampled: list[Json] = []
        every = max(1, archive.facts // _SAMPLED)
        importing.feed(heap.url, _sampling(maker.part(part), every, sampled))
        new = note.with_suffix(".new")
        new.write_bytes(orjson.dumps(sampled))
        new.rename(note)
        speed = archive.size(part) / (time.monotonic() - began)
        tell(f"{heap.name}: part {part + 1} of {archive.parts} is in, {speed:,.0f} facts/s")
    _tidy(heap)
    (heap.folder / _WHOLE).touch()


def _sampling(sheets: Iterator[Json], every: int, sampled: list[Json]) -> Iterator[Json]:
    """Hand sheets through, and keep of every so many facts one."""
    seen = 0
    for sheet in sheets:
        for fact in (*sheet["events"], *sheet["proposals"], *sheet["statements"]):
            if seen % every == 0:
                sampled.append({"id": fact["id"], "title": fact["title"]})
            seen += 1
        yield sheet


def _tidy(heap: Heap) -> None:
    """Have the planner know the data, and all that maintenance would do later done now."""
    if heap.database == "postgresql":
        dumps.vacuum(heap.url)
        return
    with closing(open_store(heap.url)) as store, store.writers.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
