"""Fixtures of the views, besides those of all tests:

- `world` is a store full of made-up facts (see world.py), on SQLite and on PostgreSQL in turn: for lists and counts.
- `world_on` gives the same on a database by its name, to compare the two.
- `desk` is somebody who may do everything, over an empty store (see desks.py): for what is changed.
- `store`, `empty_client`, `shared_store` and `shared_client` are those of tests/ingest, which are quicker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from api.ingest import ingest
from api.store.opening import Store
from tests.conftest import Key
from tests.ingest.conftest import emptied_store, empty_client, shared_client, shared_store, store
from tests.store.clients import client_of
from tests.views.desks import Desk
from tests.views.world import Document, sheets

__all__ = ["emptied_store", "empty_client", "shared_client", "shared_store", "store"]

Sheet = dict[str, Any]
_DESKS = count(1)


@dataclass
class World:
    """A store full of facts, read over HTTP."""

    store: Store
    client: FlaskClient

    @cached_property
    def facts(self) -> dict[str, Document]:
        """Every fact, the rejected ones too."""
        return self._all("facts", {"review": ["approved", "pending", "rejected"]})

    @cached_property
    def articles(self) -> dict[str, Document]:
        return self._all("articles", {})

    @cached_property
    def actors(self) -> dict[str, Document]:
        return self._all("actors", {})

    def get(self, path: str, query: dict[str, Any]) -> Any:
        response = self.client.get(f"{path}?{written(query)}")
        assert response.status_code == 200, response.text
        return response.json

    def pages(self, path: str, query: dict[str, Any], limit: int) -> Iterator[list[Document]]:
        """Read a list to its end, page by page."""
        query = query | {"limit": limit}
        for _ in range(2_000):
            page = self.get(path, query)
            assert len(page["items"]) <= limit
            yield page["items"]
            if page["next_cursor"] is None:
                return
            query["cursor"] = page["next_cursor"]
        raise AssertionError(f"{path}?{written(query)} never ends")

    def listed(self, path: str, query: dict[str, Any], limit: int = 200) -> list[Document]:
        """Read a whole list."""
        return [item for page in self.pages(path, query, limit) for item in page]

    def _all(self, noun: str, query: dict[str, Any]) -> dict[str, Document]:
        return {each["id"]: each for each in self.listed(f"/v1/{noun}", query)}


def written(query: dict[str, Any]) -> str:
    """Write a query string: a list as a repeated parameter, but ids between commas."""
    plain = {
        name: ",".join(value)
        if name in ("ids", "fields", "include", "facets") and not isinstance(value, str)
        else value
        for name, value in query.items()
    }
    return urlencode(plain, doseq=True)


@pytest.fixture
def desk(empty_client: FlaskClient, key: Key) -> Desk:
    # Each has a name of its own, so that no limit is reached however fast all the tests are.
    name = f"desk-{next(_DESKS)}"
    return Desk(empty_client, key("admin", name=name), name)


@pytest.fixture(scope="session")
def world_on(open_empty: Callable[[str], Store]) -> Iterator[Callable[[str], World]]:
    """Gives the world on the database that is named; it is made only once."""
    made: dict[str, World] = {}

    def make(database: str) -> World:
        if database not in made:
            store = open_empty(database)
            for sheet, moment in sheets():
                store.write(partial(ingest, sheet=sheet, clock=lambda moment=moment: moment, may_review=True))
            made[database] = World(store, client_of(store))
        return made[database]

    yield make
    for world in made.values():
        world.store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, world_on: Callable[[str], World]) -> World:
    return world_on(request.param)
