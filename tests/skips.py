"""A pytest plugin that lets no skipped test pass unseen.

Every skip is printed at the end of the run with its reason. With CI=true a skip that
`tests/allowed_skips.txt` does not list fails the run: on a machine that has everything, a skipped test is one
that nobody ran.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

ALLOWED_SKIPS = Path(__file__).with_name("allowed_skips.txt")


class Skip(NamedTuple):
    """A test, or a whole module of tests, that did not run."""

    nodeid: str
    reason: str


class Allowance:
    """The tests that may be skipped in CI."""

    def __init__(self, text: str) -> None:
        self.patterns = [self._pattern(line) for line in text.splitlines() if line.strip() and not line.startswith("#")]

    @staticmethod
    def _pattern(line: str) -> re.Pattern[str]:
        nodeid, separator, reason = line.partition("  # ")
        if not separator or not reason.strip():
            raise pytest.UsageError(f"{ALLOWED_SKIPS.name}: no reason is given in {line!r}")
        return re.compile(re.escape(nodeid.strip()).replace(r"\*", ".*"))

    def covers(self, skip: Skip) -> bool:
        return any(pattern.fullmatch(skip.nodeid) for pattern in self.patterns)


class SkipReport:
    """Collects the skips of one run, prints them, and in CI fails a run that has unexpected ones."""

    def __init__(self, allowance: Allowance, *, strict: bool) -> None:
        self.allowance = allowance
        self.strict = strict
        self.skips: list[Skip] = []

    @property
    def unexpected(self) -> list[Skip]:
        return [skip for skip in self.skips if self.strict and not self.allowance.covers(skip)]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skips.append(Skip(report.nodeid, _reason(report)))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.skips.append(Skip(report.nodeid, _reason(report)))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self.unexpected and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        by_reason = defaultdict(list)
        for skip in self.skips:
            by_reason[skip.reason].append(skip.nodeid)
        if by_reason:
            terminalreporter.section("skipped tests")
        for reason, nodeids in by_reason.items():
            terminalreporter.line(reason)
            for nodeid in nodeids:
                terminalreporter.line(f"    {nodeid}")
        if self.unexpected:
            terminalreporter.section("the run fails: CI skipped what it must run", red=True)
            for skip in self.unexpected:
                terminalreporter.line(f"{skip.nodeid}: {skip.reason}")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    # pytest keeps a skip as (file, line, "Skipped: reason").
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def pytest_configure(config: pytest.Config) -> None:
    allowance = Allowance(ALLOWED_SKIPS.read_text(encoding="utf-8"))
    strict = os.environ.get("CI") == "true"
    config.pluginmanager.register(SkipReport(allowance, strict=strict), "skip-report")
