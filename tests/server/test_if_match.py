"""Eight clients change one fact at once, through a server with several processes: nobody overwrites anybody."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from threading import Barrier
from typing import Any

import orjson
import pytest

from api.ingest import ingest
from api.store import keys
from api.store.opening import Store
from tests.ingest.sheets import event, sheet_of
from tests.server.running import PATIENCE_SECONDS, free_port, serving

CLIENTS, ATTEMPTS = 8, 50
PATH = "/v1/events/met"


@pytest.mark.parametrize("database, workers", [("sqlite", 1), ("sqlite", 2), ("postgresql", 2)])
def test_what_was_changed_is_never_overwritten(open_empty: Callable[[str], Store], database: str, workers: int) -> None:
    with closing(open_empty(database)) as store:
        store.write(partial(ingest, sheet=sheet_of("They met.", event("They met", id="met", title="0"))))
        key = store.write(partial(keys.create, name="clients", scopes=("edit",)))
        url = store.writers.url.render_as_string(hide_password=False)
    port = free_port()
    command = [str(Path(sys.executable).with_name("newsfacts")), "serve", "--port", str(port)]
    settings = {"NEWSFACTS_DATABASE_URL": url, "NEWSFACTS_ACCESS_LOG": "false", "NEWSFACTS_THREADS": "4"}
    barrier = Barrier(CLIENTS)

    def ask(connection: HTTPConnection, method: str, headers: dict[str, str], body: Any = None) -> tuple[int, Any, Any]:
        connection.request(method, PATH, orjson.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers["ETag"], orjson.loads(answer.read())

    def count_up(_: int) -> Counter[int]:
        """Read the number in the title, and write the next one."""
        met: Counter[int] = Counter()
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as connection:
            barrier.wait(PATIENCE_SECONDS)
            for _ in range(ATTEMPTS):
                _, etag, fact = ask(connection, "GET", {})
                headers = {"If-Match": etag, "Authorization": f"Bearer {key}", "Content-Type": "application/json"}
                status, *_ = ask(connection, "PATCH", headers, {"title": str(int(fact["title"]) + 1)})
                met[status] += 1
        return met

    with serving([*command, "--workers", str(workers)], port, **settings) as served:
        with ThreadPoolExecutor(CLIENTS) as threads:
            met = sum(threads.map(count_up, range(CLIENTS)), Counter[int]())
        fact = served.ask(PATH).json
        history = served.ask(f"{PATH}/versions?limit=200").json["items"]
    assert met[200] + met[412] == CLIENTS * ATTEMPTS, met
    assert met[412] > 0, "they never met"
    assert fact["version"] == met[200] + 1
    # Every change was made to what the change before it had left.
    assert fact["title"] == str(met[200])
    assert [each["version"] for each in history] == list(range(fact["version"], 0, -1))[:200]
