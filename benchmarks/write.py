"""Measures writing: fact sheets a second through POST /v1/fact-sheets, beside the same rows written by the bare driver.

    python -m benchmarks.write                          # SQLite and PostgreSQL, one client and eight
    python -m benchmarks.write --databases sqlite --clients 1 --rounds 3

The bare driver writes, in one transaction a sheet, what newsfacts was recorded to write of that sheet: the same
statements with the same rows by executemany, nothing read, nothing checked, nothing sent over HTTP. Both sides write
durably, into stores that began as copies of one, and take turns round by round. Prints a table and writes
benchmarks/results/write.json.
"""

from __future__ import annotations

import argparse
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from functools import partial
from http.client import HTTPConnection
from itertools import islice
from multiprocessing import get_context
from typing import Any

import orjson
import psycopg
from sqlalchemy import make_url

from api.ingest import ingest
from api.store.keys import create
from api.store.opening import Store, open_store
from benchmarks import reports, servers, stores, targets
from benchmarks.figures import ratio
from benchmarks.generate import tell
from benchmarks.recording import Recorder, Rows
from benchmarks.sheets import Json, Plan, Sheets

#: Tries of a transaction that the bare driver lost to a deadlock.
_TRIES = 20


@dataclass(frozen=True)
class Figure:
    """What one round measured: sheets a second of each side."""

    database: str
    clients: int
    newsfacts: float
    bare: float


@dataclass(frozen=True)
class Round:
    """Sheets that both sides store: as they are sent, and as rows."""

    sheets: list[bytes]
    rows: list[Rows]


def main() -> None:
    """Measure and report."""
    asked = _arguments()
    figures: list[Figure] = []
    for database in asked.databases:
        with ExitStack() as running:
            kept = stores.enter(running, database)
            if kept is None:
                tell("no PostgreSQL here: its rows are left out")
                continue
            rounds, copy = _prepare(kept.make, asked)
            for clients in asked.clients:
                figures += _measure(running, database, clients, copy, rounds, asked.workers)
    _report(asked, figures)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--databases", nargs="+", default=list(stores.DATABASES), choices=stores.DATABASES)
    parser.add_argument("--clients", nargs="+", type=int, default=[1, 8], help="clients at once (default: 1 8)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds; medians are reported (default: 5)")
    parser.add_argument("--sheets", type=int, default=80, help="sheets of a round (default: 80)")
    parser.add_argument("--before", type=int, default=400, help="sheets stored before (default: 400)")
    parser.add_argument("--facts", type=int, default=10, help="facts of a sheet, on average (default: 10)")
    parser.add_argument("--workers", type=int, default=servers.cores(), help="server processes (default: the cores)")
    return parser.parse_args()


def _prepare(make: Callable[[str | None], str], asked: argparse.Namespace) -> tuple[list[Round], Callable[[], str]]:
    """Fill a store, and record what each round's sheets write to it: (rounds, how to copy what was filled)."""
    count = asked.before + asked.rounds * asked.sheets
    tell(f"storing {asked.before} sheets and recording {count - asked.before}")
    sheets = iter(_apart(list(Sheets(Plan(articles=count, facts=count * asked.facts)))))
    filled = make(None)
    with closing(open_store(filled)) as store:
        store.upgrade()
        for sheet in islice(sheets, asked.before):
            store.write(partial(ingest, sheet=sheet, may_review=True))
        stores.settle(store)
    with closing(open_store(make(filled))) as store:
        recorder = Recorder(store)
        rounds = [_record(store, recorder, list(islice(sheets, asked.sheets))) for _ in range(asked.rounds)]
    return rounds, lambda: make(filled)


def _apart(sheets: list[Json]) -> list[Json]:
    """Make sheets that can be stored in any order: the first has all actors, and each speaks of its own facts only."""
    for sheet in sheets:
        facts = [fact for kind in ("events", "proposals", "statements") for fact in sheet[kind]]
        own = {fact["id"] for fact in facts}
        for fact in facts:
            fact["relations"] = [relation for relation in fact.get("relations", ()) if relation["fact"] in own]
            if "about" in fact:
                fact["about"] = [id_ for id_ in fact["about"] if id_ in own]
    first, *others = sheets
    first["actors"] = list({actor["id"]: actor for sheet in sheets for actor in sheet["actors"]}.values())
    return [first, *({**sheet, "actors": []} for sheet in others)]


