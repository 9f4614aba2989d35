"""The rows that a store consists of: read back from it, and written into an empty one by the bare driver, in bulk."""

from __future__ import annotations

import gc
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import make_url

from api.store import tables
from api.store.opening import open_store
from benchmarks import copying, dumps

#: Made by `upgrade`, and different in each store.
_OWN = "store"
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


def write(url: str, stored: Sequence[Rows], at_once: int) -> float:
    """Write rows into an empty store, so many to the transaction; give the seconds that it took."""
    write_all = _write_sqlite if url.startswith("sqlite") else _write_postgresql
    gc.collect()
    gc.disable()
    try:
        return write_all(url, stored, at_once)
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


def _chunks(stored: Sequence[Rows], at_once: int) -> Iterator[Rows]:
    for each in stored:
        for at in range(0, len(each.rows), at_once):
            yield Rows(each.table, each.names, each.rows[at : at + at_once])


def _write_sqlite(url: str, stored: Sequence[Rows], at_once: int) -> float:
    store = open_store(url)
    # A connection as newsfacts sets it up for itself.
    connection = store.writers.raw_connection()
    driver: Any = connection.driver_connection
    began = time.perf_counter()
    for chunk in _chunks(stored, at_once):
        columns, marks = ", ".join(f'"{name}"' for name in chunk.names), ", ".join("?" * len(chunk.names))
        driver.execute("BEGIN IMMEDIATE")
        driver.executemany(f'INSERT INTO "{chunk.table}" ({columns}) VALUES ({marks})', chunk.rows)
        driver.execute("COMMIT")
    connection.close()
    # The last connection to go writes the log into the file, as it does when an import ends.
    store.close()
    return time.perf_counter() - began


def _write_postgresql(url: str, stored: Sequence[Rows], at_once: int) -> float:
    with dumps.connect(url) as connection:
        began = time.perf_counter()
        for chunk in _chunks(stored, at_once):
            dumps.copy_rows(connection, chunk.table, chunk.names, chunk.rows)
            connection.commit()
        return time.perf_counter() - began
