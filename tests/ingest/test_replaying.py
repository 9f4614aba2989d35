"""A store that is replayed from another one's feed is the same store: documents, versions, lists, counts and all."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from api.curation.merging import merge_actors, unmerge
from api.curation.purging import purge
from api.ingest import ingest, replaying
from api.ingest.proofs import findings
from api.ingest.replaying import ReplayError, Source, UnreachableError, replay
from api.store import changes, tables
from api.store.opening import Store
from api.store.times import written
from api.store.writing import Author, Writer
from tests.conftest import Key
from tests.ingest.histories import BEGIN, curates, live, lonely, paper, stores
from tests.ingest.serving import serving
from tests.ingest.sheets import actor
from tests.store.contents import derived, everything, rows
from tests.store.histories import lived
from tests.views import world

OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


def untold(*_: Any) -> None:
    """Replay in silence."""


def stored(store: Store) -> dict[str, Any]:
    """Read all that a store is to have in common with its copy."""
    own = ("store", "replays", "tallies", "search_entries", "words")
    return {name: found for name, found in everything(store).items() if name not in own}


@pytest.fixture
def other(store: Store, open_empty: Callable[[str], Store]) -> Iterator[Store]:
    """An empty store on the database that `store` is not on."""
    with closing(open_empty(OTHER[store.reader.dialect])) as other:
        yield other


def purged(store: Store) -> None:
    """Let an article, an actor and a fact be taken down, after all that became of them."""
    live(store)
    for table, id_ in ((tables.articles, "paper-2"), (tables.actors, "league"), (tables.facts, "once")):
        store.write(lambda session, gone=(table, id_): purge(Writer(session, Author(written(BEGIN), "law")), *gone))


HISTORIES = pytest.mark.parametrize("history", [live, lived])


@HISTORIES
def test_a_replay_gives_the_same_store_on_the_other_database(
    store: Store, other: Store, history: Callable[[Store], None]
) -> None:
    history(store)
    with serving(store) as url:
        replay(other, Source(url), untold)
    assert stored(other) == stored(store)
    assert feed(other) == feed(store)
    assert list(findings(other)) == []


@HISTORIES
def test_what_is_derived_in_a_replay_is_what_was_derived_where_it_was_written(
    store: Store, open_empty: Callable[[str], Store], history: Callable[[Store], None]
) -> None:
    history(store)
    with closing(open_empty(store.reader.dialect)) as copy, serving(store) as url:
        replay(copy, Source(url), untold)
        assert derived(copy) == derived(store)


def feed(store: Store) -> list[bytes]:
    return [changes.serve(change) for change in changes.after(store.reader, 0, 1000).changes]


def test_transactions_that_cannot_be_told_apart_come_out_as_well(store: Store, other: Store) -> None:
    """Whoever did it, when and why is all that a transaction is known by, and here it is the same."""
    for step in (
        stores(lonely("early", "alba", actor("alba", country_code="AL"), actor("league"))),
        stores(lonely("late", "alba", actor("alba", country_code="XK"), on_conflict="replace")),
        stores(lonely("early", "alba", about={"publisher": "Renamed"}, on_conflict="replace")),
        stores(lonely("twins", "twin", actor("twin"))),
        curates(lambda writer: merge_actors(writer, "twin", "alba"), by=None),
        curates(lambda writer: merge_actors(writer, "alba", "league"), by=None),
        stores(lonely("last", "alba")),
        curates(lambda writer: unmerge(writer, tables.actors, "alba"), by=None),
    ):
        store.write(partial(step, at=BEGIN))
    with serving(store) as url:
        replay(other, Source(url), untold)
    assert list(findings(other)) == []
    assert rows(other, "facts") == rows(store, "facts")
    assert feed(other) == feed(store)


def test_what_was_erased_is_not_replayed_and_all_else_is(store: Store, other: Store) -> None:
    purged(store)
    with serving(store) as url:
        replay(other, Source(url), untold)
    assert feed(other) == feed(store)
    assert list(findings(other)) == []
    for name in ("articles", "actors", "facts", "article_texts", "aliases", "postings"):
        assert rows(other, name) == rows(store, name)


# Stopping and going on.


class Tampered(Source):
    """Reads pages with which something was done on the way."""

    def __init__(self, url: str, tamper: Callable[[Any], object]) -> None:
        super().__init__(url)
        object.__setattr__(self, "tamper", tamper)

    def read(self, after: str | None, hold: int) -> dict[str, Any]:
        page = super().read(after, hold)
        self.tamper(page)
        return page


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "_LIMIT", 7)


class StoppedError(Exception):
    """Whatever ends a replay."""


@pytest.mark.usefixtures("small_pages")
def test_a_replay_that_was_stopped_goes_on_where_it_was(store: Store, other: Store) -> None:
    live(store)
    told: list[int] = []

    def stop(changes: int, _: str) -> None:
        told.append(changes)
        raise StoppedError

    with serving(store) as url:
        while sum(told) < changes.last_number(store.reader):
            with pytest.raises(StoppedError):
                replay(other, Source(url), stop)
        replay(other, Source(url), lambda *_: pytest.fail("all was there already"))
    assert told == [7] * 7 + [2]
    assert feed(other) == feed(store)


def test_what_is_told_is_how_many_changes_came_and_of_when(store: Store, other: Store) -> None:
    live(store)
    told: list[tuple[int, str]] = []
    with serving(store) as url:
        replay(other, Source(url), lambda *page: told.append(page))
    assert told == [(51, "2022-02-01T12:21:00.000000Z")]


def test_a_page_that_does_not_fit_leaves_nothing_of_itself(store: Store, other: Store) -> None:
    live(store)
    with serving(store) as url:
        before = everything(other)
        with pytest.raises(ReplayError):
            replay(other, Tampered(url, lambda page: page["items"][50].update(version=9)), untold)
        assert everything(other) == before
        replay(other, Source(url), untold)
    assert feed(other) == feed(store)


def test_what_comes_later_is_replayed_later(store: Store, other: Store) -> None:
    with serving(store) as url:
        replay(other, Source(url), untold)
        live(store)
        replay(other, Source(url), untold)
        store.write(lambda session: ingest(session, paper(4)))
        replay(other, Source(url), untold)
    assert stored(other) == stored(store)


@pytest.mark.usefixtures("small_pages")
def test_a_replay_that_follows_stays_in_step(store: Store, other: Store) -> None:
    seen = 0

    def stop_at_the_end(changes: int, _: str) -> None:
        nonlocal seen
        seen += changes
        if seen == 51:
            raise StoppedError

    with serving(store) as url, ThreadPoolExecutor(1) as threads:
        following = threads.submit(replay, other, Source(url), stop_at_the_end, follow=True)
        live(store)
        assert isinstance(following.exception(60), StoppedError)
    assert feed(other) == feed(store)


def test_a_replay_that_follows_outlasts_its_source(store: Store, other: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "_PAUSE", 0.01)
    live(store)
    answers: list[Any] = []

    class Shaky(Source):
        def read(self, after: str | None, hold: int) -> dict[str, Any]:
            answers.append(hold)
            if len(answers) in (2, 3):
                raise UnreachableError("away")
            if len(answers) == 5:
                raise StoppedError
            return super().read(after, min(hold, 0))

    with serving(store) as url, pytest.raises(StoppedError):
        replay(other, Shaky(url), untold, follow=True)
    assert answers == [0, 30, 30, 30, 30]
    assert feed(other) == feed(store)


@pytest.mark.usefixtures("small_pages")
def test_two_replays_do_not_mix(store: Store, other: Store) -> None:
    live(store)
    with serving(store) as url, pytest.raises(ReplayError, match="Another replay"):
        replay(other, Source(url), lambda *_: replay(other, Source(url), untold))
    assert feed(other) == feed(store)


def test_a_replay_that_is_killed_goes_on_where_it_was(
    store: Store, other: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for sheet, moment in world.sheets():
        store.write(lambda session, new=sheet, at=moment: ingest(session, new, clock=lambda: at, may_review=True))
    url = other.writers.url.render_as_string(hide_password=False)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSFACTS_")}
    environment |= {"NEWSFACTS_DATABASE_URL": url, "no_proxy": "127.0.0.1"}
    kills, seen = 0, 0
    with serving(store) as source:
        while changes.last_number(other.reader) < changes.last_number(store.reader):
            command = [Path(sys.executable).with_name("newsfacts"), "replay", source]
            process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE)
            # Killed as soon as something is stored, in the midst of what comes next.
            while process.poll() is None and changes.last_number(other.reader) == seen:
                time.sleep(0.01)
            process.kill()
            process.communicate()
            kills, seen = kills + 1, changes.last_number(other.reader)
    assert kills > 1
    assert stored(other) == stored(store)


# What cannot be replayed.


def entry(page: Any, id_: str, version: int) -> dict[str, Any]:
    return next(each for each in page["items"] if (each["id"], each["version"]) == (id_, version))


DAMAGES: dict[str, tuple[Callable[[Any], object], str]] = {
    "another document": (
        lambda page: entry(page, "met", 1)["document"].update(title="They fought"),
        "event 'met', version 1: its ETag",
    ),
    "another ETag": (
        lambda page: entry(page, "alba", 1).update(etag='"x"'),
        "actor 'alba', version 1: its ETag",
    ),
    "another text": (
        lambda page: entry(page, "paper-1", 1)["source"].update(text="Nothing."),
        "The text of the article 'paper-1'",
    ),
    "no text": (
        lambda page: entry(page, "paper-1", 1).pop("source"),
        "article 'paper-1', version 1: its text did not come",
    ),
    "no article": (
        lambda page: page["items"].remove(entry(page, "paper-1", 1)),
        "version 1: it speaks of 'paper-1'",
    ),
    "no first version": (
        lambda page: page["items"].remove(entry(page, "met", 1)),
        "event 'met', version 2: nothing is stored there",
    ),
    "a version left out": (
        lambda page: page["items"].remove(entry(page, "met", 2)),
        "event 'met', version 3: version 1 is stored",
    ),
    "the same again": (
        lambda page: page["items"].insert(5, page["items"][4]),
        "version 1: version 1 is stored, so it must be 2",
    ),
    "merged into nothing": (
        lambda page: entry(page, "alba-twin", 2).update(merged_into="none"),
        "actor 'alba-twin', version 2: it speaks of 'none'",
    ),
}


@pytest.mark.parametrize("tamper, says", DAMAGES.values(), ids=list(DAMAGES))
def test_what_does_not_follow_is_refused_by_name(
    store: Store, other: Store, tamper: Callable[[Any], object], says: str
) -> None:
    live(store)
    with serving(store) as url, pytest.raises(ReplayError, match=re.escape(says)):
        replay(other, Tampered(url, tamper), untold)
    assert changes.last_number(other.reader) == 0


def test_a_store_with_content_of_its_own_becomes_no_copy(store: Store, other: Store) -> None:
    live(store)
    other.write(lambda session: ingest(session, paper(4)))
    with serving(store) as url, pytest.raises(ReplayError, match="content of its own"):
        replay(other, Source(url), untold)


def test_a_copy_that_was_written_to_is_none_any_more(store: Store, other: Store) -> None:
    live(store)
    with serving(store) as url:
        replay(other, Source(url), untold)
        other.write(lambda session: ingest(session, paper(4)))
        with pytest.raises(ReplayError, match="content of its own"):
            replay(other, Source(url), untold)


def test_a_copy_of_one_source_becomes_none_of_another(
    store: Store, other: Store, open_empty: Callable[[str], Store]
) -> None:
    live(store)
    with closing(open_empty("sqlite")) as third, serving(store) as url, serving(third) as another:
        replay(other, Source(url), untold)
        with pytest.raises(ReplayError, match="or of another source"):
            replay(other, Source(another), untold)
    # Another store at the same address does not know the place.
    with closing(open_empty("sqlite")) as third, serving(third) as another, pytest.raises(ReplayError) as caught:
        Source(another).read("a-place-in-the-first-store", 0)
    assert "another store must be there" in str(caught.value)


def test_a_source_that_does_not_answer_is_named(other: Store) -> None:
    with pytest.raises(UnreachableError, match=r"http://127\.0\.0\.1:1 does not answer"):
        replay(other, Source("http://127.0.0.1:1"), untold)


def test_an_address_where_no_feed_is_is_named(store: Store, other: Store) -> None:
    with serving(store) as url, pytest.raises(ReplayError, match="docs/v1/changes answers 404"):
        replay(other, Source(f"{url}/docs"), untold)


def test_where_texts_are_for_keys_alone_a_replay_wants_one(store: Store, other: Store, key: Key) -> None:
    live(store)
    with serving(store, article_text="quotes") as url:
        with pytest.raises(ReplayError, match=r"wants a key.*NEWSFACTS_REPLAY_KEY"):
            replay(other, Source(url), untold)
        with pytest.raises(ReplayError, match="refuses the key"):
            replay(other, Source(url, "nf_wrong"), untold)
        replay(other, Source(url, key("ingest")["Authorization"].removeprefix("Bearer ")), untold)
    assert feed(other) == feed(store)


def test_a_source_that_asks_for_patience_gets_it(store: Store, other: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(replaying, "_LIMIT", 7)
    live(store)
    with serving(store, rate_limit_read="5/day") as url:
        monkeypatch.setattr(replaying.time, "sleep", slept.append)
        with pytest.raises(UnreachableError, match="answers 429"):
            replay(other, Source(url), untold)
    assert slept
    assert all(seconds >= 1 for seconds in slept)
    assert changes.last_number(other.reader) == 35
