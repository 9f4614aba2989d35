"""Totals: how many members a list has, told by counts that are kept where there are such, else by counting some.

Kept are the counts of single labels, and those under a label by the value of a facet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from api.store import tables, walks
from api.store.documents import in_size, in_values
from api.store.labels import FACETS, POSTED, TALLIED, term
from api.store.listing import Clause, Listing, Segment, segments, until, values_of, with_current_ids
from api.store.reading import Reader

#: How many members a capped count passes by, and how many it looks up, which takes many times as long.
COUNT_CAP, LOOKED_UP = 10_000, 2_000

#: A row of `tallies`: term, facet and value. Facet '' has the count of the term itself.
_Cell = tuple[int, str, str]

#: A fact has no more than one value of each of these, so that the counts of several values can be added up.
_SINGLE = frozenset(("kind", "type", "category"))
#: Labels under which facts are counted by every facet.
_OVER = ("actor:", *TALLIED)


def count(reader: Reader, listing: Listing, exact: bool) -> tuple[int, bool]:
    """Count the members of a list: (how many, whether that is all). Unless `exact`, counting stops at some point."""
    listing = _in_any_order(with_current_ids(reader, listing))
    if (kept := _kept_count(reader, listing)) is not None:
        return kept, True
    total = 0
    for segment in segments(reader, listing):
        number, ended = (_all(reader, segment), True) if exact else _some(reader, segment)
        total += number
        if not ended:
            return total, False
    return total, True


def _all(reader: Reader, segment: Segment) -> int:
    return reader.number(walks.count, (segment.shape,), values_of(segment))


def _some(reader: Reader, segment: Segment) -> tuple[int, bool]:
    """Count the members of a stretch, no more than may be: (how many, whether that is all)."""
    shape = segment.shape
    if shape.kind != "postings" or shape.checks:
        steps = min(LOOKED_UP, COUNT_CAP) if shape.checks else COUNT_CAP
        shape, values, ended = until(reader, segment, steps)
        return reader.number(walks.count, (shape,), values), ended
    # Postings are in the order of their key whoever reads them, so nothing has to be asked for their edge first.
    number = reader.number(walks.size_up_to, (shape,), values_of(segment) | {"edge": COUNT_CAP + 1})
    return min(number, COUNT_CAP), number <= COUNT_CAP


def sample(reader: Reader, listing: Listing, columns: tuple[str, ...]) -> tuple[Sequence[tuple[Any, ...]], bool]:
    """Read some columns of the members of a list, COUNT_CAP of them looked at: (rows, whether these are all)."""
    rows: list[tuple[Any, ...]] = []
    for segment in segments(reader, _in_any_order(listing)):
        shape, values, ended = until(reader, segment, COUNT_CAP)
        rows += reader.rows(walks.columns, (shape, columns), values)
        if not ended:
            return rows, False
    return rows, True


def _in_any_order(listing: Listing) -> Listing:
    """Let a list that is only counted be walked by whatever is shortest; actors have only that of their names."""
    by_name = listing.table is tables.actors and (listing.ids or not listing.words)
    return replace(listing, order=listing.order if by_name else None, descending=True)


def kept_term(listing: Listing) -> int | None:
    """Give the term whose counts are kept and are those of this list; None for any other list."""
    cells = _kept_cells(listing) or ()
    return cells[0][0] if len(cells) == 1 and cells[0][1] == "" else None


def _kept_count(reader: Reader, listing: Listing) -> int | None:
    """Read how many members a list has; None if that is not kept."""
    cells = _kept_cells(listing)
    if cells is None:
        return None
    size = in_size(len(cells))
    columns = zip(("term", "facet", "value"), zip(*cells, strict=True), strict=True)
    values = {name: value for column, own in columns for name, value in in_values(column, own, size).items()}
    return reader.number(walks.kept, (size,), values)


def _kept_cells(listing: Listing) -> list[_Cell] | None:
    dated = listing.first_day is not None or listing.last_day is not None
    if listing.table is not tables.facts or dated or listing.compared or listing.ids or listing.words:
        return None
    clauses = listing.clauses or (Clause((listing.everything,), posted=True),)
    return _cells_of([clause.labels for clause in clauses]) if all(clause.posted for clause in clauses) else None


def _cells_of(clauses: Sequence[tuple[str, ...]]) -> list[_Cell] | None:
    """List the cells that add up to the number of facts with a label of each clause; None if no such counts are kept.

    They are for one clause, and for two if both are of facets.
    """
    if not all(map(_adds_up, clauses)):
        return None
    if len(clauses) == 1:
        return [(term(label), "", "") for label in clauses[0]]
    if len(clauses) != 2 or not all(_is_kept(*pair) for pair in product(*clauses)):
        return None
    return [(term(label), *_parted(value)) for label, value in product(*clauses)]


def _adds_up(labels: tuple[str, ...]) -> bool:
    """Tell whether a fact has no more than one of these labels, and each has a count."""
    facets = {_parted(label)[0] for label in labels}
    alone = len(labels) == 1 or (len(facets) == 1 and facets <= _SINGLE)
    return alone and all(label.startswith(POSTED) for label in labels)


def _is_kept(label: str, value: str) -> bool:
    return label.startswith(_OVER) and _parted(value)[0] in FACETS


def _parted(label: str) -> tuple[str, str]:
    facet, _, value = label.partition(":")
    return facet, value
