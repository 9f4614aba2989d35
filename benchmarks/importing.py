"""Bulk import as it is run: `newsfacts import` in a process of its own, fed through a pipe."""

from __future__ import annotations

import subprocess
import threading
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
    process = _start(url, stderr=None)
    try:
        _send(process, sheets)
    finally:
        if process.stdin:
            process.stdin.close()
    if process.wait():
        raise RuntimeError(f"import failed with {process.returncode}")


@contextmanager
def under_way(url: str, sheets: Iterator[Json]) -> Iterator[None]:
    """Import sheets for as long as the block lasts, and then what has been sent by then."""
    process, over = _start(url, stderr=subprocess.DEVNULL), threading.Event()

    def until_over() -> Iterator[Json]:
        while not over.is_set():
            yield next(sheets)

    thread = threading.Thread(target=_send, args=(process, until_over()))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_PATIENCE_SECONDS)
        if process.stdin:
            process.stdin.close()
        if process.wait(_PATIENCE_SECONDS):
            raise RuntimeError(f"import failed with {process.returncode}")


def _start(url: str, stderr: int | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        servers.command(*_COMMAND),
        env=servers.environment({"NEWSFACTS_DATABASE_URL": url}),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
    )


def _send(process: subprocess.Popen[bytes], sheets: Iterable[Json]) -> None:
    if process.stdin is None:
        raise RuntimeError("the import has no pipe")
    for sheet in sheets:
        process.stdin.write(orjson.dumps(sheet) + b"\n")
