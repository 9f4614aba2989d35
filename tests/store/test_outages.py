"""A PostgreSQL that is killed, and one that is stopped, under load: nothing said is lost, nothing done twice."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from threading import Event, Lock
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api import create_app
from api.settings import Settings
from api.store import keys
from api.store.opening import Store, open_store
from tests import postgres
from tests.postgres import Absent, Cluster

READERS = WRITERS = 2
#: What each thread gets done before, between and after the outages.
ENOUGH = 5
PATIENCE_SECONDS = 60


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with postgres.start_cluster(postgres.DURABLE) as cluster:
        if isinstance(cluster, Absent):
            pytest.skip(cluster.reason)
        yield cluster


@pytest.fixture
def store(cluster: Cluster) -> Iterator[Store]:
    with closing(open_store(cluster.server.create_database(), pool_size=2 * (READERS + WRITERS))) as store:
        store.upgrade()
        yield store


class Load:
    """Clients that go on asking, and what they were answered."""

    def __init__(self, app: Flask, store: Store, sheet: dict[str, Any], key: str) -> None:
        self._store = store
        self._app, self._sheet, self._key = app, sheet, key
        self._over, self._lock = Event(), Lock()
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.acknowledged: list[str] = []

    def run(self, outages: Callable[[], None]) -> None:
        """Let the clients ask while there are outages."""
        with ThreadPoolExecutor(READERS + WRITERS) as threads:
            clients = [threads.submit(self._read) for _ in range(READERS)]
            clients += [threads.submit(self._write, number) for number in range(WRITERS)]
            try:
                outages()
            finally:
                self._over.set()
            for client in clients:
                client.result()

    def wait_for(self, method: str, *statuses: int, times: int = ENOUGH) -> None:
        """Wait until some more requests have been answered so."""
        before = self._count(method, statuses)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._count(method, statuses) < before + times:
            assert time.monotonic() < deadline, self.statuses
            assert not self._over.is_set(), "a client has given up"
            time.sleep(0.01)

    def _count(self, method: str, statuses: tuple[int, ...]) -> int:
        return sum(self.statuses[method, status] for status in statuses)

    def _read(self) -> None:
        with closing(self._store.reader):  # which keeps a connection for each thread
            self._go_on_reading(self._app.test_client())

    def _write(self, number: int) -> None:
        with closing(self._store.reader):
            self._go_on_writing(self._app.test_client(), number)

    def _go_on_reading(self, client: FlaskClient) -> None:
        while not self._over.is_set():
            for path in ("/v1/facts?actor=france", "/v1/actors/france"):
                self._note("GET", client.get(path))

    def _go_on_writing(self, client: FlaskClient, number: int) -> None:
        turn = 0
        while not self._over.is_set():
            turn += 1
            id_ = f"meeting-{number}-{turn}"
            headers = {"Authorization": f"Bearer {self._key}", "Idempotency-Key": id_}
            article = self._sheet["article"] | {"id": f"about-{id_}", "publisher": id_}
            body = self._sheet | {"article": article, "events": [self._sheet["events"][0] | {"id": id_}]}
            while self._note("POST", client.post("/v1/fact-sheets", json=body, headers=headers)) == 503:
                time.sleep(0.01)
            self.acknowledged.append(id_)

    def _note(self, method: str, answer: Any) -> int:
        if answer.status_code == 503:
            assert int(answer.headers["Retry-After"]) > 0
        with self._lock:
            self.statuses[method, answer.status_code] += 1
        return int(answer.status_code)


def test_nothing_acknowledged_is_lost_and_answers_come_again_without_a_restart(
    store: Store, cluster: Cluster, sheet: dict[str, Any]
) -> None:
    key = store.write(partial(keys.create, name="desk", scopes=["ingest"]))
    app = create_app(Settings(access_log=False), store)
    load = Load(app, store, sheet, key)

    def outages() -> None:
        load.wait_for("POST", 201)
        for how in (signal.SIGQUIT, signal.SIGINT):
            cluster.stop(how)
            load.wait_for("GET", 503)
            load.wait_for("POST", 503)
            cluster.start()
            load.wait_for("GET", 200)
            load.wait_for("POST", 200, 201)

    load.run(outages)
    assert set(load.statuses) <= {("GET", 200), ("GET", 404), ("GET", 503), ("POST", 201), ("POST", 503)}, load.statuses
    client = app.test_client()
    for id_ in load.acknowledged:
        assert client.get(f"/v1/events/{id_}").status_code == 200, "it was acknowledged, and is there"
    made: Counter[str] = Counter()
    cursor = ""
    while cursor is not None:
        page = client.get(f"/v1/changes?resource=event&limit=200{cursor}").json
        made.update(change["id"] for change in page["items"])
        cursor = f"&after={page['next_cursor']}" if page["more"] else None
    assert made == Counter(load.acknowledged), "each is there once, however often it was sent"
