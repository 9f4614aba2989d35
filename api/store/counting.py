"""Counts: facts by this or that, and who appears with whom. Kept while writing, so that they cost nothing to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, select

from api.store import listing, tables
from api.store.labels import split, term
from api.store.listing import Listing
from api.store.reading import Reader

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
    members = listing.with_current_ids(reader, members)
    kept = listing.kept_term(members)
    if kept is not None and (values := _kept(reader, kept, facet)):
        for value, facts in values.items():
            counts[cut(value)] += facts
        return counts, listing.count(reader, members, exact=True)[0], True
    rows, complete = listing.sample(reader, members, ("day" if facet == "day" else "labels",))
    for (column,) in rows:
        counts.update({cut(value) for value in _values(column, facet)})
    return counts, len(rows), complete


def network(reader: Reader, actor: str) -> tuple[int, Counter[str], dict[str, Counter[str]]]:
    """Tell who appears with an actor: (its facts, by its own roles, by neighbour and the neighbour's roles).

    Under '' stands how many facts a neighbour shares with the actor, whatever the role.
    """
    here = term(f"actor:{actor}")
    together: dict[str, Counter[str]] = {
        other: Counter({"": facts}) for other, facts in _kept(reader, here, "actor").items()
    }
    for link, facts in _kept(reader, here, "link").items():
        other, _, role = link.rpartition("/")
        together[other][role] = facts
    own = together.pop(actor, Counter())
    return own.pop("", 0), own, together


def _kept(reader: Reader, of: int, facet: str) -> dict[str, int]:
    return {row[0]: row[1] for row in reader.rows(_tally, (), {"term": of, "facet": facet}) if row[1]}


def _values(column: Any, facet: str) -> list[str]:
    if facet == "day":
        return [date.fromordinal(column).isoformat()] if column != tables.UNDATED else []
    prefix = f"{facet}:"
    return [label.removeprefix(prefix) for label in split(column) if label.startswith(prefix)]


def _tally() -> Select[Any]:
    tallies = tables.tallies
    return select(tallies.c.value, tallies.c.facts).where(
        tallies.c.term == bindparam("term"), tallies.c.facet == bindparam("facet")
    )
