"""Fixtures of delivery, besides those of all tests:

- `receiver` is a server on this machine that takes messages as a test tells it (see receivers.py).
- `admin` speaks HTTP as somebody with a key for everything; every answer is checked against openapi.yaml.
- `webhook` makes a webhook over HTTP, leading to the receiver unless told otherwise, and gives it with its secret.
- `work` does in this process what `newsfacts work` does, as far as a test asks, with a clock that a test can put on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from api import create_app
from api.delivery.delivering import Delivering
from api.delivery.hosts import OwnHosts
from api.delivery.making import Making
from api.delivery.sending import Sender
from api.ingest import ingest
from api.protocol import keys
from api.settings import Settings
from api.store import deliveries
from api.store.opening import Store
from schemas.vocabulary import Scope
from tests.checked import CheckedClient
from tests.delivery.receivers import Receiver
from tests.ingest.conftest import emptied_store, store
from tests.ingest.sheets import Sheet, event, sheet_of

__all__ = ["emptied_store", "store"]

Made = dict[str, Any]
PATIENCE_SECONDS = 30
#: The first delay of `work`, in seconds.
BACKOFF = 10.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    if not receiver.closing.is_set():
        receiver.close()


class AdminClient(CheckedClient):
    """Tells the app before each request which store it is about, and sends a key."""

    store: Store

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        self.application.extensions["newsfacts"] = self.store
        kwargs["headers"] = {"Authorization": "Bearer of-the-tests", **kwargs.get("headers", {})}
        return super().open(*args, **kwargs)


@pytest.fixture(scope="session")
def _app(open_empty: Callable[[str], Store]) -> Iterator[Flask]:
    """One app for all tests: making one takes longer than most of them."""
    unused = open_empty("sqlite")
    app = create_app(Settings(access_log=False, private_hosts="127.0.0.1"), unused)
    caller = keys.Caller("newsroom", frozenset(scope.value for scope in Scope))
    keys.install(app, keys.Gate(lambda _: caller, write_limit="1000000/minute"))
    yield app
    unused.close()


@pytest.fixture
def admin(_app: Flask, store: Store) -> AdminClient:
    client = AdminClient(_app, use_cookies=False)
    client.store = store
    return client


@pytest.fixture
def webhook(admin: AdminClient, receiver: Receiver) -> Callable[..., Made]:
    def make(**asked: Any) -> Made:
        made = admin.post("/v1/webhooks", json={"url": receiver.url, **asked})
        assert made.status_code == 201, made.text
        return dict(made.json)

    return make


@dataclass
class Work:
    """The rounds of a worker, and the time that they go by."""

    store: Store
    own_hosts: OwnHosts = field(default_factory=lambda: OwnHosts.read("127.0.0.1"))
    timeout: float = 5.0
    ahead: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.making = Making(self.store, self.now)
        sender = Sender(self.own_hosts, self.timeout)
        self.delivering = Delivering(self.store, sender, backoff=BACKOFF, lease=60.0, ring=lambda: None, clock=self.now)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def put_on(self, **time: float) -> None:
        """Put the clock on."""
        self.ahead += timedelta(**time)

    def turn(self) -> bool:
        return self.making.turn() | self.delivering.turn()

    def settle(self) -> None:
        """Go on until nothing is due and nothing under way."""
        settle(self)

    def exhaust(self) -> None:
        """Go on, from one attempt to the next, until nothing is waited for any more."""
        self.settle()
        while next_at := self._next_attempt():
            self.ahead = datetime.fromisoformat(next_at) - datetime.now(UTC)
            self.settle()

    def _next_attempt(self) -> str | None:
        with self.store.reader.engine.connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT min(due_at) FROM deliveries WHERE state = 'pending' "
                "AND webhook_id IN (SELECT id FROM webhooks WHERE state = 'active')"
            )
            return found.scalar()


def settle(*workers: Work) -> None:
    """Let workers take turns until nothing is due and nothing under way."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    reader = workers[0].store.reader
    while sum(worker.turn() for worker in workers) or deliveries.is_overdue(reader, ["sending"], "9999"):
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture(autouse=True)
def longest_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every delay be as long as it may be, so that no test depends on chance; but see test_retrying.py."""
    monkeypatch.setattr("random.SystemRandom.uniform", lambda self, low, high: high)


@pytest.fixture
def work(store: Store) -> Iterator[Work]:
    work = Work(store)
    yield work
    work.delivering.close()


@pytest.fixture
def change(store: Store) -> Callable[..., None]:
    """Makes some changes: a sheet with an article, its actor and an event for each number."""

    def run(*numbers: int) -> None:
        for number in numbers:
            store.write(partial(ingest, sheet=sheet_about(number), may_review=True))

    return run


def sheet_about(number: int) -> Sheet:
    return sheet_of(
        f"They met for the {number}th time.",
        event("They met", id=f"met-{number}", title=f"They met, {number}"),
        article=f"paper-{number}",
        about={"publisher": f"Paper {number}"},
    )


def log_of(admin: AdminClient, webhook: Made, query: str = "") -> list[Made]:
    """Read the whole log of a webhook's deliveries."""
    found = admin.get(f"/v1/webhooks/{webhook['id']}/deliveries?limit=200{query}")
    assert found.status_code == 200, found.text
    assert found.json["next_cursor"] is None
    return list(found.json["items"])
