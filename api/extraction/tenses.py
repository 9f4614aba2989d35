"""Tenses: whether a part of a sentence speaks of what was, or of what is to come."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from api.extraction.lexicons import word_lists
from api.extraction.parsing import lemma

if TYPE_CHECKING:
    from spacy.tokens import Token


class Direction(Enum):
    """Where a time lies, seen from the day of publication."""

    PAST = "past"
    FUTURE = "future"
    UNKNOWN = "unknown"


def direction(token: Token) -> Direction:
    """Tell it by the verb that governs a word."""
    node = token
    while node.head.i != node.i:
        if node.dep_ in ("prep", "pobj", "pcomp") and node.lower_ in _words()["leads_ahead"]:
            return Direction.FUTURE
        if node.pos_ in ("VERB", "AUX") and node.dep_ != "aux":
            break
        node = node.head
    return _of_verb(node)


def _of_verb(verb: Token) -> Direction:
    if lemma(verb) in _words()["planned"]:
        return Direction.FUTURE
    helpers = [each for each in verb.children if each.dep_ in ("aux", "auxpass")]
    by_helper = _of_helpers(verb, helpers)
    if by_helper is not Direction.UNKNOWN:
        return by_helper
    if lemma(verb) in _words()["settled"] and verb.tag_ == "VBN":
        return Direction.FUTURE
    if verb.tag_ == "VBD" or (verb.tag_ == "VBN" and verb.dep_ != "ROOT"):
        return Direction.PAST
    if verb.tag_ == "VBG" and verb.head.i != verb.i:
        return direction(verb.head)
    if verb.tag_ in ("VBZ", "VBP") and lemma(verb) in _words()["scheduled"]:
        return Direction.FUTURE
    return Direction.UNKNOWN


def _of_helpers(verb: Token, helpers: list[Token]) -> Direction:
    said = {each.lower_ for each in helpers}
    if said & _words()["perfect"]:
        return Direction.PAST
    if any(each.tag_ == "MD" for each in helpers):
        return Direction.FUTURE
    if "to" in said:
        return _of_infinitive(verb)
    if lemma(verb) in _words()["settled"] and verb.tag_ == "VBN":
        return Direction.FUTURE
    if said & _words()["was"]:
        return Direction.PAST
    if said & _words()["is"] and verb.tag_ == "VBG":
        return Direction.FUTURE
    return Direction.UNKNOWN


def _of_infinitive(verb: Token) -> Direction:
    """Tell the time of "to meet": as of the word before for "forced to meet"; to come for "agreed to meet"."""
    governor = verb.head
    if verb.dep_ == "acl":
        return Direction.FUTURE if lemma(governor) in _words()["intentions"] else Direction.UNKNOWN
    if verb.dep_ != "advcl" and lemma(governor) not in _words()["brought_about"]:
        return Direction.FUTURE
    return direction(governor)


def _words() -> dict[str, frozenset[str]]:
    return word_lists("date_contexts.tsv")
