"""Tallying: counting facts in very many cells while they are written, each cell a label, a facet and a value."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator

#: What is counted: label, facet, value.
Cell = tuple[str, str, str]
#: A cell is one number: that of its label before these bits, that of its facet and value in them.
_VALUE_BITS = 32
_VALUE = (1 << _VALUE_BITS) - 1


#: Where a fact counts: under each of some labels for itself and for each (facet, value).
Counted = list[tuple[list[str], list[tuple[str, str]]]]


def cells_of(counted: Counted) -> Iterator[Cell]:
    """List the cells that a fact counts in."""
    for labels, values in counted:
        for label in labels:
            yield label, "", ""
            yield from ((label, facet, value) for facet, value in values)


class Tally:
    """By how much each cell changes.

    A fact counts in a hundred cells or more, so they are only noted, as numbers, and added up at the end.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._labels: dict[str, int] = {}
        self._values: dict[tuple[str, str], int] = {("", ""): 0}
        # Arrays are handed to another process at once, and not number by number.
        self._more = array("q")
        self._less = array("q")

    def add(self, counted: Counted, by: int) -> None:
        """Count a fact, or with `by` -1 take it out of the counts."""
        noted, known, places = self._more if by > 0 else self._less, self._labels, self._values
        for labels, values in counted:
            numbers = [0, *(places.setdefault(value, len(places)) for value in values)]
            for label in labels:
                base = known.setdefault(label, len(known)) << _VALUE_BITS
                noted.extend([base | number for number in numbers])

    def absorb(self, other: Tally) -> None:
        """Count what another tally has counted."""
        labels = [self._labels.setdefault(label, len(self._labels)) << _VALUE_BITS for label in other._labels]
        values = [self._values.setdefault(value, len(self._values)) for value in other._values]
        for mine, theirs in ((self._more, other._more), (self._less, other._less)):
            mine.extend([labels[cell >> _VALUE_BITS] | values[cell & _VALUE] for cell in theirs])

    def changes(self) -> Iterator[tuple[Cell, int]]:
        """List the cells whose counts change, and by how much."""
        net = Counter(self._more)
        net.subtract(self._less)
        labels, values = list(self._labels), list(self._values)
        for cell, by in net.items():
            if by:
                yield (labels[cell >> _VALUE_BITS], *values[cell & _VALUE]), by
