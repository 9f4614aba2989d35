"""A sheet that does not fit is refused with everything that is wrong with it, and nothing of it is stored.

All tests of this module share a store that holds one sheet, and each of them leaves it as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any

import pytest

from api.ingest import Outcome, SheetRefusedError, ingest
from api.store.opening import Store
from tests.conftest import NOW
from tests.ingest.sheets import Sheet, actor, conflict, event, proposal, refusal, sheet_of, statement
from tests.store.contents import everything, sizes

Ingest = Callable[..., Any]
Change = Callable[[Sheet], Any]

TEXT = "Poland met France on Monday. “We agree,” said its envoy, “on 5,000 troops.” A hotline was offered."


def known() -> Sheet:
    """Give what is in the store."""
    first = event("Poland met France", id="meeting", type="consult", date={"edtf": "2022-01-31"})
    offered = proposal(
        "A hotline was offered", id="hotline", history=[{"status": "floated", "evidence": {"exact": "was offered"}}]
    )
    return sheet_of(TEXT, first, article="first", proposals=[offered], actors=[actor("france", country_code="FR")])


def good() -> Sheet:
    """Give a sheet with nothing wrong, to be changed."""
    met = event(
        "Poland met France",
        type="consult",
        modes=["visit"],
        date={"edtf": "2022-01-31", "text": "Monday"},
        actors=[{"actor": "poland", "role": "actor", "named_as": "Poland"}, {"actor": "france", "role": "host"}],
        places=[{"name": "Paris", "country_code": "FR", "lat": 48.9, "lon": 2.3}],
        quantities=[{"value": 5000, "unit": "troops", "qualifier": "exact", "text": "5,000 troops"}],
        relations=[{"type": "corroborates", "fact": "meeting"}],
    )
    offered = proposal("A hotline was offered")
    offered["history"] = [
        {"status": "floated", "by": "poland", "date": {"edtf": "2022"}, "evidence": {"exact": "was offered"}}
    ]
    said = statement(
        "We agree,", "on 5,000 troops.", cue="said", about=["meeting"], text="We agree, ... on 5,000 troops."
    )
    sheet = sheet_of(TEXT, met, article="second", proposals=[offered], statements=[said])
    sheet["article"] |= {
        "publisher": "The Other Paper",
        "published_at": {"edtf": "2022-02-01"},
        "media": [{"caption": "The hotline", "date": None}],
    }
    position = {"title": "Envoy", "start": "2020", "end": None}
    return sheet | {"actors": [actor("poland", country_code="PL", member_of=["france"], positions=[position])]}


@pytest.fixture(scope="module")
def stocked(shared_store: Store) -> Store:
    shared_store.write(partial(ingest, sheet=known(), clock=lambda: NOW))
    return shared_store


@pytest.fixture
def put(stocked: Store) -> Ingest:
    """Takes a sheet and undoes it, so that one which is taken by mistake is no other test's trouble."""

    def run(sheet: Sheet) -> Outcome:
        with stocked.rehearse() as session:
            return ingest(session, sheet)

    return run


def changed(change: Change) -> Sheet:
    sheet = deepcopy(good())
    change(sheet)
    return sheet


def setting(*path: str | int, to: Any) -> Change:
    """Make the change that sets one thing of a sheet."""

    def change(sheet: Any) -> None:
        *way, last = path
        for step in way:
            sheet = sheet[step]
        sheet[last] = to

    return change


def test_the_sheet_that_these_tests_change_is_good(put: Ingest) -> None:
    assert len(put(good()).facts) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda sheet: sheet["article"].pop("text"),
        setting("article", "source", to="Another story."),
        setting("actors", 0, "member_of", 0, to="nobody"),
        setting("events", 0, "modes", 0, to="troops"),
        setting("statements", 0, "evidence", 1, "exact", to="not there"),
        setting("events", 0, "id", to="hotline"),
    ],
    ids=["no text", "no slice", "unknown actor", "wrong mode", "the last quotation", "another kind"],
)
def test_nothing_of_a_refused_sheet_is_stored(stocked: Store, change: Change) -> None:
    before, rows = everything(stocked), sizes(stocked)
    with pytest.raises(SheetRefusedError):
        stocked.write(partial(ingest, sheet=changed(change)))
    assert sizes(stocked) == rows
    assert everything(stocked) == before


