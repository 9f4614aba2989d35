"""Cells: where the count of a list is kept, if it is: under a label, or under a label by the value of a facet."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from api.store.labels import FACETS, POSTED, TALLIED, term

#: A row of `tallies`: term, facet and value. Facet '' has the count of the term itself.
Cell = tuple[int, str, str]

#: A fact has no more than one value of each of these, so that the counts of several values can be added up.
_SINGLE = frozenset(("kind", "type", "category"))
#: Labels under which facts are counted by every facet.
_OVER = ("actor:", *TALLIED)


def cells_of(clauses: Sequence[tuple[str, ...]]) -> list[Cell] | None:
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
