"""Tallying: counting facts in very many cells while they are written, each cell a term, a facet and a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, product, starmap
from operator import or_

from api.store.labels import Counted, term

#: What is counted: label, facet, value.
Cell = tuple[str, str, str]
#: A row of `tallies`, or by how much it changes: term, facet, value, facts.
Count = tuple[int, str, str, int]
#: A cell is one number: that of its term before these bits, that of its facet and value in them.
_VALUE_BITS = 32
_VALUE = (1 << _VALUE_BITS) - 1


def cells_of(counted: Iterable[Counted]) -> Iterator[Cell]:
    """List the cells that a fact counts in."""
    for labels, values in counted:
        for label in labels:
            yield label, "", ""
            yield from ((label, facet, value) for facet, value in values)


class Tally:
    """By how much each cell changes.

    A fact counts in a hundred cells or more: no Python of ours runs for each of them.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._terms: dict[int, int] = {}
        self._values: dict[tuple[str, str], int] = {("", ""): 0}
        self._more: Counter[int] = Counter()
        self._less: Counter[int] = Counter()

    def add(self, counted: Iterable[Counted], by: int) -> None:
        """Count a fact, or with `by` -1 take it out of the counts."""
        terms, places = self._terms, self._values
        cells = []
        for labels, values in counted:
            rows = [terms.setdefault(term(label), len(terms)) << _VALUE_BITS for label in labels]
            columns = [0, *[places.setdefault(value, len(places)) for value in values]]
            cells.append(starmap(or_, product(rows, columns)))
        (self._more if by > 0 else self._less).update(chain.from_iterable(cells))

    def changes(self) -> list[Count]:
        """List the cells whose counts change, and by how much, in the order of their keys."""
        self._more.subtract(self._less)
        terms, values = sorted(self._terms), sorted(self._values)
        row = {self._terms[each]: at << _VALUE_BITS for at, each in enumerate(terms)}
        column = {self._values[each]: at for at, each in enumerate(values)}
        # Numbered in the order of their keys, cells are sorted as numbers.
        net = {row[cell >> _VALUE_BITS] | column[cell & _VALUE]: by for cell, by in self._more.items() if by}
        return [(terms[cell >> _VALUE_BITS], *values[cell & _VALUE], net[cell]) for cell in sorted(net)]