NAMES_NOBODY = [
    (setting("events", 0, "actors", 0, "actor", to="polland"), "/events/0/actors/0/actor"),
    (setting("proposals", 0, "history", 0, "by", to="polland"), "/proposals/0/history/0/by"),
    (setting("actors", 0, "member_of", 0, to="polland"), "/actors/0/member_of/0"),
]


@pytest.mark.parametrize("change, pointer", NAMES_NOBODY, ids=[pointer for _, pointer in NAMES_NOBODY])
def test_an_actor_unknown_to_sheet_and_store_is_refused_by_name(put: Ingest, change: Change, pointer: str) -> None:
    flaws = refusal(put, changed(change))
    assert list(flaws) == [pointer]
    assert "No actor 'polland'" in flaws[pointer]
    assert "Did you mean 'poland'?" in flaws[pointer]


UNKNOWN_FIELDS = [
    (setting("statments", to=[]), "/statments", "statements"),
    (setting("article", "publishr", to="x"), "/article/publishr", "publisher"),
    (setting("actors", 0, "alias", to=[]), "/actors/0/alias", "aliases"),
    (setting("events", 0, "titel", to="x"), "/events/0/titel", "title"),
    (setting("events", 0, "evidence", 0, "exat", to="x"), "/events/0/evidence/0/exat", "exact"),
    (setting("events", 0, "places", 0, "longitude", to=2), "/events/0/places/0/longitude", None),
    (setting("proposals", 0, "history", 0, "stats", to="x"), "/proposals/0/history/0/stats", "status"),
    (setting("statements", 0, "stanse", to="x"), "/statements/0/stanse", "stance"),
    (setting("events", 0, "a/b~c", to="x"), "/events/0/a~1b~0c", None),
]


@pytest.mark.parametrize("change, pointer, near", UNKNOWN_FIELDS, ids=[each[1] for each in UNKNOWN_FIELDS])
def test_an_unknown_field_is_refused_with_the_nearest_known_one(
    put: Ingest, change: Change, pointer: str, near: str | None
) -> None:
    flaws = refusal(put, changed(change))
    assert flaws == {pointer: "Unknown field." + (f" Did you mean '{near}'?" if near else "")}


@pytest.mark.parametrize("name", ["quad", "kind", "version", "sources", "created_at"])
def test_what_the_store_sets_itself_cannot_be_sent(put: Ingest, name: str) -> None:
    assert f"/events/0/{name}" in refusal(put, changed(setting("events", 0, name, to="x")))


DATES = [
    (setting("events", 0, "date", to={"edtf": "2022-02-30"}), "/events/0/date/edtf"),
    (setting("article", "published_at", to={"edtf": "2022-02-30"}), "/article/published_at/edtf"),
    (setting("article", "media", 0, "date", to={"edtf": "2022-02-30"}), "/article/media/0/date/edtf"),
    (setting("proposals", 0, "history", 0, "date", to={"edtf": "2022-02-30"}), "/proposals/0/history/0/date/edtf"),
    (setting("actors", 0, "positions", 0, "start", to="2022-02-30"), "/actors/0/positions/0/start"),
    (setting("actors", 0, "positions", 0, "end", to="2022-02-30"), "/actors/0/positions/0/end"),
]


@pytest.mark.parametrize("change, pointer", DATES, ids=[pointer for _, pointer in DATES])
def test_a_date_that_is_no_edtf_is_refused(put: Ingest, change: Change, pointer: str) -> None:
    flaws = refusal(put, changed(change))
    assert list(flaws) == [pointer]
    assert "'2022-02-30' is no" in flaws[pointer]


