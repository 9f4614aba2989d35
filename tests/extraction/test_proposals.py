"""Proposals: what somebody offers, demands or stands ready to do."""

from __future__ import annotations

from typing import Any

import pytest

from api.extraction import extract
from schemas.vocabulary import ProposalCategory, ProposalStatus

Fact = dict[str, Any]


def proposals(text: str) -> list[Fact]:
    """Read the proposals of a text."""
    sheet = extract({"publisher": "Example", "text": text, "published_at": {"edtf": "2023-05-16"}})
    found: list[Fact] = sheet["proposals"]
    return found


def only(text: str) -> Fact:
    """Read the one proposal of a text."""
    found = proposals(text)
    assert len(found) == 1, [each["title"] for each in found]
    return found[0]


CATEGORIES = [
    ("Brazil proposed a ceasefire in Sudan.", "ceasefire", "tabled"),
    ("Chile called for new talks with Bolivia.", "talks", "tabled"),
    ("Finland offered to supply Ukraine with tanks.", "arms_transfer", "tabled"),
    ("Canada plans to deploy 800 soldiers in Latvia.", "troop_deployment", "floated"),
    ("Armenia demanded that Azerbaijan withdraw its soldiers.", "force_withdrawal", "tabled"),
    ("Iran urged the European Union to lift the sanctions.", "sanctions", "tabled"),
    ("India proposed a hotline between the two armies.", "hotline", "tabled"),
    ("Georgia asked to join NATO.", "membership", "tabled"),
    ("The United Nations called for humanitarian corridors in Gaza.", "humanitarian", "tabled"),
    ("Japan is ready to send helicopters to the Philippines.", "arms_transfer", "floated"),
    ("Kenya rejected a ceasefire proposed by the rebels.", "ceasefire", "rejected"),
    ("Denmark agreed to send F-16 jets to Ukraine.", "arms_transfer", "accepted"),
    ("Greece demanded a guarantee of its borders.", "security_guarantee", "tabled"),
]


@pytest.mark.parametrize("text, category, status", CATEGORIES)
def test_the_words_tell_what_it_is_about_and_how_far_it_has_come(text: str, category: str, status: str) -> None:
    found = [(each["category"], each["status"]) for each in proposals(text)]
    assert (category, status) in found


PARTS = [
    ("Armenia demanded that Azerbaijan withdraw its soldiers.", "Armenia", "Azerbaijan"),
    ("Iran urged the European Union to lift the sanctions.", "Iran", "the European Union"),
    ("Chile proposed a ceasefire to Bolivia.", "Chile", "Bolivia"),
    ("Peru rejected Chile’s demand for talks.", "Chile", None),
]


@pytest.mark.parametrize("text, proposer, addressee", PARTS)
def test_somebody_proposes_it_to_somebody(text: str, proposer: str, addressee: str | None) -> None:
    named = {part["role"]: part["named_as"] for part in only(text)["actors"]}
    assert named["proposer"] == proposer
    assert addressee is None or named["addressee"] == addressee


def test_what_is_joined_is_proposed_one_by_one() -> None:
    text = (
        "The rebels issued demands, including that Iraq free the captives, "
        "that it withdraw its soldiers and that it lift the sanctions."
    )
    found = proposals(text)
    assert {"force_withdrawal", "sanctions"} <= {each["category"] for each in found}
    assert all(text[span["start"] :].startswith(span["exact"]) for each in found for span in each["evidence"])


def test_a_deed_that_could_be_done_is_floated() -> None:
    fact = only("A force of 3,000 soldiers could be deployed in Chad.")
    assert (fact["category"], fact["status"]) == ("troop_deployment", "floated")


def test_advice_is_a_proposal_of_who_gives_it() -> None:
    fact = only("The foreign minister of Ireland said that Irish citizens should leave the country.")
    assert fact["category"] == "evacuation"
    assert next(part["role"] for part in fact["actors"]) == "proposer"


NOT = [
    "We propose a ceasefire.",
    "Does Chile want talks?",
    "Chile did not propose a ceasefire.",
    "The ministry of Chile suggested that the ship was lost with its missiles.",
    "The shop offers bread.",
    "The economist expects prices to rise.",
]


@pytest.mark.parametrize("text", NOT)
def test_what_nobody_proposes_is_no_proposal(text: str) -> None:
    assert proposals(text) == []


def test_every_value_is_a_word_of_the_vocabulary() -> None:
    for text, _, _ in CATEGORIES:
        for fact in proposals(text):
            assert fact["category"] in {each.value for each in ProposalCategory}
            assert fact["status"] in {each.value for each in ProposalStatus}
            assert fact["package"] is None
            assert fact["history"] == []
