"""Search: articles, actors and facts by their words."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from flask.testing import FlaskClient

from api.store import searching
from tests.conftest import Ingest
from tests.views.conftest import Sheet, World
from tests.views.world import WORDS, day, words_of, words_of_fact


def search(client: FlaskClient, q: str, **query: object) -> list[dict]:
    response = client.get("/v1/search", query_string={"q": q, **query})
    assert response.status_code == 200, response.text
    return response.json["items"]


def found(client: FlaskClient, q: str, **query: object) -> set[str]:
    return {hit["document"]["id"] for hit in search(client, q, limit=200, **query)}


def pages(client: FlaskClient, limit: int, **query: object) -> list[dict]:
    hits: list[dict] = []
    cursor: dict[str, str] = {}
    for _ in range(500):
        page = client.get("/v1/search", query_string={**query, "limit": limit, **cursor}).json
        assert len(page["items"]) <= limit
        hits += page["items"]
        if page["next_cursor"] is None:
            return hits
        cursor = {"cursor": page["next_cursor"]}
    raise AssertionError("it never ends")


# What is found.


@pytest.mark.parametrize("q", [*WORDS, "harbor copper", "HARBOR", "Sentence violet"])
def test_what_has_all_the_words_is_found_and_nothing_else(world: World, q: str) -> None:
    wanted = words_of(q)
    facts = {
        id_
        for id_, fact in world.facts.items()
        if fact["review"]["status"] != "rejected" and wanted <= words_of_fact(fact)
    }
    texts = {id_: world.client.get(f"/v1/articles/{id_}/text").data.decode() for id_ in world.articles}
    articles = {id_ for id_, text in texts.items() if wanted <= words_of(f"{text} {world.articles[id_]['title']}")}
    hits = pages(world.client, 23, q=q)
    assert Counter(hit["document"]["id"] for hit in hits) == Counter(facts | articles)
    for hit in hits:
        known = {"fact": world.facts, "article": world.articles, "actor": world.actors}[hit["resource"]]
        assert hit["document"] == known[hit["document"]["id"]]
    for resource, expected in (("fact", facts), ("article", articles), ("actor", set())):
        assert found(world.client, q, resource=resource) == expected or len(expected) > 200


@pytest.mark.parametrize("limit", [1, 2, 50])
@pytest.mark.parametrize("sort", ["newest", "relevance"])
def test_no_page_of_a_search_skips_or_repeats(world: World, sort: str, limit: int) -> None:
    whole = pages(world.client, 200, q="granite", sort=sort)
    assert pages(world.client, limit, q="granite", sort=sort) == whole
    assert len({(hit["resource"], hit["document"]["id"]) for hit in whole}) == len(whole) > 50


def test_actors_come_first_and_then_the_newest(world: World, client: FlaskClient) -> None:
    hits = pages(world.client, 30, q="lantern")
    days = [day(hit["document"], "date" if hit["resource"] == "fact" else "published_at") for hit in hits]
    assert days == sorted(days, reverse=True)
    assert "" in days
    resources = [hit["resource"] for hit in search(client, "russia", limit=200)]
    assert resources[0] == "actor"
    assert not any(one != "actor" and other == "actor" for one, other in pairwise(resources))
    assert set(resources) == {"actor", "article", "fact"}


def test_relevance_prefers_what_has_the_words_in_its_title(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    base = {"type": "agree", "modality": "actual", "evidence": [{"exact": "Both said"}]}
    loud = {**base, "id": "loud", "title": "Trombone trombone trombone", "date": {"edtf": "2001"}}
    quiet = {
        **base,
        "id": "quiet",
        "title": "No one said anything of any trombone to anyone at all in the whole country",
    }
    ingest_sheet({**sheet, "events": [loud, {**quiet, "date": {"edtf": "2022-01-31"}}]})
    assert [hit["document"]["id"] for hit in search(empty_client, "trombone")] == ["quiet", "loud"]
    assert [hit["document"]["id"] for hit in search(empty_client, "trombone", sort="relevance")] == ["loud", "quiet"]


#: Whether a question finds the event "France received Germany on Monday with 5,000 troops".
QUESTIONS = {
    "receive": True,
    "receiving": True,
    "FRANCE": True,
    "francé": True,
    "troop": True,
    "5,000": True,
    "5000": True,
    "000": False,
    '"france received"': True,
    '"received france"': False,
    '"France received Germany on Monday"': True,
    '"france monday"': False,
    "ger*": True,
    "many*": False,
    "germany -monday": False,
    "germany -tuesday": True,
    'germany -"on monday"': False,
    'germany -"monday on"': True,
    "germany tuesday": False,
    "germany AND france": False,
    "germany OR tuesday": False,
    '"germany': True,
    "germany's": True,
    "«germany»": True,
    "title:germany": False,
    "germany)": True,
    "ger%": False,
}


def test_a_question_finds_what_it_asks_for(empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet) -> None:
    sheet["events"][0]["title"] = "France received Germany on Monday with 5,000 troops"
    ingest_sheet(sheet)
    assert {q: bool(search(empty_client, q, resource="fact")) for q in QUESTIONS} == QUESTIONS
    listed = {q: empty_client.get("/v1/facts", query_string={"q": q}).json["items"] for q in QUESTIONS}
    assert {q: bool(items) for q, items in listed.items()} == QUESTIONS


#: Titles in many scripts, with a question that finds each.
SCRIPTS = {
    "中国外交部发言人": "外交",
    "北京で会談": "会談",
    "Перемовини у Києві": "києві",
    "Ａｒｍｓ ｄｅａｌ": "arms deal",
    "Das Straßenfest": "strassenfest",
    "İstanbul talks": "istanbul",
    "São Tomé": "sao tome",
    "Ha\u0300 No\u0323\u0302i": "hà nội",
    "The U.S. answer": "us answer",
    "The US question": "U.S. question",
    "A 🎉 party": "party",
    "The ﾞ mark": "mark",
    "x" * 495 + " end": "end",
    "l’État": "l'etat",
}


def test_words_of_any_script_are_found(empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet) -> None:
    events = [{**sheet["events"][0], "id": f"title-{at}", "title": title} for at, title in enumerate(SCRIPTS)]
    ingest_sheet({**sheet, "events": events})
    for at, q in enumerate(SCRIPTS.values()):
        assert found(empty_client, q, resource="fact") == {f"title-{at}"}, q
    assert found(empty_client, "交外", resource="fact") == set()


def test_a_word_longer_than_any_is_stored_and_found(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    sheet["article"]["text"] += f" {'ﷺ' * 300} {'x' * 5_000}"
    ingest_sheet(sheet)
    assert "talks" in found(empty_client, "x" * 299 + "*")
    assert empty_client.get("/v1/articles", query_string={"q": "x" * 299 + "*"}).json["items"]
    assert search(empty_client, "ﷺ" * 300) is not None


def test_names_and_places_and_aliases_are_searched_too(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    sheet["events"][0]["places"] = [{"name": "Weimar"}]
    sheet["actors"][0] |= {"aliases": ["Hexagone"], "positions": [{"title": "Doyenne"}]}
    ingest_sheet(sheet)
    assert found(empty_client, "weimar") == {"france-received-germany"}
    assert found(empty_client, "hexagone") == {"france"}
    assert found(empty_client, "doyenne") == {"france"}
    assert found(empty_client, "troops") == {"talks"}


def test_a_title_that_changed_is_found_by_its_new_words_alone(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    ingest_sheet(sheet)
    event = {**sheet["events"][0], "title": "Paris dined Berlin"}
    ingest_sheet({**sheet, "events": [event], "on_conflict": "replace"})
    assert "france-received-germany" in found(empty_client, "berlin")
    assert "france-received-germany" not in found(empty_client, '"received Germany" -monday')


# Highlights.


def test_highlights_mark_the_words_that_matched(client: FlaskClient) -> None:
    hits = search(client, 'nato "written response" troop', limit=20, highlight="true")
    hits += search(client, "russia", limit=50, highlight="true")
    marked = set()
    for hit in hits:
        for highlight in hit["highlights"]:
            for mark in highlight["marks"]:
                marked.add(highlight["passage"][mark["start"] : mark["end"]].lower())
            if highlight["field"] == "title":
                assert highlight["passage"] == hit["document"]["title"]
    assert marked
    assert marked <= {"nato", "written", "response", "responses", "troop", "troops", "russia", "russia's", "russia’s"}
    assert sum(bool(hit["highlights"]) for hit in hits) > len(hits) / 2
    assert "highlights" not in search(client, "russia", limit=1)[0]


def test_highlights_are_counted_in_code_points_and_hold_no_markup(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    sheet["events"][0]["title"] = "🎈🎈 <b>Ge\u0301rmany</b> & 🎈 gérmany"
    ingest_sheet(sheet)
    (hit,) = search(empty_client, "germany monday", resource="fact", highlight="true")
    titles = [each for each in hit["highlights"] if each["field"] == "title"]
    assert titles[0]["passage"] == "🎈🎈 <b>Ge\u0301rmany</b> & 🎈 gérmany"
    spans = [titles[0]["passage"][mark["start"] : mark["end"]] for mark in titles[0]["marks"]]
    assert spans == ["Ge\u0301rmany", "gérmany"]
    evidence = [each for each in hit["highlights"] if each["field"] == "evidence/0"]
    assert evidence[0]["passage"] == "France received Germany on Monday"


def test_the_passage_of_an_article_is_cut_around_the_words(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    ingest_sheet({"article": {**sheet["article"], "text": "before " * 500 + "trombone " + "after " * 500}})
    (hit,) = search(empty_client, "trombone", highlight="true")
    (highlight,) = hit["highlights"]
    assert highlight["field"] == "text"
    assert len(highlight["passage"]) < 300
    (mark,) = highlight["marks"]
    assert highlight["passage"][mark["start"] : mark["end"]] == "trombone"
    assert set(highlight["passage"].split()) == {"before", "trombone", "after"}, "no word is cut in two"


# Facets.


def test_facets_count_the_matches(world: World) -> None:
    hits = pages(world.client, 200, q="copper")
    facts = [hit["document"] for hit in hits if hit["resource"] == "fact"]
    names = "resource,kind,type,category,actor,publisher,country"
    page = world.get("/v1/search", {"q": "copper", "facets": names, "limit": 1})
    assert page["facets_relation"] == "eq"
    facets = {each["by"]: {item["value"]: item["matches"] for item in each["items"]} for each in page["facets"]}
    assert list(facets) == names.split(",")
    assert facets["resource"] == Counter(hit["resource"] for hit in hits)
    assert facets["kind"] == Counter(fact["kind"] for fact in facts)
    assert facets["type"] == Counter(fact["type"] for fact in facts if "type" in fact)
    assert facets["actor"] == Counter(a for f in facts for a in {part["actor"] for part in f["actors"]} if a)
    publishers = ({world.articles[span["article"]]["publisher"] for span in fact["evidence"]} for fact in facts)
    assert facets["publisher"] == Counter(name for names in publishers for name in names)
    assert "facets" not in world.get("/v1/search", {"q": "copper"})


def test_facets_and_relevance_look_at_the_newest_matches_and_say_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "NEWEST", 20)
    world.store.reader._compiled.cache_clear()
    page = world.get("/v1/search", {"q": "the", "facets": "resource"})
    assert page["facets_relation"] == "gte"
    assert sum(item["matches"] for item in page["facets"][0]["items"]) == 20
    newest = pages(world.client, 20, q="falcon")[:20]
    ranked = pages(world.client, 7, q="falcon", sort="relevance")
    assert len(ranked) == 20
    assert {hit["document"]["id"] for hit in ranked} == {hit["document"]["id"] for hit in newest}
    world.store.reader._compiled.cache_clear()


# What cannot be asked.


@pytest.mark.parametrize(
    "q", ["", " ", '"', '""', "-", "--", "*", "(", "!?", "…", "-germany", '-"germany"', "🎉", "\u0301"]
)
@pytest.mark.parametrize("path", ["/v1/search", "/v1/facts", "/v1/events", "/v1/articles", "/v1/actors"])
def test_a_question_without_words_is_refused(client: FlaskClient, path: str, q: str) -> None:
    problem = client.get(path, query_string={"q": q})
    assert problem.status_code == 422
    assert problem.json["errors"][0]["parameter"] == "q"


def test_a_question_of_too_many_words_is_refused(client: FlaskClient) -> None:
    assert client.get("/v1/search", query_string={"q": "a " * 33}).status_code == 422
    assert client.get("/v1/search", query_string={"q": "a " * 32}).status_code == 200
    assert client.get("/v1/search", query_string={"q": "中" * 300}).status_code == 422


def test_a_search_needs_a_question(client: FlaskClient) -> None:
    problem = client.get("/v1/search")
    assert problem.status_code == 422
    assert problem.json["errors"][0]["parameter"] == "q"


def test_facts_with_words_cannot_be_sorted_by_update(client: FlaskClient) -> None:
    for sort in ("updated", "-updated"):
        problem = client.get(f"/v1/facts?q=nato&sort={sort}")
        assert problem.status_code == 422
        assert problem.json["errors"][0]["parameter"] == "sort"
