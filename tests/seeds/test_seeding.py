"""What `newsfacts seed` puts into a store, as the guide of the data model asks: "What the two seeds must give".

Each check is made over HTTP, of a store that the command itself has filled.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from api.commands import main
from api.store.opening import Store
from tests.store.clients import client_of
from tests.store.contents import everything

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
#: Where the two documents came from, where this checkout stands beside them.
RECEIVED = ROOT.parent / "shared/seeds"
FIRST, SECOND = "axios-us-nato-written-response", "tms-us-responds-to-russia"
DOCUMENTS = {FIRST: "000_572bbc57769dab36.txt", SECOND: "001_5e2fb9fd84f2f86a.txt"}

Json = dict[str, Any]
Read = Callable[[str], Json]


def seed(store: Store) -> Result:
    url = store.writers.url.render_as_string(hide_password=False)
    return CliRunner().invoke(main, ["seed"], env={"NEWSFACTS_DATABASE_URL": url})


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def seeded(request: pytest.FixtureRequest, open_empty: Callable[[str], Store]) -> Iterator[Store]:
    store = open_empty(request.param)
    done = seed(store)
    assert done.exit_code == 0, done.output
    yield store
    store.close()


@pytest.fixture(scope="module")
def client(seeded: Store) -> FlaskClient:
    return client_of(seeded)


@pytest.fixture(scope="module")
def read(client: FlaskClient) -> Read:
    """Reads a list or a resource below /v1/."""

    def get(path: str) -> Json:
        answer = client.get(f"/v1/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json

    return get


@pytest.fixture(scope="module")
def facts(read: Read) -> list[Json]:
    page = read("facts?limit=200")
    assert page["next_cursor"] is None
    return page["items"]


def told(facts: list[Json], *words: str) -> list[Json]:
    """Find the facts whose evidence has all of these words."""
    return [fact for fact in facts if all(any(word in span["exact"] for span in fact["evidence"]) for word in words)]


def quantities(facts: list[Json]) -> set[tuple[float, str]]:
    return {(each["value"], each["unit"]) for fact in facts for each in fact["quantities"]}


def test_seeding_says_what_it_stored(open_empty: Callable[[str], Store]) -> None:
    store = open_empty("sqlite")
    first, again = seed(store), seed(store)
    store.close()
    assert [line.split(":")[0] for line in first.stdout.splitlines()] == [f"{FIRST}.json", f"{SECOND}.json"]
    assert all("article created" in line for line in first.stdout.splitlines())
    assert all("article unchanged" in line for line in again.stdout.splitlines())
    assert "created" not in again.stdout
    assert "updated" not in again.stdout
    assert (first.exit_code, again.exit_code) == (0, 0)


def test_seeding_again_changes_nothing(seeded: Store) -> None:
    before = everything(seeded)
    assert seed(seeded).exit_code == 0
    assert everything(seeded) == before


def test_there_are_about_as_many_of_each_kind_as_the_guide_says(read: Read) -> None:
    """The guide is no limit: more is welcome, each with its evidence; much less would be facts left out."""
    totals = {noun: read(f"{noun}?limit=1&count=exact")["total"] for noun in ("events", "proposals", "statements")}
    assert 15 <= totals["events"] <= 35
    assert 15 <= totals["proposals"] <= 25
    assert 20 <= totals["statements"] <= 40
    assert 20 <= read("actors?limit=1&count=exact")["total"] <= 35
    assert read("articles?limit=1&count=exact")["total"] == 2


def test_every_fact_is_approved_by_the_seeds(facts: list[Json]) -> None:
    assert {(fact["review"]["status"], fact["review"]["by"]) for fact in facts} == {("approved", "seeds")}


def test_every_actor_and_every_related_fact_is_there(read: Read, facts: list[Json]) -> None:
    actors = {actor["id"] for actor in read("actors?limit=200")["items"]}
    ids = {fact["id"] for fact in facts}
    for fact in facts:
        assert {part["actor"] for part in fact["actors"]} <= actors | {None}
        assert {relation["fact"] for relation in fact["relations"]} | set(fact.get("about", ())) <= ids - {fact["id"]}


def test_the_first_document_has_no_title_and_none_is_made_up(read: Read) -> None:
    assert read(f"articles/{FIRST}")["title"] is None


def test_the_second_document_has_no_date_of_publication_but_a_title(read: Read) -> None:
    second = read(f"articles/{SECOND}")
    assert second["published_at"] is None
    assert second["title"].endswith("Ukraine sees “small step forward”")


def test_newsletters_and_calls_to_subscribe_are_no_part_of_the_text(client: FlaskClient) -> None:
    for article, boilerplate in ((FIRST, "Sign up for our daily briefing"), (SECOND, "You drive the stories at TMS")):
        text = client.get(f"/v1/articles/{article}/text").data.decode()
        source = client.get(f"/v1/articles/{article}/source").data.decode()
        assert boilerplate in source
        assert boilerplate not in text
        document = client.get(f"/v1/articles/{article}").json
        assert source[document["story_start"] :].startswith(text)


def test_the_source_is_the_document_as_received(client: FlaskClient) -> None:
    for article in DOCUMENTS:
        assert client.get(f"/v1/articles/{article}/source").data == (SEEDS / f"{article}.txt").read_bytes()


def test_the_second_document_is_longer_in_bytes_than_in_code_points(client: FlaskClient) -> None:
    source = client.get(f"/v1/articles/{SECOND}/source").data
    assert len(source) > len(source.decode())


def test_captions_and_credits_are_kept_apart_from_the_text(read: Read) -> None:
    (first,) = read(f"articles/{FIRST}")["media"]
    (second,) = read(f"articles/{SECOND}")["media"]
    assert "Stoltenberg" in first["caption"]
    assert "Getty" in first["credit"]
    assert "Boryspil" in second["caption"]
    assert "REUTERS" in second["credit"]
    assert second["date"]["earliest"] == second["date"]["latest"] == "2022-01-25"


def test_a_caption_carries_a_fact(facts: list[Json]) -> None:
    (unloaded,) = told(facts, "unload a shipment of military aid")
    assert unloaded["type"] == "aid"
    assert unloaded["date"]["earliest"] == "2022-01-25"
    assert [place for place in unloaded["places"] if "Boryspil" in place["name"]]


@pytest.mark.parametrize(
    "words",
    [
        ("written proposals", "a written response to Russia"),
        ("open door policy", "NATO’s open door"),
        ("keep the documents private", "won’t make the document public"),
        ("denied any intention of invading", "denies it intends to invade"),
    ],
    ids=["the written response", "the open door", "the document kept private", "the denial"],
)
def test_what_both_documents_tell_is_one_fact_of_two_sources(facts: list[Json], words: tuple[str, str]) -> None:
    both = told(facts, *words)
    assert both
    for fact in both:
        assert fact["sources"] == {"articles": 2, "publishers": 2}
        assert {span["article"] for span in fact["evidence"]} == {FIRST, SECOND}
    events_and_proposals = [fact for fact in both if fact["kind"] != "statement"]
    assert len(events_and_proposals) == 1


def test_facts_of_two_sources_can_be_asked_for(read: Read) -> None:
    two = read("facts?min_sources=2&limit=200")["items"]
    assert len(two) >= 4
    assert all(fact["sources"]["articles"] == 2 for fact in two)


def test_the_two_counts_of_100000_differ_in_scope(facts: list[Json]) -> None:
    (troops,) = [fact for fact in told(facts, "100,000-strong troop presence") if fact["kind"] == "event"]
    (with_tanks,) = [fact for fact in told(facts, "100,000 troops and tanks") if fact["kind"] == "event"]
    assert troops["id"] != with_tanks["id"]
    ties = [
        (fact["id"], relation["type"], relation["fact"])
        for fact in (troops, with_tanks)
        for relation in fact["relations"]
    ]
    assert {
        (troops["id"], "differs_in_scope", with_tanks["id"]),
        (with_tanks["id"], "differs_in_scope", troops["id"]),
    } & set(ties)
    assert {each["value"] for each in (*troops["quantities"], *with_tanks["quantities"])} == {100000}


def test_within_days_is_told_apart(facts: list[Json]) -> None:
    places = {
        span["start"] + span["exact"].index("within days")
        for fact in facts
        for span in fact["evidence"]
        if "within days" in span["exact"]
    }
    assert len(places) == 2


def test_the_quotation_without_a_named_speaker_has_none(facts: list[Json]) -> None:
    quoted = [fact for fact in told(facts, "We also do lay out areas") if fact["kind"] == "statement"]
    assert quoted
    for statement in quoted:
        assert statement["attribution"] == "unattributed"
        assert [part for part in statement["actors"] if part["role"] == "speaker" and part["actor"]] == []


def test_analysts_are_no_actor_that_can_be_told(facts: list[Json]) -> None:
    (warning,) = [fact for fact in told(facts, "formal rejection") if fact["kind"] == "statement"]
    assert ("Analysts", None) in {(part["named_as"], part["actor"]) for part in warning["actors"]}


def test_a_pronoun_or_a_place_is_resolved_and_kept_as_it_stands(facts: list[Json]) -> None:
    named = {(part["named_as"], part["actor"]) for fact in facts for part in fact["actors"]}
    assert ("Moscow", "russia") in named
    assert {actor for wording, actor in named if wording in ("He", "he")} >= {"jens-stoltenberg"}


DEMANDS = {
    "rule out eastward expansion": "membership",
    "roll back its presence in Eastern Europe": "force_withdrawal",
    "keep offensive weapons systems out of Ukraine": "weapons_limit",
    "banning Ukraine from ever entering NATO": "membership",
}
OFFERS = {
    "a successor to the New START nuclear treaty": "arms_control",
    "civilian hotline": "hotline",
    "increased transparency around military exercises": "military_transparency",
    "a series of meetings with NATO": "talks",
}
DEPLOYMENTS = {"5,000 troops": 5000, "8,500 U.S. troops": 8500}


@pytest.mark.parametrize("words, category", [*DEMANDS.items(), *OFFERS.items()])
def test_every_demand_and_every_offer_is_a_proposal(facts: list[Json], words: str, category: str) -> None:
    found = [fact for fact in told(facts, words) if fact["kind"] == "proposal" and fact["category"] == category]
    assert found
    for proposal in found:
        assert [part for part in proposal["actors"] if part["role"] == "proposer" and part["actor"]]


def test_russia_makes_the_demands_and_is_answered(read: Read, facts: list[Json]) -> None:
    demands = {fact["id"] for words in DEMANDS for fact in told(facts, words) if fact["kind"] == "proposal"}
    asked = {fact["id"] for fact in read("proposals?actor=russia&role=proposer&limit=200")["items"]}
    assert demands <= asked
    answers = {
        fact["id"]
        for fact in facts
        for relation in fact["relations"]
        if relation["type"] == "responds_to" and relation["fact"] in demands | {"russia-written-demands"}
    }
    assert {"us-written-response-to-russia", "nato-written-response-to-russia", "us-upholds-nato-open-door"} <= answers


@pytest.mark.parametrize("words, troops", DEPLOYMENTS.items())
def test_every_deployment_is_there_with_its_number(facts: list[Json], words: str, troops: int) -> None:
    found = [fact for fact in told(facts, words) if fact["kind"] == "proposal"]
    assert {fact["category"] for fact in found} == {"troop_deployment"}
    assert (troops, "troops") in quantities(found)


def test_ships_and_aircraft_are_mobilized_with_weapons(facts: list[Json]) -> None:
    (sent,) = [fact for fact in told(facts, "ships and aircraft") if fact["kind"] == "event"]
    assert (sent["type"], sent["modes"]) == ("mobilize", ["weapons"])


def test_deliveries_made_and_to_come_are_told_apart(facts: list[Json]) -> None:
    made = [
        fact for fact in told(facts, "three deliveries") if fact["kind"] == "event" and fact["modality"] == "actual"
    ]
    assert [fact["type"] for fact in made] == ["aid"]
    assert {each["value"] for fact in made for each in fact["quantities"]} == {3}
    assert [fact for fact in told(facts, "more U.S.-made weapons") if fact.get("modality") == "planned"]
    assert {each["value"] for fact in told(facts, "five military helicopters") for each in fact["quantities"]} >= {5}


def test_the_threat_is_there(facts: list[Json]) -> None:
    threats = [fact for fact in told(facts, "military-technical response") if fact["kind"] == "event"]
    assert [fact["type"] for fact in threats] == ["threaten"]
    assert ("russia", "actor") in {(part["actor"], part["role"]) for part in threats[0]["actors"]}


def test_what_the_second_document_gets_wrong_is_kept_with_a_note(facts: list[Json]) -> None:
    (wrong,) = [fact for fact in told(facts, "kicked out of the international military alliance") if fact["note"]]
    assert "never a member" in wrong["note"]
    assert "reported" in wrong["title"]
    assert wrong["modality"] == "actual"


def test_a_note_is_the_exception(facts: list[Json]) -> None:
    assert len([fact for fact in facts if fact["note"]]) <= 5


def test_a_denied_event_is_marked_as_denied(facts: list[Json]) -> None:
    (denied,) = [fact for fact in told(facts, "denied any intention of invading") if fact["kind"] == "event"]
    assert denied["modality"] == "denied"


def test_days_of_the_week_are_resolved(facts: list[Json]) -> None:
    wednesday = [fact["date"] for fact in facts if fact["date"] and fact["date"]["text"] == "Wednesday"]
    assert wednesday
    assert {date["earliest"] for date in wednesday if date["edtf"]} == {"2022-01-26"}


def test_statements_are_tied_to_what_they_speak_of(facts: list[Json]) -> None:
    ties = Counter(bool(fact["about"]) for fact in facts if fact["kind"] == "statement")
    assert ties[True] > 10


def test_every_title_is_a_short_sentence_of_our_own(facts: list[Json]) -> None:
    titles = [fact["title"] for fact in facts]
    assert len(titles) == len(set(titles))
    for title in titles:
        assert len(title) <= 160
        assert not title.endswith(".")
        assert title[0].isupper()


def test_the_facts_of_an_article_come_in_reading_order(read: Read) -> None:
    for article in DOCUMENTS:
        items = read(f"articles/{article}/facts?limit=200")["items"]
        starts = [min(span["start"] for span in fact["evidence"] if span["article"] == article) for fact in items]
        assert starts == sorted(starts)
        assert len(items) == len(read(f"facts?article={article}&limit=200")["items"])


@pytest.mark.parametrize("name, received", DOCUMENTS.items())
def test_the_documents_are_those_received_byte_for_byte(name: str, received: str) -> None:
    original = RECEIVED / received
    if not original.exists():
        pytest.skip(f"the documents as received are not beside this checkout: no {RECEIVED}")
    assert (SEEDS / f"{name}.txt").read_bytes() == original.read_bytes()


def test_the_seeds_are_data_no_fact_stands_in_code() -> None:
    sheets = [json.loads((SEEDS / f"{name}.json").read_text(encoding="utf-8")) for name in DOCUMENTS]
    facts = [fact for sheet in sheets for kind in ("events", "proposals", "statements") for fact in sheet[kind]]
    words = {fact["title"] for fact in facts} | {fact["id"] for fact in facts}
    words |= {span["exact"] for fact in facts for span in fact["evidence"] if len(span["exact"]) > 20}
    code = [path for part in ("api", "schemas", "seeds") for path in (ROOT / part).rglob("*.py")]
    assert len(code) > 40
    for path in code:
        text = path.read_text(encoding="utf-8")
        assert not [each for each in words if each in text], path
