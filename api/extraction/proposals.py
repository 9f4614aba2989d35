"""Proposals: what somebody offers, demands or stands ready to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from api.extraction.categories import OTHER, category
from api.extraction.circumstances import circumstances
from api.extraction.clauses import SUBJECTS, extent, grammatical_subject, is_passive, prepositions
from api.extraction.habits import reporter_of
from api.extraction.modality import DENIED, POSSIBLE, helpers, is_conditional, is_negated, modality
from api.extraction.offers import Cue, contents, cue_of, wording
from api.extraction.parties import doer_of, is_pronoun, is_somebody, parts_of, recipient_of
from api.extraction.retelling import name, sentence
from api.extraction.story import Draft, Part, Passage, Span, Story

if TYPE_CHECKING:
    from spacy.tokens import Span as TokenSpan
    from spacy.tokens import Token

_LEAST = 0.4
#: What may be proposed without a word that says so: "a force could be deployed".
_DEEDS = frozenset({"troop_deployment", "arms_transfer", "force_withdrawal", "evacuation", "sanctions"})
_COULD = frozenset({"could", "may", "might", "should", "must", "will", "would", "'ll", "’ll"})
_OUGHT = frozenset({"should", "must"})
_ADDRESSING = frozenset({"to", "on", "upon", "with", "from"})
_SPEAKERS = frozenset({"i", "we", "you", "us", "me"})


def read_proposals(story: Story) -> list[Draft]:
    """Find them, in the order of the text."""
    return [each for at, _, words in story.sentences() for each in _read(story, at, words)]


def _read(story: Story, at: int, words: TokenSpan) -> Iterator[Draft]:
    if words[-1].text == "?":
        return
    taken: set[int] = set()
    for token in words:
        if token.i in taken:
            continue
        cue = None if set(helpers(token)) & _OUGHT else cue_of(token)
        if cue and not _is_idle(token):
            for content in contents(token):
                draft = _proposed(story, at, words, token, cue, content)
                if draft:
                    taken |= {each.i for each in content.subtree}
                    yield draft
        elif token.pos_ == "VERB" and (draft := _deed(story, at, words, token)):
            taken |= {each.i for each in token.subtree}
            yield draft


def _is_idle(cue: Token) -> bool:
    """Tell whether a cue proposes nothing: it is denied, or "I" or "we" are its subject."""
    subject = grammatical_subject(cue) if cue.pos_ != "NOUN" else None
    if subject is not None and is_pronoun(subject) and subject.lower_ in _SPEAKERS:
        return True
    return is_negated(cue) or (cue.pos_ == "VERB" and modality(cue, material=False) == DENIED)


def _proposed(story: Story, at: int, words: TokenSpan, token: Token, cue: Cue, content: Token) -> Draft | None:
    passage = story.passages[at]
    first, last = wording(content)
    about = category(passage.doc[first.i : last.i + 1])
    if about == OTHER and not (cue.is_strong and content.dep_ in ("dobj", "ccomp", "xcomp")):
        return None
    if content.dep_ == "ccomp" and not cue.is_strong and content.tag_ != "VB":
        # "suggested that it was lost" says what is, and proposes nothing.
        return None
    proposer, addressee = _sides(story, at, token, cue, content)
    if proposer is None and (about == OTHER or (token.pos_ != "NOUN" and cue.status != "rejected")):
        return None
    parts = _parts(story, at, proposer, addressee)
    evidence = _evidence(passage, token, content, (first, last))
    score = (0.6 if about != OTHER else 0.45) + (0.1 if cue.is_strong else 0.0) - (0.15 if proposer is None else 0.0)
    if not any(each.actor for each in parts):
        score -= 0.1
    if score < _LEAST:
        return None
    status = "floated" if cue.status == "tabled" and modality(token, material=False) == POSSIBLE else cue.status
    title = _title(story, passage, parts, cue, content, (first, last))
    return _draft(story, at, words, content, evidence, title, score, parts, about, status)


def _deed(story: Story, at: int, words: TokenSpan, verb: Token) -> Draft | None:
    """Read what could or will be done as a proposal, if it is what states propose: troops, arms, sanctions."""
    said = set(helpers(verb))
    if not said & _COULD or is_negated(verb) or is_conditional(verb):
        return None
    passage = story.passages[at]
    first, last = extent(verb, with_clauses=False)
    about = category(passage.doc[first.i : last.i + 1])
    if about not in _DEEDS:
        return None
    actor, status = doer_of(story, at, verb), "floated"
    other = recipient_of(story, at, [verb], _taken(actor), is_direct=False)
    reporter = reporter_of(verb)
    if reporter is not None and said & _OUGHT:
        actor, other, status = doer_of(story, at, reporter), actor, "tabled"
    parts = _parts(story, at, actor, other)
    if not any(each.actor for each in parts) and not is_passive(verb):
        return None
    title = sentence(story.words(passage.between(first, last)))
    return _draft(story, at, words, verb, (passage.between(first, last),), title, 0.5, parts, about, status)


def _sides(story: Story, at: int, token: Token, cue: Cue, content: Token) -> tuple[Token | None, Token | None]:
    """Find who proposes and to whom; who rejects or accepts a proposal is the one whom it was made to."""
    verb = token
    if token.pos_ == "NOUN" and token.dep_ in ("dobj", "nsubjpass") and token.head.pos_ == "VERB":
        verb = token.head
    owner = next((each for each in token.children if each.dep_ == "poss" and is_somebody(story, at, each)), None)
    actor = owner or (doer_of(story, at, verb) if verb.pos_ != "NOUN" else None)
    subject = next((each for each in content.children if each.dep_ in SUBJECTS and not is_pronoun(each)), None)
    if subject is not None and is_somebody(story, at, subject) and subject != actor:
        other: Token | None = subject
    else:
        other = _addressee(story, at, (token, verb), content)
    return (other, actor) if cue.status == "rejected" and owner is None else (actor, other)


def _addressee(story: Story, at: int, cues: tuple[Token, Token], content: Token) -> Token | None:
    """Find whom an offer or a demand is made to: "urged Iran to", "called on Iran", "an offer to Iran"."""
    found = [each for cue in cues for each in cue.children if each.dep_ in ("dobj", "dative") and each != content]
    found += [noun for cue in cues for name, noun in prepositions(cue) if name in _ADDRESSING]
    found += [noun for name, noun in prepositions(content) if name == "to"]
    found += [each for each in content.children if each.dep_ in SUBJECTS]
    return next((each for each in found if is_somebody(story, at, each) and not is_pronoun(each)), None)


def _taken(actor: Token | None) -> frozenset[int]:
    return frozenset({actor.i}) if actor is not None else frozenset()


def _parts(story: Story, at: int, proposer: Token | None, addressee: Token | None) -> list[Part]:
    first = parts_of(story, at, proposer, "proposer") if proposer is not None else []
    known = {each.actor for each in first if each.actor}
    second = parts_of(story, at, addressee, "addressee") if addressee is not None else []
    return [*first, *(each for each in second if each.actor not in known)]


def _evidence(passage: Passage, cue: Token, content: Token, ends: tuple[Token, Token]) -> tuple[Span, ...]:
    """Quote the cue's clause up to what is proposed; where more stands between them, the two apart."""
    head = cue.head if cue.pos_ == "ADJ" or (cue.pos_ == "NOUN" and cue.dep_ in ("dobj", "nsubjpass")) else cue
    begin, _ = extent(head, with_clauses=False)
    first, last = ends
    if begin.i >= first.i:
        return (passage.between(first, max(last, cue, key=lambda each: each.i)),)
    if content.dep_ == "conj" and first.i - cue.i > 1:
        return (passage.between(begin, cue), passage.between(first, last))
    return (passage.between(begin, max(last, cue, key=lambda each: each.i)),)


def _title(
    story: Story, passage: Passage, parts: list[Part], cue: Cue, content: Token, ends: tuple[Token, Token]
) -> str:
    who = next((name(story, each) for each in parts if each.role == "proposer"), "")
    what = story.words(passage.between(*ends))
    if not who:
        return sentence(f"Proposed: {what}")
    if ends[0].lower_ == "to":
        return sentence(f"{who} {cue.told_to} {what}")
    has_subject = any(each.dep_ in SUBJECTS for each in content.children)
    joint = " that" if has_subject else ":" if content.tag_ == "VB" else ""
    return sentence(f"{who} {cue.told_to if joint else cue.told}{joint} {what}")


def _draft(
    story: Story,
    at: int,
    words: TokenSpan,
    head: Token,
    evidence: tuple[Span, ...],
    title: str,
    score: float,
    parts: list[Part],
    about: str,
    status: str,
) -> Draft:
    around = circumstances(story, story.passages[at], words, (head,), evidence[-1])
    values: dict[str, Any] = {"category": about, "status": status, "package": None, "history": []}
    return Draft(
        "proposal", evidence, title, score, tuple(parts), around.dating, around.places, around.quantities, values
    )
