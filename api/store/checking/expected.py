"""What ought to be there: rows derived anew, in tables like those of the store but in a temporary file."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, MetaData, StaticPool, Table, Text, create_engine, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from api.store import search_index, tables
from api.store.derived import Posting
from api.store.fingerprints import fingerprints_of
from api.store.labels import term
from api.store.tallying import Cell

#: Rows are written so many at a time.
_AT_ONCE = 50_000

_reading = Table(
    "reading",
    MetaData(),
    # Which actors the visible facts of an article name.
    Column("article", Text, primary_key=True),
    Column("actor", Text, primary_key=True),
    sqlite_with_rowid=False,
)
#: What is collected as rows, to be written many at a time.
_COLLECTED = (tables.actor_names, tables.postings, tables.fingerprints, _reading)


@contextmanager
def open_expected(stored: Session) -> Iterator[Session]:
    """Open the temporary file, which SQLite deletes by itself; its index of words is like that of the store."""
    # To SQLite an empty name is a file in the folder for temporary files, and no two connections share it.
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(""), poolclass=StaticPool)
    try:
        with Session(engine) as session, session.begin():
            for table in (*_COLLECTED, tables.tallies, search_index.entries):
                table.create(session.connection())
            if search_index.is_sqlite(stored):
                made = text("SELECT sql FROM sqlite_master WHERE name = 'search_words'")
                session.execute(text(stored.execute(made).scalar_one()))
            yield session
    finally:
        engine.dispose()


class Expected:
    """Collects what ought to be there."""

    def __init__(self, session: Session) -> None:
        """Take a session of the temporary file."""
        self._session = session
        self._rows: dict[Table, list[tuple[Any, ...]]] = {table: [] for table in _COLLECTED}
        self._tallies: Counter[Cell] = Counter()

    def call(self, actor: str, names: Iterable[str]) -> None:
        """Note the folded names of an actor."""
        self._rows[tables.actor_names] += [(name, actor) for name in names]
        self._write_many()

    def post(self, postings: Iterable[Posting]) -> None:
        """Note places in lists."""
        self._rows[tables.postings] += postings
        self._write_many()

    def mark(self, article: str, text: str) -> None:
        """Note the fingerprints of an article."""
        self._rows[tables.fingerprints] += [(row["band"], row["article_id"]) for row in fingerprints_of(article, text)]
        self._write_many()

    def count(self, cells: Iterable[Cell]) -> None:
        """Note that something is counted once more."""
        self._tallies.update(cells)
        self._write_many()

    def read(self, article: str, actors: Iterable[str]) -> None:
        """Note that facts of an article name some actors."""
        self._rows[_reading] += [(article, actor) for actor in actors]
        self._write_many()

    def actors_in(self, article: str) -> list[str]:
        """List the actors of an article's facts; all of them must have been written."""
        query = select(_reading.c.actor).where(_reading.c.article == article).order_by(_reading.c.actor)
        return list(self._session.execute(query).scalars())

    def write(self) -> None:
        """Write what was collected so far."""
        for table, rows in self._rows.items():
            self._write(sqlite.insert(table).on_conflict_do_nothing(), rows)
            rows.clear()
        add = sqlite.insert(tables.tallies)
        add = add.on_conflict_do_update(set_={"facts": tables.tallies.c.facts + add.excluded.facts})
        self._write(add, [(term(label), *cell, facts) for (label, *cell), facts in self._tallies.items()])
        self._tallies.clear()

    def _write(self, insert: sqlite.Insert, rows: list[tuple[Any, ...]]) -> None:
        # By the driver itself; rows that stand in order of their keys are near one another in the file.
        driver: Any = self._session.connection().connection.driver_connection
        driver.executemany(str(insert.compile(dialect=sqlite.dialect())), sorted(rows))

    def _write_many(self) -> None:
        if len(self._tallies) > _AT_ONCE or any(len(rows) > _AT_ONCE for rows in self._rows.values()):
            self.write()
