"""Times, as they are stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """Tell the time; whoever writes may bring a clock of their own."""
    return datetime.now(UTC)


def in_full(time: str) -> str:
    """Give a time that was sent all its decimals, so that it compares as text with those that are stored."""
    seconds, _, fraction = time.removesuffix("Z").partition(".")
    return f"{seconds}.{fraction:0<6}Z"


def written(moment: datetime) -> str:
    """Write a time as all times are stored: RFC 3339 in UTC with microseconds, so that texts sort as times do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
