"""Waiting: a request whose answer is not there yet is held, by the server's front or else here.

A front that can hold connections cheaply says so in the environment of the request. It is told in a header how long to
hold it, and asks again when something may have come. Without one the request is held in its thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Semaphore
from typing import cast

from flask import Flask, current_app, request

#: What a front puts into the environment: that it is there, and that it has held this request already.
FRONT, HELD = "newsfacts.front", "newsfacts.waited"
#: The same, when it asks once more for a request that was let through before: limits count it no second time.
REPEATED = "newsfacts.repeated"
#: How a front is told to hold a request, so many seconds at the most.
HOLD = "X-Newsfacts-Wait"
#: How a front is told to go on with a stream, and at which path and query the next part of it is.
FOLLOW = "X-Newsfacts-Follow"

_SEATS = "newsfacts.seats"
_STEP_SECONDS = 0.25


def install(app: Flask, threads: int) -> None:
    """Let requests be held in the app's threads, all but one of them, so that waiting keeps nobody else waiting."""
    app.extensions[_SEATS] = Semaphore(threads - 1)


def has_front() -> bool:
    """Tell whether the current request came through a front."""
    return bool(request.environ.get(FRONT))


def hold(come: Callable[[], bool], seconds: float) -> dict[str, str]:
    """Hold the current request until `come` says that something has, or the time is over.

    Gives the headers to answer with: those that make a front hold it instead.
    """
    if seconds <= 0 or request.environ.get(HELD) or come():
        return {}
    if has_front():
        return {HOLD: str(seconds)}
    seats = cast(Semaphore, current_app.extensions[_SEATS])
    if seats.acquire(blocking=False):
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end and not come():
                time.sleep(_STEP_SECONDS)
        finally:
            seats.release()
    return {}
