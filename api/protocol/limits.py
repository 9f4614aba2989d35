"""Limits: how many requests one caller may send in a while.

They are written as the library `limits` reads them, and counted here: its own counting in memory starts a thread for
nearly every request, which costs more than reading a fact from the database.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil
from threading import Lock

from limits import RateLimitItem, parse_many

from api.protocol.problems import ProblemError
from api.protocol.requests import add_header

Clock = Callable[[], float]


class Limit:
    """A limit such as '10/second;6000/minute', counted for each caller, in this process alone."""

    def __init__(self, name: str, text: str, clock: Clock = time.time) -> None:
        """Take the name by which callers are told of it, and the limit; raises ValueError."""
        self._name = name
        self._clock = clock
        self._windows = [_Window(item) for item in parse_many(text)]

    def count(self, caller: str) -> None:
        """Count a request and tell the caller what is left; raises ProblemError with 429 when it is one too many."""
        moment = self._clock()
        policies, lefts, wait = [], [], 0
        for window in self._windows:
            left, until = window.count(caller, moment)
            name = f'"{self._name}-{window.seconds}"'
            policies.append(f"{name};q={window.most};w={window.seconds}")
            lefts.append(f"{name};r={max(left, 0)};t={until}")
            wait = max(wait, until) if left < 0 else wait
        # As the draft "RateLimit header fields for HTTP" of the IETF has it.
        add_header("RateLimit-Policy", ", ".join(policies))
        add_header("RateLimit", ", ".join(lefts))
        if wait:
            raise ProblemError(
                "too-many-requests", f"Wait {wait} seconds, then go on.", headers={"Retry-After": str(wait)}
            )


class _Window:
    """Counts the requests of each caller from one full minute, or other span, to the next."""

    def __init__(self, item: RateLimitItem) -> None:
        self.most, self.seconds = item.amount, item.get_expiry()
        self._lock = Lock()
        self._number, self._counts = -1, dict[str, int]()

    def count(self, caller: str, moment: float) -> tuple[int, int]:
        """Count one request; give how many are left, negative when it was too many, and the seconds to the end."""
        number = int(moment // self.seconds)
        with self._lock:
            if number != self._number:
                # All counts go at once, so nothing of past callers is kept.
                self._number, self._counts = number, {}
            count = self._counts[caller] = self._counts.get(caller, 0) + 1
        return self.most - count, ceil((number + 1) * self.seconds - moment) or 1