@pytest.mark.parametrize(
    "type_, mode, modes",
    [("agree", "visit", "none"), ("aid", "weapons", "none"), ("mobilize", "visit", "troops, weapons, police, militia")],
)
def test_a_mode_that_its_type_does_not_have_is_refused(put: Ingest, type_: str, mode: str, modes: str) -> None:
    sheet = good()
    sheet["events"][0] |= {"type": type_, "modes": [mode]}
    detail = f"'{mode}' is no mode of '{type_}', whose modes are: {modes}."
    assert refusal(put, sheet) == {"/events/0/modes/0": detail}


@pytest.mark.parametrize(
    "change, pointer",
    [
        (setting("events", 0, "relations", 0, "fact", to="meating"), "/events/0/relations/0/fact"),
        (setting("statements", 0, "about", 0, to="meating"), "/statements/0/about/0"),
    ],
)
def test_a_fact_that_is_pointed_to_must_be_there(put: Ingest, change: Change, pointer: str) -> None:
    flaws = refusal(put, changed(change))
    assert list(flaws) == [pointer]
    assert "No fact 'meating' in the sheet or in the store." in flaws[pointer]


def test_facts_of_one_sheet_may_point_to_one_another(put: Ingest) -> None:
    sheet = good()
    sheet["events"][0] |= {"id": "one", "relations": [{"type": "follows", "fact": "two"}]}
    sheet["proposals"][0] |= {"id": "two", "relations": [{"type": "part_of", "fact": "one"}]}
    sheet["statements"][0]["about"] = ["one", "two"]
    assert put(sheet).changed


def test_an_id_stands_once_in_a_sheet_whatever_the_kind(put: Ingest) -> None:
    sheet = good()
    sheet["events"][0]["id"] = sheet["statements"][0]["id"] = "twin"
    sheet["actors"].append(actor("poland"))
    assert refusal(put, sheet) == {
        "/statements/0/id": "'twin' stands twice in this sheet.",
        "/actors/1/id": "'poland' stands twice in this sheet.",
    }


NOT_VERBATIM = [
    (setting("events", 0, "actors", 0, "named_as", to="Warsaw"), "/events/0/actors/0/named_as"),
    (setting("events", 0, "date", "text", to="Tuesday"), "/events/0/date/text"),
    (setting("events", 0, "quantities", 0, "text", to="5000 troops"), "/events/0/quantities/0/text"),
    (setting("statements", 0, "cue", to="warned"), "/statements/0/cue"),
    (setting("statements", 0, "evidence", 0, "exact", to="We disagree,"), "/statements/0/evidence/0/exact"),
    (
        setting("proposals", 0, "history", 0, "evidence", "exact", to="was tabled"),
        "/proposals/0/history/0/evidence/exact",
    ),
    (setting("proposals", 0, "history", 0, "date", "text", to="Tuesday"), "/proposals/0/history/0/date/text"),
    (setting("article", "published_at", "text", to="Tuesday"), "/article/published_at/text"),
]


@pytest.mark.parametrize("change, pointer", NOT_VERBATIM, ids=[pointer for _, pointer in NOT_VERBATIM])
def test_words_that_are_to_be_verbatim_are_checked(put: Ingest, change: Change, pointer: str) -> None:
    flaws = refusal(put, changed(change))
    assert list(flaws) == [pointer]
    assert "These words are not in the article." in flaws[pointer]


def test_a_statement_says_what_its_evidence_says(put: Ingest) -> None:
    flaws = refusal(put, changed(setting("statements", 0, "text", to="We agree on 5,000 troops.")))
    assert list(flaws) == ["/statements/0/text"]
    assert "'We agree, ... on 5,000 troops.'" in flaws["/statements/0/text"]


@pytest.mark.parametrize("source", ["Another story altogether.", TEXT.replace("hotline", "hot line"), ""])
def test_the_text_is_a_slice_of_its_source(put: Ingest, source: str) -> None:
    flaws = refusal(put, changed(setting("article", "source", to=source)))
    assert "must be a slice of the source" in flaws["/article/text"]


