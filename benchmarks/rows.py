"""The rows that a store consists of: read back from it, or recorded, and written anew by the bare driver."""

from __future__ import annotations

import gc
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import make_url

from api.store import tables
from api.store.opening import open_store
from benchmarks import copying, dumps, recording

#: Made by `upgrade`, and different in each store.
_OWN = "store"
#: How PostgreSQL is given many rows, and the tables where these meet what is there, which COPY cannot do.
_COPIED = re.compile(r"\s*INSERT INTO (\w+) \(([^)]*)\)\s+SELECT ")
_MET = frozenset({"imports", "tallies"})
_ENTRIES = "search_entries"


@dataclass(frozen=True)
class Rows:
    """Rows of one table, sorted by its key."""

    table: str
    names: list[str]
    rows: list[Any]


def read(url: str) -> list[Rows]:
    """Read all rows of a store, the index of words included, into memory."""
    read_all = _read_sqlite if url.startswith("sqlite") else _read_postgresql
    return [rows for rows in read_all(url) if rows.rows]


def words(url: str) -> list[tuple[Any, ...]]:
    """Tell what SQLite's index of words holds, which gives no rows back: each word, and how often it is where."""
    if not url.startswith("sqlite"):
        return []
    with closing(sqlite3.connect(str(make_url(url).database))) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.indexed USING fts5vocab(main, search_words, col)")
        return connection.execute("SELECT * FROM temp.indexed").fetchall()


def write(url: str, transactions: Sequence[recording.Rows]) -> float:
    """Write what was recorded into an empty store by the bare driver; give the seconds that it took."""
    write_all = _write_sqlite if url.startswith("sqlite") else _write_postgresql
    gc.collect()
    gc.disable()
    try:
        return write_all(url, transactions)
    finally:
        gc.enable()


def _queries() -> Iterator[tuple[str, list[str], str]]:
    for table in tables.metadata.sorted_tables:
        if table.name != _OWN:
            names = [column.name for column in table.columns]
            keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
            columns = ", ".join(f'"{name}"' for name in names)
            yield table.name, names, f'SELECT {columns} FROM "{table.name}" ORDER BY {keys}'


def _read_sqlite(url: str) -> Iterator[Rows]:
    with closing(sqlite3.connect(str(make_url(url).database))) as connection:
        for table, names, query in _queries():
            yield Rows(table, names, connection.execute(query).fetchall())
        entries = sorted(copying.entries(connection), key=lambda entry: entry[0])
        placed = [(position, entry.resource, entry.id) for position, entry in entries]
        yield Rows(_ENTRIES, ["position", "resource", "id"], placed)
        yield Rows("search_words", ["rowid", "title", "body"], [(at, *entry.columns) for at, entry in entries])


def _read_postgresql(url: str) -> Iterator[Rows]:
    with dumps.connect(url) as connection:
        for table, names, query in _queries():
            yield Rows(table, names, connection.execute(query.encode()).fetchall())
        query = f"SELECT position, resource, id, words::text FROM {_ENTRIES} ORDER BY position"
        yield Rows(_ENTRIES, ["position", "resource", "id", "words"], connection.execute(query.encode()).fetchall())


def _write_sqlite(url: str, transactions: Sequence[recording.Rows]) -> float:
    store = open_store(url)
    store.expect_bulk()
    # A connection as newsfacts sets it up for itself.
    connection = store.writers.raw_connection()
    driver: Any = connection.driver_connection
    began = time.perf_counter()
    for statements in transactions:
        driver.execute("BEGIN IMMEDIATE")
        for statement, values in statements:
            driver.executemany(statement, values)
        driver.execute("COMMIT")
    connection.close()
    # The last connection to go writes the log into the file, as it does when an import ends.
    store.close()
    return time.perf_counter() - began


def _write_postgresql(url: str, transactions: Sequence[recording.Rows]) -> float:
    with dumps.connect(url) as connection:
        began = time.perf_counter()
        for statements in transactions:
            for statement, values in statements:
                copied = _COPIED.match(statement)
                if copied and copied[1] not in _MET:
                    (lists,) = values  # one for each column
                    names = [name.strip(' "') for name in copied[2].split(",")]
                    dumps.copy_rows(connection, copied[1], names, zip(*lists.values(), strict=True))
                else:
                    connection.cursor().executemany(statement.encode(), values)
            connection.commit()
        return time.perf_counter() - began
