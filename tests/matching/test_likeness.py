"""What joins by itself is the same; what is alike is asked about; what speaks against it is told as that."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from api.matching.likeness import compare, tell
from tests.matching.pairs import Pair, pairs

PAIRS = list(pairs())
SAME = ("same", "same, undated")


def verdicts(**asked: Any) -> Counter[str]:
    """Count what becomes of the pairs with some properties."""

    def fits(pair: Pair) -> bool:
        told = {"difference": pair.difference, "wording": pair.wording, "recorded": pair.other.recorded}
        return all(told[name] == value for name, value in asked.items())

    return Counter(pair.verdict for pair in PAIRS if fits(pair))


def test_nothing_is_joined_that_is_not_the_same() -> None:
    assert {pair.difference for pair in PAIRS if pair.verdict == "joined"} == {"same"}


def test_what_is_reprinted_is_joined_and_what_is_told_in_other_words_at_least_asked_about() -> None:
    assert verdicts(difference="same", wording="reprint").keys() == {"joined"}
    assert verdicts(difference="same", wording="own").keys() == {"joined", "same_fact"}
    assert verdicts(difference="same", wording="own")["joined"] >= 16
    undated = verdicts(difference="same, undated")
    assert undated["joined"] == 0
    assert undated["same_fact"] >= 0.95 * undated.total()


def test_a_denial_is_no_second_source() -> None:
    assert verdicts(difference="denied", wording="reprint").keys() == {"contradicts"}
    assert verdicts(difference="denied", wording="own").keys() == {"contradicts", "nothing"}


def test_another_number_of_the_same_differs_in_scope() -> None:
    assert verdicts(difference="other number", wording="reprint", recorded=True).keys() == {"differs_in_scope"}


def test_what_happened_on_another_day_is_another_event() -> None:
    assert verdicts(difference="other day").keys() == {"nothing"}


@pytest.mark.parametrize("difference", ["other actor", "other side"])
def test_somebody_elses_doing_is_asked_about_only_where_the_words_are_the_same(difference: str) -> None:
    found = verdicts(difference=difference, wording="own")
    assert found["nothing"] >= 0.85 * found.total()


def test_other_events_of_the_same_day_are_hardly_ever_asked_about() -> None:
    found = verdicts(difference="other story")
    assert found["nothing"] >= 0.98 * found.total()


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.likeness], ids=lambda pair: pair.difference)
def test_every_likeness_has_a_score_and_its_reasons(pair: Pair) -> None:
    assert pair.likeness
    assert 0.65 <= pair.likeness.score <= 1
    assert pair.likeness.reasons


def said(words: str, **more: Any) -> dict[str, Any]:
    fact = {
        "kind": "statement",
        "stance": "assert",
        "actors": [{"actor": "mina", "role": "speaker", "named_as": "Mina"}],
        "date": None,
        "places": [],
        "quantities": [],
        "evidence": [{"article": "paper", "exact": words}],
    }
    return fact | more


def by(speaker: str) -> dict[str, Any]:
    """Let somebody else speak, of Mina."""
    parts = [{"actor": speaker, "role": "speaker", "named_as": "She"}]
    return {"actors": [*parts, {"actor": "mina", "role": "mentioned", "named_as": "Mina"}]}


WORDS = "We will open the northern harbour to all ships before the winter comes"


@pytest.mark.parametrize(
    "words, more, verdict",
    [
        (WORDS, {}, "joined"),
        (f"{WORDS}.", {}, "joined"),
        (f"“{WORDS}, whatever others say”", {}, "joined"),
        # Too little of it to be sure, or something else instead.
        ("We will open the northern harbour to all ships", {}, "same_fact"),
        ("We will open the harbour", {}, "same_fact"),
        ("We will open the southern harbour to all ships before the winter comes", {}, "same_fact"),
        ("We will close the southern harbour to all ferries before the feast", {}, "nothing"),
        (WORDS, {"stance": "promise"}, "same_fact"),
        (WORDS, by("olga"), "nothing"),
        # Denials, by whomever.
        (WORDS.replace("will", "will not"), {}, "contradicts"),
        (WORDS, {"stance": "deny"}, "contradicts"),
        (WORDS.replace("will", "will never"), by("olga"), "contradicts"),
        ("We will not raise the price of bread", {}, "nothing"),
    ],
)
def test_statements_are_known_by_their_speaker_and_their_words(words: str, more: Any, verdict: str) -> None:
    likeness = compare(tell(said(words, **more), {}), tell(said(WORDS), {}))
    told = "nothing" if likeness is None else "joined" if likeness.certain else likeness.kind.value
    assert told == verdict, likeness


def test_a_few_words_are_not_enough_to_know_a_statement_by() -> None:
    likeness = compare(tell(said("No comment on that"), {}), tell(said("No comment on that"), {}))
    assert likeness
    assert not likeness.certain


def offered(words: str, **more: Any) -> dict[str, Any]:
    parts = [{"actor": "mina", "role": "proposer", "named_as": "Mina"}]
    return said(words) | {"kind": "proposal", "category": "talks", "status": "floated", "actors": parts} | more


@pytest.mark.parametrize(
    "more, verdict",
    [
        ({}, "joined"),
        ({"status": "rejected"}, "same_fact"),
        ({"category": "economic"}, "same_fact"),
        ({"date": {"earliest": "2030-01-09", "latest": "2030-01-09"}}, "joined"),
        ({"quantities": [{"value": 3, "unit": "ships"}]}, "differs_in_scope"),
        ({"places": [{"name": "Brod"}]}, "same_fact"),
    ],
)
def test_a_proposal_stays_the_same_without_a_date(more: Any, verdict: str) -> None:
    words = "Mina offered talks on the northern harbour and its ships"
    one = offered(words, quantities=[{"value": 5, "unit": "Ships"}], places=[{"name": "Aber"}])
    likeness = compare(tell(one | more, {}), tell(one, {}))
    assert likeness
    assert ("joined" if likeness.certain else likeness.kind.value) == verdict
