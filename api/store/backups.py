"""Backups: the whole store in one file, as it is at one moment, made while others read and write."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.pq import Conninfo
from sqlalchemy import Select, func, select, text

from api.store import tables
from api.store.opening import Store, latest_migration


class BackupError(Exception):
    """No backup was made; the message says why."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What is in a backup: its size in bytes, how many facts, and the number of the last change.

    That number is None for tables of an earlier version, which may not tell it.
    """

    size: int
    facts: int
    changes: int | None


def back_up(store: Store, file: Path) -> Backup:
    """Copy a store to a file, which replaces the one there only once the copy is complete and safely on disk.

    An SQLite store becomes an SQLite file, one in PostgreSQL an archive for pg_restore, by way of pg_dump. Raises
    BackupError; UnavailableError when the database does not answer.
    """
    if store.is_embedded() and file.exists() and file.samefile(store.writers.url.database or ""):
        raise BackupError("That is the database itself.")
    try:
        # There may be keys and secrets in it: nobody else may read it.
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    except OSError as error:
        raise BackupError(f"Cannot write to {file.parent}: {error.strerror}.") from error
    copy = Path(name)
    try:
        with os.fdopen(handle):
            facts, *changes = (_vacuum if store.is_embedded() else _dump)(store, copy, _questions(store))
            os.fsync(handle)
        size = copy.stat().st_size
        copy.replace(file)
        _sync(file.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"The backup failed: {error}.") from error
    finally:
        copy.unlink(missing_ok=True)
    return Backup(size, facts, changes[0] if changes else None)


def _questions(store: Store) -> list[Select[Any]]:
    """List what is asked of a copy to tell what is in it."""
    facts = select(func.count()).select_from(tables.facts)
    return [facts, select(tables.store.c.changes)] if store.migration() == latest_migration() else [facts]


def _vacuum(store: Store, file: Path, questions: list[Select[Any]]) -> list[int]:
    # Readers may not: to SQLite this is writing, though it changes nothing here.
    with closing(store.writers.raw_connection()) as pooled:
        pooled.driver_connection.execute("VACUUM INTO ?", (str(file),))  # type: ignore[union-attr]
    with closing(sqlite3.connect(file)) as copy:
        return [copy.execute(str(question)).fetchone()[0] for question in questions]


def _dump(store: Store, file: Path, questions: list[Select[Any]]) -> list[int]:
    program = shutil.which("pg_dump")
    if program is None:
        url = store.writers.url.set(drivername="postgresql", password=None)
        address = url.difference_update_query(["password"]).render_as_string()
        raise BackupError(
            "pg_dump is not there; it comes with PostgreSQL's client programs. "
            f"Where it is, run: pg_dump --format=custom --file=FILE '{address}'"
        )
    with store.snapshot() as session:
        seen = session.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        told = [session.execute(question).scalar_one() for question in questions]
        command = [program, "--format=custom", "--no-password", f"--file={file}", f"--snapshot={seen}"]
        environment = os.environ | _address(store)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 (ours)
    if done.returncode:
        raise BackupError(f"pg_dump failed: {done.stderr.strip()}")
    return told


def _address(store: Store) -> dict[str, str]:
    """Tell PostgreSQL's programs where the store is, by the environment: arguments are seen by everyone."""
    engine = store.writers
    _, arguments = engine.dialect.create_connect_args(engine.url)
    variables = {option.keyword.decode(): option.envvar for option in Conninfo.get_defaults()}
    return {
        variable.decode(): str(value)
        for name, value in arguments.items()
        if (variable := variables.get(name)) is not None
    }


def _sync(folder: Path) -> None:
    """See that the file's new name is on disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
