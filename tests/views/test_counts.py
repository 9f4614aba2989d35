"""Counts: what plain Python counts in the documents."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.store import totals
from tests.conftest import Ingest
from tests.views.conftest import Sheet, World
from tests.views.test_lists import draw_query, wanted_facts
from tests.views.world import LABELS, Document, day, values

TIMES = {"day": 10, "month": 7, "year": 4}
BY = ("kind", "type", "category", "actor", "publisher", "country", *TIMES)


def count(world: World, facts: list[Document], by: str) -> Counter[str]:
    if by in TIMES:
        return Counter(day(fact)[: TIMES[by]] for fact in facts if day(fact))
    return Counter(value for fact in facts for value in values(fact, by, world.articles, world.actors))


def check_counts(world: World, by: str, query: dict[str, Any]) -> None:
    facts = wanted_facts(world, query)
    answer = world.get("/v1/facts/counts", query | {"by": by})
    assert {each["value"]: each["facts"] for each in answer["items"]} == count(world, facts, by), query
    assert (answer["by"], answer["total"], answer["total_relation"]) == (by, len(facts), "eq"), query
    order = [(each["value"] if by in TIMES else (-each["facts"], each["value"])) for each in answer["items"]]
    assert order == sorted(order)


@pytest.mark.parametrize("by", BY)
def test_all_facts_are_counted_as_plain_python_would(world: World, by: str) -> None:
    check_counts(world, by, {})


@pytest.mark.parametrize("by", BY)
def test_counts_take_every_filter(world: World, by: str) -> None:
    draw = Random(by)
    for _ in range(20):
        check_counts(world, by, draw_query(draw, world, LABELS))


@pytest.mark.parametrize("by", BY)
def test_counts_take_each_filter_alone(world: World, by: str) -> None:
    for query in (
        {"kind": ["event"]},
        {"type": ["consult"]},
        {"category": ["hotline"]},
        {"actor": ["league"]},
        {"actor": ["league"], "role": ["actor", "host"]},
        {"publisher": ["Post, Evening"]},
        {"country": ["SY"]},
        {"article": ["article-4"]},
        {"review": ["pending"]},
        {"review": ["approved"]},
        {"review": ["rejected"]},
        {"stance": ["deny"]},
        {"relation": ["contradicts"]},
        {"ids": sorted(world.facts)[:30]},
        {"q": "harbor"},
        {"date_from": "2022-01-10"},
    ):
        check_counts(world, by, query)


def test_counts_of_more_than_is_looked_at_say_that_there_are_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(totals, "COUNT_CAP", 25)
    answer = world.get("/v1/facts/counts", {"by": "kind", "min_sources": 1})
    assert answer["total_relation"] == "gte"
    assert 0 < answer["total"] <= 25
    exact = world.get("/v1/facts/counts", {"by": "kind", "country": "SY"})
    assert exact["total_relation"] == "eq", "no filter or one is counted while writing, however many facts there are"


def test_counts_follow_a_fact_that_changes(empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet) -> None:
    def counts(by: str) -> dict[str, int]:
        items = empty_client.get(f"/v1/facts/counts?by={by}").json["items"]
        return {each["value"]: each["facts"] for each in items}

    ingest_sheet(sheet)
    assert (counts("type"), counts("month"), counts("country")) == ({"consult": 1}, {"2022-01": 1}, {"FR": 1, "DE": 1})
    event = {**sheet["events"][0], "type": "agree", "modes": [], "date": {"edtf": "2022-02-03"}}
    ingest_sheet({**sheet, "events": [event], "on_conflict": "keep"})
    assert counts("type") == {"consult": 1}
    event["actors"] = [{"actor": "italy", "role": "participant"}]
    italy = {"id": "italy", "name": "Italy", "kind": "country", "country_code": "IT"}
    changed = {**sheet["events"][0], "date": {"edtf": "2022-02-03"}, "actors": event["actors"]}
    ingest_sheet({**sheet, "actors": [italy], "events": [changed], "on_conflict": "replace"})
    assert counts("month") == {"2022-02": 1}
    assert counts("country") == {"FR": 1, "DE": 1, "IT": 1}
    assert counts("actor") == {"france": 1, "germany": 1, "italy": 1}


def test_counts_must_be_told_what_to_count_by(client: FlaskClient) -> None:
    for query in ("", "?by=colour", "?by=kind&by=type", "?by=kind&limit=5", "?by=kind&sort=date"):
        assert client.get(f"/v1/facts/counts{query}").status_code == 422, query
