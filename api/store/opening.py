"""An open store: its engines, its identity and its transactions."""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, Select, bindparam, insert, select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from api.store import tables
from api.store.engine import begin_snapshot, is_full, open_engines
from api.store.reading import Reader, StorageFullError, UnavailableError

Result = TypeVar("Result")

_log = logging.getLogger("newsfacts")


@dataclass(frozen=True)
class Store:
    """A database with facts in it."""

    writers: Engine
    reader: Reader

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
        config = _alembic()
        try:
            with self.writers.begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
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
            return MigrationContext.configure(connection).get_current_revision()

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


def open_store(url: str, pool_size: int = 5) -> Store:
    """Open the store at a database URL; raises StoreUrlError. Nothing is read or created yet."""
    writers, readers = open_engines(url, pool_size)
    return Store(writers, Reader(readers))


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
    return str(ScriptDirectory.from_config(_alembic()).get_current_head())


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _identity() -> Select[Any]:
    store = tables.store
    return select(store.c.id, store.c.secret, store.c.revision).where(store.c.name == bindparam("name"))
