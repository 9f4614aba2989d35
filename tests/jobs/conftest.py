"""Fixtures of jobs, besides those of all tests:

- `site` is a web site on this machine, whose pages a test writes (see pages.py).
- `admin` speaks HTTP as somebody with a key for everything; `post` posts an article and gives the job, `read` reads it.
- `work` does in this process what `newsfacts work` does about jobs, with a clock that a test can put on. What drafts is
  a `Desk`, which does as a test tells it; `drafting` is the real one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest

from api.delivery.hosts import OwnHosts
from api.jobs.drafting import Drafting
from api.jobs.extracting import Extracting, Work
from api.jobs.fetching import Fetcher
from api.jobs.watching import Watch
from api.store.opening import Store
from tests.delivery.conftest import AdminClient, _app, admin, longest_delays
from tests.ingest.conftest import emptied_store, store
from tests.jobs.pages import Site

__all__ = ["_app", "admin", "emptied_store", "longest_delays", "store"]

Job = dict[str, Any]
Post = Callable[..., Job]
Read = Callable[[Job], Job]
PATIENCE_SECONDS = 30
LEASE = 60.0
TEXT = "They met in Geneva. The talks went on."


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def post(admin: AdminClient) -> Post:
    def run(query: str = "", **article: Any) -> Job:
        answer = admin.post(f"/v1/articles{query}", json=article or {"publisher": "The Paper", "text": TEXT})
        assert answer.status_code == 202, answer.text
        assert answer.headers["Location"] == f"/v1/jobs/{answer.json['id']}"
        return dict(answer.json)

    return run


@pytest.fixture
def read(admin: AdminClient) -> Read:
    def run(job: Job) -> Job:
        return dict(admin.get(f"/v1/jobs/{job['id']}").json)

    return run


def sheet_of(article: Mapping[str, Any], *quotes: str) -> dict[str, Any]:
    """Make a sheet with an event for each quotation."""
    text = article.get("text") or article["source"]
    return {
        "article": {**article, "text": text},
        "events": [
            {
                "title": f"{quote}, it is said",
                "type": "consult",
                "modality": "actual",
                "evidence": [{"exact": quote}],
                "review": {"status": "pending", "confidence": 0.5, "generator": {"name": "desk", "version": "1"}},
            }
            for quote in quotes
        ],
        "on_conflict": "keep",
    }


class Desk:
    """Drafts what it is told to: the quotations, or an error, at once or when it is let go."""

    def __init__(self) -> None:
        self.quotes: tuple[str, ...] = ("They met",)
        self.error: Exception | None = None
        self.drafted: list[Mapping[str, Any]] = []
        #: How often it came to its second step.
        self.went_on = 0
        #: It stops in the middle of its work while this is not set.
        self.going = Event()
        self.going.set()

    def warm(self) -> None:
        pass

    def draft(self, kind: str, article: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
        watch.plan(["first", "second", "store"])
        watch.tell("first")
        self.drafted.append(article)
        assert self.going.wait(PATIENCE_SECONDS)
        watch.tell("second")
        self.went_on += 1
        if self.error:
            raise self.error
        return sheet_of(article, *self.quotes)


@dataclass
class Worker:
    """The round of jobs, and the time that it goes by."""

    store: Store
    desk: Work
    ahead: timedelta = field(default_factory=timedelta)

    def __post_init__(self) -> None:
        self.extracting = Extracting(
            self.store, self.desk, lease=LEASE, ring=lambda: None, backoff=10.0, clock=self.now
        )

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def put_on(self, **time: float) -> None:
        """Put the clock on."""
        self.ahead += timedelta(**time)

    def turn(self) -> bool:
        return self.extracting.turn()

    def until(self, happens: Callable[[], bool]) -> None:
        """Go on until something has happened."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not happens():
            assert time.monotonic() < deadline
            self.turn()
            time.sleep(0.002)

    def settle(self) -> None:
        """Go on until nothing is due and nothing under way."""
        self.until(lambda: not self.turn() and self.extracting._under_way is None)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def work(store: Store, desk: Desk) -> Iterator[Worker]:
    worker = Worker(store, desk)
    yield worker
    desk.going.set()
    worker.extracting.close()


@pytest.fixture
def drafting(store: Store) -> Iterator[Worker]:
    pytest.importorskip("spacy")
    worker = Worker(store, Drafting(Fetcher(OwnHosts.read("127.0.0.1"), 2.0)))
    yield worker
    worker.extracting.close()
