"""The two seed sheets tell all that their documents state, and nothing else: each sentence is accounted for.

`uncovered.json` lists the sentences that state no fact, each with the reason. What a sentence is, `sentences`
decides; it is made for these two documents and for no others.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from schemas import vocabulary as words

SEEDS = Path(__file__).parents[2] / "seeds"
#: In the order in which they are loaded: a sheet may name the facts of those before it.
NAMES = ["axios-us-nato-written-response", "tms-us-responds-to-russia"]
KINDS = ["events", "proposals", "statements"]

Json = dict[str, Any]

ABBREVIATION = re.compile(r"(?:\b[A-Z]\.)+$|\b(?:vs|Mr|Mrs|Dr|Gen|Sen|St|No)\.$")
SENTENCE_END = re.compile(r"""[.?!]["”’')\]]*(?=\s+["“‘'(]?[A-Z0-9])""")


def sentences(text: str) -> list[tuple[int, int]]:
    """Split a story into sentences, as (start, end): each line apart, without its bullet."""
    spans = []
    for line in re.finditer(r"^[ \t]*(?:[-•] )?[ \t]*(?P<body>\S.*?)[ \t]*$", text, re.MULTILINE):
        start, end = line.span("body")
        for stop in SENTENCE_END.finditer(text, start, end):
            if not ABBREVIATION.search(text, start, stop.start() + 1):
                spans.append((start, stop.end()))
                start = stop.end() + 1
        spans.append((start, end))
    return spans


def load(name: str) -> Json:
    return json.loads((SEEDS / f"{name}.json").read_text(encoding="utf-8"))


SHEETS = {name: load(name) for name in NAMES}
ACTORS = load("actors")["actors"]
UNCOVERED = json.loads((Path(__file__).parent / "uncovered.json").read_text(encoding="utf-8"))


def source(name: str) -> str:
    return (SEEDS / SHEETS[name]["article"]["source_file"]).read_bytes().decode()


def story(name: str) -> str:
    article = SHEETS[name]["article"]
    return source(name)[article["story_start"] : article["story_end"]]


def facts(name: str) -> list[Json]:
    return [fact for kind in KINDS for fact in SHEETS[name][kind]]


def quotations(fact: Json) -> list[Json]:
    """Every quotation of a fact: its own evidence, and that of the steps of a proposal."""
    return fact["evidence"] + [step["evidence"] for step in fact.get("history", [])]


def occurrences(quotation: Json, text: str) -> list[tuple[int, int]]:
    """Where a quotation stands in a text, as (start, end), by all that it says of its place."""
    pattern = "(?<={})".format(re.escape(quotation.get("prefix", ""))) + "(?=({}){})".format(
        re.escape(quotation["exact"]), re.escape(quotation.get("suffix", ""))
    )
    spans = [match.span(1) for match in re.finditer(pattern, text)]
    return [span for span in spans if quotation.get("start", span[0]) == span[0]]


def touched(spans: list[tuple[int, int]], by: tuple[int, int]) -> list[tuple[int, int]]:
    return [(start, end) for start, end in spans if start < by[1] and by[0] < end]


def covered(name: str) -> set[str]:
    """The sentences of a story that the evidence of some fact touches."""
    text = story(name)
    return {
        text[start:end]
        for fact in facts(name)
        for quotation in fact["evidence"]
        for span in occurrences(quotation, text)
        for start, end in touched(sentences(text), span)
    }


def named(name: str) -> set[str]:
    """The ids of the actors that the facts of a sheet name."""
    parts = {actor["actor"] for fact in facts(name) for actor in fact["actors"]} - {None}
    return parts | {step["by"] for fact in facts(name) for step in fact.get("history", [])}


def told(name: str) -> list[str]:
    """The sentences of a story, in order."""
    text = story(name)
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("The U.S. gave way. Moscow did not.", ["The U.S. gave way.", "Moscow did not."]),
        ("It is the U.S. Moscow waits.", ["It is the U.S. Moscow waits."]),
        ('The "open door policy." Then more.', ['The "open door policy."', "Then more."]),
        ("A “step forward.” “We do.”", ["A “step forward.”", "“We do.”"]),
        ("NATO vs. Russia", ["NATO vs. Russia"]),
        ("Secretary-General Stoltenberg. Photo: A/B", ["Secretary-General Stoltenberg.", "Photo: A/B"]),
        ("- One, 2022. Two\n\n  • Three", ["One, 2022.", "Two", "Three"]),
    ],
)
def test_a_story_is_split_into_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@pytest.mark.parametrize("name", NAMES)
def test_splitting_loses_nothing_but_blanks_and_bullets(name: str) -> None:
    text = story(name)
    for start, end in reversed(sentences(text)):
        text = text[:start] + text[end:]
    assert set(text) <= set(" \n-•")


