"""An open store: its engines, its identity and its transactions."""

from __future__ import annotations

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
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from api.store import tables
from api.store.engine import open_engines
from api.store.reading import Reader, UnavailableError

Result = TypeVar("Result")


@dataclass(frozen=True)
class Store:
    """A database with facts in it."""

    writers: Engine
    reader: Reader

    def write(self, work: Callable[[Session], Result]) -> Result:
        """Do some work in one transaction: all of it is stored or nothing.

        There is one writer at a time, so what the work reads stays true until it ends. Raises UnavailableError when
        the database does not answer.
        """
        try:
            with Session(self.writers) as session, session.begin():
                return work(session)
        except OperationalError as error:
            raise UnavailableError from error

    @contextmanager
    def rehearse(self) -> Iterator[Session]:
        """Open a session whose work is always undone."""
        with Session(self.writers) as session:
            try:
                yield session
            finally:
                session.rollback()

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
                    first = {"name": "main", "id": uuid.uuid4().hex, "secret": secrets.token_hex(32), "revision": 0}
                    connection.execute(insert(tables.store), first)
        except OperationalError as error:
            raise UnavailableError from error
        return before, latest_migration()

    def migration(self) -> str | None:
        """Tell which revision the tables are at; None before the first. Asking creates no file."""
        if self.is_embedded() and not Path(self.writers.url.database or "").exists():
            return None
        try:
            with self.reader.engine.connect() as connection:
                return MigrationContext.configure(connection).get_current_revision()
        except DBAPIError as error:
            raise UnavailableError from error

    def database(self) -> str:
        """Name the database and its version, such as 'SQLite 3.40.1'."""
        if self.reader.dialect == "sqlite":
            query, name = "SELECT sqlite_version()", "SQLite"
        else:
            query, name = "SHOW server_version", "PostgreSQL"
        try:
            with self.reader.engine.connect() as connection:
                return f"{name} {connection.execute(text(query)).scalar_one()}"
        except DBAPIError as error:
            raise UnavailableError from error

    def is_embedded(self) -> bool:
        """Tell whether the database is a file of this process's own and not somebody's server."""
        return self.reader.dialect == "sqlite"

    def close(self) -> None:
        """Close all connections."""
        self.writers.dispose()
        self.reader.close()


def open_store(url: str, pool_size: int = 5) -> Store:
    """Open the store at a database URL; raises StoreUrlError. Nothing is read or created yet."""
    writers, readers = open_engines(url, pool_size)
    return Store(writers, Reader(readers))


def raise_revision(session: Session) -> None:
    """Count a transaction that changed something: all answers made before it are out of date."""
    session.execute(update(tables.store).values(revision=tables.store.c.revision + 1))


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
