"""The targets, each with its limit, and how a measured value is held against one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.figures import Ratio


@dataclass(frozen=True, slots=True)
class Target:
    """A bar, and the limit of what is measured; without a limit it is told for comparison only."""

    bar: str
    at_least: float | None = None
    at_most: float | None = None
    unit: str = "x"

    @property
    def needed(self) -> str:
        """The limit in words."""
        if self.at_least is not None:
            return f">= {self.at_least:g} {self.unit}"
        return f"<= {self.at_most:g} {self.unit}" if self.at_most is not None else ""


GET_OF_HELLO = Target("one fact: requests/s of Flask hello's", at_least=0.5)
LIST_OF_HELLO = Target("list of 50: CPU of Flask hello's", at_most=3.5)
UNCHANGED_OF_HELLO = Target("304: CPU of Flask hello's", at_most=1.6)


def _cheaper(than: str, get: float, list_: float, search: float) -> dict[str, Target]:
    limits = {"get": get, "list": list_, "search": search}
    return {name: Target(f"{name}: times cheaper in CPU than {than}", at_least=limit) for name, limit in limits.items()}


OF_FASTAPI = _cheaper("FastAPI + SQLAlchemy, SQLite", 10, 20, 12)
OF_DATASETTE = _cheaper("Datasette", 4, 6, 3.5)
OF_FASTAPI_ON_POSTGRESQL = _cheaper("FastAPI + SQLAlchemy, PostgreSQL", 8, 10, 3)
#: By question of benchmarks/growth.py.
GROWTH = {
    "get": Target("one fact: p50, most facts / fewest", at_most=1.2),
    "page": Target("a page by its cursor: p50, most facts / fewest", at_most=1.2),
    "range": Target("an actor's facts of some time: p50, most facts / fewest", at_most=1.5),
    "search": Target("newest-first search: p50, most facts / fewest", at_most=1.5),
}
DEEP_PAGE = Target("page 1,000 / page 1", at_most=1.2)
COUNT = Target("capped count: p50 with the most facts", at_most=5, unit="ms")
FACET = Target("summary facet: p50 with the most facts", at_most=5, unit="ms")
IMPORT = {
    "sqlite": Target("import: facts/s of the bare driver's, SQLite", at_least=0.5),
    "postgresql": Target("import: facts/s of COPY's, PostgreSQL", at_least=0.6),
}
READERS = Target("reader's p99, import running / idle", at_most=2)
MEMORY = Target("memory of a worker under load", at_most=120, unit="MB")
START = Target("newsfacts serve on the most facts: seconds until ready", at_most=3, unit="s")
EXPORT = Target("memory of an export of the most facts", at_most=150, unit="MB")
SHEETS = Target("fact sheets/s over HTTP, of the bare driver's", at_least=0.25)

#: Every target, in the order of the design, then those of single issues.
TARGETS = (
    *(GET_OF_HELLO, LIST_OF_HELLO, UNCHANGED_OF_HELLO),
    *(*OF_FASTAPI.values(), *OF_DATASETTE.values(), *OF_FASTAPI_ON_POSTGRESQL.values()),
    *GROWTH.values(),
    *(DEEP_PAGE, COUNT, FACET, *IMPORT.values(), READERS, MEMORY, START, EXPORT, SHEETS),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A target, what it was measured on, the figures, and the value that is held against the limit."""

    target: Target
    on: str
    value: float
    figures: str = ""

    @property
    def verdict(self) -> str:
        """Whether the target is met; nothing for what has no limit."""
        if self.target.at_least is not None:
            return "yes" if self.value >= self.target.at_least else "NO"
        if self.target.at_most is not None:
            return "yes" if self.value <= self.target.at_most else "NO"
        return ""

    @property
    def row(self) -> tuple[str, ...]:
        """The cells of a row below `HEADINGS`."""
        value = f"{self.value:.2f} {self.target.unit}"
        return self.target.bar, self.on, self.target.needed, self.figures, value, self.verdict

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Judged:
        """Make it of what a report has written of it."""
        return cls(Target(**content["target"]), content["on"], content["value"], content["figures"])


HEADINGS = ("target", "on", "needed", "measured", "ratio or value", "met")


def judge(target: Target, on: str, ratio: Ratio | None, unit: str) -> list[Judged]:
    """Hold a ratio against a target, its figures being of some unit; nothing comes of what was not measured."""
    if ratio is None:
        return []
    return [Judged(target, on, ratio.value, f"{_short(ratio.over)} / {_short(ratio.under)} {unit}")]


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"
