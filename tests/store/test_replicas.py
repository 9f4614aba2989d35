"""A replica answers what only reads, and nobody misses what he wrote himself: on a real one, held back or away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from api.store import keys, replicas, tables
from api.store.documents import find
from api.store.engine import StoreUrlError, Terms, open_replica
from api.store.opening import Store, open_store
from api.store.reading import Reader
from api.store.replicas import Replica
from tests import postgres
from tests.conftest import Ingest, Key
from tests.postgres import Absent, Cluster, conninfo
from tests.store.clients import client_of

FACT = "/v1/facts/france-received-germany"
EVENT = "/v1/events/france-received-germany"
LIST = "/v1/facts?fields=title"
#: Reads that are checked, in each of the tests that count stale ones.
TURNS = 20

Send = Callable[[str], dict[str, str]]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with postgres.start_cluster(postgres.DURABLE) as cluster:
        if isinstance(cluster, Absent):
            pytest.skip(cluster.reason)
        yield cluster


@pytest.fixture(scope="module")
def replica(cluster: Cluster) -> Iterator[Cluster]:
    with cluster.replica() as replica:
        if isinstance(replica, Absent):
            pytest.skip(replica.reason)
        yield replica


class CountingReader(Reader):
    """Tells how often the primary was asked."""

    asked = 0

    def rows(self, *arguments: Any) -> Any:
        self.asked += 1
        return super().rows(*arguments)


@pytest.fixture
def store(cluster: Cluster, replica: Cluster) -> Iterator[Store]:
    """A store that is read from the replica, which has all of it."""
    url = cluster.server.create_database()
    followed = replica.server.beside(url)
    opened = open_store(url, read_url=followed)
    store = Store(opened.writers, CountingReader(opened.reader.engine), opened.replica)
    store.upgrade()
    catch_up(cluster, replica)
    yield store
    store.close()


@pytest.fixture
def client(store: Store) -> FlaskClient:
    return client_of(store)


@pytest.fixture
def retitle(client: FlaskClient, store: Store, key: Key, sheet: dict[str, Any], ingest_sheet: Ingest) -> Send:
    """Gives the fact another title; tells how to read it."""
    ingest_sheet(sheet)

    def send(title: str) -> dict[str, str]:
        current = find(store.reader, tables.facts, "france-received-germany")
        assert current is not None
        headers = {"If-Match": current.etag, "Content-Type": "application/merge-patch+json"}
        sent = client.patch(EVENT, json={"title": title}, headers=key("edit") | headers)
        assert sent.status_code == 200, sent.text
        return {"Newsfacts-Position": sent.headers["Newsfacts-Position"]}

    return send


def run(cluster: Cluster, statement: str) -> Any:
    with psycopg.connect(conninfo(cluster.server.url), autocommit=True) as connection:
        return connection.execute(statement).fetchone()


def catch_up(cluster: Cluster, replica: Cluster) -> None:
    (written,) = run(cluster, "SELECT pg_current_wal_insert_lsn()")
    while not run(replica, f"SELECT pg_last_wal_replay_lsn() >= '{written}'")[0]:
        pass


@contextmanager
def held_back(cluster: Cluster, replica: Cluster) -> Iterator[None]:
    catch_up(cluster, replica)
    run(replica, "SELECT pg_wal_replay_pause()")
    while run(replica, "SELECT pg_get_wal_replay_pause_state()")[0] != "paused":
        pass
    try:
        yield
    finally:
        run(replica, "SELECT pg_wal_replay_resume()")


def titles(client: FlaskClient, headers: dict[str, str] | None = None) -> list[str]:
    """Read the title of the one fact there is: by its id, and in the list."""
    one, listed = client.get(FACT, headers=headers), client.get(LIST, headers=headers)
    return [one.json["title"], *(each["title"] for each in listed.json["items"])]


def test_reads_are_answered_by_the_replica_alone(
    client: FlaskClient, store: Store, retitle: Send, cluster: Cluster, replica: Cluster
) -> None:
    seen = retitle("They met")
    catch_up(cluster, replica)
    before = store.reader.asked  # type: ignore[attr-defined]
    assert titles(client) == titles(client, seen) == ["They met"] * 2
    assert store.reader.asked == before  # type: ignore[attr-defined]


def test_with_its_position_whoever_wrote_reads_nothing_older(client: FlaskClient, retitle: Send) -> None:
    for turn in range(TURNS):
        assert titles(client, retitle(f"Turn {turn}")) == [f"Turn {turn}"] * 2


def test_a_replica_that_is_held_back_answers_as_of_then_but_never_who_names_a_position(
    client: FlaskClient, retitle: Send, cluster: Cluster, replica: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    retitle("Before")
    monkeypatch.setattr(replicas, "_LONGEST_WAIT", 0.02)
    with held_back(cluster, replica):
        for turn in range(TURNS):
            seen = retitle(f"Turn {turn}")
            assert titles(client, seen) == [f"Turn {turn}"] * 2
            assert titles(client) == ["Before"] * 2, "without one it is as the replica has it"
    catch_up(cluster, replica)
    assert titles(client) == [f"Turn {TURNS - 1}"] * 2


def test_what_a_client_keeps_is_current_as_far_as_it_has_seen(
    client: FlaskClient, retitle: Send, cluster: Cluster, replica: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    retitle("Before")
    monkeypatch.setattr(replicas, "_LONGEST_WAIT", 0.02)
    with held_back(cluster, replica):
        kept = {path: {"If-None-Match": client.get(path).headers["ETag"]} for path in (FACT, LIST)}
        seen = retitle("After")
        for path, headers in kept.items():
            assert client.get(path, headers=headers).status_code == 304, "nothing is newer on the replica"
            newer = client.get(path, headers=headers | seen)
            assert newer.status_code == 200
            assert "After" in newer.text
            again = {"If-None-Match": newer.headers["ETag"]}
            assert client.get(path, headers=again | seen).status_code == 304
            # The replica has not what this ETag is of, and says what it has.
            older = client.get(path, headers=again)
            assert older.status_code == 200
            assert older.headers["ETag"] == headers["If-None-Match"]


def test_a_write_that_is_refused_tells_where_to_read_what_stood_in_its_way(
    client: FlaskClient, key: Key, retitle: Send
) -> None:
    retitle("They met")
    headers = key("edit") | {"If-Match": '"old"', "Content-Type": "application/merge-patch+json"}
    refused = client.patch(EVENT, json={"title": "Late"}, headers=headers)
    assert refused.status_code == 412
    seen = {"Newsfacts-Position": refused.headers["Newsfacts-Position"]}
    assert client.get(FACT, headers=seen).headers["ETag"] == refused.headers["ETag"]


def test_a_revoked_key_ends_at_once_however_far_behind_the_replica_is(
    client: FlaskClient, store: Store, key: Key, cluster: Cluster, replica: Cluster
) -> None:
    sent = key("ingest")
    assert client.get("/v1/jobs", headers=sent).status_code == 200
    with held_back(cluster, replica):
        assert store.write(partial(keys.revoke, name="ingest"))
        assert client.get("/v1/jobs", headers=sent).status_code == 401


def test_while_the_replica_is_away_the_primary_answers(
    client: FlaskClient, store: Store, retitle: Send, replica: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = retitle("They met")
    assert titles(client, seen) == ["They met"] * 2
    replica.stop()
    try:
        first = client.get(FACT)
        assert first.status_code == 503, "the first to find out is told to come again"
        assert int(first.headers["Retry-After"]) > 0
        assert titles(client) == titles(client, seen) == ["They met"] * 2
        monkeypatch.setattr(replicas, "_REST", 0.0)
        with pytest.raises(replicas.UnavailableError):
            store.replica.rows(replicas._nothing, (), {})  # type: ignore[union-attr]
        assert titles(client) == ["They met"] * 2, "it is looked for again, at nobody's cost"
    finally:
        replica.start()
    before = store.reader.asked  # type: ignore[attr-defined]
    assert titles(client) == ["They met"] * 2
    assert store.reader.asked == before, "it is back, and nothing was started anew"  # type: ignore[attr-defined]


def test_a_replica_that_became_the_primary_has_all_there_is(store: Store) -> None:
    promoted = Replica(open_replica(store.writers.url.render_as_string(hide_password=False), Terms()))
    assert promoted.serves("FFFFFFFFFFFFFFFF")
    promoted.close()


def test_a_file_has_no_replica() -> None:
    with pytest.raises(StoreUrlError, match="READ_URL needs a PostgreSQL"):
        open_store("sqlite:///newsfacts.db", read_url="postgresql://localhost/newsfacts")


@pytest.mark.parametrize("url", ["newsfacts.db", "sqlite:///copy.db"])
def test_a_replica_that_is_none_is_refused_by_its_setting(url: str) -> None:
    with pytest.raises(StoreUrlError, match="NEWSFACTS_DATABASE_READ_URL"):
        open_store("postgresql://localhost/newsfacts", read_url=url)
