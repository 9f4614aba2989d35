"""A store on the distributed PostgreSQL that NEWSFACTS_TEST_CITUS_URL names: a database whose nodes have Citus.

Everything is made in a schema of its own and dropped with it. Without that variable all of this is skipped.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from functools import partial

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import make_url

from api.ingest import ingest
from api.ingest.files import read_sheet
from api.ingest.seeding import seed_files
from api.store.distribution import distribute
from api.store.opening import Store, open_store
from tests.conftest import NOW
from tests.postgres import conninfo
from tests.store.clients import client_of


@pytest.fixture(scope="session")
def citus_url() -> Iterator[str]:
    """Leads to an empty schema of the cluster."""
    given = os.environ.get("NEWSFACTS_TEST_CITUS_URL")
    if given is None:
        pytest.skip("NEWSFACTS_TEST_CITUS_URL names no PostgreSQL with Citus")
    schema = f"newsfacts_test_{secrets.token_hex(6)}"
    with psycopg.connect(conninfo(given), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")  # type: ignore[arg-type]
        try:
            yield (
                make_url(given)
                .update_query_dict({"options": f"-c search_path={schema},public"})
                .render_as_string(hide_password=False)
            )
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def distributed(citus_url: str) -> Iterator[Store]:
    """The store with the seeds, distributed before they came."""
    store = open_store(citus_url, pool_size=10)
    store.upgrade()
    assert all(is_new for _, is_new in distribute(store))
    for path in seed_files():
        store.write(partial(ingest, sheet=read_sheet(path), clock=lambda: NOW, may_review=True))
    yield store
    store.close()


@pytest.fixture
def store(distributed: Store) -> Store:
    return distributed


@pytest.fixture
def distributed_client(distributed: Store) -> FlaskClient:
    return client_of(distributed)
