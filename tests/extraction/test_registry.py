"""The registry: the actors that come with the product, and those that others put in front of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.extraction.lexicons import rows
from api.extraction.registry import Known, Stacked, shipped, slug
from api.extraction.story import How
from schemas.actor import ActorInputSchema

SEEDS = Path(__file__).parents[2] / "seeds" / "actors.json"


def ids(name: str) -> list[str]:
    return [known.actor["id"] for known in shipped().find([name]).get(name, ())]


def test_every_actor_is_one_that_the_api_takes() -> None:
    schema = ActorInputSchema()
    for actor in shipped().actors.values():
        schema.load(dict(actor))
    assert len(shipped().actors) > 700


def test_every_body_that_an_actor_is_a_member_of_is_there() -> None:
    actors = shipped().actors
    assert {body for actor in actors.values() for body in actor["member_of"]} <= actors.keys()


def test_actors_that_are_seeds_too_have_the_same_id() -> None:
    seeds = {actor["name"]: actor["id"] for actor in json.loads(SEEDS.read_text("utf-8"))["actors"]}
    here = {actor["name"]: id_ for id_, actor in shipped().actors.items()}
    shared = seeds.keys() & here.keys()
    assert {name: here[name] for name in shared} == {name: seeds[name] for name in shared}
    assert len(shared) > 10


@pytest.mark.parametrize(
    "name, id_",
    [
        ("U.S.", "united-states"),
        ("the US", "united-states"),
        ("DRC", "democratic-republic-of-the-congo"),
        ("Türkiye", "turkey"),
        ("The Kremlin", "russia"),
        ("Spaniards", "spain"),
        ("Nato", "nato"),
        ("Antonio Guterres", "antonio-guterres"),
        ("Côte d’Ivoire", "ivory-coast"),
    ],
)
def test_names_are_known_in_their_common_spellings(name: str, id_: str) -> None:
    assert ids(name) == [id_]


@pytest.mark.parametrize("name", ["us", "Us", "Who", "un", "Smith"])
def test_words_that_are_no_names_are_not_known(name: str) -> None:
    assert ids(name) == []


@pytest.mark.parametrize(
    "office, body, day, holder",
    [
        ("president", "united-states", date(2016, 5, 1), "barack-obama"),
        ("president", "united-states", date(2022, 5, 1), "joe-biden"),
        ("foreign minister", "united-states", date(2022, 5, 1), "antony-blinken"),
        ("secretary-general", "nato", date(2012, 5, 1), "anders-fogh-rasmussen"),
        ("president", "germany", date(2022, 5, 1), "frank-walter-steinmeier"),
        ("president", "european-commission", date(2022, 5, 1), "ursula-von-der-leyen"),
        ("president", "united-states", date(1905, 5, 1), None),
        ("foreign minister", "vanuatu", date(2022, 5, 1), None),
    ],
)
def test_who_holds_an_office_depends_on_the_day(office: str, body: str, day: date, holder: str | None) -> None:
    known = shipped().holder(office, {"id": body}, day)
    assert (known and known.actor["id"]) == holder


def test_nobody_holds_the_same_office_at_the_same_time_as_another() -> None:
    for row in rows("office_holders.tsv"):
        start, end = row[6], row[7]
        assert not (start and end) or start <= end, row


def test_a_registry_in_front_knows_better() -> None:
    class Own:
        """What a store may know: another Georgia, and France under an id of its own."""

        def find(self, names: Collection[str]) -> Mapping[str, Sequence[Known]]:
            actors: dict[str, dict[str, Any]] = {"Georgia": {"id": "georgia-inc"}, "Paris": {"id": "france"}}
            return {name: [Known(actors[name])] for name in names if name in actors}

        def holder(self, office: str, body: Mapping[str, Any], day: date) -> Known | None:
            return None

    found = Stacked(Own(), shipped()).find(["Georgia", "Paris", "Norway"])
    assert {name: known[0].actor["id"] for name, known in found.items()} == {
        "Georgia": "georgia-inc",
        "Paris": "france",
        "Norway": "norway",
    }
    assert found["Paris"][0].how is How.METONYM


@pytest.mark.parametrize(
    "name, id_", [("Łukasz Ørsted", "lukasz-orsted"), ("Володимир", ""), ("O’Neill & Sons", "oneill-sons")]
)
def test_ids_are_made_of_the_latin_letters_of_a_name(name: str, id_: str) -> None:
    assert slug(name) == id_
