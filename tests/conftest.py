"""Which fixture to choose:

- `client` speaks HTTP to an app over the two seed articles, on SQLite and on PostgreSQL in turn: for everything that
  only reads. Every answer is checked against openapi.yaml as it comes.
- `store` is an empty store on either database, `ingest_sheet` puts a sheet into it, `empty_client` reads it over HTTP:
  for what is written.
- `key` makes a key of that store, as the header to send: `empty_client.post(..., headers=key("edit", "review"))`. It is
  named after its scopes, here `edit-review`, unless `name=` says otherwise.
- `sheet` makes a small valid fact sheet to change as a test needs.

Nothing else is shared. A test that asks for PostgreSQL is skipped, with the reason, where there is none.
"""

from __future__ import annotations

import secrets
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from api.ingest import Outcome, ingest
from api.ingest.files import read_sheet
from api.ingest.seeding import seed_files
from api.store import keys, tables
from api.store.opening import Store, open_store
from tests import postgres
from tests.store.clients import client_of

pytest_plugins = ["tests.skips"]

#: The time at which all tests write, unless they bring a clock of their own.
NOW = datetime(2022, 1, 27, 9, 30, tzinfo=UTC)

Ingest = Callable[..., Outcome]
Key = Callable[..., dict[str, str]]


@pytest.fixture(autouse=True)
def asked_niceness(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Notes by how much this process was to lower its priority, which is also that of the tests to come."""
    asked: list[int] = []
    monkeypatch.setattr("os.nice", asked.append)
    return asked


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server | postgres.Absent]:
    with postgres.start() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: postgres.Server | postgres.Absent) -> str | None:
    """An empty PostgreSQL database with all tables, to make copies of."""
    if isinstance(postgres_server, postgres.Absent):
        return None
    url = postgres_server.create_database()
    store = open_store(url)
    store.upgrade()
    store.close()
    return url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with all tables, to make copies of: to migrate one takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "newsfacts.db"
    store = open_store(f"sqlite:///{path}")
    store.upgrade()
    store.close()
    return path


@pytest.fixture(scope="session")
def open_empty(
    postgres_server: postgres.Server | postgres.Absent,
    migrated_postgres: str | None,
    migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Store]:
    """Opens a new empty store on the database that is named."""

    def open_new(database: str) -> Store:
        if database == "sqlite":
            copy = shutil.copyfile(migrated_sqlite, tmp_path_factory.mktemp("store") / "newsfacts.db")
            store = open_store(f"sqlite:///{copy}")
            # It is a store of its own, which takes no cursor and no ETag of another one.
            with store.writers.begin() as connection:
                connection.execute(update(tables.store).values(id=uuid.uuid4().hex, secret=secrets.token_hex(32)))
            return store
        if isinstance(postgres_server, postgres.Absent):
            pytest.skip(postgres_server.reason)
        return open_store(postgres_server.create_database(template=migrated_postgres))

    return open_new


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, open_empty: Callable[[str], Store]) -> Iterator[Store]:
    store = open_empty(request.param)
    yield store
    store.close()


@pytest.fixture(scope="session")
def open_seeded(open_empty: Callable[[str], Store]) -> Iterator[Callable[[str], Store]]:
    """Opens the store with the seeds on the database that is named; it is made only once."""
    made: dict[str, Store] = {}

    def open_one(database: str) -> Store:
        if database not in made:
            made[database] = open_empty(database)
            for path in seed_files():
                made[database].write(partial(ingest, sheet=read_sheet(path), clock=lambda: NOW, may_review=True))
        return made[database]

    yield open_one
    for store in made.values():
        store.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def seeded_store(request: pytest.FixtureRequest, open_seeded: Callable[[str], Store]) -> Store:
    return open_seeded(request.param)


@pytest.fixture(scope="session")
def client(seeded_store: Store) -> FlaskClient:
    return client_of(seeded_store)


@pytest.fixture
def empty_client(store: Store) -> FlaskClient:
    return client_of(store)


@pytest.fixture
def ingest_sheet(store: Store) -> Ingest:
    """Stores a sheet at NOW; takes what `ingest` takes besides the session."""

    def run(sheet: dict[str, Any], **options: Any) -> Outcome:
        return store.write(partial(ingest, sheet=sheet, **({"clock": lambda: NOW} | options)))

    return run


@pytest.fixture
def key(store: Store) -> Key:
    """Makes a key with some scopes, once for each name; takes what `keys.create` takes besides."""
    made: dict[str, dict[str, str]] = {}

    def make(*scopes: str, name: str = "", **options: Any) -> dict[str, str]:
        name = name or "-".join(scopes)
        if name not in made:
            sent = store.write(partial(keys.create, name=name, scopes=scopes, **options))
            made[name] = {"Authorization": f"Bearer {sent}"}
        return made[name]

    return make


@pytest.fixture
def sheet() -> dict[str, Any]:
    """One article of two sentences, its two actors and an event: small, and yours to change."""
    return {
        "article": {
            "id": "talks",
            "publisher": "The Daily Test",
            "title": "France receives Germany",
            "language": "en",
            "published_at": {"edtf": "2022-02-01"},
            "text": "France received Germany on Monday. Both said that 5,000 troops would leave.",
        },
        "actors": [
            {"id": "france", "name": "France", "kind": "country", "country_code": "FR"},
            {"id": "germany", "name": "Germany", "kind": "country", "country_code": "DE"},
        ],
        "events": [
            {
                "id": "france-received-germany",
                "title": "France received Germany",
                "type": "consult",
                "modes": ["visit"],
                "modality": "actual",
                "date": {"edtf": "2022-01-31", "text": "Monday"},
                "actors": [
                    {"actor": "france", "role": "host", "named_as": "France"},
                    {"actor": "germany", "role": "participant", "named_as": "Germany"},
                ],
                "evidence": [{"exact": "France received Germany on Monday"}],
            }
        ],
    }


REPOSITORY = Path(__file__).parent.parent
