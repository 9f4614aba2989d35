"""Reading at the speed of the driver: statements are written with SQLAlchemy, compiled once, and run on the driver's
own connection from SQLAlchemy's pool, each in a transaction of its own. No ORM and no row objects stand in between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from threading import local
from typing import Any

from sqlalchemy import Engine, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

#: Builds a statement of one shape, such as `list_page(shape)`. Its values come later, as bind parameters by name.
Build = Callable[..., Select[Any]]


class UnavailableError(Exception):
    """The database does not answer."""


class StorageFullError(UnavailableError):
    """The database has no room left to write to."""


class OverdueError(UnavailableError):
    """The database was at a statement for as long as one may take."""


class Reader:
    """Runs statements that only read."""

    def __init__(self, engine: Engine) -> None:
        """Take the engine that commits automatically."""
        self.engine = engine
        self.dialect = engine.dialect.name
        self._positional = engine.dialect.positional
        self._mine = local()
        self._compiled = lru_cache(maxsize=1024)(self._compile)
        dbapi: Any = engine.dialect.loaded_dbapi
        self._disconnects = (dbapi.OperationalError, dbapi.InterfaceError)
        # PostgreSQL has an error of its own for tables that nobody has made yet, and for what took too long.
        errors = getattr(dbapi, "errors", None)
        self._no_tables = getattr(errors, "UndefinedTable", ())
        self._overdue = getattr(errors, "QueryCanceled", ())

    def rows(self, build: Build, shape: tuple[Any, ...], values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        """Run the statement that `build(*shape)` makes, with these values; give its rows as tuples.

        A broken connection is replaced and the statement tried once more; raises UnavailableError when that fails too,
        OverdueError when it takes too long.
        """
        sql, names, defaults = self._compiled(build, shape)
        parameters: Any = {**defaults, **values} if defaults else values
        if names is not None:
            parameters = [parameters[name] for name in names]
        try:
            return self._run(sql, parameters)
        except self._no_tables as error:
            raise UnavailableError from error
        except self._overdue as error:
            raise OverdueError from error
        except self._disconnects:
            # What broke this connection has broken those that wait in the pool.
            self.engine.dispose()
            try:
                return self._run(sql, parameters)
            except self._disconnects as error:
                raise UnavailableError from error

    def first(self, build: Build, shape: tuple[Any, ...], values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Run a statement and give its first row, or None."""
        rows = self.rows(build, shape, values)
        return rows[0] if rows else None

    def number(self, build: Build, shape: tuple[Any, ...], values: Mapping[str, Any]) -> int:
        """Run a statement that counts or adds something up, and give what comes of it."""
        return int(self.rows(build, shape, values)[0][0])

    def close(self) -> None:
        """Close all connections; the next statement opens a new one."""
        self._forget()
        self.engine.dispose()

    def _run(self, sql: str, parameters: Any) -> Sequence[tuple[Any, ...]]:
        cursor = self._cursor()
        try:
            cursor.execute(sql, parameters)
            return cursor.fetchall()  # type: ignore[no-any-return]
        except self._overdue:
            raise  # though it is one of those below, the connection is as good as before
        except self._disconnects:
            self._forget()
            raise

    def _cursor(self) -> Any:
        """Give this thread's cursor. It keeps one as long as it lives: checking out costs more than reading."""
        try:
            return self._mine.cursor
        except AttributeError:
            pass
        try:
            self._mine.pooled = self.engine.raw_connection()
        except (DBAPIError, PoolTimeoutError) as error:
            raise UnavailableError from error
        connection: Any = self._mine.pooled.driver_connection
        self._mine.cursor = connection.cursor() if self._positional else connection.cursor(binary=True)
        return self._mine.cursor

    def _forget(self) -> None:
        if pooled := self._mine.__dict__.pop("pooled", None):
            self._mine.__dict__.pop("cursor").close()
            # Closed and not given back: the pool that it is from may be gone.
            pooled.invalidate()
            pooled.close()

    def _compile(self, build: Build, shape: tuple[Any, ...]) -> tuple[str, Sequence[str] | None, dict[str, Any]]:
        compiled = build(*shape).compile(dialect=self.engine.dialect, compile_kwargs={"render_postcompile": True})
        names = compiled.positiontup if self._positional else None
        return str(compiled), names, {k: v for k, v in compiled.params.items() if v is not None}
