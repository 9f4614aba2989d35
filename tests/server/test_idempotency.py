"""Fifty clients send one request at once, under one Idempotency-Key: it is done once, and all hear the same."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Barrier

import orjson
import pytest

from api.store import keys
from api.store.opening import Store
from tests.ingest.sheets import event, sheet_of
from tests.server.running import PATIENCE_SECONDS, Answer, free_port, serving

CLIENTS = 50


@pytest.mark.parametrize("database, workers", [("sqlite", 1), ("postgresql", 2)])
def test_what_is_sent_fifty_times_at_once_is_done_once(
    open_empty: Callable[[str], Store], database: str, workers: int
) -> None:
    with closing(open_empty(database)) as store:
        key = store.write(partial(keys.create, name="clients", scopes=("ingest",)))
        url = store.writers.url.render_as_string(hide_password=False)
    port = free_port()
    command = [str(Path(sys.executable).with_name("newsfacts")), "serve", "--port", str(port)]
    settings = {"NEWSFACTS_DATABASE_URL": url, "NEWSFACTS_ACCESS_LOG": "false"}
    # Without ids, so that nothing but the key tells that it is always the same.
    sheet = sheet_of("They met.", event("They met"))
    del sheet["article"]["id"]
    body = orjson.dumps(sheet)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Idempotency-Key": "once"}
    barrier = Barrier(CLIENTS)

    with serving([*command, "--workers", str(workers)], port, **settings) as served:

        def send(_: int) -> Answer:
            barrier.wait(PATIENCE_SECONDS)
            return served.ask("/v1/fact-sheets", "POST", body, headers)

        with ThreadPoolExecutor(CLIENTS) as clients:
            answers = list(clients.map(send, range(CLIENTS)))
        changes = served.ask("/v1/changes").json["items"]
    assert {(answer.status, answer.body, answer.headers.get("location")) for answer in answers} == {
        (201, answers[0].body, answers[0].headers.get("location"))
    }
    assert sorted((change["resource"], change["action"]) for change in changes) == [
        ("article", "created"),
        ("event", "created"),
    ]
