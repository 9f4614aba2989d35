"""Bodies of requests, which come as slowly as their clients like: the event loop waits for them, no thread does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from threading import Condition
from time import monotonic
from typing import NoReturn

from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge, RequestTimeout

from api.server.gateway import Receive, Scope

#: Bytes of a batch that are taken in ahead of the line that is worked on.
_AHEAD = 256 * 1024


class GoneError(Exception):
    """The client left before all of its request was there."""


class Refused:
    """A body that is not taken: who reads it meets the reason, and that is what the app answers."""

    def __init__(self, reason: HTTPException) -> None:
        """Take the reason."""
        self._reason = reason

    def read(self, _: int = -1) -> NoReturn:
        """Raise the reason."""
        raise self._reason

    readline = readlines = read


async def read_body(scope: Scope, receive: Receive, largest: int, seconds: float) -> BytesIO | Refused:
    """Read a body whole: so many bytes in so many seconds at the most. Raises GoneError."""
    if int(find_header(scope, b"content-length") or 0) > largest:
        return Refused(RequestEntityTooLarge())
    body = BytesIO()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in _chunks(receive):
                if body.write(chunk) and body.tell() > largest:
                    return Refused(RequestEntityTooLarge())
    except TimeoutError:
        return Refused(RequestTimeout())
    body.seek(0)
    return body


class Feed:
    """The body of a batch while it comes, as the file that a WSGI app reads.

    The loop fills it, not much faster than it is read, and tells when there is a line: then the thread that reads it
    need not wait. An app that reads on waits all the same, but not for long.
    """

    def __init__(self, longest: int, seconds: float) -> None:
        """Take the bytes of the longest line, and for how many seconds a client may send nothing."""
        self._longest, self._seconds = longest, seconds
        self._loop = asyncio.get_running_loop()
        self._ready, self._room = asyncio.Event(), asyncio.Event()
        # What follows is shared with the thread that reads.
        self._more = Condition()
        self._buffer, self._lines, self._deadline = bytearray(), 0, 0.0
        self._ended = False
        self._error: type[HTTPException] | None = None

    async def fill(self, receive: Receive) -> None:
        """Take in what the client sends, until it ends, leaves, or is too slow."""
        error: type[HTTPException] | None = None
        try:
            async with asyncio.timeout(self._seconds) as limit:
                async for chunk in _chunks(receive):
                    self._take(chunk)
                    limit.reschedule(None)
                    await self._room.wait()
                    limit.reschedule(self._loop.time() + self._seconds)
        except TimeoutError:
            error = RequestTimeout
        except GoneError:
            error = ClientDisconnected
        with self._more:
            self._ended, self._error = True, error
            self._more.notify()
        self._look()

    async def ready(self) -> None:
        """Wait until a line can be read, or the end."""
        self._look()
        await self._ready.wait()
        self._deadline = 0.0

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes, or all."""
        with self._more:
            while not (self._ended or 0 <= size <= len(self._buffer)):
                self._wait()
            if self._error and not 0 <= size <= len(self._buffer):
                raise self._error
            return self._cut(size if size >= 0 else len(self._buffer))

    def readline(self, size: int = -1) -> bytes:
        """Read a line, but no more than so many bytes of it. What is left of a line that never ended is none."""
        with self._more:
            while (end := self._line_end(size)) is None:
                self._wait()
            return self._cut(end)

    def readlines(self, _: int = -1) -> list[bytes]:
        """Read all lines."""
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _line_end(self, size: int) -> int | None:
        if end := self._buffer.find(b"\n", 0, size if size >= 0 else None) + 1:
            return end
        if 0 <= size <= len(self._buffer):
            return size
        if self._error:
            raise self._error
        return len(self._buffer) if self._ended else None

    def _cut(self, end: int) -> bytes:
        data = bytes(self._buffer[:end])
        del self._buffer[:end]
        self._lines -= data.count(b"\n")
        return data

    def _take(self, chunk: bytes) -> None:
        with self._more:
            self._buffer += chunk
            self._lines += chunk.count(b"\n")
            self._more.notify()
        self._look()

    def _look(self) -> None:
        has_line = self._lines > 0 or len(self._buffer) > self._longest
        _set(self._ready, has_line or self._ended)
        _set(self._room, not has_line or len(self._buffer) < _AHEAD)

    def _wait(self) -> None:
        """Wait in a thread for what comes next."""
        self._loop.call_soon_threadsafe(self._room.set)
        now = monotonic()
        self._deadline = self._deadline or now + self._seconds
        if not self._more.wait(self._deadline - now):
            raise RequestTimeout


def find_header(scope: Scope, name: bytes) -> bytes | None:
    """Find a header's value; None when the request has no such header."""
    for each, value in scope["headers"]:
        if each == name:
            return bytes(value)
    return None


async def wait_until_gone(receive: Receive) -> None:
    """Wait until the client of a request that is complete has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        yield message.get("body", b"")
        more = message.get("more_body", False)


def _set(event: asyncio.Event, on: bool) -> None:
    if on:
        event.set()
    else:
        event.clear()
