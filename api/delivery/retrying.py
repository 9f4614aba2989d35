"""Retrying: when to try again what failed."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from random import SystemRandom

#: The longest delay before each further attempt, in units of the first one: 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 6 h,
#: 12 h and 24 h when that is 5 s. After the attempt that follows the last of them a delivery is a dead letter.
SCHEDULE = (1, 6, 24, 120, 360, 1_440, 4_320, 8_640, 17_280)
MOST_ATTEMPTS = len(SCHEDULE) + 1
#: A receiver that does nothing but fail for so many days is given up.
PATIENCE_DAYS = 5

_random = SystemRandom()


def delay_after(attempt: int, first: float, retry_after: float | None = None) -> float | None:
    """Tell how many seconds after a failed attempt, counted from 1, to try again; None when that was the last one.

    `first` is the first delay in seconds, which all others are multiples of. A delay is any up to the scheduled one
    ("full jitter"), so that what failed together does not come again together. What the receiver asks for counts
    instead, from the first delay of the schedule to the last.
    """
    if attempt >= MOST_ATTEMPTS:
        return None
    if retry_after is not None:
        return min(max(retry_after, first), first * SCHEDULE[-1])
    return _random.uniform(0, first * SCHEDULE[attempt - 1])


def seconds_asked_for(header: str | None, now: datetime) -> float | None:
    """Read Retry-After, which is seconds or a date; None without one that can be read."""
    if header is None:
        return None
    if header.isascii() and header.isdigit():
        return float(header[:9])
    try:
        return max((parsedate_to_datetime(header) - now).total_seconds(), 0.0)
    except (ValueError, TypeError):  # no date; one without a zone
        return None
