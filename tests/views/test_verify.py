"""Verification: is this quotation in that article, and where."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.conftest import Ingest
from tests.views.conftest import Sheet

ARTICLE = "axios-us-nato-written-response"


def verify(client: FlaskClient, exact: str, article: str = ARTICLE) -> dict:
    response = client.post("/v1/verify", json={"article": article, "exact": exact})
    assert response.status_code == 200, response.text
    assert response.headers["Cache-Control"] == "no-store"
    return response.json


def test_a_quotation_is_found_where_it_stands(client: FlaskClient) -> None:
    text = client.get(f"/v1/articles/{ARTICLE}/text").data.decode()
    quote = text[100:160]
    answer = verify(client, quote)
    assert answer["found"]
    assert answer["nearest"] is None
    (span,) = answer["spans"]
    assert (span["start"], span["end"], span["exact"]) == (100, 160, quote)
    assert (span["prefix"], span["suffix"]) == (text[68:100], text[160:192])


def test_a_quotation_is_found_everywhere_it_stands(client: FlaskClient) -> None:
    text = client.get(f"/v1/articles/{ARTICLE}/text").data.decode()
    spans = verify(client, "NATO")["spans"]
    assert len(spans) == text.count("NATO") > 3
    assert all(text[span["start"] : span["end"]] == "NATO" for span in spans)


def test_a_quotation_that_was_changed_is_answered_by_what_the_article_says(client: FlaskClient) -> None:
    text = client.get(f"/v1/articles/{ARTICLE}/text").data.decode()
    answer = verify(client, text[100:160].upper())
    assert not answer["found"]
    near = verify(client, text[100:130] + "~" + text[131:160])["nearest"]
    assert text[near["start"] : near["end"]] == near["exact"]
    assert near["similarity"] > 0.9


def test_words_like_none_of_the_article_have_no_nearest(client: FlaskClient) -> None:
    answer = verify(client, "§§§ ~~~ ^^^ ¤¤¤")
    assert (answer["found"], answer["spans"], answer["nearest"]) == (False, [], None)


def test_what_occurs_all_over_is_listed_a_hundred_times(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    ingest_sheet({"article": {**sheet["article"], "text": "no " * 500}})
    spans = verify(empty_client, "no", "talks")["spans"]
    assert [span["start"] for span in spans] == list(range(0, 300, 3))


def test_no_two_ways_of_writing_are_taken_for_the_same(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    ingest_sheet({"article": {**sheet["article"], "text": "Caf\u00e9 society met."}})
    assert verify(empty_client, "Caf\u00e9", "talks")["found"]
    answer = verify(empty_client, "Cafe\u0301 society", "talks")
    assert not answer["found"]
    assert answer["nearest"]["exact"].startswith("Caf\u00e9 society")


@pytest.mark.parametrize(
    "body, status, where",
    [
        (b"", 400, None),
        (b"{", 400, None),
        (b"nope", 400, None),
        (b'{"article": NaN}', 400, None),
        (b"\xff\xfe", 400, None),
        (b'{"article":"talks","exact":"\\ud800"}', 400, None),
        (b"[" * 100_000, 400, None),
        (b"null", 422, ""),
        (b"[]", 422, ""),
        (b'"text"', 422, ""),
        (b"{}", 422, "/article"),
        (b'{"article":"talks"}', 422, "/exact"),
        (b'{"article":1,"exact":"x"}', 422, "/article"),
        (b'{"article":"no/id","exact":"x"}', 422, "/article"),
        (b'{"article":"talks","exact":""}', 422, "/exact"),
        (b'{"article":"talks","exact":null}', 422, "/exact"),
        (b'{"article":"talks","exact":"a\\u0000b"}', 422, "/exact"),
        (b'{"article":"talks","exact":"x","exakt":"x"}', 422, "/exakt"),
        (b'{"article":"nobody-has-this","exact":"x"}', 404, None),
    ],
)
def test_a_body_that_does_not_fit_is_told_where(
    client: FlaskClient, body: bytes, status: int, where: str | None
) -> None:
    response = client.post("/v1/verify", data=body, content_type="application/json")
    assert response.status_code == status
    if where is not None:
        assert where in [each["pointer"] for each in response.json["errors"]]
    if b"exakt" in body:
        assert "Did you mean 'exact'?" in response.json["errors"][0]["detail"]


def test_every_flaw_of_a_body_is_told_at_once(client: FlaskClient) -> None:
    errors = client.post("/v1/verify", json={"article": "No", "exact": "", "more": 1}).json["errors"]
    assert {each["pointer"] for each in errors} == {"/article", "/exact", "/more"}


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "", "application/x-www-form-urlencoded"])
def test_a_body_of_another_type_is_refused(client: FlaskClient, content_type: str) -> None:
    response = client.post("/v1/verify", data=b"{}", content_type=content_type)
    assert response.status_code == 415


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    response = client.post("/v1/verify", data=b" " * (16 * 1024 * 1024 + 1), content_type="application/json")
    assert response.status_code == 413
