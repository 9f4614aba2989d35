"""What the figures of reading say: newsfacts beside Flask hello, FastAPI and Datasette."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks import targets
from benchmarks.figures import Cell, Figures, Measured
from benchmarks.targets import Judged, Target

_HELLO = ("hello", "hello")
_SQLITE, _POSTGRESQL = "newsfacts sqlite", "newsfacts postgresql"
_OF_HELLO = {
    "get": None,
    "list": targets.LIST_OF_HELLO,
    "list all": targets.LIST_OF_HELLO,
    "304 get": targets.UNCHANGED_OF_HELLO,
    "304 list": targets.UNCHANGED_OF_HELLO,
    "range": None,
    "search": None,
}
_COMMON = ("get", "list", "search", "list all", "range")


def judge(figures: Figures, memory: Mapping[str, float]) -> list[Judged]:
    """Compare the figures with the targets; those that were not measured are left out."""
    judged = [*_against_hello(figures), *_against_peers(figures), *_pages(figures)]
    ours = {name: size for name, size in memory.items() if name.startswith("newsfacts")}
    return judged + [Judged(targets.MEMORY, name, size) for name, size in ours.items()]


def _against_hello(figures: Figures) -> Iterator[Judged]:
    throughput = figures.ratio((_SQLITE, "get"), _HELLO, lambda m: m.per_second)
    yield from targets.judge(targets.GET_OF_HELLO, _SQLITE, throughput, "requests/s")
    for question, target in _OF_HELLO.items():
        ratio = figures.ratio((_SQLITE, question), _HELLO, _cpu)
        aim = target or Target(f"{question}: CPU of Flask hello's")
        yield from targets.judge(aim, f"{_SQLITE}, {question}", ratio, "us")
    for question in _OF_HELLO:
        ratio = figures.ratio((_POSTGRESQL, question), _HELLO, _cpu)
        aim = Target(f"{question}: CPU of Flask hello's, without the database's")
        yield from targets.judge(aim, _POSTGRESQL, ratio, "us")


def _against_peers(figures: Figures) -> Iterator[Judged]:
    yield from _cheaper(figures, _SQLITE, "fastapi sqlite", targets.OF_FASTAPI)
    yield from _cheaper(figures, _SQLITE, "datasette sqlite", targets.OF_DATASETTE)
    yield from _cheaper(figures, _SQLITE, "datasette sqlite", {}, " (documents)")
    yield from _cheaper(figures, _POSTGRESQL, "fastapi postgresql", targets.OF_FASTAPI_ON_POSTGRESQL)
    for question in _COMMON:
        ratio = figures.ratio(("fastapi postgresql", question), (_POSTGRESQL, question), _cpu)
        aim = Target(f"{question}: times cheaper than fastapi postgresql, without the database's CPU")
        yield from targets.judge(aim, _POSTGRESQL, ratio, "us")


def _cheaper(
    figures: Figures, ours: str, peer: str, limits: Mapping[str, Target], variant: str = ""
) -> Iterator[Judged]:
    for question in _COMMON:
        theirs: Cell = peer, question + variant
        ratio = figures.ratio(theirs, (ours, question), lambda m: m.all_cpu)
        aim = limits.get(question) or Target(f"{question}: times cheaper in CPU than {peer}{variant}")
        yield from targets.judge(aim, ours, ratio, "us")


def _pages(figures: Figures) -> Iterator[Judged]:
    for name in (_SQLITE, _POSTGRESQL):
        ratio = figures.ratio((name, "deep page"), (name, "page 1"), lambda m: m.all_cpu)
        yield from targets.judge(targets.DEEP_PAGE, f"{name}, CPU", ratio, "us")


def _cpu(measured: Measured) -> float:
    return measured.cpu
