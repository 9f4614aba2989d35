"""Facts of all kinds together."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.conftest import Ingest
from tests.views.conftest import Sheet


@pytest.mark.parametrize("kind", ["event", "proposal", "statement"])
def test_a_fact_of_any_kind_is_read_at_facts_and_at_its_own_noun(client: FlaskClient, kind: str) -> None:
    fact = client.get(f"/v1/facts?kind={kind}&limit=1").json["items"][0]
    assert fact["kind"] == kind
    one, other = (client.get(f"/v1/{noun}/{fact['id']}") for noun in ("facts", f"{kind}s"))
    assert one.data == other.data
    assert one.headers["ETag"] == other.headers["ETag"]


@pytest.mark.parametrize("kind", ["event", "proposal", "statement"])
def test_a_fact_of_another_kind_is_not_found(client: FlaskClient, kind: str) -> None:
    for other in {"event", "proposal", "statement"} - {kind}:
        fact = client.get(f"/v1/{other}s?limit=1").json["items"][0]
        assert client.get(f"/v1/{kind}s/{fact['id']}").status_code == 404


def test_facts_are_the_events_proposals_and_statements_together(client: FlaskClient) -> None:
    totals = {
        noun: client.get(f"/v1/{noun}?count=exact&limit=1").json["total"]
        for noun in ("facts", "events", "proposals", "statements")
    }
    assert totals["facts"] == totals["events"] + totals["proposals"] + totals["statements"]
    assert all(totals.values())


def test_every_fact_quotes_its_article_to_the_letter(client: FlaskClient) -> None:
    texts = {each["id"]: read_text(client, each["id"]) for each in client.get("/v1/articles").json["items"]}
    assert len(texts) == 2
    for fact in client.get("/v1/facts?limit=200").json["items"]:
        assert fact["evidence"], fact["id"]
        for span in fact["evidence"]:
            text, start, end = texts[span["article"]], span["start"], span["end"]
            assert text[start:end] == span["exact"]
            assert text[max(0, start - 32) : start] == span["prefix"]
            assert text[end : end + 32] == span["suffix"]


def test_a_fact_that_two_articles_state_has_two_sources(client: FlaskClient) -> None:
    facts = client.get("/v1/facts?min_sources=2&limit=200").json["items"]
    assert "russia-denies-intention-to-invade" in [fact["id"] for fact in facts]
    for fact in facts:
        assert fact["sources"] == {"articles": 2, "publishers": 2}
        assert len({span["article"] for span in fact["evidence"]}) == 2


def test_copies_of_one_wire_story_are_one_source(empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet) -> None:
    ingest_sheet(sheet)
    copy = {**sheet["article"], "id": "copy", "publisher": "The Other Test", "origin_id": "talks"}
    ingest_sheet({**sheet, "article": copy})
    assert empty_client.get("/v1/facts/france-received-germany").json["sources"]["articles"] == 1
    own = {**sheet["article"], "id": "own", "publisher": "A Third Test"}
    ingest_sheet({**sheet, "article": own})
    assert empty_client.get("/v1/facts/france-received-germany").json["sources"]["articles"] == 2


@pytest.mark.parametrize("noun", ["facts", "events", "proposals", "statements", "articles", "actors"])
def test_an_id_that_nobody_has_is_not_found(client: FlaskClient, noun: str) -> None:
    strange = (
        "a.b",
        "a/b",
        "..",
        "%2e%2e",
        "A",
        "-a",
        "a%20b",
        "a%2Fb",
        "%00",
        "a%0A",
        "%FF",
        "é",
        "a" * 97,
        "'",
        "%25",
    )
    for id_ in ("nobody-has-this", *strange):
        response = client.get(f"/v1/{noun}/{id_}")
        assert response.status_code == 404, id_
        assert response.json["type"] == "/problems/not-found"


def read_text(client: FlaskClient, article: str) -> str:
    return client.get(f"/v1/articles/{article}/text").data.decode()
