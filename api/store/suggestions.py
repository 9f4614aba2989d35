"""Suggestions: what is likely about two facts, for a person to decide.

They are notes of this store and no part of the feed: nothing follows from one before somebody accepts it. A row names
its two facts by the ids that these had when it was made; who is merged, deleted or restored since is seen to by whoever
reads it, so that no row ever has to move.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, tuple_, union, update
from sqlalchemy.orm import Session

from api.store import tables
from api.store.documents import find_targets, in_parameters, in_size, in_values
from api.store.reading import Reader


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is likely about a fact and another one, which was there before it.

    `score` is from 0 to 1, `reasons` stand one a line; `by` and `at` tell who decided, and when.
    """

    fact_id: str
    id: str
    other: str
    kind: str
    score: float
    reasons: str
    state: str
    created_at: str
    by: str | None = None
    at: str | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it stands in lists."""
        return self.created_at, self.fact_id, self.id


def add(session: Session, suggestions: Iterable[Suggestion]) -> None:
    """Store suggestions about pairs of facts that nothing was suggested about before; what was decided stays so."""
    table = tables.suggestions
    for each in suggestions:
        pair = table.c.fact_id.in_(sorted((each.fact_id, each.other))), table.c.id == each.id
        if not session.execute(select(table.c.id).where(*pair)).first():
            session.execute(insert(table), asdict(each))


def decide(session: Session, suggestion: Suggestion, state: str, by: str | None, at: str) -> Suggestion:
    """Note what somebody decided; give the suggestion as it is now."""
    table = tables.suggestions
    one = update(table).where(table.c.fact_id == suggestion.fact_id, table.c.id == suggestion.id)
    session.execute(one.values(state=state, by=by, at=at))
    return replace(suggestion, state=state, by=by, at=at)


def lock(session: Session, fact: str, id_: str) -> Suggestion | None:
    """Read a suggestion about a fact in order to decide about it: there is one writer at a time."""
    alias = tables.aliases
    former = select(alias.c.id).where(alias.c.resource == tables.facts.name, alias.c.target == fact)
    facts = [fact, *session.execute(former).scalars()]
    about = _about(facts, facts)
    row = session.execute(select(about).where(about.c.id == id_)).first()
    return Suggestion(*row) if row else None


def find(reader: Reader, fact: str, id_: str) -> Suggestion | None:
    """Read a suggestion about a fact."""
    facts = _all_ids(reader, fact)
    row = reader.first(_one, (in_size(len(facts)),), {"id": id_} | _values(facts))
    return Suggestion(*row) if row else None


def page(
    reader: Reader, state: str, limit: int, before: Sequence[str] | None = None, fact: str | None = None
) -> list[Suggestion]:
    """Read the suggestions in some state, about a fact if one is given, the last made first, from a place on."""
    facts = _all_ids(reader, fact) if fact else []
    size = in_size(len(facts)) if facts else 0
    values: dict[str, Any] = {"state": state, "limit": limit, **(_values(facts) if facts else {})}
    if before is not None:
        values |= dict(zip(("before_at", "before_fact", "before_id"), before, strict=True))
    return [Suggestion(*row) for row in reader.rows(_page, (size, before is not None), values)]


def standing(reader: Reader, suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """Choose the suggestions whose facts are both there, as two; name these by their ids of today."""
    named = sorted({id_ for each in suggestions for id_ in (each.fact_id, each.other)})
    moved: dict[str, str] = {}
    for at in range(0, len(named), 200):
        moved |= find_targets(reader, tables.facts, named[at : at + 200])
    ids = sorted({moved.get(id_, id_) for id_ in named})
    size = in_size(len(ids))
    there = {row[0] for row in reader.rows(_there, (size,), in_values("id", ids, size))} if ids else set()
    current = [renamed(each, moved) for each in suggestions]
    return [each for each in current if {each.fact_id, each.other} <= there and each.fact_id != each.other]


def renamed(suggestion: Suggestion, moved: Mapping[str, str]) -> Suggestion:
    """Name the facts of a suggestion by their ids of today, given what was merged into what."""
    fact, other = (moved.get(id_, id_) for id_ in (suggestion.fact_id, suggestion.other))
    return replace(suggestion, fact_id=fact, other=other)


def _all_ids(reader: Reader, fact: str) -> list[str]:
    """List the ids of a fact: that of today, and those that were merged into it."""
    return [fact, *(row[0] for row in reader.rows(_former, (), {"resource": tables.facts.name, "id": fact}))]


def _values(facts: Sequence[str]) -> dict[str, Any]:
    size = in_size(len(facts))
    return in_values("fact", facts, size) | in_values("other", facts, size)


_COLUMNS = [tables.suggestions.c[name] for name in Suggestion.__slots__]


def _former() -> Select[Any]:
    alias = tables.aliases
    return select(alias.c.id).where(alias.c.resource == bindparam("resource"), alias.c.target == bindparam("id"))


def _about(facts: Sequence[Any], others: Sequence[Any]) -> Any:
    """Select what is about some facts: two walks along two indexes, where one condition would read all there is."""
    table = tables.suggestions
    ways = table.c.fact_id.in_(facts), table.c.other.in_(others)
    return union(*(select(*_COLUMNS).where(way) for way in ways)).subquery()


def _about_parameters(size: int) -> Any:
    return _about(in_parameters("fact", size), in_parameters("other", size))


def _one(size: int) -> Select[Any]:
    about = _about_parameters(size)
    return select(about).where(about.c.id == bindparam("id"))


def _page(facts: int, going_on: bool) -> Select[Any]:
    table = _about_parameters(facts) if facts else tables.suggestions
    place = table.c.created_at, table.c.fact_id, table.c.id
    statement = select(*(table.c[name] for name in Suggestion.__slots__)).where(table.c.state == bindparam("state"))
    if going_on:
        before = tuple_(bindparam("before_at"), bindparam("before_fact"), bindparam("before_id"))
        statement = statement.where(tuple_(*place) < before)
    return statement.order_by(*(column.desc() for column in place)).limit(bindparam("limit"))


def _there(size: int) -> Select[Any]:
    return select(tables.facts.c.id).where(tables.facts.c.id.in_(in_parameters("id", size)))
