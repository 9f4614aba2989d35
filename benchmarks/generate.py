"""Generates articles and facts in the seeds' shapes and loads them into newsfacts stores.

    python -m benchmarks.generate --articles 1000 --facts 10000

SQLite is loaded through `ingest`; PostgreSQL gets the same rows by COPY. What was loaded is kept below benchmarks/.data
and taken from there the next time: by its numbers and by a fingerprint of what newsfacts writes of the first sheets, so
that a change of the schema, of the generator or of ingest makes it anew.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache, partial
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.ingest import ingest
from api.store.opening import Store, open_store
from benchmarks import copying, dumps
from benchmarks.places import DATA
from benchmarks.sheets import Json, Plan, Sheets
from tests.postgres import Absent, Server, start

#: Sheets of one transaction.
_TOGETHER = 20
#: Sheets that the fingerprint is taken of.
_SAMPLE = 3
#: When all that is generated was stored, so that both databases hold the same bytes.
_MOMENT = datetime(2025, 1, 1, tzinfo=UTC)


def folder(plan: Plan) -> Path:
    """Tell where what is made of a plan is kept."""
    return DATA / f"{plan.articles}-{plan.facts}-{plan.seed}-{_fingerprint(plan)}"


def ingest_together(session: Session, sheets: Sequence[Json]) -> list[Any]:
    """Store sheets at the moment that stands still."""
    return [ingest(session, sheet, may_review=True, clock=lambda: _MOMENT) for sheet in sheets]


def fingerprint(sheets: Sequence[Json]) -> str:
    """Hash every row that newsfacts writes of some sheets, and the definitions of its tables."""
    digest = blake2b(digest_size=6)
    with tempfile.TemporaryDirectory() as scratch:
        store = open_store(f"sqlite:///{scratch}/sample.db")
        store.upgrade()
        store.write(partial(ingest_together, sheets=sheets))
        with store.reader.engine.connect() as connection:
            listed = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name"
            for name, definition in connection.exec_driver_sql(listed).all():
                digest.update(f"{name} {definition}".encode())
                if name != "store":  # its id and secret are drawn anew for every store
                    rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()
                    digest.update(repr(sorted(map(repr, rows))).encode())
        store.close()
    return digest.hexdigest()


def sqlite(plan: Plan) -> Path:
    """Give the SQLite store of a plan."""
    path = folder(plan) / "newsfacts.db"
    if not path.exists():
        making = unfinished(path)
        store = open_store(f"sqlite:///{making}")
        try:
            _load(store, plan)
            with store.reader.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA query_only = OFF")
                for statement in ("ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"):
                    connection.exec_driver_sql(statement)
        finally:
            store.close()
        making.rename(path)
    return path


def postgresql(plan: Plan, server: Server) -> str:
    """Give the URL of a PostgreSQL store of a plan: a database of its own on the server."""
    source, url = sqlite(plan), server.create_database()
    store = open_store(url)
    try:
        tell("PostgreSQL: copying the store")
        load = partial(copying.to_postgresql, source, url)
        dumps.fill(url, folder(plan) / "postgresql", store.upgrade, load)
    finally:
        store.close()
    return url


def tell(message: str) -> None:
    """Say on standard error what is going on."""
    print(message, file=sys.stderr, flush=True)


def _load(store: Store, plan: Plan) -> None:
    store.upgrade()
    began, done = time.monotonic(), 0
    coming = iter(Sheets(plan))
    while sheets := tuple(islice(coming, _TOGETHER)):
        store.write(partial(ingest_together, sheets=sheets))
        done += len(sheets)
        if done % (_TOGETHER * 10) == 0 or done == plan.articles:
            tell(f"{done:,} of {plan.articles:,} articles after {time.monotonic() - began:.0f} s")


@cache
def _fingerprint(plan: Plan) -> str:
    return fingerprint(tuple(islice(Sheets(plan), _SAMPLE)))


def unfinished(path: Path) -> Path:
    """Give the path to make something at that will be renamed once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_name(f"{path.name}.unfinished")
    for old in path.parent.glob(f"{making.name}*"):
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    return making


def plan_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that make a plan."""
    parser.add_argument("--facts", type=int, default=100_000, help="facts to generate (default: 100,000)")
    parser.add_argument("--articles", type=int, help="articles that state them (default: a tenth of the facts)")
    parser.add_argument("--seed", type=int, default=Plan.seed, help="another seed gives other data")


def read_plan(asked: argparse.Namespace) -> Plan:
    """Make the plan that was asked for."""
    return Plan(articles=asked.articles or max(1, asked.facts // 10), facts=asked.facts, seed=asked.seed)


def main() -> None:
    """Generate, load and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    plan_arguments(parser)
    parser.add_argument("--without-postgresql", action="store_true", help="load into SQLite alone")
    asked = parser.parse_args()
    plan = read_plan(asked)
    print(sqlite(plan))
    if asked.without_postgresql:
        return
    with start() as server:
        if isinstance(server, Absent):
            tell(server.reason)
            sys.exit(1)
        postgresql(plan, server)
    print(folder(plan) / "postgresql")


if __name__ == "__main__":
    main()
