"""Positions: where a resource stands in the index of words, so that newest first is ascending, without sorting.

A position is how long ago a day is, then a hash of the id. What has no day and yet comes first, as actors do, stands
before all days. SQLite computes positions too: see `engine.py`.
"""

from __future__ import annotations

from hashlib import blake2b

#: The day of what has none and yet comes first: after every date.
ABOVE_ALL_DAYS = (1 << 22) - 1
_HASH_BITS = 40
#: Two ids whose hashes collide on one day stand side by side; more than this never meet.
PROBES = 16


def position_of(resource: str, id_: str, day: int) -> int:
    """Tell where a resource stands, unless another one was there first."""
    digest = blake2b(f"{resource}/{id_}".encode(), digest_size=8).digest()
    return (ABOVE_ALL_DAYS - day << _HASH_BITS) | (int.from_bytes(digest) & ((1 << _HASH_BITS) - PROBES - 1))


def places_at(position: int) -> range:
    """Tell where a resource may stand: at its own position, or at the first one after it that was free."""
    return range(position, position + PROBES)


def positions(first_day: int, last_day: int) -> tuple[int, int]:
    """Tell the first and the last position that a resource of some days may have."""
    return (ABOVE_ALL_DAYS - last_day) << _HASH_BITS, ((ABOVE_ALL_DAYS - first_day + 1) << _HASH_BITS) - 1
