"""What an import leaves is what `ingest` leaves, sheet by sheet, however it was parted, stopped and gone on with."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import zstandard

from api.curation.deleting import delete
from api.imports import importing
from api.imports.importing import ImportStoppedError, Terms, import_input
from api.imports.inputs import InputError, open_input
from api.ingest import SheetRefusedError, ingest
from api.ingest.proofs import findings
from api.store import tables
from api.store.opening import Store
from api.store.reading import UnavailableError
from api.store.times import Clock
from tests.imports.archives import archive
from tests.ingest.histories import curates, live, lonely, paper
from tests.ingest.sheets import actor, event
from tests.store.contents import Rows, everything

Open = Callable[[str], Store]
REFUSED = "refused.ndjson"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("seed", range(4))
def test_the_same_comes_of_it_as_of_ingest_sheet_by_sheet(store: Store, open_empty: Open, seed: int) -> None:
    other = open_empty(store.reader.dialect)
    for each in (store, other):
        live(each)
    sheets = archive(seed, 60)
    refused = ingested(other, sheets)
    tally = imported(store, sheets, Terms(may_review=True, batch=25 * (1 + seed), clock=ticking()))
    assert contents(store) == contents(other)
    assert tally["sheets refused"] == refused > 0
    assert tally["sheets"] == len(sheets) - refused > 0
    assert list(findings(store)) == []
    other.close()


def test_both_databases_come_to_hold_the_same(open_empty: Open) -> None:
    sheets, held = archive(9, 60), []
    for database in ("sqlite", "postgresql"):
        store = open_empty(database)
        imported(store, sheets, Terms(clock=ticking()))
        held.append({name: rows for name, rows in contents(store).items() if name not in INDEX})
        store.close()
    assert held[0] == held[1]


def test_processes_beside_this_one_change_nothing(store: Store, open_empty: Open) -> None:
    other, sheets = open_empty(store.reader.dialect), archive(5, 60)
    imported(other, sheets, Terms(clock=ticking()))
    imported(store, sheets, Terms(processes=2, clock=ticking()))
    assert contents(store) == contents(other)
    other.close()


def test_what_is_refused_is_told_with_its_line_its_reasons_and_itself(store: Store) -> None:
    wrong = paper(2) | {"events": [{"title": "nothing else"}]}
    tally = imported(store, [paper(1), wrong, "no sheet", paper(3)])
    assert (tally["sheets"], tally["sheets refused"]) == (2, 2)
    first, second = refusals()
    assert (first["line"], first["sheet"]) == (2, wrong)
    assert {"pointer": "/events/0/type", "detail": "Missing data for required field."} in first["flaws"]
    assert (second["line"], second["sheet"]) == (3, "no sheet")


def test_a_line_that_is_no_json_is_told_as_it_stands(store: Store) -> None:
    store_lines(store, [json.dumps(paper(1)).encode(), b"{half a shee\xff"])
    assert [(each["line"], each["sheet"]) for each in refusals()] == [(2, "{half a shee\ufffd")]


def test_refusals_that_were_mended_can_be_imported(store: Store) -> None:
    wrong = paper(2, about={"publisher": ""})
    imported(store, [paper(1), wrong])
    mended = [each["sheet"] for each in refusals()]
    mended[0]["article"]["publisher"] = "Paper 2"
    assert imported(store, mended)["articles created"] == 1


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_compressed_files_are_read_as_plain_ones(store: Store, pack: Callable[[bytes], bytes]) -> None:
    # Two pieces, as two runs of a compressor append them.
    packed = pack(lines_of([paper(1)])) + pack(lines_of([paper(2)]))
    assert store_bytes(store, packed)["sheets"] == 2


def test_a_compressed_file_that_was_cut_is_told_and_what_came_before_stays(store: Store) -> None:
    packed = gzip.compress(lines_of([paper(n) for n in range(1, 9)]))
    with pytest.raises(InputError, match="cannot be read on"):
        store_bytes(store, packed[:-20])
    assert refusals() == []


def test_a_second_import_of_a_file_does_nothing(store: Store) -> None:
    sheets = [paper(n) for n in range(1, 6)]
    imported(store, sheets)
    before = contents(store)
    assert imported(store, sheets) == Counter()
    assert contents(store) == before


def test_a_file_that_has_grown_is_gone_on_with(store: Store) -> None:
    sheets = [paper(n) for n in range(1, 6)]
    imported(store, sheets)
    assert imported(store, [*sheets, paper(6)])["sheets"] == 1


def test_a_file_that_begins_alike_and_goes_on_otherwise_is_asked_about(store: Store) -> None:
    imported(store, [paper(1), paper(2)])
    with pytest.raises(ImportStoppedError, match=r"these are others\..*--again"):
        imported(store, [paper(1), paper(3)])
    with pytest.raises(ImportStoppedError, match="2 lines were imported"):
        imported(store, [paper(1)])
    assert imported(store, [paper(1), paper(3)], Terms(again=True))["articles created"] == 1


def test_what_was_foreseen_is_not_believed_where_the_store_knows_better(store: Store, open_empty: Open) -> None:
    """The same new sheets, told of actors who are of another country here, merged, deleted, or not there at all."""
    other = open_empty(store.reader.dialect)
    for each in (store, other):
        live(each)
        take_away = curates(lambda writer: delete(writer, tables.facts, "talks", cascade=False))
        each.write(partial(take_away, at=BEGIN))
    sheets = [
        *(lonely(f"new-{n}", who) for n, who in enumerate(["alba", "alba-twin", "borduria", "nobody", "who"])),
        *(
            lonely(f"newer-{n}", "syldavia", actor("syldavia", country_code=code))
            for n, code in enumerate(["GR", "IT"])
        ),
        lonely("gone", "borduria", actor("borduria")),
        *(lonely(f"other-{id_}", "alba") | {"events": [event("They met", id=id_)]} for id_ in ("alone", "talks")),
        lonely("newest", "borduria", actor("borduria", country_code="GR"), on_conflict="replace"),
        lonely("new-0", "alba"),
    ]
    refused = ingested(other, sheets)
    tally = imported(store, sheets, Terms(may_review=True, clock=ticking()))
    assert (tally["sheets refused"], contents(store)) == (refused, contents(other))
    assert 0 < refused < len(sheets)
    other.close()


def test_an_import_that_fails_goes_on_after_its_last_transaction(store: Store, open_empty: Open) -> None:
    other, sheets = open_empty(store.reader.dialect), archive(3, 100)
    imported(other, sheets, Terms(clock=lambda: BEGIN))

    class StoppedError(Exception):
        pass

    def stop(*_: object) -> None:
        raise StoppedError

    terms = Terms(batch=25, clock=lambda: BEGIN)
    for _ in range(3):
        with pytest.raises(StoppedError):
            store_bytes(store, lines_of(sheets), terms, tell=stop)
        # What was written of lines that are not stored is written once more.
        with Path(REFUSED).open("a") as file:
            file.write("half a li")
    assert store_bytes(store, lines_of(sheets), terms)["sheets"] > 0
    assert contents(store) == contents(other)
    assert len(refusals()) == sum(isinstance(each["sheet"], dict | list | str) for each in refusals()) > 0
    other.close()


def test_an_empty_file_is_nothing(store: Store) -> None:
    assert store_bytes(store, b"") == Counter()
    assert store_bytes(store, b"\n\n")["sheets refused"] == 0


@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_database_that_goes_away_is_asked_again_and_nothing_is_done_twice(
    store: Store, open_empty: Open, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    other, sheets = open_empty(store.reader.dialect), archive(4, 60)
    imported(other, sheets, Terms(clock=lambda: BEGIN))
    write, failures = Store.write, iter([False, False, True, False, True, *[False] * 100])

    def fail_now_and_then(self: Store, work: Callable[[Any], Any]) -> Any:
        fails = next(failures)
        if fails and lost == "before":
            raise UnavailableError
        done = write(self, work)
        if fails:
            raise UnavailableError  # it is stored, and nobody has heard of it
        return done

    monkeypatch.setattr(importing, "_PAUSE", 0)
    monkeypatch.setattr(Store, "write", fail_now_and_then)
    tally = imported(store, sheets, Terms(batch=25, clock=lambda: BEGIN))
    monkeypatch.undo()
    assert tally["sheets"] + tally["sheets refused"] == len(sheets)
    assert contents(store) == contents(other)
    other.close()


def test_a_database_that_stays_away_ends_the_import(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise UnavailableError

    monkeypatch.setattr(importing, "_PAUSE", 0)
    monkeypatch.setattr(importing, "ingest_batch", fail)
    with pytest.raises(UnavailableError):
        imported(store, [paper(1)])


# How the tests go about it.

BEGIN = datetime(2022, 3, 1, tzinfo=UTC)
#: Not of the sheets: who the store is, and up to where something was imported. What the index of words is made of
#: differs between the databases.
OWN, INDEX = {"store", "imports"}, {"words", "search_words"}


def ticking() -> Clock:
    """A clock that is a second on whenever it is asked."""
    seconds = iter(range(1_000_000))
    return lambda: BEGIN + timedelta(seconds=next(seconds))


def ingested(store: Store, sheets: list[Any]) -> int:
    refused, clock = 0, ticking()
    for sheet in sheets:
        try:
            store.write(partial(ingest, sheet=sheet, clock=clock, may_review=True))
        except SheetRefusedError:
            refused += 1
    return refused


def imported(store: Store, sheets: list[Any], terms: Terms | None = None) -> Counter[str]:
    return store_bytes(store, lines_of(sheets), terms)


def store_lines(store: Store, lines: list[bytes]) -> Counter[str]:
    return store_bytes(store, b"\n".join(lines))


def store_bytes(
    store: Store,
    content: bytes,
    terms: Terms | None = None,
    tell: Callable[[int, Counter[str]], None] = lambda *_: None,
) -> Counter[str]:
    with closing(open_input("archive", io.BytesIO(content))) as source:
        return import_input(store, source, Path(REFUSED), terms or Terms(), tell)[1]


def lines_of(sheets: list[Any]) -> bytes:
    return b"".join(json.dumps(sheet).encode() + b"\n" for sheet in sheets)


def refusals() -> list[dict[str, Any]]:
    path = Path(REFUSED)
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def contents(store: Store) -> dict[str, Rows]:
    found = {name: rows for name, rows in everything(store).items() if name not in OWN}
    # A count that went back to nought may stay as a row; whoever reads it takes it as if it were not there.
    found["tallies"] = [row for row in found["tallies"] if row[-1] != 0]
    return found
