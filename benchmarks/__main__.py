"""Runs every benchmark that has targets, one after the other, and prints one table: each target, and whether it is met.

    python -m benchmarks                     # what `make bench` runs: an hour and more, on a machine that is quiet
    python -m benchmarks --quick             # a few facts and one round: that everything runs, not how fast
    python -m benchmarks --only bulk growth  # these alone; the others' results are those of the last time
    python -m benchmarks --show              # none; the table of the last time

Growth is measured to 100,000 facts here. `make bench-large` measures it to 10,000,000; what it found is told as well.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import reports
from benchmarks.generate import tell
from benchmarks.places import DATA, RESULTS
from benchmarks.stores import DATABASES
from benchmarks.targets import HEADINGS, TARGETS, Judged

_SMALL = "growth-small"
#: Whose results are told; those of the large run, which has a target of its own in the Makefile, last.
_RESULTS = ("read", "write", "bulk", _SMALL, "growth")
#: What each benchmark is told: usually, and when it is but to be seen that it runs.
BENCHMARKS = {
    "read": ([], ["--facts", "200", "--rounds", "1", "--seconds", "0.05"]),
    "write": ([], ["--before", "2", "--sheets", "3", "--rounds", "1", "--clients", "1"]),
    "bulk": ([], ["--facts", "200", "--rounds", "1", "--seconds", "0.05"]),
    "growth": (
        ["--sizes", "10000", "100000", "--name", _SMALL, "--without-plot"],
        ["--sizes", "200", "--rounds", "1", "--seconds", "0.05", "--name", _SMALL, "--clean", "--without-plot"],
    ),
}


def main() -> None:
    """Run what was asked for, then tell how it came out; fail if something did not run."""
    asked = _arguments()
    folder = DATA / "quick" if asked.quick else RESULTS
    failed = [] if asked.show else [name for name in asked.only if not _run(name, asked, folder)]
    told = [reports.read(name, folder) for name in _RESULTS]
    reports.print_table(HEADINGS, list(_rows([each for judged, _ in told for each in judged])))
    print("", *(how for _, how in told if how), sep="\n")
    for name in failed:
        tell(f"{name} failed: what is told of it, if anything, is of an earlier time")
    sys.exit(bool(failed))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", default=list(BENCHMARKS), choices=list(BENCHMARKS), help="benchmarks")
    parser.add_argument("--databases", nargs="+", default=list(DATABASES), choices=DATABASES)
    parser.add_argument("--quick", action="store_true", help="a smoke run, whose results are kept apart")
    parser.add_argument("--without-peers", action="store_true", help="install and measure no peers")
    parser.add_argument("--show", action="store_true", help="run nothing")
    return parser.parse_args()


def _run(name: str, asked: argparse.Namespace, folder: Path) -> bool:
    arguments = [*BENCHMARKS[name][asked.quick], "--databases", *asked.databases]
    if name == "read" and asked.without_peers:
        arguments.append("--without-peers")
    tell(f"python -m benchmarks.{name} {' '.join(arguments)}")
    # Each has a process of its own, so that none is measured with what another has left in memory.
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    environment = {**os.environ, "BENCHMARKS_RESULTS": str(folder)}
    return subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode == 0


def _rows(judged: Sequence[Judged]) -> Iterator[tuple[str, ...]]:
    """Give what was measured of each target, and say which ones were not."""
    for target in TARGETS:
        own = [each.row for each in judged if each.target == target]
        yield from own or [(target.bar, "", target.needed, "", "", "not measured")]


if __name__ == "__main__":
    main()
