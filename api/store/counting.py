"""Counts: facts by this or that, and who appears with whom. Kept while writing, so that they cost nothing to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from api.store import tables, totals, walks
from api.store.documents import in_parameters, in_size, in_values
from api.store.labels import iso_day, split, term
from api.store.listing import Listing, with_current_ids
from api.store.reading import Reader

#: Actors whose roles are read by one statement.
_RANGES_AT_ONCE = 16
#: How a day is cut to a longer time.
_TIMES: dict[str, Callable[[str], str]] = {
    "day": lambda day: day,
    "month": lambda day: day[:7],
    "year": lambda day: day[:4],
}


def by(reader: Reader, members: Listing, name: str) -> tuple[Counter[str], int, bool]:
    """Count the members of a list of facts by a property: (counts, members in all, whether these are all)."""
    facet = "day" if name in _TIMES else name
    cut = _TIMES.get(name, str)
    counts: Counter[str] = Counter()
    members = with_current_ids(reader, members)
    kept = totals.kept_term(members)
    if kept is not None and (values := _kept(reader, kept, facet)):
        for value, facts in values.items():
            counts[cut(value)] += facts
        return counts, totals.count(reader, members, exact=True)[0], True
    rows, complete = totals.sample(reader, members, ("day" if facet == "day" else "labels",))
    for (column,) in rows:
        counts.update({cut(value) for value in _values(column, facet)})
    return counts, len(rows), complete


def network(reader: Reader, actor: str, limit: int) -> tuple[int, Counter[str], dict[str, Counter[str]]]:
    """Tell who appears with an actor: (its facts, by its own roles, by neighbour and the neighbour's roles).

    Neighbours are those that share the most facts with it, so many of them, in this order. Under '' stands how many
    facts a neighbour shares with the actor, whatever the role.
    """
    here = term(f"actor:{actor}")
    nearest = reader.rows(_nearest, (), {"term": here, "facet": "actor", "actor": actor, "limit": limit})
    together: dict[str, Counter[str]] = {other: Counter({"": facts}) for other, facts in nearest}
    own: Counter[str] = Counter()
    for link, facts in _links(reader, here, [actor, *together]):
        other, _, role = link.rpartition("/")
        (own if other == actor else together[other])[role] = facts
    size = reader.first(walks.sizes, (1,), {"term0": here})
    return int(size[1]) if size else 0, own, together


def _links(reader: Reader, here: int, actors: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Read in which roles some actors stand in the facts of another one."""
    for at in range(0, len(actors), _RANGES_AT_ONCE):
        some = actors[at : at + _RANGES_AT_ONCE]
        size = in_size(len(some))
        # Links of an actor lie between its id with a slash and its id with the sign after that.
        ranges = in_values("first", [f"{each}/" for each in some], size)
        ranges |= in_values("last", [f"{each}0" for each in some], size)
        yield from reader.rows(_between, (size,), {"term": here, "facet": "link"} | ranges)


def _kept(reader: Reader, of: int, facet: str) -> dict[str, int]:
    return {row[0]: row[1] for row in reader.rows(_tally, (), {"term": of, "facet": facet}) if row[1]}


def _values(column: Any, facet: str) -> list[str]:
    if facet == "day":
        return [iso_day(column)] if column != tables.UNDATED else []
    prefix = f"{facet}:"
    return [label.removeprefix(prefix) for label in split(column) if label.startswith(prefix)]


def _nearest() -> Select[Any]:
    other, facts = tables.tallies.c.value, tables.tallies.c.facts
    others = _tally().where(other != bindparam("actor"), facts > 0)
    return others.order_by(facts.desc(), other).limit(bindparam("limit"))


def _between(size: int) -> Select[Any]:
    tallies = tables.tallies
    ranges = zip(in_parameters("first", size), in_parameters("last", size), strict=True)
    within = [(tallies.c.value > first) & (tallies.c.value < last) for first, last in ranges]
    return _tally().where(or_(*within), tallies.c.facts > 0)


def _tally() -> Select[Any]:
    tallies = tables.tallies
    return select(tallies.c.value, tallies.c.facts).where(
        tallies.c.term == bindparam("term"), tallies.c.facet == bindparam("facet")
    )
