"""How the databases are opened: so that no update is lost and nothing acknowledged goes with the power."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.store import tables
from api.store.engine import StoreUrlError, Terms, open_engines, upsert
from api.store.opening import Store, open_store
from api.store.reading import UnavailableError
from tests.store.contents import rows

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL
    "foreign_keys": 1,
    "mmap_size": 0,
}


@pytest.fixture
def embedded(open_empty: Callable[[str], Store]) -> Store:
    return open_empty("sqlite")


@pytest.mark.parametrize("pragma, value", PRAGMAS.items())
def test_sqlite_is_set_up_for_readers_and_writers(embedded: Store, pragma: str, value: object) -> None:
    for engine in (embedded.writers, embedded.reader.engine):
        with engine.connect() as connection:
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_writer_waits_long_enough_for_another_one(embedded: Store) -> None:
    with embedded.writers.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() >= 15_000


def test_a_reader_cannot_write(embedded: Store) -> None:
    with embedded.reader.engine.connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.execute(update(tables.store).values(revision=7))


def test_a_reader_is_not_held_up_by_a_writer(store: Store) -> None:
    with Session(store.writers) as session, session.begin():
        session.execute(update(tables.store).values(revision=7))
        assert store.identity()[2] == 0
    assert store.identity()[2] == 7


@pytest.mark.parametrize(
    "url, says",
    [
        ("", "not a database URL"),
        ("newsfacts.db", "not a database URL"),
        ("mysql://localhost/newsfacts", "must begin with sqlite"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_a_url_that_cannot_be_opened_is_refused_by_its_setting_or_says_why(url: str, says: str) -> None:
    with pytest.raises(StoreUrlError, match=says):
        open_engines(url, Terms())


def test_a_url_that_is_refused_keeps_its_password_to_itself() -> None:
    with pytest.raises(StoreUrlError) as caught:
        open_engines("mysql://someone:geheim@localhost/newsfacts", Terms())
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("name", ["postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_postgresql_url_is_opened_with_psycopg(name: str) -> None:
    writers, readers = open_engines(f"{name}://nobody@localhost/none", Terms())
    assert {writers.url.drivername, readers.url.drivername} == {"postgresql+psycopg"}


def test_opening_a_store_reads_and_creates_nothing(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/none.db").close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["sqlite:////no/such/folder/x.db", "postgresql://nobody@127.0.0.1:1/none"])
@pytest.mark.parametrize(
    "ask",
    [Store.identity, Store.database, Store.upgrade, lambda store: store.write(lambda session: session.connection())],
    ids=["identity", "database", "upgrade", "write"],
)
def test_a_database_that_does_not_answer_is_said_to_be_unavailable(url: str, ask: Callable[[Store], object]) -> None:
    store = open_store(url)
    try:
        with pytest.raises(UnavailableError):
            ask(store)
    finally:
        store.close()


def test_a_database_names_itself(store: Store) -> None:
    assert store.database().startswith("SQLite 3." if store.is_embedded() else "PostgreSQL ")


#: Texts that mean something in a list as PostgreSQL writes one.
AWKWARD = [
    "",
    "NULL",
    "null",
    "{}",
    "{a,b}",
    '"',
    "'",
    "\\",
    '\\"',
    "a,b",
    " a ",
    "a\nb",
    "\u00e9\u5317\U0001f642",
    "%s",
    ":id",
]


def test_rows_are_stored_to_the_letter(store: Store) -> None:
    written = [
        (str(n), n, text, text, text, text, text or None, None, text, text.encode() + b"\x00\xff")
        for n, text in enumerate(AWKWARD)
    ]
    named = [dict(zip(tables.actors.columns.keys(), row, strict=True)) for row in written]
    store.write(lambda session: upsert(session, tables.actors, named))
    assert rows(store, "actors") == sorted(written, key=repr)


def test_rows_replace_those_with_their_key_however_many_they_are(store: Store) -> None:
    def write(session: Session, target: str, ids: range) -> None:
        upsert(session, tables.aliases, [{"resource": "facts", "id": f"{id_:05}", "target": target} for id_ in ids])

    store.write(partial(write, target="first", ids=range(2500)))
    store.write(partial(write, target="second", ids=range(1000, 3000)))
    store.write(partial(write, target="third", ids=range(0)))
    targets = [target for _, _, target in rows(store, "aliases", "resource", "id", "target")]
    assert targets == ["first"] * 1000 + ["second"] * 2000


def test_rows_that_are_all_key_are_stored_once(store: Store) -> None:
    named = [{"name_key": name, "actor_id": "france"} for name in ("france", "republic", "france")]
    for _ in range(2):
        store.write(lambda session: upsert(session, tables.actor_names, named))
    assert rows(store, "actor_names") == [("france", "france"), ("republic", "france")]


def test_counts_add_up(store: Store) -> None:
    def count(session: Session, **counts: int) -> None:
        cells = [{"term": 7, "facet": "kind", "value": name, "facts": facts} for name, facts in counts.items()]
        upsert(session, tables.tallies, cells, add="facts")

    store.write(partial(count, event=2, proposal=1))
    store.write(partial(count, event=3, statement=1, proposal=-1))
    assert rows(store, "tallies", "value", "facts") == [("event", 5), ("proposal", 0), ("statement", 1)]


TURNS = 25


def _read_modify_write(session: Session) -> None:
    revision = session.execute(select(tables.store.c.revision).with_for_update()).scalar_one()
    session.execute(update(tables.store).values(revision=revision + 1))


def test_four_writers_that_read_modify_and_write_lose_nothing(store: Store) -> None:
    """Each has a store of its own, as processes have: no pool and no lock of Python stands between them."""
    url = store.writers.url.render_as_string(hide_password=False)

    def count_up(_: int) -> None:
        with closing(open_store(url)) as own:
            for _turn in range(TURNS):
                own.write(_read_modify_write)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count_up, range(4)))
    assert store.identity()[2] == 4 * TURNS


def test_a_transaction_of_sqlite_begins_as_a_writer(embedded: Store) -> None:
    """One that began as a reader would lose updates, or find the database locked when it comes to write."""
    with closing(sqlite3.connect(str(embedded.writers.url.database), timeout=0, isolation_level=None)) as other:
        with embedded.writers.begin(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
        other.rollback()
