"""New stores for a benchmark that writes, durable as in production; they go when it is over."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from api.store.opening import Store
from benchmarks.places import DATA
from tests import postgres

DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Stores:
    """How to make the URL of a new store, a copy of the one at a URL or an empty one, and how to remove a store."""

    make: Callable[[str | None], str]
    remove: Callable[[str], None]


def enter(running: ExitStack, database: str) -> Stores | None:
    """Have stores of one of the databases as long as something runs; None where there is no PostgreSQL."""
    if database == "sqlite":
        return _sqlite(running)
    server = running.enter_context(postgres.start(settings=()))
    return None if isinstance(server, postgres.Absent) else Stores(server.create_database, server.drop_database)


def _sqlite(running: ExitStack) -> Stores:
    # Not in the system's folder for such things, which may be memory.
    DATA.mkdir(parents=True, exist_ok=True)
    folder = Path(running.enter_context(tempfile.TemporaryDirectory(dir=DATA, prefix="stores-")))
    numbers = iter(range(1_000_000))

    def make(source: str | None) -> str:
        path = folder / f"{next(numbers)}.db"
        if source:
            shutil.copyfile(make_url(source).database or "", path)
        return f"sqlite:///{path}"

    def remove(url: str) -> None:
        path = Path(make_url(url).database or "")
        for file in folder.glob(f"{path.name}*"):
            file.unlink()

    return Stores(make, remove)


def settle(store: Store) -> None:
    """Write what waits in SQLite's log into the file, which may be copied then."""
    if store.is_embedded():
        with sqlite3.connect(str(store.writers.url.database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
