"""The front: an ASGI app that runs a WSGI app in threads, and waits in the app's stead.

It waits for bodies, for clients that read slowly and for changes of the store, all in the event loop, where waiting
costs next to nothing. So slow clients keep nobody else waiting.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING

from api.protocol.requests import REQUEST_ID
from api.protocol.waiting import HELD, REPEATED
from api.server.bodies import Feed, GoneError, find_header, read_body, wait_until_gone
from api.server.gateway import Chunks, Receive, Reply, Scope, Send, call, make_environment
from api.server.lanes import Lane, enter_loop, is_in_loop, pass_by_loop
from api.server.listeners import Listeners

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

#: After how many seconds without a change a stream is sent a comment, so that nobody on the way takes it for dead.
KEEP_ALIVE_SECONDS = 15
_COMMENT = b":\n\n"

_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
_BATCH = b"application/x-ndjson"
_BAD_REQUEST = Reply(400, [(b"content-length", b"0")], b"", None, None, None)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may take: bytes and seconds until it is there, and threads."""

    largest_body: int
    request_timeout: float
    #: Threads that read, threads that write, and the most of each while the usual ones are held up.
    readers: int
    writers: int
    most_threads: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request on its way: what it is, and how its client is heard and answered."""

    scope: Scope
    receive: Receive
    send: Send
    #: Where the app is run for it.
    lane: Lane


class Front:
    """An ASGI app in front of a WSGI app.

    The app finds `newsfacts.front` in the environment. Its answer may have one of two headers, which no client sees:

    - `X-Newsfacts-Wait: SECONDS` has the request held, and the app asked again when the store has changed. When the
      seconds are over it is asked for the last time, and finds `newsfacts.waited` in the environment.
    - `X-Newsfacts-Follow: PATH?QUERY` makes the body the first part of a stream. The app is asked for the next part
      there, at once and after each change of the store; an answer that names the same address again has nothing new.
      A part must depend on nothing but its address and the Authorization header: listeners share it.

    The body of an `application/x-ndjson` request is read while it comes; any other is there before the app is called.
    """

    def __init__(
        self,
        app: WSGIApplication,
        revision: Callable[[], int | None],
        limits: Limits,
        apart: Collection[str] = (),
    ) -> None:
        """Take the app, what tells how often the store has changed, and limits.

        Paths that are `apart` are answered however long others are held up.
        """
        self._app, self._limits = app, limits
        self._apart = frozenset(path.encode() for path in apart)
        self._listeners = Listeners(revision)
        self._reading = Lane(limits.readers, limits.most_threads)
        self._writing = Lane(limits.writers, limits.most_threads)
        self._alone = Lane(1, 1)
        #: Parts of streams that are being asked for: (revision, address, authorization).
        self._parts: dict[tuple[int | None, str, bytes | None], asyncio.Task[Reply]] = {}
        self._turns = asyncio.Semaphore(limits.readers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        lane = self._lane(scope)
        if _brings_body(scope):
            if not is_in_loop():
                await enter_loop()
            await self._answer_body(Exchange(scope, receive, send, lane))
            return
        seen = self._listeners.seen
        if is_in_loop():
            environ = make_environment(scope)
            reply = await lane.run(call, self._app, environ)
        else:
            await lane
            environ = make_environment(scope)
            reply = call(self._app, environ)
            if reply.is_plain:
                await _send(reply, send)
                return
            await enter_loop()
        await self._finish(Exchange(scope, receive, send, lane), environ, reply, seen)

    def _lane(self, scope: Scope) -> Lane:
        if scope["raw_path"] in self._apart:
            return self._alone
        return self._reading if scope["method"] in _SAFE else self._writing

    async def _answer_body(self, exchange: Exchange) -> None:
        if (find_header(exchange.scope, b"content-type") or b"").partition(b";")[0].strip().lower() == _BATCH:
            await self._answer_batch(exchange)
            return
        limits = self._limits
        try:
            body = await read_body(exchange.scope, exchange.receive, limits.largest_body, limits.request_timeout)
        except GoneError:
            # Most have left and see nothing; some have sent what is no body, which the server does not tell apart.
            await _send(_BAD_REQUEST, exchange.send)
            return
        seen, environ = self._listeners.seen, make_environment(exchange.scope, body)
        reply = await exchange.lane.run(call, self._app, environ)
        await self._finish(exchange, environ, reply, seen)

    async def _answer_batch(self, exchange: Exchange) -> None:
        feed = Feed(self._limits.largest_body, self._limits.request_timeout)
        filling = asyncio.create_task(feed.fill(exchange.receive))
        try:
            await feed.ready()
            reply = await exchange.lane.run(call, self._app, make_environment(exchange.scope, feed))
            await _start(reply, exchange.send)
            if reply.chunks is not None:
                await _send_chunks(reply.chunks, exchange, ready=feed.ready)
        finally:
            # An answer that ends while the rest of the body is waited for would leave the connection open. So would
            # a task that keeps the error which it was cancelled with, because the error leads to `receive`: whoever
            # awaits the task takes the error from it.
            filling.cancel()
            with suppress(asyncio.CancelledError):
                await filling
        await _send_part(exchange.send, reply.body, more=False)

    async def _finish(self, exchange: Exchange, environ: WSGIEnvironment, reply: Reply, seen: int | None) -> None:
        """Send a reply, in the way and at the time that it asks for."""
        if reply.is_plain:
            await _send(reply, exchange.send)
            return
        gone = asyncio.create_task(wait_until_gone(exchange.receive))
        try:
            if reply.hold is not None:
                reply = await self._hold(exchange, environ, reply, seen, gone)
            if reply.follow is not None and exchange.scope["method"] == "GET":
                await self._follow(exchange, environ, reply, reply.follow, gone)
            else:
                await _start(reply, exchange.send)
                if reply.chunks is not None:
                    await _send_chunks(reply.chunks, exchange, gone=gone)
                await _send_part(exchange.send, reply.body, more=False)
        finally:
            gone.cancel()

    async def _hold(
        self, exchange: Exchange, environ: WSGIEnvironment, reply: Reply, seen: int | None, gone: asyncio.Task[None]
    ) -> Reply:
        """Hold a request until there is an answer, the time is over or the server stops."""
        loop = asyncio.get_running_loop()
        end, last = loop.time() + (reply.hold or 0), False
        with self._listeners.listening():
            while not (reply.hold is None or last or gone.done()):
                changed = await self._listeners.wait(seen, gone, end - loop.time())
                last = self._listeners.stopped or loop.time() >= end
                if changed or last:
                    seen = self._listeners.seen
                    reply = await self._ask(exchange, exchange.scope, environ, last=last)
        return reply

    async def _follow(
        self, exchange: Exchange, environ: WSGIEnvironment, reply: Reply, address: str, gone: asyncio.Task[None]
    ) -> None:
        """Send the first part of a stream and all that follow, until the client leaves or the server stops."""
        reply.headers = [header for header in reply.headers if header[0] != b"content-length"]
        await _start(reply, exchange.send)
        await _send_part(exchange.send, reply.body)
        with self._listeners.listening():
            while not (gone.done() or self._listeners.stopped):
                seen = self._listeners.seen
                part = await self._part(exchange, environ, address, seen)
                if part.follow is None:
                    break
                if part.follow != address:
                    address = part.follow
                    await _send_part(exchange.send, part.body)
                elif not await self._listeners.wait(seen, gone, KEEP_ALIVE_SECONDS):
                    await _send_part(exchange.send, _COMMENT)
        await _send_part(exchange.send, b"", more=False)

    async def _part(self, exchange: Exchange, environ: WSGIEnvironment, address: str, seen: int | None) -> Reply:
        """Ask for a part of a stream, once for all who want it at the same time."""
        key = seen, address, find_header(exchange.scope, b"authorization")
        asking = self._parts.get(key)
        if asking is None:
            path, _, query = address.partition("?")
            headers = [header for header in exchange.scope["headers"] if header[0] != b"last-event-id"]
            place = {"raw_path": path.encode(), "query_string": query.encode(), "headers": headers}
            asking = asyncio.create_task(self._ask(exchange, {**exchange.scope, **place}, environ))
            self._parts[key] = asking
            asking.add_done_callback(lambda _: self._parts.pop(key))
        return await asking

    async def _ask(self, exchange: Exchange, scope: Scope, environ: WSGIEnvironment, *, last: bool = False) -> Reply:
        """Ask the app again. The request keeps its id, by which its log knows that it is the same one."""
        again = make_environment(scope) | {name: environ[name] for name in (REQUEST_ID,) if name in environ}
        again[REPEATED] = True
        if last:
            again[HELD] = True
        async with self._turns:
            return await exchange.lane.run(call, self._app, again)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Do what is due when the server starts; when it stops there is nothing."""
        await receive()
        loop = asyncio.get_running_loop()
        pass_by_loop(loop)
        _on_stop(lambda: loop.call_soon_threadsafe(self._listeners.stop))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


