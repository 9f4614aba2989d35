"""What the operator's tools ask: does the process live, can it serve."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from api.store.opening import Store, latest_migration, open_store
from api.version import VERSION
from tests.conftest import Ingest
from tests.postgres import Absent, Server
from tests.store.clients import client_of
from tests.views.conftest import Sheet

READS = (
    "/v1/facts",
    "/v1/facts/some-id",
    "/v1/facts/counts?by=kind",
    "/v1/events?q=word&date_from=2022-01-01",
    "/v1/articles",
    "/v1/articles/some-id/text",
    "/v1/articles/some-id/facts",
    "/v1/actors",
    "/v1/actors/some-id/network",
    "/v1/search?q=word",
)


def test_a_process_that_lives_says_so(client: FlaskClient) -> None:
    response = client.get("/healthz")
    assert response.json == {"status": "ok"}
    assert response.headers["Cache-Control"] == "no-store"


def test_a_server_that_can_serve_says_with_what(client: FlaskClient, store: Store) -> None:
    ready = client_of(store).get("/readyz").json
    assert ready["status"] == "ready"
    assert ready["migration"] == latest_migration()
    assert ready["version"] == VERSION
    assert ready["database"].split()[0] == ("SQLite" if store.is_embedded() else "PostgreSQL")


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_store(request: pytest.FixtureRequest, tmp_path: Path, postgres_server: Server | Absent) -> Iterator[Store]:
    """A database without any tables."""
    if request.param == "sqlite":
        store = open_store(f"sqlite:///{tmp_path}/bare.db")
    elif isinstance(postgres_server, Absent):
        pytest.skip(postgres_server.reason)
    else:
        store = open_store(postgres_server.create_database())
    yield store
    store.close()


def test_a_database_without_tables_is_not_ready_and_the_process_lives(bare_store: Store) -> None:
    client = client_of(bare_store)
    assert client.get("/healthz").status_code == 200
    problem = client.get("/readyz")
    assert (problem.status_code, problem.json["type"]) == (503, "/problems/unavailable")
    assert "newsfacts upgrade" in problem.json["detail"]
    assert int(problem.headers["Retry-After"]) > 0


def test_nothing_can_be_read_without_tables_and_nothing_fails(bare_store: Store) -> None:
    client = client_of(bare_store)
    assert {path: client.get(path).status_code for path in READS} == dict.fromkeys(READS, 503)
    problem = client.get(READS[0])
    assert problem.json["type"] == "/problems/unavailable"
    assert int(problem.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.db", "postgresql+psycopg://nobody@/none?host=/nowhere/at/all"]
)
def test_a_database_that_is_away_is_told_with_when_to_ask_again(url: str) -> None:
    client = client_of(open_store(url))
    assert client.get("/healthz").status_code == 200
    for path in ("/readyz", *READS):
        problem = client.get(path)
        assert (problem.status_code, problem.json["type"]) == (503, "/problems/unavailable"), path
        assert int(problem.headers["Retry-After"]) > 0
        for secret in ("nowhere", "nobody", "sqlite", "psycopg", "connection", "SELECT"):
            assert secret not in problem.text, path


def test_connections_that_the_database_cut_are_made_anew(
    store: Store, empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    if store.is_embedded():
        return  # a file cuts no connections
    ingest_sheet(sheet)
    assert empty_client.get("/v1/facts").status_code == 200
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    store.write(lambda session: session.execute(text(f"SELECT pg_terminate_backend(pid) {others}")).all())
    for path in ("/v1/facts", "/v1/facts/france-received-germany", "/readyz"):
        assert empty_client.get(path).status_code == 200
    assert len(empty_client.get("/v1/facts").json["items"]) == 1
