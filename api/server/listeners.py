"""Listeners: those who wait for a change of the store, at the cost of one question for all of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.server.lanes import Lane

#: Seconds between two looks at the store; so late may a listener hear of a change.
_EVERY = 0.25

_log = logging.getLogger("newsfacts")


class Listeners:
    """Looks whether the store has changed, as long as anybody listens."""

    def __init__(self, revision: Callable[[], int | None]) -> None:
        """Take what tells how often the store has changed, or None when it cannot tell."""
        self._revision = revision
        #: What was told last; None while nobody listens.
        self.seen: int | None = None
        self.stopped = False
        self._lane = Lane(1, 1)
        self._listening = 0
        self._looking: asyncio.Task[None] | None = None
        self._woken: set[asyncio.Future[None]] = set()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Have the store looked at for as long as the block lasts."""
        self._listening += 1
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            self._listening -= 1

    async def wait(self, seen: int | None, gone: asyncio.Future[None], seconds: float) -> bool:
        """Wait for a change after what was seen then, for the client to leave, or the time to pass.

        Tells whether there was a change. `seen` must be from before whoever waits looked himself: nothing is missed.
        """
        if self.seen in (None, seen) and not self.stopped:
            woken = asyncio.get_running_loop().create_future()
            self._woken.add(woken)
            try:
                await asyncio.wait({woken, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._woken.discard(woken)
        return self.seen not in (None, seen)

    def stop(self) -> None:
        """Wake everybody, for good."""
        self.stopped = True
        self._wake()

    async def _look(self) -> None:
        while self._listening:
            try:
                revision = await self._lane.run(self._revision)
            except Exception:  # noqa: BLE001 (those who listen must hear of the next change)
                _log.exception("cannot see whether the store has changed")
                revision = None
            if revision not in (None, self.seen):
                self.seen = revision
                self._wake()
            await asyncio.sleep(_EVERY)
        self.seen = self._looking = None

    def _wake(self) -> None:
        for woken in self._woken:
            if not woken.done():
                woken.set_result(None)
