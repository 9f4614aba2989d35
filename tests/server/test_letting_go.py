"""What the front lets go of: who can still be heard keeps its connection open, and nobody waits for the collector."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from api.server.front import Front, Limits
from tests.server.tiny import LARGEST_BODY, Tiny

REQUEST_TIMEOUT = 0.2


class Connection:
    """A client that sends a line and then nothing, or leaves as soon as it is answered."""

    def __init__(self, received: list[dict[str, Any]], *, is_whole: bool, leaves: bool) -> None:
        self.messages = [{"type": "http.request", "body": b"line\n", "more_body": not is_whole}]
        self.leaves = leaves
        self.answered = asyncio.Event()
        self.received = received

    async def receive(self) -> dict[str, Any]:
        if self.messages:
            return self.messages.pop(0)
        await self.answered.wait()
        if not self.leaves:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.received.append(message)
        self.answered.set()


@pytest.fixture
def front() -> Front:
    tiny = Tiny()
    return Front(tiny, lambda: tiny.revision, Limits(LARGEST_BODY, REQUEST_TIMEOUT, 1, 1, 1))


@pytest.fixture
def without_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def _scope(request: str, content_type: str) -> dict[str, Any]:
    method, _, address = request.partition(" ")
    path, _, query = address.partition("?")
    return {
        "type": "http",
        "method": method,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(b"content-type", content_type.encode()), (b"transfer-encoding", b"chunked")],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", "80"),
        "client": None,
    }


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize(
    "request_, content_type, is_whole, leaves, status",
    [
        pytest.param("POST /deaf", "application/x-ndjson", False, False, 200, id="a batch that nobody reads"),
        pytest.param("POST /echo", "application/x-ndjson", False, False, 408, id="a batch that is too slow"),
        pytest.param("POST /lines", "application/x-ndjson", False, False, 200, id="a batch that stops half-way"),
        pytest.param("POST /lines", "application/x-ndjson", False, True, 200, id="a batch whose client leaves"),
        pytest.param("POST /lines", "application/x-ndjson", True, False, 200, id="a batch"),
        pytest.param("POST /echo", "application/json", False, False, 408, id="a body that is too slow"),
        pytest.param("POST /echo", "application/json", True, False, 200, id="a body"),
        pytest.param("GET /held?wanted=1&seconds=0.1", "", True, False, 200, id="a request that is held"),
        pytest.param("GET /endless", "", True, True, 200, id="chunks whose client leaves"),
        pytest.param("GET /stream", "", True, True, 200, id="a stream whose client leaves"),
    ],
)
def test_who_was_answered_is_let_go_of(
    front: Front, request_: str, content_type: str, is_whole: bool, leaves: bool, status: int
) -> None:
    received: list[dict[str, Any]] = []

    async def answer() -> None:
        connection = Connection(received, is_whole=is_whole, leaves=leaves)
        answering = front(_scope(request_, content_type), connection.receive, connection.send)
        left = weakref.ref(connection)
        del connection
        await answering
        # Tasks that were cancelled last end in the loop's next round.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert left() is None

    asyncio.run(answer())
    assert received[0]["status"] == status
    assert not received[-1].get("more_body")
