"""A tiny WSGI app behind the front, to see what the front does: python -m tests.server.tiny PORT REQUEST_TIMEOUT"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from threading import Event, current_thread
from typing import Any
from urllib.parse import parse_qs

import orjson
from werkzeug.exceptions import HTTPException

from api.commands.server import run_server
from api.server import front
from api.server.front import Front, Limits
from api.server.lanes import Lane
from api.settings import Settings

LARGEST_BODY = 1_000_000
CHUNK = b"x" * 65536
THREADS, MOST_THREADS = 2, 4

Environ = dict[str, Any]
Answer = tuple[Any, dict[str, str]]


class Tiny:
    """What each path answers: JSON, or chunks; and headers."""

    def __init__(self) -> None:
        self.revision = self.produced = self.asked = self.runs = self.blocked = 0
        self.closed = False
        self.released = Event()

    def __call__(self, environ: Environ, start_response: Any) -> Any:
        answer: Callable[[Environ], Answer] = getattr(self, environ["PATH_INFO"].strip("/") or "environment")
        status = "200 OK"
        try:
            body, headers = answer(environ)
        except HTTPException as error:
            status, body, headers = f"{error.code} {error.name}", error.description, {}
        if isinstance(body, dict | str | int):
            body = [orjson.dumps(body)]
            headers = {"Content-Length": str(len(body[0])), **headers}
        start_response(status, list(headers.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else body

    def environment(self, environ: Environ) -> Answer:
        return {name: value for name, value in environ.items() if isinstance(value, str)}, {"X-Tiny": "yes"}

    def echo(self, environ: Environ) -> Answer:
        body = environ["wsgi.input"].read()
        return {"bytes": len(body), "sum": sum(body)}, {}

    def deaf(self, environ: Environ) -> Answer:
        return "not read", {}

    def state(self, environ: Environ) -> Answer:
        told = ("produced", "closed", "asked", "runs", "revision", "blocked")
        return {name: getattr(self, name) for name in told}, {}

    def fail(self, environ: Environ) -> Answer:
        raise RuntimeError("as asked")

    def block(self, environ: Environ) -> Answer:
        self.blocked += 1
        self.released.wait()
        return "released", {}

    def thread(self, environ: Environ) -> Answer:
        return current_thread().name, {}

    def release(self, environ: Environ) -> Answer:
        self.released.set()
        self.released, self.blocked = Event(), 0
        return "done", {}

    def healthz(self, environ: Environ) -> Answer:
        return "alive", {}

    def chunks(self, environ: Environ) -> Answer:
        return iter([b"one ", b"two ", b"three"]), {}

    def endless(self, environ: Environ) -> Answer:
        def produce() -> Iterator[bytes]:
            self.produced, self.closed = 0, False
            try:
                while True:
                    self.produced += 1
                    yield CHUNK
            finally:
                self.closed = True

        return produce(), {}

    def torn(self, environ: Environ) -> Answer:
        def produce() -> Iterator[bytes]:
            yield b"a whole row\n"
            raise RuntimeError("as asked")

        return produce(), {}

    def lines(self, environ: Environ) -> Answer:
        body = environ["wsgi.input"]
        return (b"%d\n" % len(line) for line in iter(body.readline, b"")), {}

    def change(self, environ: Environ) -> Answer:
        self.revision += 1
        return self.revision, {}

    def held(self, environ: Environ) -> Answer:
        """Is held until the revision is the one that is wanted."""
        query = parse_qs(environ["QUERY_STRING"])
        self.asked += 1
        if self.revision >= int(query["wanted"][0]) or "newsfacts.waited" in environ:
            return {"revision": self.revision, "waited": "newsfacts.waited" in environ}, {}
        return "held", {"X-Newsfacts-Wait": query["seconds"][0]}

    def stream(self, environ: Environ) -> Answer:
        """Tells each revision, two at a time, in the name of whoever asks."""
        query = parse_qs(environ["QUERY_STRING"])
        self.asked += 1
        after = int(query["after"][0]) if "after" in query else self.revision
        last = min(self.revision, after + 2)
        caller = environ.get("HTTP_AUTHORIZATION", "nobody")
        parts = [f"event: {caller}\ndata: {each}\n\n" for each in range(after + 1, last + 1)]
        body = [b"retry: 3000\n\n", *(part.encode() for part in parts)]
        headers = {"Content-Type": "text/event-stream", "Content-Length": str(sum(map(len, body)))}
        return body, {**headers, "X-Newsfacts-Follow": f"/stream?after={last}"}


def create_front() -> Front:
    tiny = Tiny()
    plain = Lane.run

    async def counted(lane: Lane, *arguments: Any) -> Any:
        tiny.runs += 1
        return await plain(lane, *arguments)

    Lane.run = counted  # type: ignore[method-assign]
    timeout = float(os.environ["TINY_TIMEOUT"])
    front.KEEP_ALIVE_SECONDS = timeout
    limits = Limits(LARGEST_BODY, timeout, THREADS, THREADS, MOST_THREADS)
    return Front(tiny, lambda: tiny.revision, limits, apart=["/healthz"])


if __name__ == "__main__":
    os.environ["TINY_TIMEOUT"] = sys.argv[2]
    settings = Settings(request_timeout=int(sys.argv[2]))
    run_server("tests.server.tiny:create_front", "127.0.0.1", int(sys.argv[1]), 1, settings)
