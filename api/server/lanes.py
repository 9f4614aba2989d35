"""Lanes: the threads that requests are answered in, apart from each other by what may hold them up.

An event loop reads bodies and keeps those who wait, but a WSGI app blocks, so it runs in threads. Handing each request
from the server's threads to the loop, from there to a thread and back again takes up to twice the time of a short
answer. So a request that has nothing to wait for passes the loop by: see `pass_by_loop`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import sleep
from types import CoroutineType
from typing import Any, TypeVar

Result = TypeVar("Result")

#: After how many seconds without any progress a lane's threads count as held up, and one more helps out.
HELD_UP = 0.02
#: Seconds without any work after which a thread that helps out is needed no more.
_IDLE = 1

_log = logging.getLogger("newsfacts")


class Lane:
    """Threads that work off one queue. `await lane`, before the loop, goes on in one of them."""

    def __init__(self, usual: int, most: int) -> None:
        """Start the usual threads. More, up to `most`, help out as long as all of those are held up."""
        self._queue: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._waiting, self._taken, self._begun = Event(), 0, 0
        self._helpers, self._most_helpers = 0, most - usual
        for _ in range(usual):
            Thread(target=self._work, daemon=True).start()
        if self._most_helpers:
            Thread(target=self._watch, daemon=True).start()

    def put(self, work: Callable[[], object]) -> None:
        """Let a thread do some work, in its turn."""
        self._queue.put(work)
        if not self._waiting.is_set():
            self._waiting.set()

    async def run(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Call a function in a thread and wait for what it gives or raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()

        def work() -> None:
            try:
                result = function(*arguments)
            except BaseException as error:  # noqa: BLE001 (whoever waits for the result gets it)
                loop.call_soon_threadsafe(_settle, future.set_exception, future, error)
            else:
                loop.call_soon_threadsafe(_settle, future.set_result, future, result)

        self.put(work)
        return await future

    def __await__(self) -> Generator[Lane, None, None]:
        """Go on in a thread of this lane; only for coroutines that pass the loop by."""
        yield self

    def _work(self) -> None:
        while True:
            work = self._queue.get()
            self._begun += 1
            self._do(work)

    def _watch(self) -> None:
        while True:
            self._waiting.clear()
            if self._queue.empty():
                self._waiting.wait()
            taken = self._taken
            sleep(HELD_UP)
            if taken == self._taken and self._helpers < self._most_helpers and not self._queue.empty():
                self._helpers += 1
                Thread(target=self._help, daemon=True).start()

    def _help(self) -> None:
        """Help out until one of the usual threads goes on: with it there are enough again."""
        begun = self._begun
        while begun == self._begun:
            try:
                work = self._queue.get(timeout=_IDLE)
            except Empty:
                break
            self._do(work)
        self._helpers -= 1

    def _do(self, work: Callable[[], object]) -> None:
        self._taken += 1
        try:
            work()
        except Exception:  # noqa: BLE001 (the thread must live on)
            _log.exception("work failed in a thread of the server")


def pass_by_loop(loop: asyncio.AbstractEventLoop) -> bool:
    """Let coroutines that come from other threads begin there, and go to the loop only when they ask for it.

    granian hands a request over by `loop.call_soon_threadsafe(function, coroutine, ...)`. What is begun here instead
    goes on in a lane by `await lane`, and in the loop, as if it came from there, by `await enter_loop()`. Should
    another version of granian do it differently, all requests begin in the loop: `is_in_loop` tells. Gives False for
    a loop that does not allow it.
    """
    schedule = loop.call_soon_threadsafe

    def take(callback: Callable[..., object], *arguments: Any, context: Any = None) -> asyncio.Handle | None:
        if arguments and type(arguments[0]) is CoroutineType:
            _go_on(arguments[0], partial(schedule, callback, *arguments, context=context))
            return None
        return schedule(callback, *arguments, context=context)

    try:
        loop.call_soon_threadsafe = take  # type: ignore[method-assign, assignment]
    except AttributeError:
        return False
    return True


async def enter_loop() -> None:
    """Go on in the event loop; only for coroutines that have passed it by."""
    # It gives way once without waiting for anything, which is all that `_go_on` looks for.
    await asyncio.sleep(0)


def is_in_loop() -> bool:
    """Tell whether the caller runs in an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _go_on(coroutine: CoroutineType[Any, None, Any], to_loop: Callable[[], object]) -> None:
    """Run a coroutine until it says where it goes on."""
    try:
        where = coroutine.send(None)
    except StopIteration:
        return
    if isinstance(where, Lane):
        where.put(partial(_go_on, coroutine, to_loop))
    else:
        to_loop()


def _settle(settle: Callable[[Any], None], future: asyncio.Future[Any], value: object) -> None:
    if not future.done():
        settle(value)
