"""What came of running the command."""

from __future__ import annotations

from collections.abc import Callable

from click.testing import Result

Run = Callable[..., Result]


def succeeded(done: Result) -> str:
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    return done.stdout


def failed(done: Result) -> str:
    """Say what a command that failed told on standard error."""
    assert done.exit_code != 0, done.output
    assert "Traceback" not in done.output
    assert done.stderr
    return done.stderr
