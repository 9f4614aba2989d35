"""Copies a newsfacts store from SQLite to PostgreSQL, row by row, so that both hold the same.

Only the index of words differs between the two: it is written anew, from the words that newsfacts itself would index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import orjson

from api.store import tables
from api.store.entries import entry_of_actor, entry_of_article, entry_of_fact
from api.store.search_index import Entry
from api.store.words import words_of
from benchmarks import dumps

_ENTRIES = "search_entries"
#: Made by `upgrade`, and different in each store.
_OWN = "store"


def to_postgresql(source: Path, url: str) -> None:
    """Fill the tables of a PostgreSQL store that `upgrade` has just made."""
    with sqlite3.connect(source) as read, dumps.connect(url) as write:
        for table in tables.metadata.sorted_tables:
            if table.name != _OWN:
                names = [column.name for column in table.columns]
                columns = ", ".join(f'"{name}"' for name in names)
                dumps.copy_rows(write, table.name, names, read.execute(f'SELECT {columns} FROM "{table.name}"'))
        rows = ((position, entry.resource, entry.id, entry.tsvector) for position, entry in entries(read))
        dumps.copy_rows(write, _ENTRIES, ["position", "resource", "id", "words"], rows)


def entries(read: sqlite3.Connection) -> Iterator[tuple[int, Entry]]:
    """Make what is indexed of all resources anew: (position, entry)."""
    for make in (_articles, _actors, _facts):
        yield from make(read)


def _articles(read: sqlite3.Connection) -> Iterator[tuple[int, Entry]]:
    query = """SELECT position, document, text FROM search_entries
               JOIN articles USING (id) JOIN article_texts ON article_id = id WHERE resource = 'article'"""
    for position, document, text in read.execute(query):
        yield position, entry_of_article(orjson.loads(document), words_of(text))


def _actors(read: sqlite3.Connection) -> Iterator[tuple[int, Entry]]:
    for position, document in read.execute(_QUERY.format(table="actors", resource="actor")):
        yield position, entry_of_actor(orjson.loads(document))


def _facts(read: sqlite3.Connection) -> Iterator[tuple[int, Entry]]:
    for position, document in read.execute(_QUERY.format(table="facts", resource="fact")):
        yield position, entry_of_fact(orjson.loads(document))


_QUERY = "SELECT position, document FROM search_entries JOIN {table} USING (id) WHERE resource = '{resource}'"
