"""Cursors: opaque, checked, and bound to the query and the store that they came from."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from itertools import product
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from api.store.opening import Store
from tests.conftest import Ingest
from tests.store.clients import client_of

LISTS = (
    "/v1/facts?limit=2",
    "/v1/facts?limit=2&sort=updated",
    "/v1/events?limit=2",
    "/v1/proposals?limit=2",
    "/v1/statements?limit=2",
    "/v1/articles?limit=1",
    "/v1/actors?limit=2",
    "/v1/articles/tms-us-responds-to-russia/facts?limit=2",
    "/v1/articles/axios-us-nato-written-response/facts?limit=2",
    "/v1/facts?limit=2&actor=russia",
    "/v1/facts?limit=2&actor=ukraine",
    "/v1/facts?limit=2&q=nato",
    "/v1/search?limit=2&q=nato",
    "/v1/search?limit=2&q=nato&sort=relevance",
    "/v1/search?limit=2&q=nato&resource=fact",
)


def cursor_of(client: FlaskClient, path: str) -> str:
    cursor = client.get(path).json["next_cursor"]
    assert cursor, path
    return cursor


def is_refused(client: FlaskClient, path: str, cursor: str) -> bool:
    response = client.get(f"{path}&cursor={quote(cursor, safe='')}")
    if response.status_code == 200:
        return False
    assert response.status_code == 422
    assert [each["parameter"] for each in response.json["errors"]] == ["cursor"]
    return True


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_leads_on(client: FlaskClient, path: str) -> None:
    assert not is_refused(client, path, cursor_of(client, path))


@pytest.mark.parametrize("path", LISTS)
def test_the_link_header_says_the_same(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    target, _, relation = first.headers["Link"].partition("; ")
    assert relation == 'rel="next"'
    followed = client.get(target.strip("<>"))
    assert followed.json == client.get(f"{path}&cursor={first.json['next_cursor']}").json
    assert followed.json != first.json


def test_the_link_header_keeps_every_parameter_and_one_cursor(client: FlaskClient) -> None:
    path = "/v1/facts?limit=1&actor=russia&kind=event&kind=statement&q=%22ukraine%22&fields=id,title"
    for _ in range(3):
        response = client.get(path)
        path = response.headers["Link"].partition(">")[0][1:]
        assert path.count("cursor=") == 1
        assert path.count("kind=") == 2
        assert set(response.json["items"][0]) == {"id", "title"}


def test_the_end_of_a_list_has_no_cursor_and_no_link(client: FlaskClient) -> None:
    last = client.get("/v1/articles?limit=200")
    assert last.json["next_cursor"] is None
    assert "Link" not in last.headers


def test_a_cursor_of_another_query_is_refused(client: FlaskClient) -> None:
    given = {path: cursor_of(client, path) for path in LISTS}
    assert len(set(given.values())) == len(LISTS)
    for path, (other, cursor) in product(LISTS, given.items()):
        assert is_refused(client, path, cursor) is (other != path), (path, other)


@pytest.mark.parametrize("more", ["&limit=50", "&count=exact", "&fields=id", "&include=actors"])
def test_a_cursor_serves_however_the_list_is_shown(client: FlaskClient, more: str) -> None:
    cursor = cursor_of(client, "/v1/facts?limit=2&actor=russia")
    path = "/v1/facts?actor=russia" + more
    assert not is_refused(client, path, cursor)


@pytest.mark.parametrize(
    "more", ["&kind=event", "&date_from=2022-01-01", "&review=approved", "&sort=date", "&min_sources=1"]
)
def test_a_cursor_does_not_serve_a_list_of_other_members(client: FlaskClient, more: str) -> None:
    assert is_refused(client, "/v1/facts?actor=russia" + more, cursor_of(client, "/v1/facts?limit=2&actor=russia"))


@pytest.mark.parametrize("path", ["/v1/facts?limit=2", "/v1/search?limit=2&q=nato"])
def test_a_cursor_that_was_tampered_with_is_refused(client: FlaskClient, path: str) -> None:
    cursor = cursor_of(client, path)
    for cut in range(1, len(cursor)):
        assert is_refused(client, path, cursor[:cut])
    for at in range(len(cursor) - 1):  # the last letter may carry bits that mean nothing
        other = "A" if cursor[at] != "A" else "B"
        assert is_refused(client, path, cursor[:at] + other + cursor[at + 1 :]), at
    assert is_refused(client, path, cursor + cursor)


@pytest.mark.parametrize("place", [b'[0,"a"]', b"[]", b"{}", b"null", b'[9e999,""]', b"[[[", b"\xff"])
def test_a_cursor_that_was_made_up_is_refused(client: FlaskClient, place: bytes) -> None:
    for check in (b"", b"\x00" * 9, b"x" * 9):
        forged = urlsafe_b64encode(check + place).decode()
        assert is_refused(client, "/v1/facts?limit=2", forged)
        assert is_refused(client, "/v1/search?q=nato", forged)


@pytest.mark.parametrize(
    "cursor", ["0", "null", "=", "====", "é", "\u4e2d", "'; DROP TABLE facts", "../..", " ", "%", "a" * 400]
)
def test_what_is_no_cursor_is_refused(client: FlaskClient, cursor: str) -> None:
    assert is_refused(client, "/v1/facts?limit=2", cursor)


@pytest.mark.parametrize("cursor", ["", "a" * 401, "a\x00b", "a\nb"])
def test_what_cannot_be_a_cursor_is_refused(client: FlaskClient, cursor: str) -> None:
    assert is_refused(client, "/v1/facts?limit=2", cursor)


def test_a_cursor_of_another_store_is_refused(client: FlaskClient, open_empty: Callable[[str], Store]) -> None:
    other = open_empty("sqlite")
    for path in LISTS:
        if "/articles/" not in path:  # which the other store has not
            assert is_refused(client_of(other), path, cursor_of(client, path))
    other.close()


def test_a_cursor_outlives_the_facts_that_come_and_go(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: dict
) -> None:
    events = [{**sheet["events"][0], "id": f"event-{at}", "date": {"edtf": f"2022-01-{at:02}"}} for at in range(1, 21)]
    ingest_sheet({**sheet, "events": events[::2]})
    first = empty_client.get("/v1/facts?limit=5").json
    ingest_sheet({**sheet, "events": events[1::2]})
    rest = empty_client.get(f"/v1/facts?limit=200&cursor={first['next_cursor']}").json["items"]
    seen = [fact["id"] for fact in first["items"]]
    assert not set(seen) & {fact["id"] for fact in rest}
    assert {f"event-{at}" for at in range(1, 20, 2)} <= {*seen, *(fact["id"] for fact in rest)}
