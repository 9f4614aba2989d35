"""The actors of the store are known to extraction by all their names, before those that come with the product."""

from __future__ import annotations

from typing import Any

import pytest

from api.extraction.registry import shipped
from api.jobs.registry import registry_of
from api.store.opening import Store
from tests.conftest import Ingest


def sheet_of(*actors: dict[str, Any]) -> dict[str, Any]:
    return {"article": {"id": "a", "publisher": "The Test", "text": "Nothing."}, "actors": list(actors)}


@pytest.fixture
def harbour(ingest_sheet: Ingest) -> dict[str, Any]:
    actor = {"id": "port-of-bergen", "name": "Port of Bergen", "kind": "organization", "aliases": ["the Harbour"]}
    ingest_sheet(sheet_of(actor))
    return actor


@pytest.mark.parametrize("name", ["Port of Bergen", "the Harbour", "the harbour"])
def test_an_actor_of_the_store_is_found_by_every_name(store: Store, harbour: dict[str, Any], name: str) -> None:
    (known,) = registry_of(store.reader).find({name, "Nobody"})[name]
    assert known.actor["id"] == "port-of-bergen"
    assert {field: known.actor[field] for field in harbour} == harbour


def test_what_nobody_added_is_found_among_what_is_shipped(store: Store, harbour: dict[str, Any]) -> None:
    found = registry_of(store.reader).find({"Kyiv", "the Harbour", "Nobody"})
    assert found["Kyiv"] == shipped().find({"Kyiv"})["Kyiv"]
    assert "Nobody" not in found


def test_names_by_the_hundred_are_found(store: Store, ingest_sheet: Ingest) -> None:
    names = [f"Committee {number}" for number in range(600)]
    ingest_sheet(sheet_of(*({"name": name, "kind": "organization"} for name in names)))
    found = registry_of(store.reader).find(names)
    assert {name: [each.actor["name"] for each in found[name]] for name in names} == {name: [name] for name in names}


def test_an_actor_that_was_renamed_in_the_store_keeps_what_is_shipped_of_its_names(
    store: Store, ingest_sheet: Ingest
) -> None:
    ingest_sheet(sheet_of({"id": "ukraine", "name": "Republic of Ukraine", "kind": "country", "aliases": ["Kyiv"]}))
    (known,) = registry_of(store.reader).find({"Kyiv"})["Kyiv"]
    (told,) = shipped().find({"Kyiv"})["Kyiv"]
    assert known.actor["name"] == "Republic of Ukraine"
    assert (known.how, known.place) == (told.how, told.place)
