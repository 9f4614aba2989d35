"""Walks: the SQL of lists. A statement is decided by its shape alone, so that few are compiled and serve all values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    tuple_,
    union_all,
)

from api.store import search_index, tables
from api.store.documents import in_parameters
from api.store.engine import has_label


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides the text of a statement, its values aside."""

    table: Table
    kind: str  # "postings", "column", "words" or "ids"
    size: int = 1
    order: str | None = None
    id_column: str = "id"
    descending: bool = True
    bounded: bool = False
    clauses: tuple[int, ...] = ()
    compared: tuple[str, ...] = ()
    hide: bool = False
    words: bool = False
    after: bool = False
    until: bool = False
    limited: bool = False
    dialect: str = ""

    @property
    def checks(self) -> bool:
        """Whether members are looked at that may not belong to the list."""
        return bool(self.clauses or self.compared or self.hide or self.words)

    @property
    def is_windowed(self) -> bool:
        """Whether it can only be read a stretch at a time: SQLite must not walk words downwards; see search_index."""
        return self.kind == "words" and self.descending and self.dialect == "sqlite"


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a walk goes along: a selectable with a key and an id for each member, and the conditions on these."""

    rows: FromClause
    key: ColumnElement[Any]
    id: ColumnElement[str]
    conditions: tuple[ColumnElement[bool], ...]
    # A search position is one number and has no ties.
    has_ties: bool = True
    is_windowed: bool = False

    @property
    def position(self) -> ColumnElement[Any]:
        # What is computed is sorted, where the column itself would be walked downwards.
        return self.key + 0 if self.is_windowed else self.key

    def ordered(self, statement: Select[Any], descending: bool) -> Select[Any]:
        order = (self.key, self.id) if self.has_ties else (self.position,)
        return statement.order_by(*(column.desc() if descending else column for column in order))


def documents(shape: Shape) -> Select[Any]:
    """Select (key, id, document) of the members of a walk, in order, `limit` of them."""
    source = _source(shape, None if shape.checks else "limit")
    table = shape.table
    rows = source.rows if source.rows is table else source.rows.join(table, table.c.id == source.id)
    statement = select(source.key, source.id, table.c.document).select_from(rows)
    statement = statement.where(*source.conditions, *_checks(shape))
    return source.ordered(statement, shape.descending).limit(bindparam("limit"))


def edge(shape: Shape) -> Select[Any]:
    """Select the last place that a bounded walk may look at."""
    source = _source(shape, "edge")
    statement = select(source.key, source.id).select_from(source.rows).where(*source.conditions)
    return source.ordered(statement, shape.descending).limit(1).offset(bindparam("steps"))


def size_up_to(shape: Shape) -> Select[Any]:
    """Select how many members a stretch has, `edge` at the most; none of them is looked up."""
    source = _source(shape, "edge")
    some = select(source.id).select_from(source.rows).where(*source.conditions).limit(bindparam("edge"))
    return select(func.count()).select_from(some.subquery())


def count(shape: Shape) -> Select[Any]:
    """Select how many members a walk has."""
    return _over(shape)


def columns(shape: Shape, names: tuple[str, ...]) -> Select[Any]:
    """Select some columns of the members of a walk."""
    return _over(shape, *(shape.table.c[name] for name in names))


def _over(shape: Shape, *columns: ColumnElement[Any]) -> Select[Any]:
    if shape.limited and not shape.is_windowed:
        # So many members lead to the edge. PostgreSQL takes a walk between two places for a large part of the table,
        # and sorts all of it.
        shape = replace(shape, until=False)
    source, table = _source(shape, "edge" if shape.limited else None), shape.table
    if shape.limited:
        walked = select(source.key.label("key"), source.id.label("id")).select_from(source.rows)
        walked = source.ordered(walked.where(*source.conditions), shape.descending).limit(bindparam("edge"))
        some = walked.subquery("walked")
        source = _Source(some, some.c.key, some.c.id, ())
    alone = source.rows is table or not (columns or shape.checks)
    rows = source.rows if alone else source.rows.join(table, table.c.id == source.id)
    return select(*(columns or [func.count()])).select_from(rows).where(*source.conditions, *_checks(shape))


def named() -> Select[Any]:
    """Select the ids of actors with a name that begins with `begin`, `limit` of them."""
    names = tables.actor_names
    statement = select(names.c.actor_id).where(*_begins(bindparam("begin")))
    return statement.order_by(names.c.name_key, names.c.actor_id).limit(bindparam("limit"))


def having_words(dialect: str) -> Select[Any]:
    """Select the ids of what has the words `words`, `limit` of them."""
    found = search_index.matches(dialect)
    statement = select(search_index.entries.c.id).select_from(found.source).where(found.condition)
    return statement.order_by(found.position).limit(bindparam("limit"))


def _begins(begin: Any) -> tuple[ColumnElement[bool], ...]:
    key = tables.actor_names.c.name_key
    return key >= begin, key < begin + "\U0010ffff"


def sizes(size: int) -> Select[Any]:
    """Select (term, members) of so many posting lists."""
    tallies = tables.tallies
    return select(tallies.c.term, tallies.c.facts).where(
        tallies.c.term.in_(in_parameters("term", size)), tallies.c.facet == "", tallies.c.value == ""
    )


def kept(size: int) -> Select[Any]:
    """Select the sum of so many kept counts: those of `term`, `facet` and `value`, numbered from 0."""
    tallies = tables.tallies
    columns = (tallies.c.term, tallies.c.facet, tallies.c.value)
    names = zip(*(in_parameters(column.name, size) for column in columns), strict=True)
    cells = [and_(*(column == name for column, name in zip(columns, own, strict=True))) for own in names]
    return select(func.coalesce(func.sum(tallies.c.facts), 0)).where(or_(*cells))


def _source(shape: Shape, limit: str | None) -> _Source:
    table = shape.table
    if shape.kind == "ids":
        key = table.c[shape.order or "day"]
        wanted = table.c[shape.id_column].in_(in_parameters("wanted", shape.size))
        return _Source(table, key, table.c.id, (wanted, *_range(shape, key, table.c.id)))
    if shape.kind == "column":
        key = table.c[shape.order or "day"]
        return _Source(table, key, table.c.id, tuple(_range(shape, key, table.c.id)))
    if shape.kind == "words":
        found = search_index.matches(shape.dialect)
        conditions = (found.condition, *_range(shape, found.position, None))
        id_ = search_index.entries.c.id
        return _Source(found.source, found.position, id_, conditions, has_ties=False, is_windowed=shape.is_windowed)
    postings = tables.postings
    if shape.size == 1:
        along = (postings.c.term == bindparam("term0"), *_range(shape, postings.c.key, postings.c.id))
        return _Source(postings, postings.c.key, postings.c.id, along)
    return _merged(shape, limit)


def _merged(shape: Shape, limit: str | None) -> _Source:
    """Walk several posting lists as one: each is read in order and no further than needed, then they are merged."""
    branches = []
    for at in range(shape.size):
        one = tables.postings.alias(f"list{at}")
        branch = select(one.c.key, one.c.id).where(
            one.c.term == bindparam(f"term{at}"), *_range(shape, one.c.key, one.c.id)
        )
        if limit:
            order = (one.c.key.desc(), one.c.id.desc()) if shape.descending else (one.c.key, one.c.id)
            branch = branch.order_by(*order).limit(bindparam(limit))
        branches.append(select(branch.subquery(f"branch{at}")))
    every = union_all(*branches).subquery("every")
    merged = select(every.c.key, every.c.id).distinct().subquery("merged")
    return _Source(merged, merged.c.key, merged.c.id, ())


def _range(shape: Shape, key: ColumnElement[Any], id_: ColumnElement[str] | None) -> Iterator[ColumnElement[bool]]:
    if shape.bounded:
        yield key >= bindparam("low")
        yield key <= bindparam("high")
    for asked, name, is_edge in ((shape.after, "after", False), (shape.until, "until", True)):
        if not asked:
            continue
        # A position is one number and has no need of the id.
        here: Any = key if id_ is None else tuple_(key, id_)
        there: Any = bindparam(f"{name}_key", type_=key.type)
        if id_ is not None:
            there = tuple_(there, bindparam(f"{name}_id", type_=id_.type))
        if is_edge:
            yield here >= there if shape.descending else here <= there
        else:
            yield here < there if shape.descending else here > there


def _checks(shape: Shape) -> Iterator[ColumnElement[bool]]:
    table = shape.table
    for at, size in enumerate(shape.clauses):
        labels = [has_label(table.c.labels, bindparam(f"label{at}_{n}")) for n in range(size)]
        yield or_(false(), *labels)
    for at, name in enumerate(shape.compared):
        yield _COMPARISONS[name](table, bindparam(f"compared{at}"))
    if shape.hide:
        yield not_(has_label(table.c.labels, bindparam("hidden")))
    if shape.words:
        yield search_index.has(shape.dialect, table)


_COMPARISONS: Mapping[str, Any] = {
    # Dates overlap: what begins no later than the last day asked for and ends no earlier than the first.
    "ends_from": lambda t, v: and_(t.c.day > tables.UNDATED, or_(t.c.last_day.is_(None), t.c.last_day >= v)),
    "begins_by": lambda t, v: and_(t.c.day > tables.UNDATED, t.c.day <= v),
    "updated_since": lambda t, v: t.c.updated_at >= v,
    "min_sources": lambda t, v: t.c.sources >= v,
    "min_confidence": lambda t, v: t.c.confidence >= v,
    "name_from": lambda t, v: exists().where(tables.actor_names.c.actor_id == t.c.id, *_begins(v)),
}
