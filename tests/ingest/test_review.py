"""A review that a sheet brings counts only from those who may review; all else waits for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.ingest.sheets import event, proposal, sheet_of, statement

Ingest = Callable[..., Any]

TEXT = "It was agreed. Talks were offered. “Yes,” they said."
APPROVED = {"status": "approved", "by": "editor"}
GENERATED = {"confidence": 0.7, "generator": {"name": "reader", "version": "1"}}
PENDING = {"status": "pending", "by": None, "at": None, "confidence": None, "generator": None}


def reviewed(review: dict[str, Any] | None) -> dict[str, Any]:
    return sheet_of(
        TEXT,
        event("It was agreed", id="agreed", review=review),
        proposals=[proposal("Talks were offered", id="offered", review=review)],
        statements=[statement("Yes,", id="said", review=review)],
    )


def reviews(client: FlaskClient) -> list[Any]:
    shown = client.get("/v1/facts?review=approved&review=pending&review=rejected").json["items"]
    assert len(shown) == 3
    return [fact["review"] for fact in shown]


@pytest.mark.parametrize("status", ["approved", "rejected"])
def test_a_review_by_somebody_who_may_not_review_leaves_all_facts_pending(
    ingest_sheet: Ingest, empty_client: FlaskClient, status: str
) -> None:
    ingest_sheet(reviewed({"status": status, "by": "intruder", "at": "2022-01-01T00:00:00Z"}))
    assert reviews(empty_client) == [PENDING] * 3


def test_who_may_not_review_may_still_say_how_sure_a_program_was(
    ingest_sheet: Ingest, empty_client: FlaskClient
) -> None:
    ingest_sheet(reviewed(APPROVED | GENERATED))
    assert reviews(empty_client) == [PENDING | GENERATED] * 3
    assert empty_client.get("/v1/facts?min_confidence=0.8").json["items"] == []
    assert len(empty_client.get("/v1/facts?min_confidence=0.7").json["items"]) == 3


def test_facts_without_a_review_are_pending(ingest_sheet: Ingest, empty_client: FlaskClient) -> None:
    ingest_sheet(reviewed(None), may_review=True)
    assert reviews(empty_client) == [PENDING] * 3
    assert len(empty_client.get("/v1/facts?min_confidence=1").json["items"]) == 3


def test_a_review_counts_with_the_right_to_review_and_is_of_now(
    ingest_sheet: Ingest, empty_client: FlaskClient
) -> None:
    ingest_sheet(reviewed(APPROVED), may_review=True, clock=lambda: datetime(2022, 3, 1, tzinfo=UTC))
    now = {"status": "approved", "by": "editor", "at": "2022-03-01T00:00:00.000000Z"}
    assert reviews(empty_client) == [PENDING | now] * 3


def test_a_review_keeps_the_time_that_it_brings(ingest_sheet: Ingest, empty_client: FlaskClient) -> None:
    ingest_sheet(reviewed(APPROVED | {"at": "2021-01-01T00:00:00.000000Z"}), may_review=True)
    assert {review["at"] for review in reviews(empty_client)} == {"2021-01-01T00:00:00.000000Z"}


def test_a_rejected_fact_is_shown_only_to_those_who_ask_for_it(ingest_sheet: Ingest, empty_client: FlaskClient) -> None:
    ingest_sheet(reviewed(APPROVED | {"status": "rejected"}), may_review=True)
    assert empty_client.get("/v1/facts").json["items"] == []
    assert empty_client.get("/v1/articles/paper/facts").json["items"] == []
    assert empty_client.get("/v1/facts/counts?by=kind").json["total"] == 0
    assert empty_client.get("/v1/search?q=agreed&resource=fact").json["items"] == []
    assert len(empty_client.get("/v1/facts?review=rejected").json["items"]) == 3


@pytest.mark.parametrize("may_review", [True, False])
def test_a_second_source_changes_no_review(ingest_sheet: Ingest, empty_client: FlaskClient, may_review: bool) -> None:
    ingest_sheet(reviewed(APPROVED), may_review=True)
    before = reviews(empty_client)
    again = reviewed({"status": "rejected", "by": "somebody"})
    again["article"] |= {"id": "other", "publisher": "Other"}
    ingest_sheet(again, may_review=may_review)
    assert reviews(empty_client) == before
