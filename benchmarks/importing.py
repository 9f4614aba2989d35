"""Bulk import as it is run: `newsfacts import` in a process of its own, fed through a pipe."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO

import orjson

from benchmarks import servers
from benchmarks.places import DATA
from benchmarks.sheets import Json

_COMMAND = ("import", "-", "--with-review", "--refused", str(DATA / "refused.ndjson"))
_PATIENCE_SECONDS = 120


def run(url: str, source: IO[bytes]) -> float:
    """Import a file of sheets into a store; give the seconds that the command took from its start to its end."""
    began = time.perf_counter()
    done = subprocess.run(
        servers.command(*_COMMAND),
        env=servers.environment({"NEWSFACTS_DATABASE_URL": url}),
        stdin=source,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"import failed: {done.stderr.decode()[-2000:]}")
    return seconds


def feed(url: str, sheets: Iterable[Json]) -> None:
    """Import sheets into a store while they are made."""
    process = _start(url, subprocess.PIPE, stderr=None)
    if process.stdin is None:
        raise RuntimeError("the import has no pipe")
    with process.stdin:
        for sheet in sheets:
            process.stdin.write(orjson.dumps(sheet) + b"\n")
    if process.wait():
        raise RuntimeError(f"import failed with {process.returncode}")


@contextmanager
def under_way(url: str, source: IO[bytes]) -> Iterator[None]:
    """Import a file of sheets for as long as the block lasts; the next import goes on where this one was stopped."""
    source.seek(0)
    process = _start(url, source, stderr=subprocess.DEVNULL)
    try:
        yield
        if process.poll() is not None:
            raise RuntimeError("the import was over too early")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(_PATIENCE_SECONDS)


def _start(url: str, source: int | IO[bytes], stderr: int | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        servers.command(*_COMMAND),
        env=servers.environment({"NEWSFACTS_DATABASE_URL": url}),
        stdin=source,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
    )