def test_a_text_that_stands_twice_in_its_source_needs_its_start(put: Ingest) -> None:
    sheet = good()
    sheet["article"]["source"] = TEXT + "\r\n" + TEXT
    assert f"0, {len(TEXT) + 2}" in refusal(put, sheet)["/article/text"]
    sheet["article"]["story_start"] = 1
    assert "/article/text" in refusal(put, sheet)
    sheet["article"]["story_start"] = len(TEXT) + 2
    assert put(sheet).changed


PLACES_FOR_TEXT: list[tuple[str | int, ...]] = [
    ("article", "text"),
    ("article", "source"),
    ("article", "title"),
    ("article", "publisher"),
    ("article", "url"),
    ("article", "language"),
    ("article", "id"),
    ("article", "media", 0, "caption"),
    ("actors", 0, "name"),
    ("events", 0, "title"),
    ("events", 0, "note"),
    ("events", 0, "id"),
    ("events", 0, "evidence", 0, "exact"),
    ("events", 0, "actors", 0, "named_as"),
    ("events", 0, "places", 0, "name"),
    ("statements", 0, "text"),
    ("statements", 0, "cue"),
]
BEGINNINGS = {"url": "https://example.org/a", "language": "en", "id": "abc"}


@pytest.mark.parametrize("wrong", ["\x00", "\ud83d"], ids=["NUL", "a lone surrogate"])
@pytest.mark.parametrize("path", PLACES_FOR_TEXT, ids=lambda path: "/".join(map(str, path)))
def test_nul_and_lone_surrogates_are_refused_wherever_text_stands(
    put: Ingest, path: tuple[str | int, ...], wrong: str
) -> None:
    sheet = good()
    words = BEGINNINGS.get(str(path[-1]), TEXT if path == ("article", "text") else "Words ")
    flaws = refusal(put, changed(setting(*path, to=words + wrong)))
    assert "/" + "/".join(map(str, path)) in flaws
    assert sheet == good()


@pytest.mark.parametrize(
    "path",
    [path for path in PLACES_FOR_TEXT if path[-1] in {"title", "publisher", "url", "language", "id", "name"}],
    ids=lambda path: "/".join(map(str, path)),
)
def test_what_is_one_line_does_not_end_in_a_line_break(put: Ingest, path: tuple[str | int, ...]) -> None:
    words = BEGINNINGS.get(str(path[-1]), "Words")
    assert "/" + "/".join(map(str, path)) in refusal(put, changed(setting(*path, to=words + "\n")))


