"""Events: what is told to have happened, to be under way, planned, possible, or denied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from api.extraction.circumstances import circumstances
from api.extraction.clauses import extent, grammatical_subject, is_passive
from api.extraction.contexts import contexts
from api.extraction.habits import DUTY, Coding, code, demanded, duty, is_bidden, is_obliged, reporter_of
from api.extraction.modality import governors, helpers, is_no_act
from api.extraction.parties import doer_of, is_named, is_pronoun, parts_of
from api.extraction.repeats import in_headings, without_repeats
from api.extraction.retelling import clause_title, name, noun_title
from api.extraction.roles import Sides, noun_sides, speaks_of_itself, verb_sides
from api.extraction.story import Draft, Part, Passage, Story
from api.extraction.triggers import VERBAL, Trigger, noun_trigger, verb_trigger

if TYPE_CHECKING:
    from spacy.tokens import Span as TokenSpan
    from spacy.tokens import Token

_LEAST = 0.39
_PLURAL = frozenset({"NNS", "NNPS"})
#: What other words than verbs are to their head when they tell of an event as a verb does.
_TELLING_AS = {"AUX": ("ccomp",), "ADJ": ("acomp", "conj")}
_SPEAKERS = frozenset({"i", "we", "you", "me", "us"})


def read_events(story: Story) -> list[Draft]:
    """Find them, in the order of the text."""
    found = [each for at, passage, sentence in story.sentences() for each in _read(story, at, passage, sentence)]
    drafts = [draft for draft, _ in found]
    weak = {at for at, (_, is_passing) in enumerate(found) if is_passing}
    return without_repeats(drafts, weak | in_headings(story, [each.evidence[0] for each in drafts]))


def _read(story: Story, at: int, passage: Passage, sentence: TokenSpan) -> Iterator[tuple[Draft, bool]]:
    """Give the events of a sentence, each with whether it is only mentioned in passing, by a noun."""
    if sentence[-1].text == "?":
        return
    triggers = _triggers(story, at, sentence)
    for index, trigger in triggers.items():
        token = passage.doc[index]
        if is_no_act(token) or _is_spoken_of(token, triggers):
            continue
        draft = _draft(story, at, sentence, token, trigger)
        if draft:
            yield draft, token.pos_ == "NOUN"


def _triggers(story: Story, at: int, sentence: TokenSpan) -> Mapping[int, Trigger]:
    found: dict[int, Trigger] = {}
    for token in sentence:
        if "amod" in (token.dep_, token.dep_ == "conj" and token.head.dep_) or token.dep_ == "compound":
            continue
        if token.pos_ == "VERB" or token.dep_ in _TELLING_AS.get(token.pos_, ()):
            trigger = verb_trigger(story, at, token) or duty(token)
        elif token.pos_ == "NOUN":
            trigger = noun_trigger(token)
        else:
            continue
        if trigger and not (token.pos_ == "ADJ" and trigger.type not in ("commit", "reject") and not trigger.particle):
            found[token.i] = trigger
    return found


def _is_spoken_of(token: Token, triggers: Mapping[int, Trigger]) -> bool:
    """Tell whether something is only what another event is about: "invade" in "threatened to invade"."""
    for governor in governors(token):
        above = triggers.get(governor.i)
        if above and (above.type in VERBAL or "NOUN" in (token.pos_, governor.pos_)):
            return True
    return False


def _draft(story: Story, at: int, sentence: TokenSpan, token: Token, trigger: Trigger) -> Draft | None:
    passage = story.passages[at]
    sides = noun_sides(story, at, token, trigger) if token.pos_ == "NOUN" else verb_sides(story, at, token, trigger)
    reporter = reporter_of(token)
    teller = doer_of(story, at, reporter) if reporter is not None else None
    speaker = teller if teller is not None and speaks_of_itself(story, at, token, teller) else None
    if speaker is not None:
        sides, teller = Sides(speaker, sides.recipient), None
    coding = code(token, trigger, sides)
    if teller is not None and reporter is not None and is_obliged(token, sides):
        sides, coding, teller = Sides(teller, sides.actor), demanded(coding, reporter), None
    elif trigger.type == DUTY or (reporter is not None and is_bidden(token)):
        return None
    parts = sides.parts(story, at, coding.type, coding.modes)
    score = coding.score - _doubt(story, at, token, coding, sides, parts)
    if score < _LEAST:
        return None
    known = {each.actor for each in parts if each.actor}
    if teller is not None and teller not in sides.heads():
        parts += [each for each in parts_of(story, at, teller, "attributed_to") if each.actor not in known]
    first, last = extent(coding.head, with_clauses=coding.type in VERBAL or coding.head != token)
    evidence = passage.between(first, last)
    heads = {coding.head} if coding.head == reporter else {coding.head, token, *_nouns_of(token, trigger)}
    around = circumstances(story, passage, sentence, heads, evidence)
    values = {
        "type": coding.type,
        "modes": list(coding.modes),
        "contexts": contexts(passage.doc[first.i : last.i + 1]),
        "modality": coding.modality,
    }
    title = _title(story, passage, trigger, coding, (first, last), sides, parts, speaker)
    return Draft(
        "event", (evidence,), title, score, tuple(parts), around.dating, around.places, around.quantities, values
    )


def _nouns_of(token: Token, trigger: Trigger) -> list[Token]:
    return [] if trigger.noun is None else [token.doc[trigger.noun]]


def _doubt(story: Story, at: int, token: Token, coding: Coding, sides: Sides, parts: list[Part]) -> float:
    """Say how much to take off a score, for want of somebody who takes part; 1 where it is no event at all."""
    names = [each for each in sides.heads() if is_named(story, at, each)]
    if token.pos_ == "NOUN":
        return 0.05 if names and _is_told(token, coding, sides, parts) else 1.0
    subject = grammatical_subject(token)
    if not parts or (subject is not None and is_pronoun(subject) and subject.lower_ in _SPEAKERS):
        return 1.0
    doubt = (0.0 if names else 0.15) + (0.35 if "can" in helpers(token) else 0.0)
    if coding.type == "consult" and not (sides.actor is not None and len(parts) > 1):
        doubt += 0.1
    if sides.actor is None:
        return doubt + (0.2 if coding.type in VERBAL else 0.1)
    if coding.head.pos_ == "NOUN":
        doubt += 0.1
    return doubt + (0.05 if sides.recipient is None and coding.type in VERBAL else 0.0)


def _is_told(noun: Token, coding: Coding, sides: Sides, parts: list[Part]) -> bool:
    """Tell whether a noun tells of an event and does not just recall one, as "the invasion of Ukraine" does."""
    if len(parts) > 1:
        return True
    is_new = any(each.lower_ in ("a", "an", "another") or each.dep_ == "nummod" for each in noun.children)
    return is_new and coding.type not in (*VERBAL, "consult") and bool(sides.heads())


def _title(
    story: Story,
    passage: Passage,
    trigger: Trigger,
    coding: Coding,
    ends: tuple[Token, Token],
    sides: Sides,
    parts: list[Part],
    speaker: Token | None,
) -> str:
    names = {each.role: name(story, each) for each in reversed(parts)}
    for head, role in ((sides.actor, "actor"), (sides.recipient, "recipient")):
        if head is not None and head.tag_ in _PLURAL:
            # "Americans travelled" is not "the United States travelled".
            names |= {each.role: story.words(each.named_as) for each in parts if each.role == role and each.named_as}
    actor = names.get("actor") or names.get("participant") or ""
    if coding.head.pos_ == "NOUN":
        wording, is_plural = story.words(passage.between(*ends)), coding.head.tag_ == "NNS"
        other = names.get("recipient") or ""
        return noun_title(actor, other, trigger.told, wording, coding.modality, is_plural=is_plural)
    subject = grammatical_subject(coding.head)
    who = ""
    if subject is not None and subject == sides.recipient and is_passive(coding.head):
        who = names.get("recipient") or ""
    elif sides.actor is not None and (speaker or subject is None or subject == sides.actor or not is_pronoun(subject)):
        who = actor
    return clause_title(story, passage, ends, coding.head, subject, who)
