"""The index of words follows what is stored: whatever comes, changes or moves is found by its own words, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.store.opening import Store
from tests.conftest import Ingest
from tests.ingest.sheets import event, sheet_of
from tests.store.contents import derived, rows

Search = Callable[[str], list[str]]

#: Two facts whose ids have the same hash, as far as the index looks: on one day both want the same position.
TWINS = ("event-388809", "event-900501")
DAY, ANOTHER_DAY = "2022-01-26", "2022-03-01"
#: More facts than the index looks for at once.
MANY = 40


def twins(one: str = DAY, other: str = DAY, **more: Any) -> dict[str, Any]:
    """Tell two events of some days, one of apples and one of pears."""
    first, second = (
        event(f"{fruit} fell", id=id_, title=f"{fruit} on the ground", date={"edtf": day})
        for id_, fruit, day in zip(TWINS, ("Apples", "Pears"), (one, other), strict=True)
    )
    return sheet_of("Apples fell. Pears fell.", first, second, **more)


def titled(word: str, **more: Any) -> dict[str, Any]:
    """Tell many events, each of its own fruit and day, with a word in every title."""
    events = [
        event(f"Fruit{n} fell", id=f"fall-{n}", title=f"{word} fruit{n}", date={"edtf": str(1900 + n)})
        for n in range(MANY)
    ]
    return sheet_of(" ".join(f"Fruit{n} fell." for n in range(MANY)), *events, **more)


@pytest.fixture
def found(empty_client: FlaskClient) -> Search:
    """Gives the ids of the facts that have some words, newest first."""

    def search(question: str) -> list[str]:
        answer = empty_client.get("/v1/search", query_string={"q": question, "resource": "fact", "limit": 200})
        return [hit["document"]["id"] for hit in answer.json["items"]]

    return search


def test_two_facts_that_want_one_position_stand_side_by_side(store: Store, ingest_sheet: Ingest, found: Search) -> None:
    ingest_sheet(twins())
    (first, *_), (second, *_) = (
        row for row in rows(store, "search_entries") if row[1:3] in {("fact", id_) for id_ in TWINS}
    )
    assert second - first == 1
    assert found("apples") == [TWINS[0]]
    assert found("pears") == [TWINS[1]]
    assert found("fell") == list(TWINS)


def test_a_fact_that_leaves_its_position_leaves_its_neighbour_alone(ingest_sheet: Ingest, found: Search) -> None:
    ingest_sheet(twins())
    ingest_sheet(twins(one=ANOTHER_DAY, on_conflict="replace"))
    assert found("fell") == list(TWINS)
    ingest_sheet(twins(one=ANOTHER_DAY, other="2022-04-01", on_conflict="replace"))
    assert found("fell") == list(reversed(TWINS))
    assert (found("apples"), found("pears")) == ([TWINS[0]], [TWINS[1]])


def test_a_fact_comes_to_a_day_where_its_position_is_taken(ingest_sheet: Ingest, found: Search) -> None:
    ingest_sheet(twins(one=ANOTHER_DAY))
    ingest_sheet(twins(on_conflict="replace"))
    assert found("fell") == list(reversed(TWINS)), "whoever was there first stays"
    assert found("ground") == list(reversed(TWINS))


def test_facts_change_places(ingest_sheet: Ingest, found: Search) -> None:
    ingest_sheet(twins(one=ANOTHER_DAY))
    ingest_sheet(twins(other=ANOTHER_DAY, on_conflict="replace"))
    assert found("fell") == [TWINS[1], TWINS[0]]
    assert (found("apples"), found("pears")) == ([TWINS[0]], [TWINS[1]])


def test_there_and_back_leaves_no_trace(store: Store, ingest_sheet: Ingest) -> None:
    ingest_sheet(twins())
    before = derived(store)
    ingest_sheet(twins(one=ANOTHER_DAY, other=ANOTHER_DAY, on_conflict="replace"))
    assert derived(store) != before
    ingest_sheet(twins(on_conflict="replace"))
    assert derived(store) == before


def test_facts_whose_words_change_stay_where_they_are(store: Store, ingest_sheet: Ingest) -> None:
    ingest_sheet(titled("ripe"))
    before = rows(store, "search_entries", "position", "resource", "id")
    ingest_sheet(titled("rotten", on_conflict="replace"))
    assert rows(store, "search_entries", "position", "resource", "id") == before


def test_many_facts_of_a_sheet_are_found_by_their_words_as_they_are_now(ingest_sheet: Ingest, found: Search) -> None:
    ingest_sheet(titled("ripe"))
    everything = [f"fall-{n}" for n in reversed(range(MANY))]
    assert found("ripe") == everything
    ingest_sheet(titled("rotten", on_conflict="replace"))
    assert found("ripe") == []
    assert found("rotten") == everything
    assert [found(f"rotten fruit{n}") for n in range(MANY)] == [[f"fall-{n}"] for n in range(MANY)]
