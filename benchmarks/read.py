"""Measures reading: newsfacts beside a bare Flask view, FastAPI with SQLAlchemy, and Datasette.

    python -m benchmarks.read                              # 100,000 facts, five rounds: see README.md for how long
    python -m benchmarks.read --facts 10000 --rounds 3 --only get list

Prints a table of targets and one of figures, and writes both to benchmarks/results/read.json.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from benchmarks import comparisons, dumps, generate, load, questions, reports, servers
from benchmarks.figures import Figures, Measured
from benchmarks.generate import tell
from benchmarks.load import Request
from benchmarks.peers import load as peers_load
from benchmarks.questions import MEANINGS
from benchmarks.servers import Server
from benchmarks.sheets import Plan
from benchmarks.stores import DATABASES
from tests import postgres


@dataclass(frozen=True)
class Cell:
    """One server and one question, the unit that is measured in each round."""

    server: Server
    question: str
    requests: list[Request]


def main() -> None:
    """Measure and report."""
    asked = _arguments()
    # Told to stop, it stops what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    plan = generate.read_plan(asked)
    with ExitStack() as running:
        started = list(_start(running, plan, asked))
        asking = questions.draw(generate.sqlite(plan), _peers_file(plan), plan.seed)
        tell("comparing answers")
        sizes, differences = questions.check(started, asking, asked.only)
        for difference in differences:
            tell(difference)
        if differences and not asked.despite_differences:
            tell("The servers do not answer the same, so there is nothing to compare.")
            sys.exit(1)
        cells = [
            Cell(server, name, made)
            for server in started
            for name, made in questions.requests(server, asking, asked.only).items()
        ]
        figures = _measure(cells, asked.rounds, asked.seconds)
        memory = {server.name: server.memory() for server in started}
    _report(asked, plan, figures, memory, sizes, differences)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    generate.plan_arguments(parser)
    parser.add_argument("--rounds", type=int, default=5, help="rounds; medians are reported (default: 5)")
    parser.add_argument("--seconds", type=float, default=2, help="of load for each server and question (default: 2)")
    parser.add_argument("--workers", type=int, default=1, help="processes of each server (default: 1)")
    parser.add_argument("--only", nargs="+", default=list(MEANINGS), choices=list(MEANINGS), help="questions")
    parser.add_argument("--databases", nargs="+", default=list(DATABASES), choices=DATABASES)
    parser.add_argument("--without-peers", action="store_true", help="beside Flask hello alone")
    parser.add_argument("--despite-differences", action="store_true", help="measure although answers differ")
    return parser.parse_args()


def _start(running: ExitStack, plan: Plan, asked: argparse.Namespace) -> Iterator[Server]:
    """Start every server; PostgreSQL's are left out, with the reason, where there is no PostgreSQL."""
    workers = asked.workers
    yield running.enter_context(servers.hello(workers).run())
    if "sqlite" in asked.databases:
        yield running.enter_context(servers.newsfacts(workers, "sqlite", f"sqlite:///{generate.sqlite(plan)}").run())
        if not asked.without_peers:
            peers = _peers_file(plan)
            yield running.enter_context(servers.fastapi(workers, "sqlite", f"sqlite:///{peers}").run())
            yield running.enter_context(servers.datasette(workers, peers).run())
    if "postgresql" in asked.databases:
        server = running.enter_context(postgres.start())
        if isinstance(server, postgres.Absent):
            tell(f"PostgreSQL is left out: {server.reason}")
            return
        pid = servers.postmaster_pid(server.url)
        url = generate.postgresql(plan, server)
        yield running.enter_context(servers.newsfacts(workers, "postgresql", url).run(pid))
        if not asked.without_peers:
            url = _peers_database(plan, server)
            yield running.enter_context(servers.fastapi(workers, "postgresql", url).run(pid))


def _peers_file(plan: Plan) -> Path:
    path = generate.folder(plan) / "peers.db"
    if not path.exists():
        tell("loading the peers' SQLite file")
        making = generate.unfinished(path)
        peers_load.to_sqlite(generate.sqlite(plan), making)
        making.rename(path)
    return path


def _peers_database(plan: Plan, server: postgres.Server) -> str:
    url = server.create_database()
    tell("loading the peers' PostgreSQL database")
    load = partial(peers_load.to_postgresql, generate.sqlite(plan), url)
    dumps.fill(url, generate.folder(plan) / "postgresql-peers", partial(peers_load.create_tables, url), load)
    return url


def _measure(cells: Sequence[Cell], rounds: int, seconds: float) -> Figures:
    """Load each server with each question in turn, and again in each round; a first, short round only warms up."""
    figures = Figures()
    for cell in cells:
        load.run(cell.server.port, cell.requests, min(1, seconds), 0)
    for number in range(1, rounds + 1):
        tell(f"round {number} of {rounds}: {len(cells)} loads of {seconds:g} s")
        for cell in cells:
            own, database = cell.server.cpu_seconds()
            answered = load.run(cell.server.port, cell.requests, seconds, number)
            own_after, database_after = cell.server.cpu_seconds()
            figures.add(
                cell.server.name,
                cell.question,
                Measured(
                    per_second=answered.per_second,
                    cpu=(own_after - own) / answered.requests * 1e6,
                    database_cpu=(database_after - database) / answered.requests * 1e6,
                    p50=answered.p50,
                    p99=answered.p99,
                ),
            )
    return figures


def _report(
    asked: argparse.Namespace,
    plan: Plan,
    figures: Figures,
    memory: dict[str, float],
    sizes: dict[str, float],
    differences: list[str],
) -> None:
    about = reports.about(
        "read",
        facts=plan.facts,
        articles=plan.articles,
        rounds=asked.rounds,
        seconds=asked.seconds,
        workers=asked.workers,
        connections=load.CONNECTIONS,
        load=load.generator(),
    )
    reports.report(
        "read",
        about,
        comparisons.judge(figures, memory),
        questions=MEANINGS,
        differences=differences,
        memory_mb=memory,
        figures=[
            {"server": server, "question": question, "median": asdict(median), "rounds": rounds}
            for (server, question, median), rounds in zip(figures.medians(), figures.rounds(), strict=True)
        ],
    )
    print()
    table = [
        (
            *(server, question, _size(sizes, question)),
            *(f"{m.per_second:,.0f}", f"{m.cpu:,.0f}", f"{m.database_cpu:,.0f}", f"{m.p50:.2f}", f"{m.p99:.2f}"),
        )
        for server, question, m in figures.medians()
    ]
    headings = ("server", "question", "facts", "requests/s", "CPU us", "database CPU us", "p50 ms", "p99 ms")
    reports.print_table(headings, table)


def _size(sizes: dict[str, float], question: str) -> str:
    known = sizes.get(question.removesuffix(" (documents)"))
    return "" if known is None else f"{known:.0f}"


if __name__ == "__main__":
    main()
