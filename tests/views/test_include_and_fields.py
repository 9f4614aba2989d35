"""What an answer brings along, and what it leaves out."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.conftest import Ingest
from tests.views.conftest import Sheet

SPARSE = "application/vnd.newsfacts.sparse+json"
ONES = {
    "facts": "us-written-response-to-russia",
    "events": "us-written-response-to-russia",
    "proposals": "us-to-send-five-helicopters",
    "statements": "blinken-no-concessions",
    "articles": "tms-us-responds-to-russia",
    "actors": "russia",
}


@pytest.mark.parametrize("noun", ONES)
def test_only_the_fields_asked_for_come_and_the_id(client: FlaskClient, noun: str) -> None:
    field = "name" if noun == "actors" else "title"
    whole = client.get(f"/v1/{noun}/{ONES[noun]}")
    one = client.get(f"/v1/{noun}/{ONES[noun]}?fields={field},version")
    assert one.json == {name: whole.json[name] for name in ("id", "version", field)}
    assert one.content_type == SPARSE
    assert one.headers["ETag"] != whole.headers["ETag"], "another answer than the plain document"
    page = client.get(f"/v1/{noun}?fields={field}&limit=200")
    assert page.content_type == SPARSE
    assert all(set(item) == {"id", field} for item in page.json["items"])
    assert {item["id"] for item in page.json["items"]} >= {ONES[noun]}


def test_a_sparse_page_pages_on(client: FlaskClient) -> None:
    first = client.get("/v1/facts?fields=title&limit=2")
    second = client.get(f"/v1/facts?fields=title&limit=2&cursor={first.json['next_cursor']}")
    assert second.content_type == SPARSE
    assert not {item["id"] for item in first.json["items"]} & {item["id"] for item in second.json["items"]}
    assert "fields=title" in first.headers["Link"]


@pytest.mark.parametrize("noun", ONES)
@pytest.mark.parametrize("fields", ["colour", "", "id,", "title,colour", "id&fields=colour", "included"])
def test_a_field_that_is_none_is_refused(client: FlaskClient, noun: str, fields: str) -> None:
    for path in (f"/v1/{noun}?fields={fields}", f"/v1/{noun}/{ONES[noun]}?fields={fields}"):
        problem = client.get(path)
        assert problem.status_code == 422
        assert {each["parameter"] for each in problem.json["errors"]} == {"fields"}


def test_what_is_included_is_what_the_answer_names_and_each_once(client: FlaskClient) -> None:
    page = client.get("/v1/facts?include=actors,articles,relations&limit=200").json
    facts, included = page["items"], page["included"]
    named = {part["actor"] for fact in facts for part in fact["actors"] if part["actor"]}
    named |= {step["by"] for fact in facts for step in fact.get("history", ()) if step["by"]}
    quoted = {span["article"] for fact in facts for span in fact["evidence"]}
    related = {relation["fact"] for fact in facts for relation in fact["relations"]}
    related |= {id_ for fact in facts for id_ in fact.get("about", ())}
    assert set(included) == {"actors", "articles", "facts"}
    assert set(included["actors"]) == named
    assert set(included["articles"]) == quoted
    assert set(included["facts"]) == related
    for noun, documents in included.items():
        assert documents
        for id_, document in list(documents.items())[:5]:
            assert client.get(f"/v1/{noun}/{id_}").json == document


@pytest.mark.parametrize("name, key", [("actors", "actors"), ("articles", "articles"), ("relations", "facts")])
def test_only_what_is_asked_for_is_included(client: FlaskClient, name: str, key: str) -> None:
    assert list(client.get(f"/v1/facts?include={name}").json["included"]) == [key]
    assert "included" not in client.get("/v1/facts").json


def test_a_single_resource_brings_along_the_same(client: FlaskClient) -> None:
    one = client.get(f"/v1/events/{ONES['events']}?include=actors,articles").json
    plain = client.get(f"/v1/events/{ONES['events']}").json
    included = one.pop("included")
    assert one == plain
    assert set(included["actors"]) == {part["actor"] for part in plain["actors"] if part["actor"]}


def test_sparse_fields_and_include_go_together(client: FlaskClient) -> None:
    one = client.get(f"/v1/events/{ONES['events']}?include=actors&fields=title").json
    assert set(one) == {"id", "title", "included"}
    assert "russia" in one["included"]["actors"]
    page = client.get("/v1/events?include=actors&fields=title&limit=3").json
    assert page["included"]["actors"]
    assert all(set(item) == {"id", "title"} for item in page["items"])


@pytest.mark.parametrize("noun", ONES)
def test_what_cannot_be_included_is_refused(client: FlaskClient, noun: str) -> None:
    problem = client.get(f"/v1/{noun}?include=everything")
    assert problem.status_code == 422
    assert problem.json["errors"][0]["parameter"] == "include"


def test_organisations_that_an_actor_belongs_to_come_with_it(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    club = {"id": "club", "name": "Club", "kind": "organization"}
    actors = [{**sheet["actors"][0], "member_of": ["club"]}, sheet["actors"][1], club]
    ingest_sheet({**sheet, "actors": actors})
    assert list(empty_client.get("/v1/actors/france?include=actors").json["included"]["actors"]) == ["club"]
    assert empty_client.get("/v1/actors/germany?include=actors").json["included"] == {"actors": {}}
    assert list(empty_client.get("/v1/actors?include=actors").json["included"]["actors"]) == ["club"]