UNFIT = [
    (setting("article", to=None), "/article"),
    (lambda sheet: sheet.pop("article"), "/article"),
    (lambda sheet: sheet["article"].pop("text"), "/article/text"),
    (setting("article", "text", to=""), "/article/text"),
    (setting("article", "publisher", to=""), "/article/publisher"),
    (setting("article", "publisher", to=None), "/article/publisher"),
    (setting("article", "language", to="English!"), "/article/language"),
    (setting("article", "url", to="javascript:alert(1)"), "/article/url"),
    (setting("article", "url", to="https://example.org/a b"), "/article/url"),
    (setting("article", "retrieved_at", to="2022-01-26"), "/article/retrieved_at"),
    (setting("article", "retrieved_at", to="2022-02-30T10:00:00Z"), "/article/retrieved_at"),
    (setting("article", "retrieved_at", to="2022-01-26T25:00:00Z"), "/article/retrieved_at"),
    (setting("article", "retrieved_at", to="2022-01-26T10:00:00Z\n"), "/article/retrieved_at"),
    (setting("article", "retrieved_at", to="٢٠٢٢-01-26T10:00:00Z"), "/article/retrieved_at"),
    (setting("article", "received_sha256", to="x" * 64), "/article/received_sha256"),
    (setting("article", "id", to="-starts-with-a-hyphen"), "/article/id"),
    (setting("article", "id", to="Upper"), "/article/id"),
    (setting("article", "id", to="a" * 97), "/article/id"),
    (setting("actors", 0, "kind", to="planet"), "/actors/0/kind"),
    (setting("actors", 0, "country_code", to="POL"), "/actors/0/country_code"),
    (setting("actors", 0, "country_code", to="pl"), "/actors/0/country_code"),
    (setting("actors", 0, "sector_code", to="gov"), "/actors/0/sector_code"),
    (setting("actors", 0, "wikidata_id", to="36"), "/actors/0/wikidata_id"),
    (setting("events", to={}), "/events"),
    (setting("events", 0, to="an event"), "/events/0"),
    (setting("events", 0, "type", to="Consult"), "/events/0/type"),
    (setting("events", 0, "contexts", to=["weather"]), "/events/0/contexts/0"),
    (setting("events", 0, "modality", to=None), "/events/0/modality"),
    (setting("events", 0, "actors", 0, "role", to="guest"), "/events/0/actors/0/role"),
    (setting("events", 0, "evidence", to=[]), "/events/0/evidence"),
    (lambda sheet: sheet["events"][0].pop("evidence"), "/events/0/evidence"),
    (setting("events", 0, "evidence", 0, "exact", to=""), "/events/0/evidence/0/exact"),
    (setting("events", 0, "evidence", 0, "start", to=-1), "/events/0/evidence/0/start"),
    (setting("events", 0, "evidence", 0, "start", to=True), "/events/0/evidence/0/start"),
    (setting("events", 0, "places", 0, "lat", to=91), "/events/0/places/0/lat"),
    (setting("events", 0, "places", 0, "lon", to=-180.5), "/events/0/places/0/lon"),
    (setting("events", 0, "places", 0, "geonames_id", to=2.5), "/events/0/places/0/geonames_id"),
    (setting("events", 0, "quantities", 0, "value", to="5000"), "/events/0/quantities/0/value"),
    (setting("events", 0, "quantities", 0, "value", to=True), "/events/0/quantities/0/value"),
    (setting("events", 0, "quantities", 0, "value", to=float("nan")), "/events/0/quantities/0/value"),
    (setting("events", 0, "quantities", 0, "value", to=float("inf")), "/events/0/quantities/0/value"),
    (setting("events", 0, "quantities", 0, "qualifier", to="some"), "/events/0/quantities/0/qualifier"),
    (setting("events", 0, "relations", 0, "type", to="likes"), "/events/0/relations/0/type"),
    (setting("events", 0, "review", to={"confidence": 1.1}), "/events/0/review/confidence"),
    (setting("events", 0, "review", to={"status": "done"}), "/events/0/review/status"),
    (setting("proposals", 0, "category", to="peace"), "/proposals/0/category"),
    (setting("proposals", 0, "history", 0, "status", to="new"), "/proposals/0/history/0/status"),
    (setting("statements", 0, "attribution", to="quoted"), "/statements/0/attribution"),
    (setting("statements", 0, "stance", to="shout"), "/statements/0/stance"),
    (setting("on_conflict", to="ask"), "/on_conflict"),
]


@pytest.mark.parametrize("change, pointer", UNFIT, ids=[f"{at}{pointer}" for at, (_, pointer) in enumerate(UNFIT)])
def test_a_value_that_does_not_fit_is_refused_where_it_stands(put: Ingest, change: Change, pointer: str) -> None:
    assert list(refusal(put, changed(change))) == [pointer]


@pytest.mark.parametrize("sheet", [None, [], "a sheet", 5, {}], ids=repr)
def test_what_is_no_sheet_at_all_is_refused(put: Ingest, sheet: Any) -> None:
    assert set(refusal(put, sheet)) <= {"", "/article"}


def test_everything_that_is_wrong_is_said_at_once(put: Ingest) -> None:
    sheet = good()
    sheet["events"][0]["modes"] = ["troops", "visit", "militia"]
    sheet["events"][0]["date"]["edtf"] = "soon"
    sheet["events"][0]["actors"][0] = {"actor": "nobody", "role": "actor", "named_as": "Nobody"}
    sheet["events"][0]["evidence"].append({"exact": "not there"})
    sheet["events"].append(event("t"))
    sheet["proposals"][0]["relations"] = [{"type": "follows", "fact": "nothing"}]
    sheet["statements"][0] |= {"cue": "sang", "about": ["nothing-else"]}
    sheet["actors"].append(actor("poland", positions=[{"title": "x", "start": "then"}]))
    assert set(refusal(put, sheet)) == {
        "/events/0/modes/0",
        "/events/0/modes/2",
        "/events/0/date/edtf",
        "/events/0/actors/0/actor",
        "/events/0/actors/0/named_as",
        "/events/0/evidence/1/exact",
        "/events/1/evidence/0/exact",
        "/proposals/0/relations/0/fact",
        "/statements/0/cue",
        "/statements/0/about/0",
        "/actors/1/id",
        "/actors/1/positions/0/start",
    }


