"""Streams: one moment from beginning to end, a page in memory, and no snapshot that is held for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from api.exports.formats import FORMATS
from api.exports.resources import RESOURCES
from api.exports.streams import Lease, Stream
from api.store import wholes
from api.store.opening import Store
from api.store.reading import Reader
from api.store.snapshots import Snapshot, SnapshotClosedError
from tests.conftest import Ingest
from tests.exports.reading import lines
from tests.ingest.sheets import event, sheet_of
from tests.views.conftest import World

PATIENCE_SECONDS = 30


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wholes, "PAGE", 3)
    monkeypatch.setattr(wholes, "CHANGES", 3)


def stream_of(store: Store, name: str, format_: str = "ndjson", **query: Any) -> Stream:
    resource = RESOURCES[name]
    return Stream(Snapshot(store.reader), resource, FORMATS[format_], resource.select(resource.query().load(query)))


def fill(ingest_sheet: Ingest, *numbers: int) -> None:
    for number in numbers:
        told = event(f"It {number} happened", id=f"event-{number}", date={"edtf": f"2022-01-{number:02}"})
        ingest_sheet(sheet_of(f"It {number} happened.", told, article=f"article-{number}"))


@pytest.mark.parametrize("name", ["facts", "articles", "changes"])
def test_what_is_written_meanwhile_is_not_seen(store: Store, ingest_sheet: Ingest, name: str) -> None:
    fill(ingest_sheet, *range(10, 20))
    before = b"".join(stream_of(store, name))
    stream = stream_of(store, name)
    first = next(stream)
    fill(ingest_sheet, 5, 15, 25)
    ingest_sheet(
        sheet_of(
            "It happened otherwise.",
            event("It happened otherwise", id="event-12", date={"edtf": "2022-01-01"}),
            article="another",
            on_conflict="replace",
        )
    )
    assert first + b"".join(stream) == before
    assert b"".join(stream_of(store, name)) != before


@pytest.mark.parametrize(
    "name, format_", [("facts", "ndjson"), ("facts", "csv"), ("events", "plover"), ("changes", "ndjson")]
)
def test_only_a_page_is_held(world: World, monkeypatch: pytest.MonkeyPatch, name: str, format_: str) -> None:
    read = 0
    plain = Reader.rows

    def counted(reader: Reader, *arguments: Any) -> Any:
        nonlocal read
        rows = plain(reader, *arguments)
        read = len(rows)
        assert read <= 2 * wholes.PAGE + 5, "no statement gives more than a page and what belongs to it"
        return rows

    monkeypatch.setattr(Reader, "rows", counted)
    stream = stream_of(world.store, name, format_)
    given = 0
    for _ in stream:
        assert stream.rows - given <= wholes.PAGE, "what was read is given before more is read"
        given = stream.rows
    assert given > 100


def test_a_long_change_is_given_before_the_next_is_read(store: Store, ingest_sheet: Ingest) -> None:
    for number in range(3):
        ingest_sheet(
            sheet_of(f"{number} happened. " + "x" * 300_000, event(f"{number} happened"), article=f"long-{number}")
        )
    chunks = [len(lines(chunk)) for chunk in stream_of(store, "changes")]
    assert max(chunks) < 3


def test_the_snapshot_is_let_go_at_the_end(store: Store, ingest_sheet: Ingest) -> None:
    fill(ingest_sheet, 10)
    pool: Any = store.reader.engine.pool
    before = pool.checkedout()
    for end in (list, lambda stream: stream.close()):
        stream = stream_of(store, "facts")
        assert pool.checkedout() == before + 1
        end(stream)
        assert pool.checkedout() == before
    with pytest.raises(SnapshotClosedError):
        list(stream)


def test_a_connection_that_is_given_back_sees_what_is_written_later(store: Store, ingest_sheet: Ingest) -> None:
    for number in range(10, 18):
        fill(ingest_sheet, number)
        assert len(lines(b"".join(stream_of(store, "events")))) == number - 9
        assert store.identity()[2] == number - 9


@pytest.mark.parametrize("seconds, idle_seconds", [(0.05, 3600), (3600, 0.05), (0, 0)])
def test_a_lease_ends_when_its_time_is_over_or_nobody_takes_anything(
    store: Store, ingest_sheet: Ingest, seconds: float, idle_seconds: float
) -> None:
    fill(ingest_sheet, *range(10, 20))
    over, ends = threading.Event(), []

    def done() -> None:
        ends.append(1)
        over.set()

    lease = Lease(stream_of(store, "facts"), seconds, idle_seconds, done)
    assert over.wait(PATIENCE_SECONDS)
    with pytest.raises(SnapshotClosedError):
        list(lease)
    lease.close()
    assert ends == [1]


def test_a_lease_that_is_taken_from_ends_with_its_stream(store: Store, ingest_sheet: Ingest) -> None:
    fill(ingest_sheet, *range(10, 20))
    ends: list[int] = []
    lease = Lease(stream_of(store, "facts"), 3600, 3600, lambda: ends.append(1))
    assert len(lines(b"".join(lease))) == 10
    assert ends == [1]


def test_any_thread_may_take_the_next_chunk(store: Store, ingest_sheet: Ingest) -> None:
    fill(ingest_sheet, *range(10, 20))
    stream = stream_of(store, "facts")
    taken: list[bytes] = []

    def take(chunks: Iterator[bytes]) -> None:
        taken.append(next(chunks))

    for _ in range(4):
        thread = threading.Thread(target=take, args=(stream,))
        thread.start()
        thread.join()
    stream.close()
    assert [orjson.loads(line)["id"] for chunk in taken for line in chunk.splitlines()] == [
        f"event-{number}" for number in range(19, 9, -1)
    ]
