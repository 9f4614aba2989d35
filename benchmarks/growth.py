"""Measures growth: the same questions to stores of 10,000 facts and of up to 10,000,000.

    python -m benchmarks.growth                                     # 10k, 100k, 1M and 10M facts: hours, and 100 GB
    python -m benchmarks.growth --sizes 10000 1000000 --databases sqlite
    python -m benchmarks.growth --sizes 10000 10000000 --clean      # remove the stores when it is over

The stores of a database are filled by `newsfacts import` and kept for the next time; a run that was stopped goes on
where it was. Then a server of each size is started, and they are asked in turn, round by round, over one connection.
Questions are drawn once, and those of lists and searches are the same for all sizes, with a full page each. Prints a
table and writes benchmarks/results/growth.json and a plot, growth.svg.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import exporting, heaps, load, reports, servers, stores, targets
from benchmarks.exporting import Exported
from benchmarks.figures import Figures, Measured
from benchmarks.generate import tell
from benchmarks.heaps import Heap
from benchmarks.load import Request
from benchmarks.places import RESULTS
from benchmarks.probes import MEANINGS, Common, draw, requests
from benchmarks.servers import Server
from benchmarks.targets import Judged

#: Requests of each question that a worker gets all mixed, before its memory is measured.
_MIXED = 500


@dataclass
class Found:
    """What was measured on the stores of one database."""

    heaps: list[Heap]
    figures: Figures = field(default_factory=Figures)
    #: MB of 10^6 bytes, seconds, both of the largest store, and bytes a fact of each size.
    memory: float = 0
    start: float = 0
    bytes_a_fact: dict[str, float] = field(default_factory=dict)
    #: Of the largest store, by format.
    exports: dict[str, Exported] = field(default_factory=dict)


def main() -> None:
    """Fill, measure, report."""
    asked = _arguments()
    # Told to stop, it stops what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    found: list[Found] = []
    for database in asked.databases:
        with ExitStack() as running:
            try:
                filled = heaps.enter(running, database, sorted(asked.sizes))
            except heaps.NoRoomError as error:
                tell(str(error))
                sys.exit(1)
            if filled is None:
                tell("no PostgreSQL here: its rows are left out")
                continue
            found.append(_measure(filled, asked))
            if asked.clean:
                heaps.remove(filled)
    _report(asked, found)
    if not asked.without_plot:
        _plot(asked.name)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sizes = [10_000, 100_000, 1_000_000, 10_000_000]
    parser.add_argument("--sizes", nargs="+", type=int, default=sizes, help="facts of the stores")
    parser.add_argument("--databases", nargs="+", default=list(stores.DATABASES), choices=stores.DATABASES)
    parser.add_argument("--rounds", type=int, default=5, help="rounds; medians are reported (default: 5)")
    parser.add_argument("--seconds", type=float, default=2, help="of load for each size and question (default: 2)")
    parser.add_argument("--exports", nargs="*", default=["ndjson"], help="formats to export the most facts in")
    parser.add_argument("--clean", action="store_true", help="remove the stores when they have been measured")
    parser.add_argument("--name", default="growth", help="of the results (default: growth)")
    parser.add_argument("--without-plot", action="store_true", help="make no plot, which needs matplotlib")
    return parser.parse_args()


def _measure(filled: list[Heap], asked: argparse.Namespace) -> Found:
    found = Found(filled)
    found.bytes_a_fact = {f"{heap.facts}": heap.size() / heap.facts for heap in filled}
    found.start = median(_seconds_to_start(filled[-1]) for _ in range(asked.rounds))
    with ExitStack() as running:
        started = [running.enter_context(_server(heap).run()) for heap in filled]
        cells = list(_cells(filled, started, draw(started[0], filled[0])))
        _ask(found.figures, cells, asked)
        mixed = [each for name, _, _, own in cells if name == filled[-1].name for each in own[:_MIXED]]
        load.run(started[-1].port, mixed, asked.seconds * 2, 0)
        found.memory = started[-1].memory()
    for form in asked.exports:
        tell(f"exporting {filled[-1].name} facts as {form}")
        found.exports[form] = exporting.run(filled[-1].url, form)
    return found


def _ask(figures: Figures, cells: Sequence[_Cell], asked: argparse.Namespace) -> None:
    """Load each server with each question in turn, and again in each round; a first time only warms up."""
    for _, _, port, own in cells:
        load.run(port, own, asked.seconds, 0, connections=1)
    for number in range(1, asked.rounds + 1):
        tell(f"round {number} of {asked.rounds}: {len(cells)} loads of {asked.seconds:g} s")
        for name, question, port, own in cells:
            answered = load.run(port, own, asked.seconds, number, connections=1)
            figures.add(name, question, Measured(answered.per_second, 0, 0, answered.p50, answered.p99))


def _server(heap: Heap) -> servers.Starting:
    return servers.newsfacts(1, heap.database, heap.url)


def _seconds_to_start(heap: Heap) -> float:
    starting, began = _server(heap), time.perf_counter()
    with starting.run():
        return time.perf_counter() - began


#: The store's name, the question, the server's port, and what it is sent.
_Cell = tuple[str, str, int, list[Request]]


def _cells(filled: Sequence[Heap], started: Sequence[Server], common: Common) -> Iterator[_Cell]:
    """Pair stores and questions, those of one question side by side: they are what is compared."""
    asking = [requests(server, heap, common) for heap, server in zip(filled, started, strict=True)]
    for question in MEANINGS:
        for heap, server, own in zip(filled, started, asking, strict=True):
            if question in own:
                yield heap.name, question, server.port, own[question]


def _judge(found: Found) -> Iterator[Judged]:
    few, many = found.heaps[0], found.heaps[-1]
    growth = f"{few.database}, {many.facts:,} / {few.facts:,} facts"
    for question, target in targets.GROWTH.items():
        ratio = found.figures.ratio((many.name, question), (few.name, question), _p50)
        yield from targets.judge(target, growth, ratio, "ms")
    deep = found.figures.ratio((many.name, "page 1,000"), (many.name, "page 1"), _p50)
    yield from targets.judge(targets.DEEP_PAGE, f"{many.name} facts, p50", deep, "ms")
    for question, target in (("count", targets.COUNT), ("count of two", targets.COUNT), ("facet", targets.FACET)):
        yield Judged(target, f"{many.name} facts, {question}", median(found.figures.of((many.name, question), _p50)))
    yield Judged(targets.START, f"{many.name} facts", found.start)
    yield Judged(targets.MEMORY, f"{many.name} facts", found.memory)
    for form, exported in found.exports.items():
        speed = f"{many.facts / exported.seconds:,.0f} facts/s"
        yield Judged(targets.EXPORT, f"{many.name} facts, {form}", exported.memory, speed)


def _p50(measured: Measured) -> float:
    return measured.p50


def _report(asked: argparse.Namespace, found: Sequence[Found]) -> None:
    judged = [each for database in found for each in _judge(database)]
    figures: list[dict[str, Any]] = []
    for each in found:
        facts = {heap.name: heap.facts for heap in each.heaps}
        medians = zip(each.figures.medians(), each.figures.rounds(), strict=True)
        figures += [
            {
                "database": each.heaps[0].database,
                "facts": facts[name],
                "question": question,
                "median": asdict(measured),
                "rounds": rounds,
            }
            for (name, question, measured), rounds in medians
        ]
    sizes = {each.heaps[0].database: each.bytes_a_fact for each in found}
    about = reports.about("growth", **vars(asked), load=load.generator())
    reports.report(asked.name, about, judged, questions=MEANINGS, bytes_a_fact=sizes, figures=figures)
    print()
    rows = [
        (each["database"], each["question"], f"{each['facts']:,}", f"{each['median']['p50']:.3f}") for each in figures
    ]
    reports.print_table(("database", "question", "facts", "p50 ms"), rows)
    told = ", ".join(
        f"{database} {int(facts):,} facts: {size:,.0f}"
        for database, own in sizes.items()
        for facts, size in own.items()
    )
    print(f"\nbytes a fact: {told}")


def _plot(name: str) -> None:
    command: list[str | Path] = [servers.peers_python(), "-m", "benchmarks.peers.plot"]
    subprocess.run([*command, RESULTS / f"{name}.json", RESULTS / f"{name}.svg"], cwd=servers.ROOT, check=True)


if __name__ == "__main__":
    main()
