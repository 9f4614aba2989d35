"""Conditional requests: what the client has already is not sent again."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest
from flask.testing import FlaskClient

from api.store.opening import Store
from tests.conftest import Ingest
from tests.store.clients import client_of

#: Served as bytes that were rendered before.
PLAIN = (
    "/v1/facts/us-written-response-to-russia",
    "/v1/events/us-written-response-to-russia",
    "/v1/proposals/us-to-send-five-helicopters",
    "/v1/statements/blinken-no-concessions",
    "/v1/articles/tms-us-responds-to-russia",
    "/v1/articles/tms-us-responds-to-russia/text",
    "/v1/articles/tms-us-responds-to-russia/source",
    "/v1/actors/russia",
    "/v1/vocabularies",
    "/v1/vocabularies/modes",
)
#: Put together anew for each request.
COMPOSED = (
    "/v1/facts?limit=2",
    "/v1/events?actor=russia&limit=3",
    "/v1/proposals?count=exact&limit=2",
    "/v1/statements?include=actors&limit=2",
    "/v1/articles",
    "/v1/articles/tms-us-responds-to-russia/facts?limit=2",
    "/v1/actors?fields=name",
    "/v1/actors/russia/network?limit=2",
    "/v1/actors/russia?fields=name",
    "/v1/events/us-written-response-to-russia?include=actors",
    "/v1/facts/counts?by=kind",
    "/v1/search?q=nato&limit=2",
)
PAGES = ("/docs", "/openapi.json", "/openapi.yaml", "/problems/not-found")


@pytest.mark.parametrize("path", [*PLAIN, *COMPOSED, *PAGES])
def test_an_answer_that_the_client_has_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    etag = first.headers["ETag"]
    assert etag[0] == etag[-1] == '"', "a strong one"
    assert first.headers["Cache-Control"] == "no-cache"
    assert "Accept" in first.headers["Vary"]
    for condition in (etag, f"W/{etag}", f'"x", {etag}', f'{etag},"x"', f' "x" ,  W/{etag} , "y"', "*"):
        for ask in (client.get, client.head):
            again = ask(path, headers={"If-None-Match": condition})
            assert (again.status_code, again.data) == (304, b""), condition
            assert again.headers["ETag"] == etag
            assert again.headers["Cache-Control"] == "no-cache"
            assert "Content-Type" not in again.headers


@pytest.mark.parametrize("path", [*PLAIN, *COMPOSED])
def test_another_condition_brings_the_whole_answer(client: FlaskClient, path: str) -> None:
    whole = client.get(path)
    for condition in ('"x"', "x", "", '"', "W/", '"*"', "**", ",,,", "é", '"x" "y"'):
        again = client.get(path, headers={"If-None-Match": condition})
        assert (again.status_code, again.data) == (200, whole.data), condition
        assert again.headers["ETag"] == whole.headers["ETag"]


@pytest.mark.parametrize("path", [*PLAIN, *COMPOSED, *PAGES, "/healthz", "/readyz", "/v1/facts?limit=1"])
def test_head_says_what_get_would(client: FlaskClient, path: str) -> None:
    get, head = client.get(path), client.head(path)
    assert head.status_code == get.status_code == 200
    assert head.data == b""
    skipped = {"X-Request-Id", "Date"}
    assert {k: v for k, v in head.headers.items() if k not in skipped} == {
        k: v for k, v in get.headers.items() if k not in skipped
    }
    assert int(get.headers["Content-Length"]) == len(get.data) > 0


@pytest.mark.parametrize("path", ["/v1/facts/nobody-has-this", "/v1/facts?colour=red", "/nowhere"])
def test_head_of_an_error_has_its_status_and_no_body(client: FlaskClient, path: str) -> None:
    get, head = client.get(path), client.head(path)
    assert (head.status_code, head.data) == (get.status_code, b"")
    assert head.headers["Content-Type"] == "application/problem+json"


def test_what_does_not_exist_is_not_current(client: FlaskClient) -> None:
    for path in ("/v1/facts/nobody-has-this", "/v1/articles/nobody-has-this/facts", "/v1/actors/nobody/network"):
        assert client.get(path, headers={"If-None-Match": "*"}).status_code == 404
    assert client.get("/v1/facts?colour=red", headers={"If-None-Match": "*"}).status_code == 422


@pytest.mark.parametrize("path", [path for path in PLAIN if "vocab" not in path])
def test_the_etag_of_a_plain_document_is_made_of_its_bytes_alone(client: FlaskClient, path: str) -> None:
    one, other = client.get(path), client.get(f"{path}?", headers={"Accept": "*/*"})
    assert one.headers["ETag"] == other.headers["ETag"]


def test_the_same_bytes_have_the_same_etag_and_others_another(client: FlaskClient) -> None:
    etags = {}
    for path in (*PLAIN, *COMPOSED):
        response = client.get(path)
        etags.setdefault(response.headers["ETag"], set()).add(sha256(response.data).hexdigest())
    assert all(len(bodies) == 1 for bodies in etags.values())
    assert len(etags) == len(PLAIN) + len(COMPOSED) - 1, "the event is the fact, all others differ"


def test_a_list_changes_with_its_store_and_a_document_with_itself_alone(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: dict
) -> None:
    documents = (
        "/v1/facts/france-received-germany",
        "/v1/actors/france",
        "/v1/articles/talks",
        "/v1/articles/talks/text",
    )
    lists = ("/v1/facts", "/v1/actors?kind=person", "/v1/search?q=france", "/v1/facts/counts?by=kind")
    lists += ("/v1/actors/france/network", "/v1/articles/talks/facts", "/v1/actors/france?fields=name")

    def etags(paths: tuple[str, ...]) -> list[str]:
        return [empty_client.get(path).headers["ETag"] for path in paths]

    ingest_sheet(sheet)
    before, listed = etags(documents), etags(lists)
    ingest_sheet(sheet)
    assert (etags(documents), etags(lists)) == (before, listed), "the same sheet again changes nothing"
    ingest_sheet({"article": {**sheet["article"], "id": "other", "text": "Something else."}})
    assert etags(documents) == before
    assert not set(etags(lists)) & set(listed)
    for path, etag in zip(lists, listed, strict=True):
        assert empty_client.get(path, headers={"If-None-Match": etag}).status_code == 200
    for path, etag in zip(documents, before, strict=True):
        assert empty_client.get(path, headers={"If-None-Match": etag}).status_code == 304
    event = {**sheet["events"][0], "title": "France had Germany as a guest"}
    ingest_sheet({**sheet, "events": [event], "on_conflict": "replace"})
    after = etags(documents)
    assert after[0] != before[0]
    assert after[1:] == before[1:], "only the event changed"


def test_two_stores_never_share_the_etag_of_a_list(open_empty: Callable[[str], Store]) -> None:
    one, other = open_empty("sqlite"), open_empty("sqlite")
    for path in ("/v1/facts", "/v1/search?q=nato", "/v1/facts/counts?by=kind"):
        assert client_of(one).get(path).headers["ETag"] != client_of(other).get(path).headers["ETag"]
    one.close()
    other.close()


def test_each_question_has_an_etag_of_its_own(client: FlaskClient) -> None:
    paths = ("/v1/facts", "/v1/facts?", "/v1/facts?limit=1", "/v1/facts?limit=01", "/v1/facts?fields=id", "/v1/events")
    etags = {path: client.get(path).headers["ETag"] for path in paths}
    assert etags["/v1/facts"] == etags["/v1/facts?"]
    assert len(set(etags.values())) == len(paths) - 1
    cursor = client.get("/v1/facts?limit=1").json["next_cursor"]
    assert client.get(f"/v1/facts?limit=1&cursor={cursor}").headers["ETag"] not in etags.values()
