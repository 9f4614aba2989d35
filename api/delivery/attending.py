"""Attending: `serve` with a database of its own keeps one worker of its own, so that nobody has to start it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

#: Seconds between two looks at whether the worker lives, and how long it may take to end.
_PAUSE, _PATIENCE = 2.0, 30.0
_WORK = "from api.commands import main; main()"


@contextmanager
def attended_worker() -> Iterator[None]:
    """Run `newsfacts work` in a process of its own as long as the block lasts; one that dies is started again."""
    # Started here and not by the thread: a server that forks its own processes meanwhile would keep the pipe open by
    # which Popen learns that the program has begun.
    first, over = _start(), Event()
    attendant = Thread(target=_attend, args=[first, over], name="attendant", daemon=True)
    attendant.start()
    try:
        yield
    finally:
        over.set()
        attendant.join(_PATIENCE + _PAUSE)


def _attend(worker: subprocess.Popen[bytes], over: Event) -> None:
    while not over.wait(_PAUSE):
        if worker.poll() is not None:
            worker = _start()
    _end(worker)


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "-c", _WORK, "work", "--parent", str(os.getpid())],
        # Ctrl-C is for the server, which then ends its worker.
        start_new_session=True,
    )


def _end(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
