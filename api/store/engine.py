"""How the two databases are opened, and how they differ: one half of all that is particular to a dialect."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, Table, bindparam, create_engine, event, func, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean

#: How long a writer waits for another one, in milliseconds.
BUSY_TIMEOUT = 30_000
#: The number of PostgreSQL's advisory lock that a writer holds: "newsfact" in ASCII.
_WRITERS = int.from_bytes(b"newsfact")
#: Documents are some kilobytes each, and a statement is in memory as a whole.
_ROWS_AT_ONCE = 1_000


#: PostgreSQL's code for a disk without room.
_DISK_FULL = "53100"


class StoreUrlError(ValueError):
    """The database URL is not one that newsfacts can open."""


def open_engines(url: str, pool_size: int) -> tuple[Engine, Engine]:
    """Open the engine that writers use and the one that readers use; readers commit automatically.

    A writer with the execution option `hurried` does not wait for another one: it fails at once.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreUrlError("NEWSFACTS_DATABASE_URL is not a database URL.") from error
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, pool_size)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed.set(drivername="postgresql+psycopg"), pool_size)
    raise StoreUrlError("NEWSFACTS_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://.")


def _open_sqlite(url: URL, pool_size: int) -> tuple[Engine, Engine]:
    if not url.database or url.database == ":memory:":
        raise StoreUrlError("An SQLite store needs a file: two connections to :memory: see two databases.")
    options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "hide_parameters": True}
    writers = create_engine(url, **options)
    readers = create_engine(url, **options, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)

    @event.listens_for(writers, "connect")
    @event.listens_for(readers, "connect")
    def set_up(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say so
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT}",
            "journal_mode = WAL",
            # NORMAL lost acknowledged writes when the power failed; FULL lost none.
            "synchronous = FULL",
            "foreign_keys = ON",
            "mmap_size = 0",
            # In KiB, for each connection: a worker has one for each thread, and the system caches the file anyway.
            "cache_size = -6000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(readers, "connect")
    def only_read(connection: sqlite3.Connection, _: Any) -> None:
        connection.execute("PRAGMA query_only = ON")

    @event.listens_for(writers, "begin")
    def begin(connection: Any) -> None:
        # A transaction that reads first and writes later loses updates or meets locks; this one waits its turn.
        if "hurried" not in connection.get_execution_options():
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")

    return writers, readers


def _open_postgresql(url: URL, pool_size: int) -> tuple[Engine, Engine]:
    # A generic plan cannot know how frequent a word or an actor is, and is slow for some.
    settings = {"options": "-c plan_cache_mode=force_custom_plan"}
    options: dict[str, Any] = {
        "pool_size": pool_size,
        "max_overflow": 0,
        # Errors are logged with their statement; texts and secrets are none of the log's business.
        "hide_parameters": True,
        "connect_args": settings,
    }
    writers = create_engine(url, **options, pool_pre_ping=True)
    readers = create_engine(url, **options, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)

    @event.listens_for(writers, "begin")
    def begin(connection: Any) -> None:
        if "hurried" in connection.get_execution_options():
            connection.exec_driver_sql("SET LOCAL lock_timeout = '1ms'")
        # One writer at a time, as in SQLite: what a sheet is compared with stays as it is until the sheet is stored.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")

    return writers, readers


def begin_snapshot(readers: Engine) -> Connection:
    """Open a connection that sees everything as it is at one moment, however long it reads."""
    connection = readers.connect()
    if readers.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="REPEATABLE READ")
    connection.exec_driver_sql("BEGIN")
    return connection


def is_full(error: DBAPIError) -> bool:
    """Tell whether a statement failed because there is no room left."""
    cause = error.orig
    full = sqlite3.SQLITE_FULL
    return getattr(cause, "sqlite_errorcode", None) == full or getattr(cause, "sqlstate", None) == _DISK_FULL


class has_label(FunctionElement[bool]):  # noqa: N801 (it reads as a function)
    """`has_label(labels, label)`: whether a column of labels has one, by the database's own search for a substring."""

    type = Boolean()
    inherit_cache = True


@compiles(has_label, "sqlite")
def _instr(element: has_label, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"instr({compiler.process(element.clauses, **kwargs)}) > 0"


@compiles(has_label, "postgresql")
def _strpos(element: has_label, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **kwargs)}) > 0"


def upsert(session: Session, table: Table, rows: Sequence[Mapping[str, Any]], add: str | None = None) -> None:
    """Insert rows of the same columns, the values of each of one type.

    A row whose key is there already replaces it, or adds its `add` column to the one there; so no two of the rows may
    have the same key.
    """
    dialect = session.get_bind().dialect.name
    for at in range(0, len(rows), _ROWS_AT_ONCE):
        some = rows[at : at + _ROWS_AT_ONCE]
        columns = tuple(some[0])
        # Most of PostgreSQL's time for many small rows goes into sending them: it gets a list for each column instead.
        values: Any = some if dialect == "sqlite" else {name: [row[name] for row in some] for name in columns}
        session.execute(_upsert(dialect, table, columns, add), values)


@lru_cache
def _upsert(dialect: str, table: Table, columns: tuple[str, ...], add: str | None) -> sqlite.Insert | postgresql.Insert:
    insert: sqlite.Insert | postgresql.Insert = sqlite.insert(table)
    if dialect == "postgresql":
        lists = (func.unnest(bindparam(name, type_=postgresql.ARRAY(table.c[name].type))) for name in columns)
        insert = postgresql.insert(table).from_select(columns, select(*lists))
    new = insert.excluded
    keys = [column.name for column in table.primary_key]
    changes = {add: table.c[add] + new[add]} if add else {name: new[name] for name in columns if name not in keys}
    if not changes:
        return insert.on_conflict_do_nothing(index_elements=keys)
    return insert.on_conflict_do_update(index_elements=keys, set_=changes)
