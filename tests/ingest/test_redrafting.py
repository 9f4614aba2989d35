"""Redrafting: a newer run replaces its own drafts, and nothing that somebody has touched."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.ingest import Outcome, ingest
from api.ingest.redrafting import Redrafting
from api.store.opening import Store
from tests.conftest import Key
from tests.ingest.sheets import Sheet, event, sheet_of

TEXT = "France received Germany on Monday. Both said that 5,000 troops would leave. They will meet again."
FIRST, SECOND, THIRD = "France received Germany", "5,000 troops would leave", "They will meet again"

Draft = Callable[..., tuple[Outcome, set[str]]]


def drafted(*facts: Sheet, article: str = "talks", **more: Any) -> Sheet:
    generator = {"name": "newsfacts", "version": "1"}
    reviewed = [{"review": {"status": "pending", "confidence": 0.5, "generator": generator}, **fact} for fact in facts]
    sheet = sheet_of(TEXT, *reviewed, article=article, about={"publisher": article})
    return {**sheet, "on_conflict": "keep", **more}


def said(exact: str, title: str, **more: Any) -> Sheet:
    return event(exact, title=title, **more)


@pytest.fixture
def draft(store: Store) -> Draft:
    """Stores a sheet as extraction does; gives the outcome, and which drafts went."""

    def run(*facts: Sheet, **about: Any) -> tuple[Outcome, set[str]]:
        redrafting = Redrafting()
        outcome = store.write(partial(ingest, sheet=drafted(*facts, **about), by="desk", redrafting=redrafting))
        return outcome, redrafting.removed

    return run


@pytest.fixture
def titles(empty_client: FlaskClient) -> Callable[[], list[str]]:
    def read() -> list[str]:
        query = "&".join(f"review={status}" for status in ("pending", "approved", "rejected"))
        return sorted(fact["title"] for fact in empty_client.get(f"/v1/events?limit=200&{query}").json["items"])

    return read


Titles = Callable[[], list[str]]


def test_the_same_draft_once_more_changes_nothing(draft: Draft, empty_client: FlaskClient) -> None:
    first, _ = draft(said(FIRST, "one"), said(SECOND, "two"))
    before = empty_client.get("/v1/changes").data
    again, removed = draft(said(FIRST, "one"), said(SECOND, "two"))
    assert [outcome for _, outcome in again.facts] == ["unchanged"] * 2
    assert [id_ for id_, _ in again.facts] == [id_ for id_, _ in first.facts]
    assert removed == set()
    assert empty_client.get("/v1/changes").data == before


def test_a_draft_is_replaced_by_a_newer_one_again_and_again(
    draft: Draft, titles: Titles, empty_client: FlaskClient
) -> None:
    for number in range(1, 5):
        outcome, _ = draft(said(FIRST, f"try {number}", contexts=["military"] if number == 2 else []))
        assert titles() == [f"try {number}"]
    ((id_, became),) = outcome.facts
    fact = empty_client.get(f"/v1/events/{id_}").json
    assert (became, fact["version"], fact["contexts"]) == ("updated", 4, [])


def test_a_draft_that_is_not_found_again_goes_and_may_come_back(
    draft: Draft, titles: Titles, empty_client: FlaskClient
) -> None:
    first, _ = draft(said(FIRST, "one"), said(SECOND, "two"))
    _, removed = draft(said(SECOND, "two"))
    assert removed == {first.facts[0][0]}
    assert titles() == ["two"]
    back, removed = draft(said(FIRST, "one, once more"), said(SECOND, "two"))
    assert (back.facts[0][1], removed) == ("created", set())
    assert titles() == ["one, once more", "two"]
    _, removed = draft()
    assert len(removed) == 2
    assert empty_client.get("/v1/articles/talks").status_code == 200


def review(client: FlaskClient, path: str, headers: dict[str, str], *statuses: str) -> None:
    for status in statuses:
        known = {"If-Match": client.get(path).headers["ETag"]}
        place = f"{path.replace('events', 'facts')}/review"
        assert client.post(place, json={"status": status}, headers=headers | known).status_code == 200


def edit(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    known = {"If-Match": client.get(path).headers["ETag"]}
    assert client.patch(path, json={"contexts": ["economic"]}, headers=headers | known).status_code == 200


TOUCHES = {
    "approved": lambda *of: review(*of, "approved"),
    "rejected": lambda *of: review(*of, "rejected"),
    "approved, and then not": lambda *of: review(*of, "approved", "pending"),
    "edited": edit,
}


@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES)
def test_what_somebody_touched_stays_as_it_is(
    draft: Draft, titles: Titles, empty_client: FlaskClient, key: Key, touch: Callable[..., None]
) -> None:
    first, _ = draft(said(FIRST, "one"), said(SECOND, "two"))
    path = f"/v1/events/{first.facts[0][0]}"
    touch(empty_client, path, key("edit", "review", name="desk"))
    touched = empty_client.get(path)
    assert touched.json["version"] > 1
    for facts in ([said(FIRST, "newer", modality="possible"), said(SECOND, "newer too")], []):
        _, removed = draft(*facts)
        assert first.facts[0][0] not in removed
        assert empty_client.get(path).data == touched.data
    assert titles() == ["one"]


def test_what_somebody_deleted_stays_deleted(draft: Draft, titles: Titles, empty_client: FlaskClient, key: Key) -> None:
    first, _ = draft(said(FIRST, "one"), said(SECOND, "two"))
    path = f"/v1/events/{first.facts[0][0]}"
    headers = key("edit") | {"If-Match": empty_client.get(path).headers["ETag"]}
    assert empty_client.delete(path, headers=headers).status_code == 204
    again, _ = draft(said(FIRST, "one"), said(SECOND, "two"))
    assert [outcome for _, outcome in again.facts] == ["deleted", "unchanged"]
    assert titles() == ["two"]


def test_what_another_article_states_as_well_is_nobodys_draft_alone(
    draft: Draft, store: Store, empty_client: FlaskClient
) -> None:
    draft(said(FIRST, "one", id="met"), said(SECOND, "two"))
    other = sheet_of(TEXT, said(FIRST, "one", id="met"), article="other", about={"publisher": "other"})
    store.write(partial(ingest, sheet=other))
    both = empty_client.get("/v1/events/met").data
    _, removed = draft(said(SECOND, "two"))
    assert removed == set()
    draft(said(FIRST, "another title", id="met"))
    assert empty_client.get("/v1/events/met").data == both


def test_a_draft_of_another_article_is_joined_and_not_replaced(
    draft: Draft, empty_client: FlaskClient, titles: Titles
) -> None:
    draft(said(FIRST, "one", id="met"))
    outcome, removed = draft(said(FIRST, "another title", id="met"), article="other")
    assert (outcome.facts, removed) == ([("met", "updated")], set())
    fact = empty_client.get("/v1/events/met").json
    assert (fact["title"], fact["sources"]["articles"]) == ("one", 2)
    draft(article="other")
    assert titles() == ["one"]


def test_what_people_sent_is_no_draft(draft: Draft, store: Store, titles: Titles) -> None:
    store.write(partial(ingest, sheet=drafted(said(FIRST, "by hand"))))
    outcome, removed = draft(said(SECOND, "two"))
    assert removed == set()
    assert [became for _, became in outcome.facts] == ["created"]
    draft(said(FIRST, "newer"), said(SECOND, "two"))
    assert titles() == ["by hand", "two"]
