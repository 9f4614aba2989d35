"""The targets of reading, and what the figures say of each: ratios of pairs measured in the same round."""

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


@dataclass
class Figures:
    """All that was measured, by server and question, a list with one entry for each round."""

    _by_cell: dict[tuple[str, str], list[Measured]] = field(default_factory=dict)

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

    def ratio(self, over: tuple[str, str], under: tuple[str, str], figure: Callable[[Measured], float]) -> float | None:
        """Give the median ratio of two cells' figures, round by round; None when one was not measured."""
        pairs = zip(self._by_cell.get(over, ()), self._by_cell.get(under, ()), strict=False)
        ratios = [figure(a) / figure(b) for a, b in pairs if figure(b)]
        return median(ratios) if ratios else None


@dataclass(frozen=True, slots=True)
class Judged:
    """A target, what it needs, and what was measured. Without a limit it is told for comparison only."""

    target: str
    measured: float
    at_least: float | None = None
    at_most: float | None = None
    unit: str = "x"

    @property
    def needed(self) -> str:
        """The limit in words."""
        if self.at_least is not None:
            return f">= {self.at_least:g} {self.unit}"
        return f"<= {self.at_most:g} {self.unit}" if self.at_most is not None else ""

    @property
    def shown(self) -> str:
        """The measured value with its unit."""
        return f"{self.measured:.2f} {self.unit}" if self.unit == "x" else f"{self.measured:.0f} {self.unit}"

    @property
    def verdict(self) -> str:
        """Whether the target is met; nothing for what has no limit."""
        if self.at_least is not None:
            return "yes" if self.measured >= self.at_least else "NO"
        if self.at_most is not None:
            return "yes" if self.measured <= self.at_most else "NO"
        return ""


_HELLO = ("hello", "hello")
#: Of the three comparisons with a peer: how many times cheaper get, list and search must be.
_AGAINST_FASTAPI = {"get": 10, "list": 20, "search": 12, "list all": None, "range": None}
_AGAINST_DATASETTE = {"get": 4, "list": 6, "search": 3.5, "list all": None, "range": None}
_AGAINST_FASTAPI_ON_POSTGRESQL = {"get": 8, "list": 10, "search": 3, "list all": None, "range": None}
_MEMORY_MB = 120


def judge(figures: Figures, memory: dict[str, float]) -> list[Judged]:
    """Compare the figures with the targets; those that were not measured are left out."""
    found = [*_against_hello(figures), *_against_peers(figures), *_pages(figures)]
    judged = [judged for judged in found if judged is not None]
    judged += [
        Judged(f"memory of a worker after the load, {name}", size, at_most=_MEMORY_MB, unit="MB")
        for name, size in memory.items()
        if name.startswith("newsfacts")
    ]
    return judged


def _against_hello(figures: Figures) -> Iterator[Judged | None]:
    ours = "newsfacts sqlite"
    throughput = figures.ratio((ours, "get"), _HELLO, lambda m: m.per_second)
    yield _judged("get: requests/s of Flask hello's", throughput, at_least=0.5)
    limits = {"get": None, "list": 3.5, "list all": 3.5, "304 get": 1.6, "304 list": 1.6, "range": None, "search": None}
    for question, limit in limits.items():
        ratio = figures.ratio((ours, question), _HELLO, lambda m: m.cpu)
        yield _judged(f"{question}: CPU of Flask hello's", ratio, at_most=limit)
    for question in limits:
        ratio = figures.ratio(("newsfacts postgresql", question), _HELLO, lambda m: m.cpu)
        yield _judged(f"{question}: CPU of Flask hello's, on PostgreSQL, without the database's", ratio)


def _against_peers(figures: Figures) -> Iterator[Judged | None]:
    for question, limit in _AGAINST_FASTAPI.items():
        yield _cheaper(figures, question, "newsfacts sqlite", ("fastapi sqlite", question), limit)
    for question, limit in _AGAINST_DATASETTE.items():
        yield _cheaper(figures, question, "newsfacts sqlite", ("datasette sqlite", question), limit)
    for question in _AGAINST_DATASETTE:
        peer = ("datasette sqlite", f"{question} (documents)")
        yield _cheaper(figures, question, "newsfacts sqlite", peer, None)
    for question, limit in _AGAINST_FASTAPI_ON_POSTGRESQL.items():
        yield _cheaper(figures, question, "newsfacts postgresql", ("fastapi postgresql", question), limit)
    for question in _AGAINST_FASTAPI_ON_POSTGRESQL:
        ratio = figures.ratio(("fastapi postgresql", question), ("newsfacts postgresql", question), lambda m: m.cpu)
        yield _judged(f"{question}: cheaper than fastapi postgresql, without the database's CPU", ratio)


def _pages(figures: Figures) -> Iterator[Judged | None]:
    for name in ("newsfacts sqlite", "newsfacts postgresql"):
        ratio = figures.ratio((name, "deep page"), (name, "page 1"), lambda m: m.all_cpu)
        yield _judged(f"page 1,000 / page 1, CPU, {name}", ratio, at_most=1.2)


def _cheaper(figures: Figures, question: str, ours: str, peer: tuple[str, str], limit: float | None) -> Judged | None:
    ratio = figures.ratio(peer, (ours, question), lambda m: m.all_cpu)
    variant = peer[1].removeprefix(question)
    return _judged(f"{question}: cheaper than {peer[0]}{variant}, CPU", ratio, at_least=limit)


def _judged(
    target: str, measured: float | None, at_least: float | None = None, at_most: float | None = None
) -> Judged | None:
    return None if measured is None else Judged(target, measured, at_least, at_most)
