"""The tables, for SQLite, PostgreSQL and a distributed PostgreSQL alike.

The document is the record: a resource's table holds its JSON representation as served, and beside it only what lists
filter and sort by, all of it derived from the document. Ids come from the client or from content; there is no
sequence, no trigger, and nothing outside of a resource refers to it by a foreign key.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()

#: The sort key of what has no date: before every day, so that newest-first lists end with it.
UNDATED = 0
#: Dates that span more days than this are long: lists that begin at a date look them up apart.
SHORT_SPAN = 31


def _resource(name: str, *derived: Column[Any] | Index) -> Table:
    """Make the table of a resource. The document stands last, so that filters read past it."""
    return Table(
        name,
        metadata,
        Column("id", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("created_at", Text, nullable=False),
        Column("updated_at", Text, nullable=False),
        # What the document is filed under, one label a line; see store/labels.py.
        Column("labels", Text, nullable=False),
        *derived,
        Column("etag", Text, nullable=False),
        Column("document", LargeBinary, nullable=False),
    )


facts = _resource(
    "facts",
    Column("kind", Text, nullable=False),
    # Days since 0001-01-01, that day being 1; UNDATED without a date. `last_day` is null for an open end.
    Column("day", Integer, nullable=False),
    Column("last_day", Integer),
    Column("sources", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    Index("facts_by_update", "updated_at", "id"),
)

articles = _resource(
    "articles",
    Column("publisher", Text, nullable=False),
    # The article itself, or the wire story that it copies: what counts as one source.
    Column("source_id", Text, nullable=False),
    Column("day", Integer, nullable=False),
    Column("last_day", Integer),
)

article_texts = Table(
    "article_texts",
    metadata,
    # The source is before + text + after: so the text is a slice of it by construction.
    Column("article_id", Text, primary_key=True),
    Column("before", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("after", Text, nullable=False),
)

actors = _resource(
    "actors",
    Column("name_key", Text, nullable=False),
    Column("country_code", Text),
    Column("wikidata_id", Text),
    Index("actors_by_name", "name_key", "id"),
    Index("actors_by_wikidata_id", "wikidata_id"),
)

actor_names = Table(
    "actor_names",
    metadata,
    # Every name and alias, folded: what `name=` is a prefix of.
    Column("name_key", Text, primary_key=True),
    Column("actor_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)

aliases = Table(
    "aliases",
    metadata,
    # The id of a resource that was merged into another stays an alias of it.
    Column("resource", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("target", Text, nullable=False),
    sqlite_with_rowid=False,
)

claims = Table(
    "claims",
    metadata,
    # What must be unique across ids: the hash of an article's natural key, and the article that has it.
    Column("hash", Text, primary_key=True),
    Column("article_id", Text, nullable=False),
    sqlite_with_rowid=False,
)

postings = Table(
    "postings",
    metadata,
    # One row for each list that a resource stands in, at its place there: a term is the hash of a label, a key the day
    # (the offset, in an article's reading order). Every list and filter walks this one table.
    Column("term", BigInteger, primary_key=True, autoincrement=False),
    Column("key", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, primary_key=True),
    sqlite_with_rowid=False,
)

tallies = Table(
    "tallies",
    metadata,
    # How many visible facts have a label (by its term) and a value of a facet; facet '' counts the label alone.
    Column("term", BigInteger, primary_key=True, autoincrement=False),
    Column("facet", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("facts", Integer, nullable=False),
    sqlite_with_rowid=False,
)

store = Table(
    "store",
    metadata,
    Column("name", Text, primary_key=True),
    # Who this store is (cursors and ETags of one are no good to another), and how often it was written to.
    Column("id", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
)
