"""Vocabularies: what every code means."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from schemas.vocabulary import VOCABULARIES


def test_every_vocabulary_is_listed_with_the_meaning_of_every_word(client: FlaskClient) -> None:
    listed = client.get("/v1/vocabularies").json["items"]
    assert [each["name"] for each in listed] == list(VOCABULARIES)
    for vocabulary in listed:
        terms = [(term.value, term.definition) for term in VOCABULARIES[vocabulary["name"]]]
        assert [(term["value"], term["definition"]) for term in vocabulary["terms"]] == terms
        assert vocabulary["description"]
        assert all(definition for _, definition in terms)
        assert client.get(f"/v1/vocabularies/{vocabulary['name']}").json == vocabulary


def test_types_tell_their_modes_and_modes_their_types(client: FlaskClient) -> None:
    types = {each["value"]: each for each in client.get("/v1/vocabularies/event_types").json["terms"]}
    modes = {each["value"]: each for each in client.get("/v1/vocabularies/modes").json["terms"]}
    assert types["consult"]["quad"] == "verbal_cooperation"
    assert types["agree"]["modes"] == []
    assert "visit" in types["consult"]["modes"]
    for mode in modes.values():
        assert mode["types"] == [name for name, each in types.items() if mode["value"] in each["modes"]]
        assert mode["types"]


@pytest.mark.parametrize("name", ["event_type", "Modes", "nothing-like-it", "%00", "a%2Fb", "%FF"])
def test_a_vocabulary_that_is_none_is_not_found(client: FlaskClient, name: str) -> None:
    problem = client.get(f"/v1/vocabularies/{name}")
    assert problem.status_code == 404
    if name == "event_type":
        assert "Did you mean 'event_types'?" in problem.json["detail"]


def test_every_code_in_use_is_in_its_vocabulary(client: FlaskClient) -> None:
    for name, vocabulary in (("type", "event_types"), ("category", "proposal_categories"), ("kind", "fact_kinds")):
        used = {each["value"] for each in client.get(f"/v1/facts/counts?by={name}").json["items"]}
        known = {each["value"] for each in client.get(f"/v1/vocabularies/{vocabulary}").json["terms"]}
        assert used
        assert used <= known
