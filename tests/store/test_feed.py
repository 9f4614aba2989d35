"""The feed under writers: whoever reads it meanwhile misses nothing, and gets nothing twice or in another order."""

from __future__ import annotations

import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from multiprocessing import get_context

import pytest
from sqlalchemy.orm import Session

from api.ingest import ingest
from api.store import changes
from api.store.changes import Change
from api.store.opening import Store, open_store
from api.store.reading import Reader
from tests.ingest.sheets import Sheet, event, sheet_of
from tests.store.contents import rows

PROCESSES, THREADS, SHEETS = 4, 2, 9


class RolledBackError(Exception):
    """What a writer meets when all was written but nothing stored."""


def paper(writer: int, n: int) -> Sheet:
    """Tell of a fact of its own and of one that all tell of."""
    name = f"paper-{writer}-{n}"
    text = f"They met, told by {name}. They agreed."
    facts = event("They met", id=f"met-{writer}-{n}"), event("They agreed", id="agreed")
    return sheet_of(text, *facts, article=name, about={"publisher": f"Paper {writer}"})


def store_papers(store: Store, writer: int) -> int:
    """Store sheets, each third of which is rolled back at its end; tell how many were stored."""
    stored = 0
    for n in range(SHEETS):

        def work(session: Session, n: int = n) -> None:
            ingest(session, paper(writer, n))
            if n % 3 == 2:
                raise RolledBackError

        try:
            store.write(work)
        except RolledBackError:
            continue
        stored += 1
    return stored


def write_in_process(url: str, process: int) -> int:
    """Be several writers, each in a thread of its own."""
    with closing(open_store(url)) as store, ThreadPoolExecutor(THREADS) as threads:
        writers = range(process * THREADS, (process + 1) * THREADS)
        return sum(threads.map(partial(store_papers, store), writers))


def read_on(reader: Reader, seq: int, limit: int) -> tuple[list[Change], int]:
    """Read what there is after a number, page by page."""
    found: list[Change] = []
    more = True
    while more:
        page = changes.after(reader, seq, limit)
        found, seq, more = found + page.changes, page.seq, page.more
    return found, seq


def test_a_reader_misses_nothing_while_eight_writers_write_and_roll_back(store: Store) -> None:
    url = store.writers.url.render_as_string(hide_password=False)
    read: list[Change] = []
    seq = polls = 0
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as processes:
        writing: list[Future[int]] = [processes.submit(write_in_process, url, n) for n in range(PROCESSES)]
        while not all(each.done() for each in writing):
            found, seq = read_on(store.reader, seq, limit=5)
            read += found
            polls += bool(found)
            time.sleep(0.01)
    read += read_on(store.reader, seq, limit=5)[0]
    stored = sum(each.result() for each in writing)
    assert stored == PROCESSES * THREADS * SHEETS * 2 // 3
    assert polls > 1
    assert read == read_on(store.reader, 0, limit=200)[0]
    # Each sheet stored an article, its own fact, and another version of the fact that all tell of.
    assert [change.seq for change in read] == list(range(1, 3 * stored + 1))
    assert [change.version for change in read if change.id == "agreed"] == list(range(1, stored + 1))
    assert {change.id for change in read} == {
        id_ for name in ("articles", "facts") for (id_,) in rows(store, name, "id")
    }


def test_a_transaction_that_is_rolled_back_takes_no_number(store: Store) -> None:
    def fail(session: Session) -> None:
        ingest(session, paper(0, 0))
        raise RolledBackError

    with pytest.raises(RolledBackError):
        store.write(fail)
    assert changes.last_number(store.reader) == 0
    store.write(lambda session: ingest(session, paper(0, 1)))
    assert [change.seq for change in read_on(store.reader, 0, limit=1)[0]] == [1, 2, 3]


def test_what_is_not_committed_is_not_read(store: Store) -> None:
    seen: list[int] = []

    def work(session: Session) -> None:
        ingest(session, paper(0, 0))
        seen.append(len(read_on(store.reader, 0, limit=5)[0]))

    store.write(work)
    assert seen == [0]
    assert changes.last_number(store.reader) == 3


@pytest.mark.parametrize("steps", [1, 2, 500])
def test_a_filter_loses_nothing_at_the_end_of_a_page(store: Store, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    for n in range(4):
        store.write(partial(ingest, sheet=paper(0, n)))
    whole = [change for change in read_on(store.reader, 0, limit=200)[0] if change.noun == "event"]
    monkeypatch.setattr(changes, "STEPS", steps)
    for limit in (1, 2, 200):
        found: list[Change] = []
        seq, more = 0, True
        while more:
            page = changes.after(store.reader, seq, limit, changes.Wanted(nouns=frozenset({"event"})))
            assert page.seq > seq
            found, seq, more = found + page.changes, page.seq, page.more
        assert found == whole