def test_the_first_story_begins_after_the_newsletters_and_ends_with_the_document() -> None:
    text = story(NAMES[0])
    assert text.startswith("NATO Secretary-General Jens Stoltenberg. Photo:")
    assert source(NAMES[0]).endswith(text)
    assert "Sign up" not in text


def test_the_second_story_begins_after_its_doubled_headline_and_ends_before_the_closing_line() -> None:
    text, title = story(NAMES[1]), SHEETS[NAMES[1]]["article"]["title"]
    assert source(NAMES[1]).count(title) == 2
    assert title not in text
    assert text.startswith("Ukrainian service members")
    assert "TMS" not in text


@pytest.mark.parametrize("name", NAMES)
def test_each_sentence_is_touched_by_evidence_or_listed_with_a_reason(name: str) -> None:
    listed = {row["sentence"] for row in UNCOVERED[name]}
    assert [sentence for sentence in told(name) if sentence not in covered(name) | listed] == []
    assert all(row["reason"] for row in UNCOVERED[name])


@pytest.mark.parametrize("name", NAMES)
def test_no_listed_sentence_is_covered_or_absent(name: str) -> None:
    listed = [row["sentence"] for row in UNCOVERED[name]]
    assert [sentence for sentence in listed if sentence in covered(name)] == []
    assert [sentence for sentence in listed if sentence not in told(name)] == []
    assert max(Counter(listed).values()) == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_quotation_stands_in_its_story_exactly_once(name: str) -> None:
    text = story(name)
    assert [
        (fact["id"], quotation["exact"], len(occurrences(quotation, text)))
        for fact in facts(name)
        for quotation in quotations(fact)
        if len(occurrences(quotation, text)) != 1
    ] == []


@pytest.mark.parametrize("name", NAMES)
def test_each_quotation_lies_within_one_sentence_two_at_most(name: str) -> None:
    text = story(name)
    assert [
        (fact["id"], quotation["exact"])
        for fact in facts(name)
        for quotation in quotations(fact)
        for span in occurrences(quotation, text)
        if len(touched(sentences(text), span)) not in (1, 2)
    ] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_has_evidence_and_an_editor_behind_it(name: str) -> None:
    assert [fact["id"] for fact in facts(name) if not fact["evidence"]] == []
    assert [f["id"] for f in facts(name) if f["review"] != {"status": "approved", "by": "seeds"}] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_said_to_be_verbatim_is(name: str) -> None:
    text = story(name)
    claims = [
        (fact["id"], claim)
        for fact in facts(name)
        for claim in [
            *(actor.get("named_as") for actor in fact["actors"]),
            *(quantity.get("text") for quantity in fact.get("quantities", [])),
            *((step.get("date") or {}).get("text") for step in fact.get("history", [])),
            (fact.get("date") or {}).get("text"),
            fact.get("cue"),
        ]
    ]
    assert [(fact, claim) for fact, claim in claims if claim is not None and claim not in text] == []


