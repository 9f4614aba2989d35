"""How the two databases are opened, and how they differ: one half of all that is particular to a dialect."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Dialect,
    Engine,
    Table,
    TableClause,
    bindparam,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean

from api.store.positions import position_of

#: How long a writer waits for another one, in milliseconds.
BUSY_TIMEOUT = 30_000
#: The number of PostgreSQL's advisory lock that a writer holds: "newsfact" in ASCII.
_WRITERS = int.from_bytes(b"newsfact")
#: Documents are some kilobytes each, and a statement is in memory as a whole.
_ROWS_AT_ONCE = 1_000


#: PostgreSQL's code for a disk without room.
_DISK_FULL = "53100"
#: What is asked of a connection to PostgreSQL where its URL does not say otherwise. A server that went without a word
#: would keep a thread waiting for minutes: it is missed after so many seconds instead.
_PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}


class StoreUrlError(ValueError):
    """The database URL is not one that newsfacts can open."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms connections are had: how many of each kind, and what holds for PostgreSQL alone.

    `behind_pooler`: each transaction may be done by another connection of the server's, so that nothing is set, or
    prepared, for longer than one. `read_timeout`: seconds that a statement which reads may take; 0 is any time.
    """

    pool_size: int = 5
    behind_pooler: bool = False
    read_timeout: float = 0


def open_engines(url: str, terms: Terms) -> tuple[Engine, Engine]:
    """Open the engine that writers use and the one that readers use; readers commit automatically.

    A writer with the execution option `hurried` does not wait for another one: it fails at once.
    """
    parsed = _parse("NEWSFACTS_DATABASE_URL", url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, terms.pool_size)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed, terms), _open_postgresql_readers(parsed, terms)
    raise StoreUrlError("NEWSFACTS_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://.")


def open_replica(url: str, terms: Terms) -> Engine:
    """Open the engine by which a copy of the database is read; raises StoreUrlError."""
    parsed = _parse("NEWSFACTS_DATABASE_READ_URL", url)
    if parsed.get_backend_name() != "postgresql":
        raise StoreUrlError("NEWSFACTS_DATABASE_READ_URL must begin with postgresql+psycopg://.")
    return _open_postgresql_readers(parsed, terms)


def _parse(variable: str, url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:
        raise StoreUrlError(f"{variable} is not a database URL.") from error


def _open_sqlite(url: URL, pool_size: int) -> tuple[Engine, Engine]:
    if not url.database or url.database == ":memory:":
        raise StoreUrlError("An SQLite store needs a file: two connections to :memory: see two databases.")
    options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "hide_parameters": True}
    writers = create_engine(url, **options)
    readers = create_engine(url, **options, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)

    @event.listens_for(writers, "connect")
    @event.listens_for(readers, "connect")
    def set_up(connection: sqlite3.Connection, _: Any) -> None:
        connection.create_function("position_of", 3, position_of, deterministic=True)
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


def _open_postgresql(url: URL, terms: Terms) -> Engine:
    writers = _engine(url, terms, {"lock_timeout": BUSY_TIMEOUT}, pool_pre_ping=True)

    @event.listens_for(writers, "begin")
    def begin(connection: Any) -> None:
        hurried = "hurried" in connection.get_execution_options()
        if hurried or terms.behind_pooler:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {1 if hurried else BUSY_TIMEOUT}")
        # One writer at a time, as in SQLite: what a sheet is compared with stays as it is until the sheet is stored.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")

    return writers


def _open_postgresql_readers(url: URL, terms: Terms) -> Engine:
    limits = {"statement_timeout": round(terms.read_timeout * 1000)}
    return _engine(url, terms, limits, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)


def _engine(url: URL, terms: Terms, limits: Mapping[str, int], **options: Any) -> Engine:
    """Make an engine whose connections keep some limits, in milliseconds."""
    given = url.query
    arguments: dict[str, Any] = {name: given.get(name, value) for name, value in _PATIENCE.items()}
    if terms.behind_pooler:
        # A pooler hands no such settings on, and the server that has prepared a statement is not the next one asked.
        # What is not prepared is planned for its values anyway.
        arguments["prepare_threshold"] = None
    else:
        # A generic plan cannot know how frequent a word or an actor is, and is slow for some.
        settings = {"plan_cache_mode": "force_custom_plan", **limits}
        own = [given["options"]] if "options" in given else []
        arguments["options"] = " ".join([*map(str, own), *(f"-c {name}={value}" for name, value in settings.items())])
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=terms.pool_size,
        max_overflow=0,
        # Errors are logged with their statement; texts and secrets are none of the log's business.
        hide_parameters=True,
        connect_args=arguments,
        **options,
    )


def begin_snapshot(readers: Engine) -> Connection:
    """Open a connection that sees everything as it is at one moment, however long it reads."""
    connection = readers.connect()
    postgresql = readers.dialect.name == "postgresql"
    try:
        if postgresql:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0" if postgresql else "BEGIN")
    except DBAPIError:
        connection.close()
        raise
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
    """Insert rows of the same columns, in the table's order; see `write_rows`."""
    if rows:
        write_rows(session, table, tuple(rows[0]), [tuple(row.values()) for row in rows], add)


def write_rows(
    session: Session,
    table: Table | TableClause,
    columns: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
    add: str | None = None,
    *,
    replace: bool = True,
) -> None:
    """Insert rows of these columns, which stand in the table's order; the values of each column of one type.

    A row whose key is there already replaces it, or adds its `add` column to the one there; so no two of the rows may
    have the same key. Without `replace` it is an error.
    """
    connection = session.connection()
    statement = _insert(connection.dialect, table, columns, add, replace)
    for at in range(0, len(rows), _ROWS_AT_ONCE):
        some = rows[at : at + _ROWS_AT_ONCE]
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(statement, list(some))
        else:
            # Most of its time for many small rows goes into sending them: it gets a list for each column instead.
            lists = map(list, zip(*some, strict=True))
            connection.exec_driver_sql(statement, dict(zip(columns, lists, strict=True)))


@lru_cache
def _insert(
    dialect: Dialect, table: Table | TableClause, columns: tuple[str, ...], add: str | None, replace: bool
) -> str:
    insert: sqlite.Insert | postgresql.Insert = sqlite.insert(table)
    if dialect.name == "postgresql":
        lists = (func.unnest(bindparam(name, type_=postgresql.ARRAY(table.c[name].type))) for name in columns)
        insert = postgresql.insert(table).from_select(columns, select(*lists))
    new = insert.excluded
    keys = [column.name for column in table.primary_key]
    changes = {add: table.c[add] + new[add]} if add else {name: new[name] for name in columns if name not in keys}
    if replace and changes:
        insert = insert.on_conflict_do_update(index_elements=keys, set_=changes)
    elif replace:
        insert = insert.on_conflict_do_nothing(index_elements=keys)
    # Lists are sent in binary form, which takes a third of the time: `b` is how psycopg is asked for that.
    return str(insert.compile(dialect=dialect, column_keys=columns)).replace(")s::", ")b::")