def _record(store: Store, recorder: Recorder, sheets: list[Json]) -> Round:
    for sheet in sheets:
        store.write(partial(ingest, sheet=sheet, may_review=True))
    return Round([orjson.dumps(sheet) for sheet in sheets], recorder.take())


def _measure(
    running: ExitStack, database: str, clients: int, copy: Callable[[], str], rounds: Sequence[Round], workers: int
) -> Iterator[Figure]:
    ours, bare = copy(), copy()
    with closing(open_store(ours)) as store:
        key = store.write(lambda session: create(session, "benchmark", ["ingest", "review"]))
    server = running.enter_context(servers.newsfacts(workers, database, ours).run())
    for number, each in enumerate(rounds, 1):
        sides = [partial(_post, server.port, key, each.sheets, clients), partial(_write, bare, each.rows, clients)]
        # Who goes first changes, so that neither has the better place.
        seconds = {at: sides[at]() for at in ((0, 1) if number % 2 else (1, 0))}
        figure = Figure(database, clients, len(each.sheets) / seconds[0], len(each.rows) / seconds[1])
        tell(f"{database}, {clients} at once, round {number}: {figure.newsfacts:.1f} / {figure.bare:.1f} sheets/s")
        yield figure


def _post(port: int, key: str, sheets: list[bytes], clients: int) -> float:
    """Send sheets through HTTP; give the seconds that it took."""
    waiting = iter(sheets)

    def client() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=120)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        for sheet in waiting:
            connection.request("POST", "/v1/fact-sheets", sheet, headers)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status not in (200, 201):
                raise RuntimeError(f"{answer.status}: {body[:500]!r}")
        connection.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        for each in [threads.submit(client) for _ in range(clients)]:
            each.result()
    return time.perf_counter() - began


def _write(url: str, rows: list[Rows], clients: int) -> float:
    """Write rows by the bare driver, each client in a process of its own; give the seconds that it took."""
    context = get_context("fork")
    ready, go = context.Barrier(clients + 1), context.Barrier(clients + 1)
    turn = context.Value("i", 0)
    work = _write_sqlite if url.startswith("sqlite") else _write_postgresql
    processes = [context.Process(target=work, args=(url, rows, turn, ready, go)) for _ in range(clients)]
    for process in processes:
        process.start()
    ready.wait(60)
    began = time.perf_counter()
    go.wait(60)
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError("a bare writer failed")
    return time.perf_counter() - began


def _take(turn: Any, rows: list[Rows]) -> Rows | None:
    with turn.get_lock():
        at, turn.value = turn.value, turn.value + 1
    return rows[at] if at < len(rows) else None


def _write_sqlite(url: str, rows: list[Rows], turn: Any, ready: Any, go: Any) -> None:
    connection = sqlite3.connect(make_url(url).database or "", timeout=60, isolation_level=None)
    # As newsfacts sets them.
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -6000"):
        connection.execute(f"PRAGMA {pragma}")
    ready.wait(60)
    go.wait(60)
    while True:
        # Whoever has the lock takes the next sheet: a sheet may change what the one before has written.
        connection.execute("BEGIN IMMEDIATE")
        taken = _take(turn, rows)
        for statement, values in taken or ():
            connection.executemany(statement, values)
        connection.execute("COMMIT")
        if taken is None:
            return


def _write_postgresql(url: str, rows: list[Rows], turn: Any, ready: Any, go: Any) -> None:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        ready.wait(60)
        go.wait(60)
        while (taken := _take(turn, rows)) is not None:
            for _ in range(_TRIES):
                try:
                    _store(connection, taken)
                    break
                except (psycopg.errors.DeadlockDetected, psycopg.errors.UniqueViolation):
                    connection.rollback()


def _store(connection: psycopg.Connection[Any], rows: Rows) -> None:
    with connection.cursor() as cursor:
        for statement, values in rows:
            cursor.executemany(statement, values)  # type: ignore[arg-type]
    connection.commit()


def _report(asked: argparse.Namespace, figures: Sequence[Figure]) -> None:
    judged = []
    for database, clients in dict.fromkeys((each.database, each.clients) for each in figures):
        own = [each for each in figures if (each.database, each.clients) == (database, clients)]
        speeds = ratio([each.newsfacts for each in own], [each.bare for each in own])
        judged += targets.judge(targets.SHEETS, f"{database}, clients: {clients}", speeds, "sheets/s")
    rounds = [asdict(each) for each in figures]
    reports.report("write", reports.about("write", **vars(asked)), judged, rounds=rounds)


if __name__ == "__main__":
    main()
