"""Besides the fixtures of all tests:

- `store` is the same as everywhere, but PostgreSQL's is one database that is emptied after each test: making hundreds
  of them takes minutes and gigabytes.
- `shared_store` is one store for all tests of a module, on either database, and `shared_client` reads it over HTTP: for
  tests that store nothing (a refused sheet), or only articles with ids of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from api.store import tables
from api.store.opening import Store
from tests.store.clients import client_of


@pytest.fixture(scope="session")
def emptied_store(open_empty: Callable[[str], Store]) -> Iterator[Store]:
    store = open_empty("postgresql")
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, open_empty: Callable[[str], Store]) -> Iterator[Store]:
    if request.param == "sqlite":
        store = open_empty("sqlite")
        yield store
        store.close()
    else:
        store = request.getfixturevalue("emptied_store")
        yield store
        empty(store)


def empty(store: Store) -> None:
    """Leave nothing in a PostgreSQL store but its identity, as if it had never been written to."""
    names = [name for name in tables.metadata.tables if name != "store"]
    with store.writers.begin() as connection:
        # TRUNCATE would make a new file of every table and index, for a few rows: that takes ten times as long.
        connection.exec_driver_sql("; ".join(f"DELETE FROM {name}" for name in (*names, "search_entries")))
        connection.execute(update(tables.store).values(revision=0, changes=0))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_store(request: pytest.FixtureRequest, open_empty: Callable[[str], Store]) -> Iterator[Store]:
    store = open_empty(request.param)
    yield store
    store.close()


@pytest.fixture(scope="module")
def shared_client(shared_store: Store) -> FlaskClient:
    return client_of(shared_store)


@pytest.fixture
def empty_client(store: Store) -> FlaskClient:
    """As in all tests, but quicker."""
    return client_of(store)
