"""Whole articles and their quotations: with NEWSFACTS_ARTICLE_TEXT=quotes, who has no key sees the latter alone."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from api.store.opening import Store
from tests.conftest import Ingest, Key
from tests.protocol.apps import client_with

#: Words of the article that no fact quotes.
UNQUOTED = "troops would leave"
TEXTS = ("/v1/articles/talks/text", "/v1/articles/talks/source", "/v1/changes?texts=true")
SEARCH = "/v1/search?q=leave&highlight=true"


@pytest.fixture
def quoting(store: Store, ingest_sheet: Ingest, sheet: dict[str, Any]) -> FlaskClient:
    ingest_sheet(sheet)
    return client_with(store, article_text="quotes")


@pytest.fixture
def whole(store: Store, ingest_sheet: Ingest, sheet: dict[str, Any]) -> FlaskClient:
    ingest_sheet(sheet)
    return client_with(store)


@pytest.mark.parametrize("path", TEXTS)
def test_texts_are_for_those_with_a_key(quoting: FlaskClient, key: Key, path: str) -> None:
    refused = quoting.get(path)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert "/v1/articles/{id}/facts" in refused.json["detail"]
    assert quoting.head(path).status_code == 401
    assert quoting.get(path, headers={"If-None-Match": "*"}).status_code == 401
    assert quoting.get("/v1/articles/nobody/text").status_code == 401, "nor is it told which articles there are"
    assert UNQUOTED in quoting.get(path, headers=key(name="reader")).text


@pytest.mark.parametrize("path", TEXTS)
def test_texts_are_for_everyone_unless_somebody_decides_otherwise(whole: FlaskClient, path: str) -> None:
    assert UNQUOTED in whole.get(path).text


def test_what_facts_quote_is_for_everyone(quoting: FlaskClient) -> None:
    for path in ("/v1/facts/france-received-germany", "/v1/articles/talks/facts", "/v1/search?q=received"):
        assert "France received Germany on Monday" in quoting.get(path).text
    assert quoting.get("/v1/articles/talks").json["title"] == "France receives Germany"


def test_nothing_that_is_read_without_a_key_gives_the_text_away(quoting: FlaskClient) -> None:
    for path in ("/v1/articles", "/v1/articles/talks", "/v1/articles/talks/versions/1", "/v1/changes", SEARCH):
        response = quoting.get(path)
        assert response.status_code == 200
        assert UNQUOTED not in response.text


def test_a_search_finds_words_of_texts_but_shows_no_passages_of_them(
    quoting: FlaskClient, whole: FlaskClient, key: Key
) -> None:
    def shown(client: FlaskClient, **headers: Any) -> list[str]:
        (hit,) = client.get(SEARCH, **headers).json["items"]
        assert hit["document"]["id"] == "talks"
        return [each["field"] for each in hit["highlights"]]

    assert shown(quoting) == []
    assert shown(quoting, headers=key(name="reader")) == shown(whole) == ["text"]


def test_what_was_kept_from_a_search_with_a_key_is_not_current_without_one(quoting: FlaskClient, key: Key) -> None:
    with_key = quoting.get(SEARCH, headers=key(name="reader")).headers["ETag"]
    without = quoting.get(SEARCH).headers["ETag"]
    assert with_key != without
    assert quoting.get(SEARCH, headers={"If-None-Match": with_key}).status_code == 200
    assert quoting.get(SEARCH, headers={**key(name="reader"), "If-None-Match": without}).status_code == 200
    assert quoting.get(SEARCH, headers={"If-None-Match": without}).status_code == 304


def test_a_quotation_is_verified_for_everyone_and_what_stands_around_it_is_not_told(
    quoting: FlaskClient, key: Key
) -> None:
    def verify(exact: str, **headers: Any) -> Any:
        return quoting.post("/v1/verify", json={"article": "talks", "exact": exact}, **headers).json

    alone, keyed = verify("5,000 troops"), verify("5,000 troops", headers=key(name="reader"))
    assert alone["found"] is keyed["found"] is True
    (span,), (whole_span,) = alone["spans"], keyed["spans"]
    assert (span["prefix"], span["suffix"]) == ("", "")
    assert whole_span["suffix"] == " would leave."
    assert (span["start"], span["end"]) == (whole_span["start"], whole_span["end"])

    alone, keyed = verify("5,000 troops could leave"), verify("5,000 troops could leave", headers=key(name="reader"))
    assert alone["found"] is keyed["found"] is False
    assert alone["nearest"] is None
    assert UNQUOTED in keyed["nearest"]["exact"]
