"""What a writer says besides the body: which version is changed, why, and whether it was asked before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import Ingest, Key

PATH = "/v1/events/france-received-germany"

Change = Callable[..., TestResponse]


@pytest.fixture
def etag(empty_client: FlaskClient, ingest_sheet: Ingest, sheet: dict[str, Any]) -> str:
    """The version of the event that is stored."""
    ingest_sheet(sheet)
    return empty_client.get(PATH).headers["ETag"]


@pytest.fixture
def change(empty_client: FlaskClient, key: Key, etag: str) -> Change:
    """Gives the event another title; takes headers."""

    def patch(headers: dict[str, str]) -> TestResponse:
        return empty_client.patch(
            PATH,
            json={"title": "France talked to Germany"},
            content_type="application/merge-patch+json",
            headers=key("edit") | headers,
        )

    return patch


def test_a_change_says_which_version_it_is_of(change: Change, etag: str) -> None:
    assert change({"If-Match": etag}).status_code == 200


@pytest.mark.parametrize("sent", [{}, {"If-Match": ""}, {"If-Match": " "}, {"If-Match": "*"}, {"If-Match": " * "}])
def test_a_change_of_whatever_is_there_is_refused(change: Change, sent: dict[str, str]) -> None:
    """It would overwrite what a colleague wrote meanwhile, unseen."""
    response = change(sent)
    assert response.status_code == 428
    assert "If-Match" in response.json["detail"]
    assert "GET it first" in response.json["detail"]


@pytest.mark.parametrize("form", ["W/{}", 'W/{}, "other"', '"other"', "x", '"', '"{}"', "*, *"])
def test_a_change_of_another_version_is_refused_with_the_current_one(change: Change, etag: str, form: str) -> None:
    response = change({"If-Match": form.replace("{}", etag)})
    assert response.status_code == 412, response.text
    assert response.headers["ETag"] == etag
    assert etag in response.json["detail"]


@pytest.mark.parametrize("form", ["{}", '"other", {}', '{},"other"', '"a,b", {}, W/"c"', " {} "])
def test_one_of_several_versions_may_be_the_current_one(change: Change, etag: str, form: str) -> None:
    assert change({"If-Match": form.replace("{}", etag)}).status_code == 200


def test_a_version_that_has_gone_by_is_refused(change: Change, etag: str) -> None:
    now = change({"If-Match": etag}).headers["ETag"]
    refused = change({"If-Match": etag})
    assert (refused.status_code, refused.headers["ETag"]) == (412, now)


# Why.


@pytest.mark.parametrize(
    "sent, noted",
    [
        ("The embassy asked for it", "The embassy asked for it"),
        (quote("Müller bat darum: 50 % zu hoch"), "Müller bat darum: 50 % zu hoch"),
        ("100% sure", "100% sure"),
        ("東京".encode().decode("latin-1"), "東京"),
        ("%F0%9F%93%B0", "📰"),
        ("a" * 500, "a" * 500),
        (quote("東" * 500), "東" * 500),
        ("", None),
        ("  ", None),
    ],
)
def test_why_something_is_changed_stands_in_its_history(
    empty_client: FlaskClient, change: Change, etag: str, sent: str, noted: str | None
) -> None:
    assert change({"If-Match": etag, "X-Change-Note": sent}).status_code == 200
    versions = empty_client.get(f"{PATH}/versions").json["items"]
    assert versions[0]["note"] == noted
    assert versions[0]["by"] == "edit"


@pytest.mark.parametrize("sent", ["%FF", "\xff", "a%00", "a%0Ab", "%1B[31m", "a" * 501, quote("東" * 501), "%ED%A0%80"])
def test_a_note_that_would_spoil_a_line_is_refused_by_name(change: Change, etag: str, sent: str) -> None:
    response = change({"If-Match": etag, "X-Change-Note": sent})
    assert response.status_code == 422
    assert [each["parameter"] for each in response.json["errors"]] == ["X-Change-Note"]


# Whether it was asked before.


@pytest.mark.parametrize("sent", ["", " ", "a b", "a" * 256, "é", "a\tb", "\x7f"])
def test_a_word_for_a_request_that_is_none_is_refused_by_name(
    empty_client: FlaskClient, key: Key, sheet: dict[str, Any], sent: str
) -> None:
    headers = {**key("ingest"), "Idempotency-Key": sent}
    response = empty_client.post("/v1/fact-sheets", json=sheet, headers=headers)
    assert response.status_code == 422
    assert [each["parameter"] for each in response.json["errors"]] == ["Idempotency-Key"]


@pytest.mark.parametrize("sent", ["a", "8e03978e-40d5-43dd-bc93-6894a57f9324", '"quoted"', "a" * 255, "!~"])
def test_any_word_without_spaces_will_do(empty_client: FlaskClient, key: Key, sheet: dict[str, Any], sent: str) -> None:
    headers = {**key("ingest"), "Idempotency-Key": sent}
    first, again = (empty_client.post("/v1/fact-sheets", json=sheet, headers=headers) for _ in range(2))
    assert (first.status_code, first.data) == (201, again.data)
