"""A second source joins a known fact: evidence unites, sources are counted, and nothing changes without reason."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.ingest import ingest
from api.ingest.files import read_sheet
from api.ingest.seeding import seed_files
from api.store.opening import Store
from tests.ingest.sheets import Sheet, actor, conflict, event, proposal, sheet_of, statement
from tests.store.clients import client_of
from tests.store.contents import everything

Ingest = Callable[..., Any]
Json = dict[str, Any]

FIRST = "France met Germany on Monday. “It went well,” Paris said."
SECOND = "On Monday, Germany was host to France. “It went well,” said France."
LATER = datetime(2022, 2, 2, 12, tzinfo=UTC)


def first(*facts: Sheet, **more: Any) -> Sheet:
    return sheet_of(FIRST, *facts, article="first", about={"publisher": "One", **more.pop("about", {})}, **more)


def second(*facts: Sheet, **more: Any) -> Sheet:
    return sheet_of(SECOND, *facts, article="second", about={"publisher": "Two", **more.pop("about", {})}, **more)


def met(exact: str, **more: Any) -> Sheet:
    return event(exact, id="met", **({"type": "consult"} | more))


def told_first(**more: Any) -> Sheet:
    return met("France met Germany on Monday", **more)


def told_again(**more: Any) -> Sheet:
    return met("Germany was host to France", **more)


@pytest.fixture
def read(empty_client: FlaskClient) -> Callable[[str], Json]:
    """Reads a resource below /v1/."""

    def get(path: str) -> Json:
        answer = empty_client.get(f"/v1/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json

    return get


Read = Callable[[str], Json]


def test_a_second_source_joins_a_known_fact(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(told_first(title="France met Germany")))
    outcome = ingest_sheet(second(told_again(title="Germany received France")), clock=lambda: LATER)
    assert outcome.facts == [("met", "updated")]
    fact = read("facts/met")
    assert [(span["article"], span["exact"]) for span in fact["evidence"]] == [
        ("first", "France met Germany on Monday"),
        ("second", "Germany was host to France"),
    ]
    assert fact["sources"] == {"articles": 2, "publishers": 2}
    assert fact["title"] == "France met Germany"
    assert fact["version"] == 2
    assert fact["created_at"] == "2022-01-27T09:30:00.000000Z"
    assert fact["updated_at"] == "2022-02-02T12:00:00.000000Z"


def test_a_fact_of_two_sources_is_found_under_both(ingest_sheet: Ingest, empty_client: FlaskClient) -> None:
    ingest_sheet(first(told_first()))
    ingest_sheet(second(told_again()))
    for query in ("article=first", "article=second", "publisher=One", "publisher=Two", "min_sources=2"):
        assert [fact["id"] for fact in empty_client.get(f"/v1/facts?{query}").json["items"]] == ["met"], query
    for article in ("first", "second"):
        assert len(empty_client.get(f"/v1/articles/{article}/facts").json["items"]) == 1


def test_actors_places_quantities_relations_and_codes_unite(ingest_sheet: Ingest, read: Read) -> None:
    actors = [actor("france"), actor("germany")]
    france = {"actor": "france", "role": "participant", "named_as": "France"}
    paris = {"actor": "france", "role": "participant", "named_as": "Germany was host to France"}
    germany = {"actor": "germany", "role": "host", "named_as": "Germany"}
    ingest_sheet(
        first(
            told_first(
                actors=[france],
                places=[{"name": "Berlin"}],
                quantities=[{"value": 2, "unit": "days", "qualifier": "exact"}],
                contexts=["diplomatic"],
                modes=["visit"],
            ),
            event("France", id="other"),
            actors=actors,
        )
    )
    ingest_sheet(
        second(
            told_again(
                actors=[paris, germany],
                places=[{"name": "Berlin"}, {"name": "Potsdam"}],
                quantities=[
                    {"value": 2.0, "unit": "days", "qualifier": "exact"},
                    {"value": 3, "unit": "men", "qualifier": "about"},
                ],
                contexts=["military"],
                relations=[{"type": "follows", "fact": "other"}],
            )
        )
    )
    fact = read("events/met")
    assert fact["actors"] == [france, germany]
    assert [place["name"] for place in fact["places"]] == ["Berlin", "Potsdam"]
    assert [(each["value"], each["unit"]) for each in fact["quantities"]] == [(2, "days"), (3, "men")]
    assert fact["contexts"] == ["diplomatic", "military"]
    assert fact["modes"] == ["visit"]
    assert fact["relations"] == [{"type": "follows", "fact": "other"}]


def test_null_and_empty_never_conflict_and_what_was_unknown_is_filled_in(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(told_first(date=None, note=None)))
    ingest_sheet(second(told_again(date={"edtf": "2022-01-31"}, note="A remark", modes=["visit"])))
    ingest_sheet(first(told_first(), actors=[], about={"title": "A headline"}))
    fact = read("events/met")
    assert fact["date"] == {"edtf": "2022-01-31", "earliest": "2022-01-31", "latest": "2022-01-31", "text": None}
    assert (fact["note"], fact["modes"]) == ("A remark", ["visit"])
    assert read("articles/first")["title"] == "A headline"


def test_the_first_wording_stays(ingest_sheet: Ingest, read: Read) -> None:
    def offer(exact: str, which: str) -> Sheet:
        return proposal(exact, id="offer", title=f"The {which} title", note=f"{which} note", package=f"{which} paper")

    def said(exact: str, cue: str) -> Sheet:
        return statement(exact, id="said", title=cue, cue=cue)

    ingest_sheet(first(proposals=[offer("France", "first")], statements=[said("It went well,", "Paris said")]))
    ingest_sheet(second(proposals=[offer("was host", "second")], statements=[said("It went well,", "said France")]))
    offered, stated = read("proposals/offer"), read("statements/said")
    assert (offered["title"], offered["note"], offered["package"]) == ("The first title", "first note", "first paper")
    assert (stated["title"], stated["cue"], stated["text"]) == ("Paris said", "Paris said", "It went well,")
    assert len(stated["evidence"]) == 2


def test_a_statement_of_two_parts_keeps_the_first_articles_words(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(statements=[statement("It went", "well", id="said")]))
    assert read("statements/said")["text"] == "It went ... well"
    ingest_sheet(second(statements=[statement("It went well,", id="said")]))
    assert read("statements/said")["text"] == "It went ... well"
    assert read("statements/said")["sources"]["articles"] == 2


def test_words_of_one_article_that_come_later_are_told_in_reading_order(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(statements=[statement("well", id="said")]))
    ingest_sheet(first(statements=[statement("It went", id="said")]))
    stated = read("statements/said")
    assert [span["exact"] for span in stated["evidence"]] == ["It went", "well"]
    assert stated["text"] == "It went ... well"


DISAGREEMENTS = [
    ("events", event("France", id="it"), "type", "aid", "'agree'"),
    ("events", event("France", id="it"), "modality", "planned", "'actual'"),
    ("proposals", proposal("France", id="it"), "category", "hotline", "'talks'"),
    ("proposals", proposal("France", id="it"), "status", "done", "'floated'"),
    ("statements", statement("France", id="it"), "stance", "deny", "'assert'"),
    ("statements", statement("France", id="it"), "attribution", "mixed", "'direct'"),
]


@pytest.mark.parametrize("plural, fact, name, other, known", DISAGREEMENTS, ids=[each[2] for each in DISAGREEMENTS])
def test_codes_that_disagree_are_refused_with_both_values_or_decided(
    ingest_sheet: Ingest, read: Read, plural: str, fact: Sheet, name: str, other: str, known: str
) -> None:
    ingest_sheet(first() | {plural: [fact]})
    disagreeing = second() | {plural: [fact | {name: other, "evidence": [{"exact": "was host"}]}]}
    flaws = conflict(ingest_sheet, disagreeing)
    assert list(flaws) == [f"/{plural}/0/{name}"]
    detail = flaws[f"/{plural}/0/{name}"]
    assert f"The store has {known}, the sheet '{other}'" in detail
    assert "on_conflict: keep or replace" in detail
    ingest_sheet(disagreeing | {"on_conflict": "keep"})
    assert read(f"{plural}/it")[name] == known.strip("'")
    assert read(f"{plural}/it")["sources"]["articles"] == 2
    ingest_sheet(disagreeing | {"on_conflict": "replace"})
    assert read(f"{plural}/it")[name] == other


def test_dates_that_disagree_are_a_conflict_and_may_be_decided(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(told_first(date={"edtf": "2022-01-31", "text": "Monday"})))
    disagreeing = second(told_again(date={"edtf": "2022-01-24", "text": "Monday"}))
    flaws = conflict(ingest_sheet, disagreeing)
    assert list(flaws) == ["/events/0/date/edtf"]
    assert "The store has '2022-01-31', the sheet '2022-01-24'" in flaws["/events/0/date/edtf"]
    ingest_sheet(disagreeing | {"on_conflict": "keep"})
    assert read("events/met")["date"]["edtf"] == "2022-01-31"
    ingest_sheet(disagreeing | {"on_conflict": "replace"})
    assert read("events/met")["date"]["edtf"] == "2022-01-24"
    assert [fact["id"] for fact in read("facts?date_to=2022-01-25")["items"]] == ["met"]
    assert read("facts?date_from=2022-01-26")["items"] == []


def test_one_date_in_other_words_is_the_same_date(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(told_first(date={"edtf": "2022-01-31", "text": "Monday"})))
    ingest_sheet(second(told_again(date={"edtf": "2022-01-31", "text": "On Monday"})))
    assert read("events/met")["date"]["text"] == "Monday"


def test_words_of_a_date_that_could_not_be_resolved_are_resolved_by_another_source(
    ingest_sheet: Ingest, read: Read
) -> None:
    ingest_sheet(first(told_first(date={"text": "Monday"})))
    assert read("events/met")["date"] == {"edtf": None, "earliest": None, "latest": None, "text": "Monday"}
    ingest_sheet(second(told_again(date={"edtf": "2022-01-31"})))
    assert read("events/met")["date"]["earliest"] == "2022-01-31"
    assert read("events/met")["date"]["text"] == "Monday"
    ingest_sheet(first(told_first(date={"text": "Monday"})))
    assert read("events/met")["date"]["edtf"] == "2022-01-31"


def test_a_replaced_type_takes_its_quad_and_its_modes_along(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(told_first(modes=["visit"])))
    ingest_sheet(second(told_again(type="mobilize", modes=["troops"]), on_conflict="replace"))
    fact = read("events/met")
    assert (fact["type"], fact["quad"], fact["modes"]) == ("mobilize", "material_conflict", ["troops"])
    assert [each["id"] for each in read("facts?quad=material_conflict")["items"]] == ["met"]
    assert read("facts?type=consult")["items"] == []


def test_a_kept_type_takes_no_modes_of_another(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(told_first(modes=["visit"])))
    ingest_sheet(second(told_again(type="mobilize", modes=["troops"]), on_conflict="keep"))
    fact = read("events/met")
    assert (fact["type"], fact["quad"], fact["modes"]) == ("consult", "verbal_cooperation", ["visit"])


def test_replace_takes_the_new_wording_and_keeps_all_evidence(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(told_first(title="Old", note="old")))
    ingest_sheet(second(told_again(title="New", note=None), on_conflict="replace"))
    fact = read("events/met")
    assert (fact["title"], fact["note"], len(fact["evidence"])) == ("New", "old", 2)


# Sources.


def sources(read: Read) -> tuple[int, int, int]:
    fact = read("facts/met")
    return fact["sources"]["articles"], fact["sources"]["publishers"], fact["version"]


def test_two_articles_of_one_publisher_are_two_sources_of_one_publisher(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(told_first()))
    ingest_sheet(second(told_again(), about={"publisher": "One"}))
    assert sources(read) == (2, 1, 2)


def test_two_quotations_of_one_article_are_one_source(ingest_sheet: Ingest, read: Read) -> None:
    evidence = [{"exact": "France met Germany on Monday"}, {"exact": "It went well"}]
    ingest_sheet(first(event(id="met", evidence=evidence)))
    assert sources(read) == (1, 1, 1)


def test_copies_of_one_wire_story_count_once(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(told_first(), about={"origin_id": "wire-story"}))
    ingest_sheet(second(told_again(), about={"origin_id": "wire-story"}))
    assert sources(read)[0] == 1
    assert read("facts?min_sources=2")["items"] == []


def test_a_copy_of_a_story_that_is_stored_itself_is_no_source_of_its_own(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(told_first()))
    ingest_sheet(second(told_again(), about={"origin_id": "first"}))
    assert sources(read)[0] == 1


def test_a_change_of_publisher_renders_the_articles_facts_anew(
    ingest_sheet: Ingest, empty_client: FlaskClient, read: Read
) -> None:
    ingest_sheet(first(told_first(), event("France", id="alone")))
    ingest_sheet(second(told_again()))
    assert sources(read) == (2, 2, 2)
    etag = empty_client.get("/v1/facts/met").headers["ETag"]
    ingest_sheet(second(about={"publisher": "One"}, on_conflict="replace"), clock=lambda: LATER)
    assert sources(read) == (2, 1, 3)
    assert read("facts/met")["updated_at"] == "2022-02-02T12:00:00.000000Z"
    assert empty_client.get("/v1/facts/met").headers["ETag"] != etag
    assert read("facts?publisher=Two")["items"] == []
    assert len(read("facts?publisher=One&sort=date")["items"]) == 2
    assert read("facts/alone")["version"] == 1


def test_a_change_of_origin_renders_the_articles_facts_anew(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(told_first()))
    ingest_sheet(second(told_again()))
    ingest_sheet(second(about={"origin_id": "first"}), clock=lambda: LATER)
    assert (sources(read)[0], sources(read)[2]) == (1, 3)
    assert read("facts?min_sources=2")["items"] == []
    ingest_sheet(second(about={"origin_id": "elsewhere"}, on_conflict="replace"))
    assert (sources(read)[0], sources(read)[2]) == (2, 4)


def test_a_rejected_fact_follows_its_article_too(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(told_first(review={"status": "rejected", "by": "editor"})), may_review=True)
    ingest_sheet(second(told_again()))
    ingest_sheet(second(about={"publisher": "One"}, on_conflict="replace"))
    assert sources(read)[:2] == (2, 1)
    assert read("facts?publisher=Two&review=rejected")["items"] == []
    assert len(read("facts?publisher=One&review=rejected")["items"]) == 1


@pytest.mark.parametrize("changed", [{"publisher": "Renamed"}, {"url": "https://example.org/moved"}], ids=list)
def test_an_article_is_known_again_by_what_it_is_called_now(
    ingest_sheet: Ingest, read: Read, changed: dict[str, str]
) -> None:
    ingest_sheet(first(about={"url": "https://example.org/1"}))
    ingest_sheet(first(about={"url": "https://example.org/1"} | changed, on_conflict="replace"))
    again = first(about={"url": "https://example.org/1"} | changed)
    del again["article"]["id"]
    assert ingest_sheet(again).article == ("first", "unchanged")
    assert len(read("articles")["items"]) == 1


def test_the_hash_of_what_was_received_stays_when_it_is_not_sent_again(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(about={"received_sha256": "0" * 64}))
    assert ingest_sheet(first()).article == ("first", "unchanged")
    assert read("articles/first")["received_sha256"] == "0" * 64


# Actors.


def test_aliases_unite_and_codes_are_filled_in(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(actors=[actor("france", aliases=["Paris", "the Elysée"])]))
    outcome = ingest_sheet(second(actors=[actor("france", aliases=["Paris", "the Republic"], country_code="FR")]))
    assert outcome.actors == [("france", "updated")]
    known = read("actors/france")
    assert known["aliases"] == ["Paris", "the Elysée", "the Republic"]
    assert (known["country_code"], known["version"]) == ("FR", 2)
    for name in ("the repub", "the elys", "PARIS", "france"):
        assert [each["id"] for each in read(f"actors?name={name}")["items"]] == ["france"]


def test_what_an_actor_is_called_does_not_change_without_being_asked(ingest_sheet: Ingest, read: Read) -> None:
    ingest_sheet(first(actors=[actor("france", country_code="FR")]))
    flaws = conflict(ingest_sheet, second(actors=[actor("france", name="The French Republic", country_code="FX")]))
    assert set(flaws) == {"/actors/0/name", "/actors/0/country_code"}
    ingest_sheet(second(actors=[actor("france", name="The French Republic")], on_conflict="replace"))
    assert read("actors/france")["name"] == "The French Republic"
    assert read("actors?name=france")["items"] == []


def test_a_country_that_becomes_known_files_the_actors_facts_anew(ingest_sheet: Ingest, read: Read) -> None:
    named = [{"actor": "france", "role": "actor"}]
    ingest_sheet(first(told_first(actors=named), actors=[actor("france")]))
    assert read("facts?country=FR")["items"] == []
    ingest_sheet(second(actors=[actor("france", country_code="FR")]))
    (fact,) = read("facts?country=FR")["items"]
    assert (fact["id"], fact["version"]) == ("met", 1)
    assert read("facts/counts?by=country")["items"] == [{"value": "FR", "facts": 1}]
    ingest_sheet(second(actors=[actor("france", country_code="BE")], on_conflict="replace"))
    assert read("facts?country=FR")["items"] == []
    assert read("facts/counts?by=country")["items"] == [{"value": "BE", "facts": 1}]


def test_an_actor_without_an_id_is_known_again_by_kind_and_name(ingest_sheet: Ingest) -> None:
    nameless = {"name": "France", "kind": "country"}
    ((id_, created),) = ingest_sheet(first(actors=[nameless])).actors
    assert created == "created"
    assert ingest_sheet(second(actors=[nameless])).actors == [(id_, "unchanged")]
    assert ingest_sheet(second(actors=[nameless | {"kind": "group"}])).actors != [(id_, "unchanged")]


# The same again.


def complete() -> Sheet:
    """Give a sheet with something in every field that a list can stand in."""
    fact = {
        "date": {"edtf": "2022-01", "text": "Monday"},
        "places": [{"name": "Paris", "country_code": "FR", "lat": 48.9, "lon": 2, "geonames_id": 2988507}],
        "quantities": [{"value": 1.5, "unit": "hours", "qualifier": "about", "text": None}],
        "actors": [{"actor": "france", "role": "actor", "named_as": "France"}, {"actor": None, "role": "mentioned"}],
        "review": {"status": "approved", "by": "editor", "confidence": 0.5},
        "note": "A remark",
    }
    history = [{"status": "tabled", "by": "france", "date": {"edtf": "2022"}, "evidence": {"exact": "went well"}}]
    return first(
        event("France met Germany", id="one", type="consult", modes=["visit"], contexts=["diplomatic"], **fact),
        actors=[actor("france", aliases=["Paris"], positions=[{"title": "Host", "start": "2020"}])],
        proposals=[proposal("on Monday", history=history, **fact)],
        statements=[statement("It went", "well", about=["one"], cue="said", **fact)],
        about={"authors": ["A", "B"], "media": [{"caption": "Paris", "credit": "AP", "date": {"edtf": "2022"}}]},
    )


def test_the_same_sheet_again_changes_nothing(store: Store, ingest_sheet: Ingest, empty_client: FlaskClient) -> None:
    ingest_sheet(complete(), may_review=True)
    before, etag = everything(store), empty_client.get("/v1/facts").headers["ETag"]
    outcome = ingest_sheet(complete(), may_review=True, clock=lambda: LATER)
    assert not outcome.changed
    assert {what for _, what in (outcome.article, *outcome.actors, *outcome.facts)} == {"unchanged"}
    assert everything(store) == before
    assert empty_client.get("/v1/facts").headers["ETag"] == etag


TWINS: list[tuple[str, list[Any]]] = [
    ("actors", [{"actor": "france", "role": "actor", "named_as": each} for each in ("France", "Paris")]),
    ("actors", [{"actor": None, "role": "mentioned", "named_as": None}] * 2),
    ("places", [{"name": "Paris", "lat": None}, {"name": "Paris", "lat": 48.9}]),
    ("quantities", [{"value": 2, "unit": "days", "qualifier": "exact", "text": each} for each in (None, "France")]),
    ("evidence", [{"exact": "It went well"}] * 2),
    ("contexts", ["diplomatic", "diplomatic"]),
]


@pytest.mark.parametrize("name, twins", TWINS, ids=[f"{name}{at}" for at, (name, _) in enumerate(TWINS)])
def test_even_a_sheet_that_says_things_twice_changes_nothing_the_second_time(
    store: Store, ingest_sheet: Ingest, read: Read, name: str, twins: list[Any]
) -> None:
    sheet = first(event("France met", id="it", **{name: twins}), actors=[actor("france")])
    ingest_sheet(sheet)
    before = read("facts/it")
    assert not ingest_sheet(sheet).changed
    assert read("facts/it") == before


def test_what_the_first_source_says_twice_keeps_its_first_wording(ingest_sheet: Ingest, read: Read) -> None:
    named = [{"actor": "france", "role": "actor", "named_as": each} for each in ("France", "Paris")]
    ingest_sheet(first(told_first(actors=named), actors=[actor("france")]))
    ingest_sheet(second(told_again(actors=[{"actor": "france", "role": "actor", "named_as": "was host to France"}])))
    assert read("facts/met")["actors"][0]["named_as"] == "France"


def test_the_second_source_again_changes_nothing(store: Store, ingest_sheet: Ingest) -> None:
    ingest_sheet(first(told_first(title="One", date={"edtf": "2022-01-31", "text": "Monday"})))
    joining = second(told_again(title="Two", date={"edtf": "2022-01-31"}, note="A remark", contexts=["legal"]))
    ingest_sheet(joining)
    before = everything(store)
    assert not ingest_sheet(joining).changed
    assert everything(store) == before


def test_the_seeds_again_change_nothing(store: Store, ingest_sheet: Ingest) -> None:
    for path in seed_files():
        ingest_sheet(read_sheet(path), may_review=True)
    before = everything(store)
    for path in seed_files():
        assert not ingest_sheet(read_sheet(path), may_review=True, clock=lambda: LATER).changed
    assert everything(store) == before


def test_derived_ids_and_etags_are_the_same_in_every_store(open_empty: Callable[[str], Store]) -> None:
    nameless = complete()
    for resource in (nameless["article"], *nameless["actors"], *nameless["events"]):
        resource.pop("id", None)
    for fact in (*nameless["events"], *nameless["proposals"], *nameless["statements"]):
        fact.pop("about", None)
        fact["actors"] = [part | {"actor": None} for part in fact["actors"]]
    nameless["proposals"][0]["history"][0]["by"] = None
    told = []
    for database in ("sqlite", "postgresql", "sqlite"):
        with closing(open_empty(database)) as store:
            outcome = store.write(partial(ingest, sheet=deepcopy(nameless), clock=lambda: LATER))
            client = client_of(store)
            etags = [client.get(f"/v1/facts/{id_}").headers["ETag"] for id_, _ in outcome.facts]
            told.append((outcome, etags, client.get(f"/v1/articles/{outcome.article[0]}").headers["ETag"]))
    assert told[0] == told[1] == told[2]
    kinds = [id_.split("-")[0] for id_, _ in (told[0][0].article, *told[0][0].actors, *told[0][0].facts)]
    assert kinds == ["article", "actor", "event", "proposal", "statement"]
    assert {len(id_.split("-")[1]) for id_, _ in told[0][0].facts} == {16}


def test_facts_with_the_same_evidence_get_ids_of_their_own_in_order(ingest_sheet: Ingest) -> None:
    twins = [event("France met", title=title) for title in ("One", "Two", "Three")]
    ids = [id_ for id_, _ in ingest_sheet(first(*twins)).facts]
    assert len(set(ids)) == 3
    assert [id_ for id_, _ in ingest_sheet(first(*twins)).facts] == ids
