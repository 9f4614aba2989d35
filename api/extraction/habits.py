"""Habits: how PLOVER codes what a sentence tells, where the word alone does not settle it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from api.extraction.clauses import grammatical_subject, is_passive
from api.extraction.lexicons import rows
from api.extraction.modality import (
    ACTUAL,
    DENIED,
    PLANNED,
    POSSIBLE,
    TOLD,
    control,
    governors,
    has_condition,
    helpers,
    is_negated,
    modality,
)
from api.extraction.parsing import lemma
from api.extraction.parties import is_pronoun
from api.extraction.roles import Sides
from api.extraction.triggers import HOSTILE, VERBAL, Trigger

if TYPE_CHECKING:
    from spacy.tokens import Token

_FRIENDLY = frozenset({"agree", "consult", "support", "concede", "cooperate", "aid", "retreat"})
_ACTS = ("assault", "coerce", "sanction", "protest", "reject", "retreat", "aid", "cooperate", "consult", "concede")
_GOODS = ("arms", "money")
_WILL = frozenset({"will", "would", "'ll", "’ll", "wo", "'d", "’d", "shall"})
_MAY = frozenset({"may", "could", "might"})
#: Words whose denial is a refusal.
_ASSENT = frozenset({"agree", "accept", "consent", "concede", "yield", "agreement", "deal", "concession"})
_MUST = frozenset({"must", "should"})
#: The type, until it is coded, of what somebody is told to do and is no event of its own.
DUTY = "duty"


@dataclass(frozen=True, slots=True)
class Coding:
    """An event as it is coded. `head` is the word whose clause tells it."""

    type: str
    modes: tuple[str, ...]
    modality: str
    score: float
    head: Token


def code(token: Token, trigger: Trigger, sides: Sides) -> Coding:
    """Code the event that a word of a sentence tells."""
    real = modality(token, material=trigger.type not in VERBAL)
    coding = Coding(trigger.type, trigger.modes, real, trigger.score, _clause(token))
    coding = _committed(coding, trigger.asks, 0.4 if token.pos_ == "ADJ" else 0.2)
    if token.pos_ != "NOUN" and sides.actor is not None and not is_passive(token):
        coding = _intended(coding, token)
    if real == DENIED and lemma(token) in _ASSENT:
        coding = replace(coding, type="reject", modality=ACTUAL, modes=())
    return replace(coding, modes=coding.modes or _mode(coding.type, trigger.asks))


def reporter_of(token: Token) -> Token | None:
    """Find the verb of whoever is said to tell an event; None if the text tells it itself."""
    return next((each for each in governors(token) if control(each) == TOLD), None)


def _clause(token: Token) -> Token:
    """Find the word whose clause tells an event: the event's, or that of the highest word that controls it."""
    head = token
    for governor in governors(token):
        kind = control(governor)
        if kind == TOLD:
            break
        if kind and (token.pos_ != "NOUN" or kind == DENIED):
            head = governor
    return head.head if head.pos_ == "ADJ" and head.head.pos_ == "AUX" else head


def _committed(coding: Coding, asks: frozenset[str], doubt: float) -> Coding:
    """Tell what a promise makes, by what is promised: an agreement, a concession, a threat, a refusal.

    `doubt` is taken off the score where nobody knows what the promised act is.
    """
    if coding.type != "commit":
        return coding
    if "withdraw" in asks:
        return replace(coding, type="concede")
    known = next((each for each in (*_ACTS, *_GOODS) if each in asks), None)
    if known in HOSTILE:
        return replace(coding, type="threaten", modes=())
    if known == "reject":
        return replace(coding, type="reject")
    return replace(coding, type="agree", score=coding.score - (0.0 if known else doubt))


def _intended(coding: Coding, verb: Token) -> Coding:
    """Code what somebody says to do or not to do: help to come is agreed to, harm under a condition threatened."""
    said = set(helpers(verb))
    kinds = frozenset({coding.type, *coding.modes})
    if coding.type in HOSTILE and (_is_warning(verb) or has_condition(verb)) and said & (_WILL | _MAY):
        return replace(coding, type="threaten", modes=_mode("threaten", kinds), modality=ACTUAL)
    if coding.type not in _FRIENDLY or "resign" in coding.modes:
        return coding
    if _is_promised(coding, verb, said):
        return replace(coding, type="concede" if "withdraw" in coding.modes else "agree", modes=())
    if said & _WILL and is_negated(verb):
        return replace(coding, type="reject", modes=_mode("reject", kinds), modality=ACTUAL)
    return coding


def _is_warning(verb: Token) -> bool:
    """Tell whether somebody warns of what he will do himself: "warned that it would strike back"."""
    subject = grammatical_subject(verb)
    reporter = reporter_of(verb)
    return bool(reporter and subject and is_pronoun(subject) and lemma(reporter) in ("warn", "threaten", "vow"))


def _is_promised(coding: Coding, verb: Token, said: set[str]) -> bool:
    """Tell whether help is said to come: "will send", "plans to send", "would send, if"."""
    if coding.modality == POSSIBLE:
        return bool(said & _WILL) and has_condition(verb)
    return coding.modality == PLANNED and (
        bool(said & _WILL) or any(control(each) == PLANNED for each in governors(verb))
    )


def _mode(type_: str, asks: frozenset[str]) -> tuple[str, ...]:
    """Give the mode of an act of words, by what it asks for, refuses or threatens with."""
    found = (mode for classes, mode in _modes().get(type_, ()) if classes & asks)
    return tuple(found)[:1]


@cache
def _modes() -> dict[str, tuple[tuple[frozenset[str], str], ...]]:
    found: dict[str, tuple[tuple[frozenset[str], str], ...]] = {}
    for type_, classes, mode in rows("complement_modes.tsv"):
        found[type_] = (*found.get(type_, ()), (frozenset(classes.split(", ")), mode))
    return found


def duty(verb: Token) -> Trigger | None:
    """Give a demand to do what is no event of its own: "said that Peru must respect the law"; None if it is none."""
    if verb.dep_ == "ccomp" and "must" in helpers(verb) and reporter_of(verb) == verb.head:
        return Trigger(DUTY, (), 0.5)
    return None


def is_bidden(verb: Token) -> bool:
    """Tell whether a verb says what shall be done: "must", "should"."""
    return bool(_MUST & set(helpers(verb)))


def is_obliged(verb: Token, sides: Sides) -> bool:
    """Tell whether somebody who does something is told to: "Libya must hand over"."""
    subject = sides.actor
    if subject is None or is_pronoun(subject):
        return False
    return is_bidden(verb) or (verb.dep_ == "xcomp" and verb.head.lower_ in ("need", "needs", "has", "have", "had"))


def demanded(coding: Coding, reporter: Token) -> Coding:
    """Code what somebody is told to do as a request."""
    kinds = frozenset({coding.type, *coding.modes})
    return replace(coding, type="request", modes=_mode("request", kinds), modality=ACTUAL, head=reporter)
