"""Replicas: reading from a copy of a PostgreSQL that follows it, without missing what one has written oneself.

A position is how far the database's log was written: an LSN in 16 hexadecimal digits. A copy that has replayed the log
up to there has all that was committed before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Engine, Select, Text, bindparam, case, cast, func, literal, not_, or_, select
from sqlalchemy.types import UserDefinedType

from api.store.reading import Build, OverdueError, Reader, UnavailableError

#: How long a reader waits for the copy to come as far as needed, and how often it looks; in seconds. Copies that stand
#: near are some milliseconds behind; with one that is not, whoever waited would only keep a thread from the others.
_LONGEST_WAIT, _STEP = 0.25, 0.01
#: How long a copy that did not answer is left alone, in seconds.
_REST = 5.0


class Replica(Reader):
    """Reads from a copy of the database."""

    def __init__(self, engine: Engine) -> None:
        """Take the engine that leads to the copy."""
        super().__init__(engine)
        self._rests_until: float | None = None

    def rows(self, build: Build, shape: tuple[Any, ...], values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        """Run a statement, as any reader does; a copy that does not answer is left alone for a while."""
        try:
            return super().rows(build, shape, values)
        except OverdueError:
            raise
        except UnavailableError:
            self._rests_until = monotonic() + _REST
            raise

    def serves(self, position: str | None = None) -> bool:
        """Tell whether to read here: the copy answers, and has all up to a position, or soon enough."""
        try:
            return self._is_awake() and (position is None or self._reaches(position))
        except UnavailableError:
            return False

    def _is_awake(self) -> bool:
        if self._rests_until is None:
            return True
        if monotonic() < self._rests_until:
            return False
        self.rows(_nothing, (), {})
        self._rests_until = None
        return True

    def _reaches(self, position: str) -> bool:
        # Asked on the connection that this thread will read by: there may be several copies behind the address.
        end, place = monotonic() + _LONGEST_WAIT, f"{position[:8]}/{position[8:]}"
        while not self.rows(_has_replayed, (), {"position": place})[0][0]:
            if monotonic() > end:
                return False
            sleep(_STEP)
        return True


def read_position(primary: Reader) -> str | None:
    """Read how far a database is written: all that was committed before stands before that. None if it is away."""
    try:
        (row,) = primary.rows(_written, (), {})
    except UnavailableError:
        return None
    high, low = row[0].split("/")
    return f"{high:0>8}{low:0>8}"


class _Lsn(UserDefinedType[str]):
    """A place in PostgreSQL's log."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "pg_lsn"


def _has_replayed() -> Select[Any]:
    replayed = func.pg_last_wal_replay_lsn(type_=_Lsn()) >= cast(bindparam("position", type_=Text), _Lsn())
    # A copy that has become the primary replays nothing any more.
    return select(or_(not_(func.pg_is_in_recovery()), replayed))


def _written() -> Select[Any]:
    # What was committed is on disk, and goes to the copy from there; unless the server does not wait for the disk.
    is_ahead = func.current_setting("synchronous_commit") == "off"
    place = case((is_ahead, func.pg_current_wal_insert_lsn()), else_=func.pg_current_wal_flush_lsn())
    return select(cast(place, Text))


def _nothing() -> Select[Any]:
    return select(literal(1))
