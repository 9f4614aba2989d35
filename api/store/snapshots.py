"""Snapshots: the store as it is at one moment, for whoever reads longer than a statement takes."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from api.store.engine import begin_snapshot
from api.store.reading import Reader, UnavailableError


class SnapshotClosedError(Exception):
    """The snapshot was let go; what it showed may be there no more."""


class Snapshot(Reader):
    """Reads on a connection of its own, which sees the store as it is at one moment, whoever writes meanwhile.

    Any thread may read, and any may close it, which waits for a statement that is under way. It must be closed: as long
    as it is open PostgreSQL keeps what was deleted since, and SQLite's log grows.
    """

    def __init__(self, reader: Reader) -> None:
        """Open it beside a reader of the store; raises UnavailableError."""
        super().__init__(reader.engine)
        # Statements are the same, and compiling them takes longer than running some.
        self._compiled = reader._compiled
        self._lock = Lock()
        try:
            self._connection: Any = begin_snapshot(reader.engine)
        except (DBAPIError, PoolTimeoutError) as error:
            raise UnavailableError from error
        driver: Any = self._connection.connection.driver_connection
        self._reading: Any = driver.cursor() if self._positional else driver.cursor(binary=True)

    def close(self) -> None:
        """Let the store go on without it; a second time does nothing."""
        with self._lock:
            if self._reading is not None:
                self._reading.close()
                self._reading = None
                self._connection.close()

    def _run(self, sql: str, parameters: Any) -> Sequence[tuple[Any, ...]]:
        with self._lock:
            if self._reading is None:
                raise SnapshotClosedError
            try:
                self._reading.execute(sql, parameters)
                return self._reading.fetchall()  # type: ignore[no-any-return]
            except self._disconnects as error:
                # Another connection would see another moment.
                self._connection.invalidate()
                raise UnavailableError from error
