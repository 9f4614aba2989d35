"""The worker: a process that does, round after round, what is due. Delivering webhooks is two of its rounds."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Protocol

import orjson

from api.delivery.delivering import Delivering
from api.delivery.hosts import OwnHosts
from api.delivery.making import Making
from api.delivery.sending import Sender
from api.settings import Settings
from api.store.opening import Store
from api.store.reading import UnavailableError

#: Seconds between two looks at what is due while there is nothing to do, and while the database is away. Whoever sends
#: an article waits for its facts: a look is a few statements that find nothing.
IDLE_SECONDS, AWAY_SECONDS = 0.2, 5.0
#: Finding a host, connecting, TLS, sending and being answered may each take a timeout; then a worker is taken for dead.
_LEASE_TIMEOUTS = 6

_log = logging.getLogger("newsfacts.worker")


class Round(Protocol):
    """Something that a worker does again and again."""

    def turn(self) -> bool:
        """Do what is due, in steps that take no longer than seconds; tell whether anything was.

        May raise UnavailableError: it is called again when the database is back.
        """

    def close(self) -> None:
        """Bring to an end what was begun."""


class Bell:
    """Wakes the worker. To be rung by any thread, and by handlers of signals."""

    def __init__(self) -> None:
        """Make a bell that is silent."""
        # Of all that can be waited for, this alone may be touched by a handler at any moment.
        self._rung: SimpleQueue[None] = SimpleQueue()

    def ring(self) -> None:
        """Wake whoever waits, or is about to."""
        self._rung.put(None)

    def wait(self, seconds: float) -> None:
        """Wait until it rings, so many seconds at most."""
        try:
            self._rung.get(timeout=seconds)
            while True:
                self._rung.get_nowait()
        except Empty:
            pass


class Worker:
    """Takes turns at its rounds until it is told to stop, or until the process that started it has ended."""

    def __init__(
        self, rounds: Sequence[Round], bell: Bell, *, idle: float = IDLE_SECONDS, parent: int | None = None
    ) -> None:
        """Take the rounds, the bell that wakes it, the seconds to wait when idle, and the id of the parent process."""
        self._rounds = rounds
        self._bell = bell
        self._idle = idle
        self._parent = parent
        self._stopping = False

    def stop(self) -> None:
        """Ask it to end after this turn."""
        self._stopping = True
        self._bell.ring()

    def run(self) -> None:
        """Work until told to stop. A database that is away is waited for."""
        away = False
        while not self._ends():
            try:
                busy = sum(each.turn() for each in self._rounds) > 0
            except UnavailableError as error:
                if not away:
                    _log.error(
                        "the database does not answer", extra={"told": {"error": type(error.__cause__).__name__}}
                    )
                away = True
                self._bell.wait(min(AWAY_SECONDS, 25 * self._idle))
                continue
            if away:
                _log.warning("the database answers again")
            away = False
            if not busy:
                self._bell.wait(self._idle)
        for each in self._rounds:
            each.close()

    def _ends(self) -> bool:
        return self._stopping or (self._parent is not None and os.getppid() != self._parent)


class _Lines(logging.Formatter):
    """Writes each record as a line of JSON, with what its `told` says; never what an exception or a URL says."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "worker": record.process,
            "event": record.getMessage(),
            **getattr(record, "told", {}),
        }
        return orjson.dumps(line, default=str).decode()


def work(
    store: Store,
    settings: Settings,
    parent: int | None = None,
    others: Sequence[Callable[[Callable[[], None]], Round]] = (),
) -> None:
    """Work on a store until SIGTERM or SIGINT, writing a line of JSON to standard error for each thing that happens.

    `others` make rounds besides those of webhooks; each is given what wakes the worker.
    """
    _log_in_lines()
    bell = Bell()
    sender = Sender(OwnHosts.read(settings.private_hosts), settings.webhook_timeout)
    lease = _LEASE_TIMEOUTS * settings.webhook_timeout
    delivering = Delivering(store, sender, backoff=settings.webhook_backoff, lease=lease, ring=bell.ring)
    rounds: list[Round] = [Making(store), delivering, *(make(bell.ring) for make in others)]
    worker = Worker(rounds, bell, parent=parent)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()


def _log_in_lines() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # Of what these have to say all that matters is told elsewhere; and they quote URLs, which may hold secrets.
    for name in ("urllib3", "requests_hardened", "trafilatura"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
