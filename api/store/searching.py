"""Search over everything: newest first, or the newest matches by relevance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, bindparam, func, select

from api.store import search_index, tables
from api.store.labels import split
from api.store.reading import Reader
from api.store.words import SearchQuery

#: How many of the newest matches are ranked, and counted in facets.
NEWEST = 2_000

TABLES = {"fact": tables.facts, "article": tables.articles, "actor": tables.actors}


@dataclass(frozen=True, slots=True)
class Hit:
    """A resource that has the words, and the place to go on after it."""

    resource: str
    id: str
    document: bytes
    place: tuple[float, int]


def find(
    reader: Reader,
    query: SearchQuery,
    tags: Sequence[str],
    limit: int,
    *,
    by_relevance: bool = False,
    after: tuple[float, int] | None = None,
) -> tuple[list[Hit], bool]:
    """Find resources with any of the tags that have the words: (hits, whether there are more)."""
    values: dict[str, Any] = {
        "words": search_index.expression(reader.dialect, query, tags),
        "limit": limit + 1,
    }
    if after:
        values |= {"rank": after[0], "position": after[1]}
    build = _ranked if by_relevance else _newest
    rows = reader.rows(build, (reader.dialect, after is not None), values)
    hits = [Hit(resource, id_, document, (rank, position)) for position, resource, id_, rank, document in rows[:limit]]
    return hits, len(rows) > limit


def facets(
    reader: Reader, query: SearchQuery, tags: Sequence[str], names: Sequence[str]
) -> tuple[dict[str, Counter[str]], bool]:
    """Count the newest matches by properties of facts, or by resource: (counts by name, whether these are all)."""
    values = {"words": search_index.expression(reader.dialect, query, tags), "newest": NEWEST + 1}
    rows = reader.rows(_labels, (reader.dialect,), values)
    counts: dict[str, Counter[str]] = {name: Counter() for name in names}
    for resource, labels in rows[:NEWEST]:
        if "resource" in counts:
            counts["resource"][resource] += 1
        for label in split(labels) if labels else ():
            name, _, value = label.partition(":")
            if name in counts:
                counts[name][value] += 1
    return counts, len(rows) <= NEWEST


def _newest(dialect: str, after: bool) -> Select[Any]:
    found, entries = search_index.matches(dialect), search_index.entries
    rows, document = _with_documents(found.source, entries.c.resource, entries.c.id)
    rank: Any = bindparam("no_rank", 0.0)
    statement = select(found.position, entries.c.resource, entries.c.id, rank, document).select_from(rows)
    statement = statement.where(found.condition).order_by(found.position).limit(bindparam("limit"))
    return statement.where(found.position > bindparam("position")) if after else statement


def _ranked(dialect: str, after: bool) -> Select[Any]:
    found, entries = search_index.matches(dialect), search_index.entries
    newest = (
        select(found.position.label("position"), entries.c.resource, entries.c.id, found.rank.label("rank"))
        .select_from(found.source)
        .where(found.condition)
        .order_by(found.position)
        .limit(NEWEST)
        .subquery("newest")
    )
    c = newest.c
    rows, document = _with_documents(newest, c.resource, c.id)
    statement = select(c.position, c.resource, c.id, c.rank, document).select_from(rows)
    statement = statement.order_by(c.rank.desc(), c.position)
    if after:
        rank: Any = bindparam("rank", 0.0)
        below = (c.rank == rank) & (c.position > bindparam("position", 0, BigInteger))
        statement = statement.where((c.rank < rank) | below)
    return statement.limit(bindparam("limit"))


def _with_documents(
    rows: FromClause, resource: ColumnElement[str], id_: ColumnElement[str]
) -> tuple[FromClause, ColumnElement[bytes]]:
    """Join each entry to its document, whatever table that is in."""
    for name, table in TABLES.items():
        rows = rows.outerjoin(table, (resource == name) & (table.c.id == id_))
    return rows, func.coalesce(*(table.c.document for table in TABLES.values()))


def _labels(dialect: str) -> Select[Any]:
    found, entries = search_index.matches(dialect), search_index.entries
    newest = (
        select(found.position.label("position"), entries.c.resource, entries.c.id)
        .select_from(found.source)
        .where(found.condition)
        .order_by(found.position)
        .limit(bindparam("newest"))
        .subquery()
    )
    facts = tables.facts
    is_fact = (facts.c.id == newest.c.id) & (newest.c.resource == "fact")
    return select(newest.c.resource, facts.c.labels).select_from(newest.outerjoin(facts, is_fact))
