"""A store of an earlier version keeps what it has, and its history begins there."""

from __future__ import annotations

from contextlib import closing

import orjson
import pytest
from alembic import command
from sqlalchemy import select, text

from api.store import changes, tables
from api.store.migrating import configured
from api.store.opening import Store, latest_migration, open_store
from tests import postgres
from tests.store.contents import rows

#: What the first version had, in its own words.
FIRST = ("facts", "articles", "actors", "article_texts", "actor_names", "claims", "postings", "tallies")


@pytest.fixture(params=["sqlite", "postgresql"])
def first_version(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_server: postgres.Server
) -> Store:
    """An empty store with the tables of the first version."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('first')}/newsfacts.db"
    elif isinstance(postgres_server, postgres.Absent):
        pytest.skip(postgres_server.reason)
    else:
        url = postgres_server.create_database()
    store = open_store(url)
    config = configured()
    with store.writers.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    return store


def test_what_an_earlier_version_stored_is_told_by_the_feed(first_version: Store, seeded_store: Store) -> None:
    with closing(first_version) as old:
        with old.writers.begin() as connection:
            for name in FIRST:
                table = tables.metadata.tables[name]
                with seeded_store.reader.engine.connect() as read:
                    found = [dict(row._mapping) for row in read.execute(select(table))]
                connection.execute(table.insert(), found)
            own = {"name": "main", "id": "old", "secret": "old", "revision": 5}
            connection.execute(text("INSERT INTO store VALUES (:name, :id, :secret, :revision)"), own)
        assert old.upgrade() == ("0001", latest_migration())
        feed = changes.after(old.reader, 0, 1000)
        documents = {name: rows(seeded_store, name, "id", "document") for name in ("articles", "actors", "facts")}
        told = {(change.resource, change.id, change.document) for change in feed.changes}
        assert told == {(name, *row) for name, stored in documents.items() for row in stored}
        assert [change.seq for change in feed.changes] == list(range(1, changes.last_number(old.reader) + 1))
        # Nothing is told before what it names.
        assert [change.resource for change in feed.changes] == sorted(
            (change.resource for change in feed.changes), key=["articles", "actors", "facts"].index
        )
        assert all(change.version == orjson.loads(change.document or b"")["version"] for change in feed.changes)
        assert old.identity() == ("old", "old", 5)
        assert rows(old, "fingerprints") == rows(seeded_store, "fingerprints") != []
