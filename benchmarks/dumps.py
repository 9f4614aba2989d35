"""PostgreSQL databases to files and back: a binary COPY of each table."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

_BLOCK = 1 << 20


def connect(url: str) -> psycopg.Connection:
    """Connect to the database at one of SQLAlchemy's URLs."""
    return psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


def fill(url: str, kept: Path, make_tables: Callable[[], object], load: Callable[[], object]) -> None:
    """Fill an empty database from what was kept of an earlier time, or by `load`, and then keep it."""
    make_tables()
    if kept.exists():
        restore(url, kept)
    else:
        load()
        making = kept.with_name(f"{kept.name}.unfinished")
        shutil.rmtree(making, ignore_errors=True)
        dump(url, making)
        making.rename(kept)
    vacuum(url)


def dump(url: str, folder: Path) -> None:
    """Write each table of a database to a file."""
    folder.mkdir(parents=True)
    with connect(url) as connection:
        for table in _tables(connection):
            with (
                connection.cursor().copy(_copy(table, "TO STDOUT")) as copy,
                (folder / f"{table}.copy").open("wb") as file,
            ):
                for block in copy:
                    file.write(block)


def restore(url: str, folder: Path) -> None:
    """Fill the tables of a database, which are there, from files; what is in them goes."""
    with connect(url) as connection:
        tables = _tables(connection)
        connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
        for table in tables:
            with (
                connection.cursor().copy(_copy(table, "FROM STDIN")) as copy,
                (folder / f"{table}.copy").open("rb") as file,
            ):
                while block := file.read(_BLOCK):
                    copy.write(block)


def copy_rows(connection: psycopg.Connection, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows to a table, given the names of their columns."""
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
    with connection.cursor().copy(into) as copy:
        for row in rows:
            copy.write_row(row)


def vacuum(url: str) -> None:
    """Have the planner know the data, and all that maintenance would do later done now."""
    connection = connect(url)
    connection.autocommit = True
    with connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _tables(connection: psycopg.Connection) -> list[str]:
    """List the tables; what others refer to comes first."""
    query = """SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
               ORDER BY (SELECT count(*) FROM pg_constraint WHERE conrelid = pg_class.oid AND contype = 'f'), relname"""
    return [row[0] for row in connection.execute(query)]


def _copy(table: str, direction: str) -> sql.Composed:
    # The direction is one of the two above, never somebody's input.
    return sql.SQL("COPY {} {} (FORMAT binary)").format(sql.Identifier(table), sql.SQL(direction))  # type: ignore[arg-type]
