"""What loads have measured, round by round, and ratios of pairs measured in the same round."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Measured:
    """One load: requests per second, CPU microseconds a request of server and database, latencies in milliseconds."""

    per_second: float
    cpu: float
    database_cpu: float
    p50: float
    p99: float

    @property
    def all_cpu(self) -> float:
        """CPU microseconds a request of server and database together."""
        return self.cpu + self.database_cpu


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median of the rounds' ratios, and the medians of the two figures."""

    value: float
    over: float
    under: float


def ratio(over: list[float], under: list[float]) -> Ratio | None:
    """Compare two figures, round by round; None when there is nothing to compare."""
    ratios = [a / b for a, b in zip(over, under, strict=False) if b]
    return Ratio(median(ratios), median(over), median(under)) if ratios else None


#: Which server was asked what.
Cell = tuple[str, str]


@dataclass
class Figures:
    """All that was measured, by server and question, a list with one entry for each round."""

    _by_cell: dict[Cell, list[Measured]] = field(default_factory=dict)

    def add(self, server: str, question: str, measured: Measured) -> None:
        """Add what was measured in the next round."""
        self._by_cell.setdefault((server, question), []).append(measured)

    def medians(self) -> Iterator[tuple[str, str, Measured]]:
        """Give the median of each figure of each server and question."""
        for (server, question), rounds in self._by_cell.items():
            names = Measured.__dataclass_fields__
            yield server, question, Measured(*(median(getattr(each, name) for each in rounds) for name in names))

    def rounds(self) -> list[list[dict[str, Any]]]:
        """Give every single figure."""
        return [[asdict(each) for each in rounds] for rounds in self._by_cell.values()]

    def of(self, cell: Cell, figure: Callable[[Measured], float]) -> list[float]:
        """Give one figure of each round; none when the cell was not measured."""
        return [figure(each) for each in self._by_cell.get(cell, ())]

    def ratio(self, over: Cell, under: Cell, figure: Callable[[Measured], float]) -> Ratio | None:
        """Give the ratio of two cells' figures; None when one was not measured."""
        return ratio(self.of(over, figure), self.of(under, figure))
