"""Syndicated copies: what several papers print of one agency is one source."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from api.curation.deleting import delete
from api.ingest.proofs import findings
from api.matching.copies import find_origin
from api.store import tables
from api.store.opening import Store
from api.store.writing import Author, Writer
from tests.conftest import Ingest
from tests.ingest.sheets import Sheet, sheet_of
from tests.matching.conftest import Draft
from tests.matching.papers import ACTORS, WORDS, met
from tests.store.contents import rows

WIRE = (
    f"{WORDS}. The two governments have argued for a decade about who may dredge the western arm, and who pays for it. "
    "Three earlier rounds ended without a result; the last one broke off when a tugboat ran aground at the lock gates. "
    "This time both sides brought engineers. They walked along the bank for two hours in the rain before anybody sat "
    "down, and a spokeswoman said that the mud had done more for the mood than any speech. A joint survey is to begin "
    "in March. Boatmen who had gathered outside the lock house were less patient: one of them counted forty barges "
    "that wait at the upper basin, some of them since autumn, with grain that will not keep."
)
SPEECH = (
    "“Nobody will be asked to pay for a lock that is not built, and nobody will be asked to wait for a lock that is,” "
    "the minister said to applause from the benches of the chamber."
)


def printed(name: str, text: str, **about: Any) -> Sheet:
    """Make the sheet of an article that has some text, with the meeting if it tells of that."""
    told = [met(WORDS)] if WORDS in text else []
    about = {"publisher": name.capitalize(), "published_at": {"edtf": "2030-01-08"}, **about}
    return sheet_of(text, *told, article=name, about=about, actors=ACTORS)


def origins(store: Store) -> dict[str, str | None]:
    return {id_: orjson.loads(body)["origin_id"] for id_, body in rows(store, "articles", "id", "document")}


CUT = WIRE[: WIRE.index(" A joint survey")]
COPIES = {
    "the same": WIRE,
    "with a line of its own": f"LOCKTOWN, 8 January. {WIRE} More on page four.",
    "cut at the end": CUT,
    "edited": WIRE.replace("for a decade", "for many years").replace("less patient", "impatient").replace("‘", "'"),
    "set otherwise": WIRE.replace(". ", ".\n\n").upper(),
}
OTHERS = {
    "the same meeting in other words": (
        "Rain did not keep the canal commission indoors. After a walk along the muddy bank its members agreed on a "
        "survey of the western arm, to begin in March, though who is going to pay for the dredging was left open once "
        "more. It was their fourth attempt in ten years. Grain is rotting on some of the forty barges that are stuck "
        "above the lock house, boatmen say."
    ),
    "one sentence of it": " ".join(
        [
            *("Our harbour reporter went for a stroll and found the quays empty for once this winter.",),
            "A joint survey is to begin in March.",
            *("What it will find is anybody's guess, for nobody has looked below the surface there in living memory.",),
            *("Until then the swans have it all to themselves, and they do not seem to mind in the very least.",),
        ]
    ),
    "hardly anything": "On Monday, Alba received Borduria.",
}


@pytest.mark.parametrize("text", COPIES.values(), ids=COPIES)
def test_a_copy_is_no_source_of_its_own(store: Store, draft: Draft, text: str) -> None:
    draft(printed("wire", WIRE))
    draft(printed("local", text))
    assert origins(store) == {"wire": None, "local": "wire"}
    for (body,) in rows(store, "facts", "document"):
        assert orjson.loads(body)["sources"] == {"articles": 1, "publishers": 1}
    assert list(findings(store)) == []


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_whoever_writes_himself_is_a_source(store: Store, draft: Draft, text: str) -> None:
    draft(printed("wire", WIRE))
    draft(printed("local", text))
    assert origins(store) == {"wire": None, "local": None}


def test_two_reports_of_one_speech_are_two_sources(store: Store, draft: Draft) -> None:
    draft(printed("one", f"{OTHERS['one sentence of it']} {SPEECH}"))
    draft(printed("two", f"{SPEECH} {OTHERS['the same meeting in other words']}"))
    assert origins(store) == {"one": None, "two": None}


def test_a_copy_of_a_copy_is_of_the_first(store: Store, draft: Draft) -> None:
    draft(printed("wire", WIRE, origin_id="the-agency"))
    draft(printed("local", COPIES["edited"]))
    draft(printed("tiny", CUT))
    assert origins(store) == {"wire": "the-agency", "local": "the-agency", "tiny": "the-agency"}


def test_what_the_sheet_says_itself_stays(store: Store, draft: Draft) -> None:
    draft(printed("wire", WIRE))
    draft(printed("local", WIRE, origin_id="somebody-else"))
    draft(printed("local", WIRE))
    draft(printed("wire", WIRE))
    assert origins(store) == {"wire": None, "local": "somebody-else"}


def test_only_drafts_are_compared_but_with_all_that_is_stored(store: Store, draft: Draft, ingest_sheet: Ingest) -> None:
    ingest_sheet(printed("wire", WIRE))
    ingest_sheet(printed("curated", WIRE))
    draft(printed("local", WIRE))
    assert origins(store) == {"wire": None, "curated": None, "local": "curated"}


def test_what_was_deleted_is_nobodys_origin(store: Store, draft: Draft) -> None:
    draft(printed("wire", WIRE))

    def remove(session: Any) -> None:
        writer = Writer(session, Author("2030-02-01T00:00:00.000000Z"))
        delete(writer, tables.articles, "wire", cascade=True)
        writer.flush()

    store.write(remove)
    assert rows(store, "fingerprints") == []
    draft(printed("local", WIRE))
    assert origins(store) == {"local": None}


def test_of_a_notice_that_is_printed_every_day_few_are_looked_at(store: Store, ingest_sheet: Ingest) -> None:
    for n in range(25):
        ingest_sheet(printed(f"notice-{n}", f"{CUT} Number {n}."))
    with store.rehearse() as session:
        assert find_origin(session, CUT)