def _brings_body(scope: Scope) -> bool:
    return scope["method"] not in _SAFE and (
        find_header(scope, b"content-length") not in (None, b"0")
        or find_header(scope, b"transfer-encoding") is not None
    )


async def _send(reply: Reply, send: Send) -> None:
    await _start(reply, send)
    await send({"type": "http.response.body", "body": reply.body})


async def _send_chunks(
    chunks: Chunks,
    exchange: Exchange,
    ready: Callable[[], Awaitable[None]] | None = None,
    gone: asyncio.Task[None] | None = None,
) -> None:
    """Send chunk after chunk, each when the client has taken those before and, as the case may be, `ready` has come."""
    try:
        while not (gone and gone.done()):
            if ready:
                await ready()
            chunk = await exchange.lane.run(chunks.next)
            if chunk is None:
                break
            await _send_part(exchange.send, chunk)
    finally:
        await exchange.lane.run(chunks.close)


async def _start(reply: Reply, send: Send) -> None:
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})


async def _send_part(send: Send, body: bytes, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


def _on_stop(stop: Callable[[], object]) -> None:
    """Have a function called when the process is told to stop, besides what the server does.

    The server waits for requests to end before it tells an app that it stops, and those that are held would not end.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    before = signal.getsignal(signal.SIGTERM)

    def handle(number: int, frame: FrameType | None) -> None:
        stop()
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGTERM, handle)
