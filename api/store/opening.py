"""An open store: its engines, its identity and its transactions."""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, Select, bindparam, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from api.store import tables
from api.store.engine import StoreUrlError, Terms, begin_snapshot, is_full, open_engines, open_replica
from api.store.reading import Reader, StorageFullError, UnavailableError
from api.store.replicas import Replica, read_position

Result = TypeVar("Result")

_log = logging.getLogger("newsfacts")

#: The folder of the migrations.
MIGRATIONS = Path(__file__).parent / "migrations"

#: For writing very much: bytes of the cache, and pages that gather in the log before they are put in their places. The
#: same pages are written by transaction after transaction.
_BULK_CACHE, _BULK_LOG = 256 * 1024 * 1024, 25_000


@dataclass(frozen=True)
class Store:
    """A database with facts in it."""

    writers: Engine
    reader: Reader
    #: A copy to read from, which may be a little behind.
    replica: Replica | None = None

    def for_reading(self, position: str | None = None) -> Store:
        """Give the store to read from: the copy, if there is one that has all up to a position; else this one."""
        if self.replica is None or not self.replica.serves(position):
            return self
        return Store(self.writers, self.replica)

    def position(self) -> str | None:
        """Tell how far the store is written, for whoever is to read no older state; None where there is no copy."""
        return read_position(self.reader) if self.replica else None

    def write(self, work: Callable[[Session], Result]) -> Result:
        """Do some work in one transaction: all of it is stored or nothing.

        There is one writer at a time, so what the work reads stays true until it ends. Raises UnavailableError when
        the database does not answer, StorageFullError when it has no room left.
        """
        try:
            with Session(self.writers) as session, session.begin():
                return work(session)
        except OperationalError as error:
            raise StorageFullError if is_full(error) else UnavailableError from error

    def write_unless_busy(self, work: Callable[[Session], object]) -> None:
        """Do some work that nobody waits for: it is left undone while another writer is at it, or when it fails."""
        try:
            with Session(self.writers.execution_options(hurried=True)) as session, session.begin():
                work(session)
        except SQLAlchemyError as error:
            _log.debug("left undone", exc_info=error)

    @contextmanager
    def rehearse(self) -> Iterator[Session]:
        """Open a session whose work is always undone."""
        with Session(self.writers) as session:
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Open a session that only reads, and sees the store as it is at one moment, whoever writes meanwhile."""
        try:
            with begin_snapshot(self.reader.engine) as connection, Session(connection) as session:
                yield session
        except OperationalError as error:
            raise UnavailableError from error

    def identity(self) -> tuple[str, str, int]:
        """Read the store's id, its secret, and how often it was written to."""
        row = self.reader.first(_identity, (), {"name": "main"})
        if row is None:
            raise UnavailableError
        return row[0], row[1], row[2]

    def upgrade(self) -> tuple[str | None, str]:
        """Bring the tables up to date; give the revision before and the one after. Every revision keeps the data."""
        before = self.migration()
        # A server's processes never need it, and it takes more memory than all our own code.
        from api.store.migrating import upgrade  # noqa: PLC0415

        try:
            with self.writers.begin() as connection:
                upgrade(connection)
                if connection.execute(select(tables.store.c.id)).first() is None:
                    own = {"name": "main", "id": uuid.uuid4().hex, "secret": secrets.token_hex(32)}
                    connection.execute(insert(tables.store), {**own, "revision": 0, "changes": 0})
        except OperationalError as error:
            raise UnavailableError from error
        return before, latest_migration()

    def migration(self) -> str | None:
        """Tell which revision the tables are at; None before the first. Asking creates no file."""
        if self.is_embedded() and not Path(self.writers.url.database or "").exists():
            return None
        try:
            return self._current_revision()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise UnavailableError from error
        try:  # the connection was cut while nobody used it; by now the pool has forgotten all of them
            return self._current_revision()
        except DBAPIError as error:
            raise UnavailableError from error

    def _current_revision(self) -> str | None:
        with self.reader.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())

    def database(self) -> str:
        """Name the database and its version, such as 'SQLite 3.40.1'."""
        if self.is_embedded():
            return f"SQLite {self._ask('SELECT sqlite_version()')}"
        return f"PostgreSQL {self._ask('SHOW server_version')}"

    def size(self) -> int:
        """Tell how many bytes the database takes."""
        if self.is_embedded():
            return int(self._ask("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"))
        return int(self._ask("SELECT pg_database_size(current_database())"))

    def expect_bulk(self) -> None:
        """Let writing take more memory, for a process that does nothing else."""
        if self.is_embedded():
            with closing(self.writers.raw_connection()) as connection:
                connection.cursor().execute(f"PRAGMA cache_size = -{_BULK_CACHE >> 10}")
                connection.cursor().execute(f"PRAGMA wal_autocheckpoint = {_BULK_LOG}")

    def is_embedded(self) -> bool:
        """Tell whether the database is a file of this process's own and not somebody's server."""
        return self.reader.dialect == "sqlite"

    def _ask(self, question: str) -> Any:
        try:
            with self.reader.engine.connect() as connection:
                return connection.execute(text(question)).scalar_one()
        except DBAPIError as error:
            raise UnavailableError from error

    def close(self) -> None:
        """Close all connections."""
        self.writers.dispose()
        self.reader.close()
        if self.replica:
            self.replica.close()


def open_store(
    url: str, pool_size: int = 5, *, read_url: str = "", behind_pooler: bool = False, read_timeout: float = 0
) -> Store:
    """Open the store at a database URL; raises StoreUrlError. Nothing is read or created yet.

    `read_url` leads to a replica of a PostgreSQL, `behind_pooler` says that a pooler in transaction mode stands before
    both, and `read_timeout` is how many seconds a statement that reads may take there; 0 is any time.
    """
    terms = Terms(pool_size, behind_pooler, read_timeout)
    writers, readers = open_engines(url, terms)
    if not read_url:
        return Store(writers, Reader(readers))
    if readers.dialect.name == "sqlite":
        raise StoreUrlError("NEWSFACTS_DATABASE_READ_URL needs a PostgreSQL: an SQLite file has no replicas.")
    return Store(writers, Reader(readers), Replica(open_replica(read_url, terms)))


def count_changes(session: Session, changes: int) -> int:
    """Count a transaction that changed something, and its changes; give the number of the last one.

    All answers made before are out of date now. There is one writer at a time, so the numbers have no gaps and stand in
    the order in which transactions are committed.
    """
    store = tables.store
    statement = update(store).values(revision=store.c.revision + 1, changes=store.c.changes + changes)
    return int(session.execute(statement.returning(store.c.changes)).scalar_one())


def latest_migration() -> str:
    """Tell which revision this version of newsfacts needs."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _identity() -> Select[Any]:
    store = tables.store
    return select(store.c.id, store.c.secret, store.c.revision).where(store.c.name == bindparam("name"))