def test_flaws_of_form_are_all_said_at_once(put: Ingest) -> None:
    sheet = good()
    sheet["article"]["publishr"] = sheet["article"].pop("publisher")
    sheet["events"][0] |= {"type": "met", "titel": "x"}
    sheet["statements"][0]["evidence"] = []
    assert set(refusal(put, sheet)) == {
        "/article/publisher",
        "/article/publishr",
        "/events/0/type",
        "/events/0/titel",
        "/statements/0/evidence",
    }


def test_flaws_of_form_and_of_content_are_said_together(put: Ingest) -> None:
    sheet = good()
    sheet["events"][0]["titel"] = "an unknown field"
    sheet["statements"][0]["evidence"][0]["exact"] = "words that are not there"
    assert set(refusal(put, sheet)) == {"/events/0/titel", "/statements/0/evidence/0/exact"}


def test_a_quotation_that_is_not_there_is_refused_of_a_known_fact_too(put: Ingest) -> None:
    step = {"status": "tabled", "evidence": {"exact": "not there"}}
    sheet = sheet_of(TEXT, article="first", proposals=[proposal("A hotline was offered", id="hotline", history=[step])])
    assert list(refusal(put, sheet)) == ["/proposals/0/history/0/evidence/exact"]


def test_an_article_never_gets_another_text(put: Ingest) -> None:
    flaws = conflict(put, sheet_of("Another story.", article="first"))
    assert list(flaws) == ["/article/text"]
    assert "'first'" in flaws["/article/text"]
    assert "revises" in flaws["/article/text"]


@pytest.mark.parametrize("on_conflict", ["keep", "replace"])
def test_not_even_on_conflict_gives_an_article_another_text(put: Ingest, on_conflict: str) -> None:
    assert "/article/text" in refusal(put, sheet_of("Another story.", article="first", on_conflict=on_conflict))


def test_an_article_never_gets_another_source(put: Ingest) -> None:
    sheet = sheet_of(TEXT, article="first", about={"source": "Advertisement. " + TEXT})
    assert list(conflict(put, sheet)) == ["/article/text"]


def test_the_same_article_is_not_stored_under_another_id(put: Ingest) -> None:
    flaws = conflict(put, sheet_of(TEXT, article="other"))
    assert list(flaws) == ["/article/id"]
    assert "'first'" in flaws["/article/id"]


def test_a_fact_of_another_kind_does_not_join_a_known_one(put: Ingest) -> None:
    sheet = sheet_of(TEXT, article="first", statements=[statement("We agree,", id="meeting")])
    flaws = conflict(put, sheet)
    assert list(flaws) == ["/statements/0/id"]
    assert "event meeting" in flaws["/statements/0/id"]


def test_a_refusal_is_a_conflict_only_if_nothing_else_is_wrong(put: Ingest) -> None:
    disagreeing = sheet_of(TEXT, event("Poland met France", id="meeting", type="aid"), article="first")
    assert list(conflict(put, disagreeing)) == ["/events/0/type"]
    disagreeing["events"][0]["modes"] = ["visit"]
    with pytest.raises(SheetRefusedError) as caught:
        put(disagreeing)
    assert not caught.value.conflict
    assert len(caught.value.flaws) == 2


def test_a_refusal_reads_as_one_sentence_for_each_flaw(put: Ingest) -> None:
    sheet = changed(setting("events", 0, "modes", to=["troops"]))
    with pytest.raises(SheetRefusedError, match=r"^/events/0/modes/0: 'troops' is no mode of 'consult'"):
        put(sheet)