@pytest.mark.parametrize("name", NAMES)
def test_captions_credits_and_headlines_are_verbatim_too(name: str) -> None:
    article = SHEETS[name]["article"]
    claims = [medium[field] for medium in article["media"] for field in ("caption", "credit")]
    assert [claim for claim in claims if claim not in story(name)] == []
    assert article["title"] is None or article["title"] in source(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_text_of_a_statement_is_its_evidence(name: str) -> None:
    earlier = {fact["id"] for before in NAMES[: NAMES.index(name)] for fact in facts(before)}
    for statement in SHEETS[name]["statements"]:
        said = " ... ".join(quotation["exact"] for quotation in statement["evidence"])
        # The first source's wording stays, so that a later one does not give its own.
        assert statement.get("text") == (None if statement["id"] in earlier else said), statement["id"]


@pytest.mark.parametrize("name", NAMES)
def test_a_statement_has_a_speaker_unless_the_text_tells_none(name: str) -> None:
    for statement in SHEETS[name]["statements"]:
        speakers = [actor for actor in statement["actors"] if actor["role"] == "speaker"]
        assert bool(speakers) == (statement["attribution"] != "unattributed"), statement["id"]


def test_no_id_is_given_twice() -> None:
    assert Counter(actor["id"] for actor in ACTORS).most_common(1)[0][1] == 1
    for name in NAMES:
        assert Counter(fact["id"] for fact in facts(name)).most_common(1)[0][1] == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_referred_to_is_in_this_sheet_or_an_earlier_one(name: str) -> None:
    known = {fact["id"] for sheet in NAMES[: NAMES.index(name) + 1] for fact in facts(sheet)}
    for fact in facts(name):
        others = [relation["fact"] for relation in fact.get("relations", [])] + fact.get("about", [])
        assert set(others) <= known - {fact["id"]}, fact["id"]


def test_a_fact_of_both_documents_is_coded_alike_in_both() -> None:
    first, second = ({fact["id"]: fact for fact in facts(name)} for name in NAMES)
    shared = first.keys() & second.keys()
    assert shared >= {
        "us-written-response-to-russia",
        "us-upholds-nato-open-door",
        "us-keeps-written-response-private",
        "russian-intention-to-invade-ukraine",
        "russia-denies-intention-to-invade",
    }
    # What unites, and what the first source words, may differ.
    free = {"actors", "evidence", "relations"}
    for fact in shared:
        assert {
            field
            for field in second[fact].keys() - free
            if second[fact][field] != first[fact].get(field, second[fact][field])
        } == set(), fact


@pytest.mark.parametrize("name", NAMES)
def test_every_actor_is_known_by_id(name: str) -> None:
    known = {actor["id"]: actor for actor in ACTORS}
    assert named(name) <= known.keys()
    # A sheet brings the actors that it names and no others, so their bodies must be among them.
    assert {body for actor in named(name) for body in known[actor]["member_of"]} <= named(name)


def test_every_known_actor_is_named_by_a_fact() -> None:
    assert {actor["id"] for actor in ACTORS} == set().union(*(named(name) for name in NAMES))


def test_no_actor_of_a_fact_stands_twice_in_one_role() -> None:
    for name in NAMES:
        for fact in facts(name):
            parts = Counter((actor["actor"], actor["role"]) for actor in fact["actors"])
            assert all(times == 1 for times in parts.values()), fact["id"]


@pytest.mark.parametrize("name", NAMES)
def test_every_coded_word_is_in_its_vocabulary(name: str) -> None:
    for fact in facts(name):
        for field, vocabulary in {
            "type": words.EventType,
            "modality": words.Modality,
            "category": words.ProposalCategory,
            "status": words.ProposalStatus,
            "attribution": words.Attribution,
            "stance": words.Stance,
        }.items():
            if field in fact:
                vocabulary(fact[field])
        for actor in fact["actors"]:
            words.Role(actor["role"])
        for quantity in fact.get("quantities", []):
            words.QuantityQualifier(quantity["qualifier"])
        for relation in fact.get("relations", []):
            words.RelationType(relation["type"])
        for step in fact.get("history", []):
            words.ProposalStatus(step["status"])
        for context in fact.get("contexts", []):
            words.Context(context)
        for mode in fact.get("modes", []):
            assert words.Mode(mode) in words.MODES_OF[words.EventType(fact["type"])], fact["id"]


def test_every_actor_is_of_a_known_kind_and_sector() -> None:
    for actor in ACTORS:
        words.ActorKind(actor["kind"])
        if actor["sector_code"] is not None:
            words.Sector(actor["sector_code"])


@pytest.mark.parametrize("name", NAMES)
def test_the_last_step_of_a_proposal_is_its_status(name: str) -> None:
    for proposal in SHEETS[name]["proposals"]:
        if proposal.get("history"):
            assert proposal["history"][-1]["status"] == proposal["status"], proposal["id"]
