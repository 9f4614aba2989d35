"""What is in a store, table by table, as plain data that can be compared; the same for both databases."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import MetaData, inspect, text

from api.store import tables
from api.store.opening import Store

Rows = list[tuple[Any, ...]]

#: What is derived from the documents, and by which columns it is compared: versions and times say how often a
#: document was written, not what it says.
DERIVED = {
    "facts": ("id", "labels", "kind", "day", "last_day", "sources", "confidence"),
    "articles": ("id", "labels", "publisher", "source_id", "day", "last_day"),
    "actors": ("id", "labels", "name_key", "country_code", "wikidata_id"),
    "actor_names": ("name_key", "actor_id"),
    "postings": ("term", "key", "id"),
    "tallies": ("term", "facet", "value", "facts"),
    "search_entries": ("position", "resource", "id"),
    "fingerprints": ("band", "article_id"),
}


def rows(store: Store, table: str, *columns: str) -> Rows:
    """Read a table, in an order that does not depend on how it was written."""
    names = ", ".join(columns) or "*"
    with store.reader.engine.connect() as connection:
        return sorted((tuple(row) for row in connection.execute(text(f"SELECT {names} FROM {table}"))), key=repr)


def sizes(store: Store) -> dict[str, int]:
    """Count the rows of every table that there is."""
    with store.reader.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}


def everything(store: Store) -> dict[str, Rows]:
    """Read all of our tables, and the index of words."""
    found = {table.name: rows(store, table.name) for table in tables.metadata.tables.values()}
    return found | {"search_entries": rows(store, "search_entries", "position", "resource", "id")} | words(store)


def derived(store: Store) -> dict[str, Rows]:
    """Read what is derived from the documents: lists, counts, labels and the index of words."""
    found = {name: rows(store, name, *columns) for name, columns in DERIVED.items()} | words(store)
    # A count that went back to nought stays as a row; whoever reads it takes it as if it were not there.
    found["tallies"] = [row for row in found["tallies"] if row[-1] != 0]
    return found


def words(store: Store) -> dict[str, Rows]:
    """Read the index of words: every word of every entry, and where it stands."""
    if store.reader.dialect == "postgresql":
        return {"words": rows(store, "search_entries", "resource", "id", "CAST(words AS text)")}
    # Contentless FTS5 gives no text back, but it tells its vocabulary.
    with sqlite3.connect(str(store.writers.url.database)) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, search_words, instance)")
        found = connection.execute("SELECT doc, col, offset, term FROM temp.vocabulary").fetchall()
    connection.close()
    return {"words": sorted(found)}


def reflected(store: Store) -> MetaData:
    """Read how the tables were made."""
    metadata = MetaData()
    metadata.reflect(store.writers)
    return metadata
