"""Webhooks over HTTP: made, read, changed and deleted, and their log."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from schemas.webhook import MOST_WEBHOOKS
from tests.delivery.conftest import AdminClient, Made, Work, log_of
from tests.delivery.receivers import Answer, Receiver

Change = Callable[..., None]
Make = Callable[..., Made]
URL = "https://example.com/hook"


def matched(admin: AdminClient, path: str) -> dict[str, str]:
    """Give the header that says which version is meant: the current one."""
    return {"If-Match": admin.get(path).headers["ETag"]}


def test_a_webhook_is_made_with_a_secret_that_only_its_making_shows(admin: AdminClient) -> None:
    made = admin.post("/v1/webhooks", json={"url": URL, "description": "For the newsroom"})
    assert made.status_code == 201
    body = made.json
    secret = body.pop("secret")
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    assert made.headers["Cache-Control"] == "no-store"
    assert body | {"id": "", "created_at": "", "updated_at": ""} == {
        "id": "",
        "url": URL,
        "description": "For the newsroom",
        "filters": {},
        "state": "active",
        "reason": None,
        "created_at": "",
        "updated_at": "",
        "by": "newsroom",
        "previous_secret_until": None,
    }
    found = admin.get(made.headers["Location"])
    assert found.json == body
    assert found.headers["ETag"] == made.headers["ETag"]
    assert admin.get("/v1/webhooks").json == {"items": [body], "next_cursor": None}
    for answer in (found, admin.get("/v1/webhooks")):
        assert secret not in answer.text


def test_two_webhooks_have_two_secrets(webhook: Make) -> None:
    first, second = webhook(), webhook()
    assert first["secret"] != second["secret"]
    assert first["id"] != second["id"]


def test_webhooks_are_listed_as_they_were_made(admin: AdminClient, webhook: Make) -> None:
    made = [webhook()["id"] for _ in range(5)]
    assert [each["id"] for each in admin.get("/v1/webhooks").json["items"]] == made


def test_there_is_a_bound_to_how_many_there_are(admin: AdminClient) -> None:
    for _ in range(MOST_WEBHOOKS):
        assert admin.post("/v1/webhooks", json={"url": URL}).status_code == 201
    refused = admin.post("/v1/webhooks", json={"url": URL})
    assert refused.status_code == 409
    assert str(MOST_WEBHOOKS) in refused.json["detail"]
    assert len(admin.get("/v1/webhooks").json["items"]) == MOST_WEBHOOKS


@pytest.mark.parametrize(
    "body, pointer, says",
    [
        ({}, "/url", "Missing"),
        ({"url": URL, "secret": "mine"}, "/secret", "Unknown field"),
        ({"url": URL, "state": "paused"}, "/state", "Unknown field"),
        ({"url": URL, "descripton": ""}, "/descripton", "Did you mean 'description'?"),
        ({"url": URL, "description": "x" * 501}, "/description", "500"),
        ({"url": URL, "description": 7}, "/description", "string"),
        ({"url": URL, "filters": None}, "/filters", "null"),
        ({"url": URL, "filters": []}, "/filters", "object"),
        ({"url": URL, "filters": "kind=event"}, "/filters", "object"),
        ({"url": URL, "filters": {"knid": ["event"]}}, "/filters/knid", "Did you mean 'kind'?"),
        ({"url": URL, "filters": {"q": ["troops"]}}, "/filters/q", "Unknown filter"),
        ({"url": URL, "filters": {"kind": ["rumour"]}}, "/filters/kind/0", "rumour"),
        ({"url": URL, "filters": {"kind": "event"}}, "/filters/kind", "list"),
        ({"url": URL, "filters": {"kind": [7]}}, "/filters/kind/0", "string"),
        ({"url": URL, "filters": {"actor": ["Not an id"]}}, "/filters/actor/0", "id"),
        ({"url": URL, "filters": {"actor": ["a"] * 11}}, "/filters/actor", "10"),
        ({"url": URL, "filters": {"min_sources": ["2", "3"]}}, "/filters/min_sources", "one value"),
        ({"url": URL, "filters": {"min_sources": ["two"]}}, "/filters/min_sources", "whole number"),
        ({"url": URL, "filters": {"date_from": ["2022-02-30"]}}, "/filters/date_from", "calendar"),
        ({"url": URL, "filters": {"publisher": ["a\x00b"]}}, "/filters/publisher/0", "control"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_told(admin: AdminClient, body: Any, pointer: str, says: str) -> None:
    refused = admin.post("/v1/webhooks", json=body)
    assert refused.status_code == 422
    told = {error["pointer"]: error["detail"] for error in refused.json["errors"]}
    assert says in told[pointer]
    assert admin.get("/v1/webhooks").json["items"] == []


def test_filters_come_back_as_they_were_sent(admin: AdminClient, webhook: Make) -> None:
    filters = {
        "resource": ["event", "article"],
        "publisher": ["The Paper & Co", "Größe=1"],
        "min_sources": ["2"],
        "min_confidence": ["0.8"],
        "date_from": ["2022-01-26"],
    }
    made = webhook(filters={**filters, "kind": []})
    assert made["filters"] == filters
    assert admin.get(f"/v1/webhooks/{made['id']}").json["filters"] == filters


def test_a_webhook_is_changed_by_what_is_sent_and_no_more(admin: AdminClient, webhook: Make) -> None:
    made = webhook(description="Old", filters={"kind": ["event"]})
    secret = made.pop("secret")
    path = f"/v1/webhooks/{made['id']}"
    changed = admin.patch(path, json={"description": None}, headers=matched(admin, path))
    assert changed.json == made | {"description": None, "updated_at": changed.json["updated_at"]}
    assert changed.json["updated_at"] > made["updated_at"]
    assert secret not in changed.text
    changed = admin.patch(path, json={"url": URL, "filters": {}, "state": "paused"}, headers=matched(admin, path))
    assert (changed.json["url"], changed.json["filters"], changed.json["state"]) == (URL, {}, "paused")
    assert admin.get(path).json == changed.json


def test_a_change_to_what_it_is_already_changes_nothing(admin: AdminClient, webhook: Make) -> None:
    made = webhook()
    path = f"/v1/webhooks/{made['id']}"
    headers = matched(admin, path)
    for body in ({}, {"url": made["url"]}, {"state": "active"}, {"filters": {}}):
        assert admin.patch(path, json=body, headers=headers).headers["ETag"] == headers["If-Match"]


@pytest.mark.parametrize(
    "body, pointer",
    [({"state": "off"}, "/state"), ({"url": None}, "/url"), ({"id": "other"}, "/id"), ({"reason": "x"}, "/reason")],
)
def test_what_cannot_be_changed_is_refused(admin: AdminClient, webhook: Make, body: Any, pointer: str) -> None:
    path = f"/v1/webhooks/{webhook()['id']}"
    refused = admin.patch(path, json=body, headers=matched(admin, path))
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_nobody_overwrites_what_they_have_not_seen(admin: AdminClient, webhook: Make, method: str) -> None:
    path = f"/v1/webhooks/{webhook()['id']}"
    seen = matched(admin, path)
    body = {"json": {"description": "mine"}} if method == "patch" else {}
    assert getattr(admin, method)(path, **body).status_code == 428
    assert admin.patch(path, json={"description": "theirs"}, headers=seen).status_code == 200
    late = getattr(admin, method)(path, **body, headers=seen)
    assert late.status_code == 412
    assert late.headers["ETag"] == admin.get(path).headers["ETag"]
    assert admin.get(path).json["description"] == "theirs"


def test_a_webhook_is_deleted_with_its_log(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made, other = webhook(), webhook()
    change(1)
    work.settle()
    path = f"/v1/webhooks/{made['id']}"
    assert admin.delete(path, headers=matched(admin, path)).status_code == 204
    for gone in (path, f"{path}/deliveries"):
        assert admin.get(gone).status_code == 404
    assert len(log_of(admin, other)) == 2
    assert [each["id"] for each in admin.get("/v1/webhooks").json["items"]] == [other["id"]]


@pytest.mark.parametrize("path", ["", "/rotate", "/ping", "/replay", "/deliveries"])
def test_a_webhook_that_there_is_not(admin: AdminClient, path: str) -> None:
    whole = f"/v1/webhooks/wh-none{path}"
    if path in ("", "/deliveries"):
        assert admin.get(whole).status_code == 404
    else:
        assert admin.post(whole, json={"after": None}).status_code == 404
    if not path:
        for call in (admin.patch, admin.delete):
            assert call(whole, json={}, headers={"If-Match": '"x"'}).status_code == 404


def test_a_call_that_is_repeated_with_its_idempotency_key_is_done_once(admin: AdminClient) -> None:
    headers = {"Idempotency-Key": "once"}
    first, again = (admin.post("/v1/webhooks", json={"url": URL}, headers=headers) for _ in range(2))
    assert first.json == again.json
    assert len(admin.get("/v1/webhooks").json["items"]) == 1
    path = f"/v1/webhooks/{first.json['id']}/ping"
    pings = [admin.post(path, headers={"Idempotency-Key": "ping"}).json for _ in range(2)]
    assert pings[0] == pings[1]
    assert len(log_of(admin, first.json)) == 1


def test_a_read_that_is_repeated_is_answered_with_304(admin: AdminClient, webhook: Make) -> None:
    made = webhook()
    for path in ("/v1/webhooks", f"/v1/webhooks/{made['id']}", f"/v1/webhooks/{made['id']}/deliveries"):
        etag = admin.get(path).headers["ETag"]
        assert admin.get(path, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("cursor", ["nonsense", "", "x" * 401, 7])
def test_a_replay_wants_a_cursor_of_the_feed(admin: AdminClient, webhook: Make, cursor: object) -> None:
    refused = admin.post(f"/v1/webhooks/{webhook()['id']}/replay", json={"after": cursor})
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json["errors"]} == {"/after"}


def test_a_replay_says_from_where(admin: AdminClient, webhook: Make) -> None:
    assert admin.post(f"/v1/webhooks/{webhook()['id']}/replay", json={}).status_code == 422


# The log.


def test_the_log_is_read_a_page_at_a_time_last_changes_first(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook()
    change(*range(5))
    work.settle()
    path = f"/v1/webhooks/{made['id']}/deliveries"
    seen, query = [], "limit=3"
    while True:
        page = admin.get(f"{path}?{query}")
        seen += [each["message"] for each in page.json["items"]]
        if page.json["next_cursor"] is None:
            assert "Link" not in page.headers
            break
        assert page.headers["Link"] == f'<{path}?limit=3&cursor={page.json["next_cursor"]}>; rel="next"'
        query = f"limit=3&cursor={page.json['next_cursor']}"
    assert seen == sorted(receiver.ids, reverse=True)
    assert len(seen) == 10


def test_the_log_shows_deliveries_of_some_state(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters={"resource": ["event"]})
    receiver.say(Answer(500))
    change(1)
    work.settle()
    change(2)
    work.settle()
    admin.post(f"/v1/webhooks/{made['id']}/ping")
    assert [each["type"] for each in log_of(admin, made)] == ["ping", "event.created", "event.created"]
    assert [each["type"] for each in log_of(admin, made, "&state=pending")] == ["ping", "event.created"]
    assert [len(each["attempts"]) for each in log_of(admin, made, "&state=delivered&state=dead")] == [1]
    assert log_of(admin, made, "&state=dead") == []
    refused = admin.get(f"/v1/webhooks/{made['id']}/deliveries?state=lost")
    assert (refused.status_code, refused.json["errors"][0]["parameter"]) == (422, "state")


def test_a_cursor_of_one_log_is_none_of_another(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made, other = webhook(), webhook()
    change(1, 2)
    work.settle()
    path = f"/v1/webhooks/{made['id']}/deliveries?limit=1"
    cursor = admin.get(path).json["next_cursor"]
    assert admin.get(f"{path}&cursor={cursor}").status_code == 200
    assert admin.get(f"{path}&state=dead&cursor={cursor}").status_code == 422
    assert admin.get(f"/v1/webhooks/{other['id']}/deliveries?limit=1&cursor={cursor}").status_code == 422
