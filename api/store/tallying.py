"""Tallying: counting facts in very many cells while they are written, each cell a term, a facet and a value."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain

from api.store.labels import Counted, term

#: What is counted: label, facet, value.
Cell = tuple[str, str, str]
#: A row of `tallies`, or by how much it changes: term, facet, value, facts.
Count = tuple[int, str, str, int]
#: For each label the lists of (facet, value) of the facts that count under it; the label alone has neither.
_Lists = defaultdict[str, list[list[tuple[str, str]]]]
_ALONE = ("", "")


def cells_of(counted: Iterable[Counted]) -> Iterator[Cell]:
    """List the cells that a fact counts in."""
    for labels, values in counted:
        for label in labels:
            yield label, *_ALONE
            yield from ((label, facet, value) for facet, value in values)


class Tally:
    """By how much each cell changes.

    A fact counts in a hundred cells or more: no Python of ours runs for each of them.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._more: _Lists = defaultdict(list)
        self._less: _Lists = defaultdict(list)

    def add(self, counted: Iterable[Counted], by: int) -> None:
        """Count a fact, or with `by` -1 take it out of the counts."""
        lists = self._more if by > 0 else self._less
        for labels, values in counted:
            cells = [_ALONE, *values]
            for label in labels:
                lists[label].append(cells)

    def changes(self) -> list[Count]:
        """List the cells whose counts change, and by how much, in the order of their keys."""
        changes: list[Count] = []
        for number, label in sorted((term(label), label) for label in self._more.keys() | self._less.keys()):
            net = Counter(chain.from_iterable(self._more[label]))
            if label in self._less:
                net.subtract(chain.from_iterable(self._less[label]))
            changes += [(number, *cell, by) for cell in sorted(net) if (by := net[cell])]
        return changes
