"""Slow clients and idle ones, by the hundred, before `newsfacts serve`: honest ones are served all the while."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import orjson
import pytest

from tests.ingest.sheets import event, sheet_of
from tests.server.running import Client, Served, allow_files

SLOW, LISTENERS = 200, 1000
JSON = {"Content-Type": "application/json"}
VERIFY = b'{"article": "tms-us-responds-to-russia", "exact": "delivered a written response"}'
#: For how many seconds idle listeners are watched.
IDLE_SECONDS = 3


@contextmanager
def _clients(served: Served, count: int, sent: str) -> Iterator[list[Client]]:
    allow_files(count + 500)
    with ExitStack() as connected:
        yield [connected.enter_context(served.connect(sent)) for _ in range(count)]


def _write(served: Served, key: str, id_: str) -> None:
    sheet = sheet_of(f"{id_} happened.", event(f"{id_} happened", id=id_), article=f"of-{id_}")
    headers = {**JSON, "Authorization": f"Bearer {key}"}
    assert served.ask("/v1/fact-sheets", "POST", orjson.dumps(sheet), headers).status in (200, 201)


def _serves(served: Served, key: str) -> None:
    """See that clients who read, verify and write are all answered."""
    for _ in range(10):
        assert served.ask("/healthz").status == 200
        assert len(served.ask("/v1/facts?limit=3").json["items"]) == 3
        assert served.ask("/v1/verify", "POST", VERIFY, JSON).json["found"] is True
    _write(served, key, "it")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param("", id="connections that say nothing"),
        pytest.param("GET /v1/facts HTTP/1.1\r\nHost: x\r\nX-Slow: ", id="headers that never end"),
        pytest.param(
            "POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
            id="bodies that never end",
        ),
        pytest.param(
            "POST /v1/fact-sheets HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
            "Content-Length: 1000\r\n\r\n{",
            id="batches that never end",
        ),
        pytest.param("GET /v1/facts?limit=200 HTTP/1.1\r\nHost: x\r\n\r\n" * 20, id="answers that are not read"),
    ],
)
def test_slow_clients_keep_nobody_waiting(served: Served, key: str, sent: str) -> None:
    with _clients(served, SLOW, sent):
        _serves(served, key)


def test_a_thousand_listeners_cost_little_and_hear_of_every_change(served: Served, key: str) -> None:
    memory, _ = served.usage()
    with _clients(served, LISTENERS, "GET /v1/changes/stream HTTP/1.1\r\nHost: x\r\n\r\n") as clients:
        for client in clients:
            client.receive_until(b"retry: ")
        memory_with_them, began = served.usage()
        time.sleep(IDLE_SECONDS)
        busy = (served.usage()[1] - began) / IDLE_SECONDS
        print(f"{LISTENERS} idle listeners: {memory_with_them - memory:.0f} MB more, {busy:.1%} of a core")
        _serves(served, key)
        _write(served, key, "heard-by-all")
        for client in clients:
            client.receive_until(b'"id":"heard-by-all"')


def test_a_thousand_requests_that_are_held_are_answered_when_something_changes(served: Served, key: str) -> None:
    page = served.ask("/v1/changes?limit=200").json
    while page["more"]:
        page = served.ask(f"/v1/changes?limit=200&after={page['next_cursor']}").json
    path = f"/v1/changes?wait=30&after={page['next_cursor']}"
    with _clients(served, LISTENERS, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n") as clients:
        _serves(served, key)
        _write(served, key, "ends-all-waits")
        for client in clients:
            assert client.receive_until(b"\r\n\r\n").startswith(b"HTTP/1.1 200")
