"""Measures bulk import: `newsfacts import` beside the bare driver that writes the very same rows.

    python -m benchmarks.bulk                                  # 50,000 facts, SQLite and PostgreSQL, five rounds
    python -m benchmarks.bulk --facts 10000 --rounds 3 --databases sqlite

The command reads sheets, validates them, works all rows out and stores them; it is timed from its start to its end. The
bare driver (executemany, COPY) then writes the same rows, transaction by transaction, as an import of the same sheets
was seen to write them: it finds them in memory. Both write durably into an empty store with all indexes in place, and
take turns. After that a reader asks, by one connection, while nothing else goes on, and while an import runs. Prints a
table and writes benchmarks/results/bulk.json.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from itertools import chain, islice
from typing import IO, Any

import orjson

from api.imports.importing import Terms, import_input
from api.imports.inputs import open_input
from api.store.opening import open_store
from benchmarks import importing, load, reports, rows, servers, stores, targets
from benchmarks.archive import TOGETHER, Archive, Maker
from benchmarks.figures import ratio
from benchmarks.generate import tell
from benchmarks.load import Request
from benchmarks.places import DATA
from benchmarks.recording import Recorder, Rows
from benchmarks.sheets import Json
from benchmarks.targets import Judged

#: Facts of the archive that a reader's imports are taken from.
_ENDLESS = 10_000_000
#: Facts a second of the archive that is imported beside a reader: more than an import gets to.
_FASTER = 6_000
#: Seconds that an import may take until it writes, and the load until it begins.
_BEGINNING = 2
_ASKED = 500
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Speed:
    """What one round measured: facts a second of each side."""

    database: str
    newsfacts: float
    bare: float


@dataclass(frozen=True)
class Wait:
    """What one round measured: milliseconds at the median and the 99th percentile, alone and beside an import."""

    database: str
    idle_p50: float
    idle: float
    busy_p50: float
    busy: float


def main() -> None:
    """Measure and report."""
    asked = _arguments()
    speeds: list[Speed] = []
    waits: list[Wait] = []
    DATA.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=DATA) as file:
        _write(file, _sheets(Archive(asked.facts)))
        for database in asked.databases:
            with ExitStack() as running:
                kept = stores.enter(running, database)
                if kept is None:
                    tell("no PostgreSQL here: its rows are left out")
                    continue
                empty = _empty(kept)
                speeds += _speeds(kept, empty, database, file, asked)
                if not asked.without_readers:
                    waits += _waits(running, kept.make(empty), database, asked)
    judged = list(_judge(speeds, waits, asked))
    about = reports.about("bulk", **vars(asked))
    reports.report(
        "bulk", about, judged, speeds=[asdict(each) for each in speeds], waits=[asdict(each) for each in waits]
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--databases", nargs="+", default=list(stores.DATABASES), choices=stores.DATABASES)
    parser.add_argument("--facts", type=int, default=50_000, help="facts of an import (default: 50,000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds; medians are reported (default: 5)")
    parser.add_argument("--seconds", type=float, default=5, help="of a reader's load (default: 5)")
    parser.add_argument("--without-readers", action="store_true", help="measure the import alone")
    return parser.parse_args()


def _write(file: IO[bytes], sheets: Iterable[Json]) -> None:
    file.writelines(orjson.dumps(sheet) + b"\n" for sheet in sheets)
    file.flush()


def _sheets(archive: Archive) -> Iterator[Json]:
    maker = Maker(archive)
    return chain.from_iterable(maker.part(part) for part in range(archive.parts))


def _empty(kept: stores.Stores) -> str:
    url = kept.make(None)
    with closing(open_store(url)) as store:
        store.upgrade()
        stores.settle(store)
    return url


def _speeds(
    kept: stores.Stores, empty: str, database: str, file: IO[bytes], asked: argparse.Namespace
) -> Iterator[Speed]:
    recorded = kept.make(empty)
    transactions = _record(recorded, file)
    for number in range(1, asked.rounds + 1):
        ours, bare = kept.make(empty), kept.make(empty)
        file.seek(0)
        seconds = importing.run(ours, file)
        bare_seconds = rows.write(bare, transactions)
        if number == 1:
            _compare(recorded, bare)
        speed = Speed(database, asked.facts / seconds, asked.facts / bare_seconds)
        tell(f"{database}, round {number}: {speed.newsfacts:,.0f} / {speed.bare:,.0f} facts/s")
        for url in (ours, bare):
            kept.remove(url)
        yield speed


def _record(url: str, file: IO[bytes]) -> list[Rows]:
    """Import the file here, and note what each transaction writes."""
    file.seek(0)
    with closing(open_store(url)) as store:
        recorder = Recorder(store)
        source = open_input("sheets", os.fdopen(os.dup(file.fileno()), "rb", buffering=0))
        import_input(store, source, DATA / "refused.ndjson", Terms(may_review=True), lambda *_: None)
        return recorder.take()


def _compare(recorded: str, bare: str) -> None:
    """See that the bare driver has left the same rows, and the same words in the index."""
    if rows.read(bare) != rows.read(recorded) or rows.words(bare) != rows.words(recorded):
        raise RuntimeError("the bare driver has not written what the import has")


def _revision(url: str) -> int:
    """Tell how often a store was written to."""
    with closing(open_store(url)) as store:
        return max(1, store.identity()[2])


def _waits(running: ExitStack, url: str, database: str, asked: argparse.Namespace) -> Iterator[Wait]:
    coming = _sheets(Archive(_ENDLESS))
    before = list(islice(coming, -(-asked.facts // TOGETHER)))
    importing.feed(url, before)
    requests = _requests(before)
    with tempfile.TemporaryFile(dir=DATA) as later:
        # Made beforehand, so that nothing but the import takes the reader's time.
        _write(later, islice(coming, round(asked.rounds * (asked.seconds + _BEGINNING) * _FASTER / TOGETHER)))
        server = running.enter_context(servers.newsfacts(1, database, url).run())
        load.run(server.port, requests, min(1, asked.seconds), 0, connections=1)
        for number in range(1, asked.rounds + 1):
            idle = load.run(server.port, requests, asked.seconds, number, connections=1)
            with importing.under_way(url, later):
                _wait_for_writing(url)
                busy = load.run(server.port, requests, asked.seconds, number, connections=1)
            tell(f"{database}, round {number}: reader's p99 {idle.p99:.2f} ms, {busy.p99:.2f} ms beside an import")
            yield Wait(database, idle.p50, idle.p99, busy.p50, busy.p99)


def _requests(sheets: Sequence[Json]) -> list[Request]:
    """Ask for single facts, and as often for the lists of the actors that are named most."""
    facts = [fact for sheet in sheets for kind in ("events", "proposals", "statements") for fact in sheet[kind]]
    single = [(f"/v1/facts/{fact['id']}", "") for fact in facts[:: max(1, len(facts) // _ASKED)]]
    actors = [actor["id"] for actor in sheets[0]["actors"][:20]]
    lists = [(f"/v1/facts?actor={actor}&limit=50", "") for actor in actors]
    return single + lists * (len(single) // len(lists))


def _wait_for_writing(url: str) -> None:
    """Wait until the import has begun to store."""
    before, deadline = _revision(url), time.monotonic() + _PATIENCE_SECONDS
    while _revision(url) == before:
        if time.monotonic() > deadline:
            raise RuntimeError("the import does not write")
        time.sleep(0.1)


def _judge(speeds: Sequence[Speed], waits: Sequence[Wait], asked: argparse.Namespace) -> Iterator[Judged]:
    for database in asked.databases:
        quick = [each for each in speeds if each.database == database]
        compared: Any = ratio([each.newsfacts for each in quick], [each.bare for each in quick])
        yield from targets.judge(targets.IMPORT[database], f"{asked.facts:,} facts", compared, "facts/s")
        slow = [each for each in waits if each.database == database]
        compared = ratio([each.busy for each in slow], [each.idle for each in slow])
        yield from targets.judge(targets.READERS, database, compared, "ms")


if __name__ == "__main__":
    main()
