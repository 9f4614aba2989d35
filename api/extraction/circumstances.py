"""Circumstances: when, where and how many, as told in the clause of a fact."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.extraction.story import Counting, Dating, Location, Passage, Span, Story
from api.extraction.triggers import noun_trigger

if TYPE_CHECKING:
    from spacy.tokens import Span as TokenSpan
    from spacy.tokens import Token

#: Before these dates, or after them, something happens on a day that is not told.
_BOUNDING = frozenset({"after", "before", "beyond", "until", "till", "by", "following", "since"})
_LOCATIVE = frozenset({"in", "at", "near", "outside", "inside", "from", "into", "around", "across", "off", "on"})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When, where and how many."""

    dating: Dating | None
    places: tuple[Location, ...]
    quantities: tuple[Counting, ...]


def circumstances(
    story: Story, passage: Passage, sentence: TokenSpan, heads: Collection[Token], evidence: Span
) -> Circumstances:
    """Find what belongs to a fact: the date that hangs on one of its `heads`, and what else its evidence has."""
    around = passage.span(sentence)
    dating = None
    if datings := [each for each in story.datings if around.covers(each.span)]:
        anchors = frozenset(each.i for head in heads for each in (head, *_sharers(head)))
        dating = next((each for each in datings if _hangs_on(passage, each.span, anchors)), None)
    places = tuple(each for each in story.locations if evidence.covers(each.span) and _is_locative(passage, each.span))
    quantities = tuple(each for each in story.countings if evidence.covers(each.span))
    return Circumstances(dating, places, quantities)


def _sharers(head: Token) -> Iterator[Token]:
    """Give the words whose date is that of a fact as well.

    These are the verb of which a noun is the subject ("the siege began in May"), and the verb before a participle
    ("they struck the port on Monday, killing ten").
    """
    if head.pos_ == "NOUN":
        if head.dep_ in ("nsubj", "nsubjpass") and head.head.pos_ in ("VERB", "AUX"):
            yield head.head
    elif head.dep_ == "xcomp" or (head.dep_ == "advcl" and head.tag_ == "VBG" and not any(head.lefts)):
        yield head.head
    elif head.dep_ == "conj" and head.tag_ == "VBG" and not any(each.dep_ == "nsubj" for each in head.children):
        yield from _sharers(head.head)


def _hangs_on(passage: Passage, span: Span, anchors: Collection[int]) -> bool:
    """Tell whether a date belongs to one of some words, and not to another act between it and them."""
    words = passage.tokens(span)
    if words is None:
        return False
    node, before = words.root, words.start
    while node.i not in anchors:
        is_bound = node.i < before and node.dep_ in ("prep", "agent") and node.lower_ in _BOUNDING
        if is_bound or node.head == node or _is_another(node, words):
            return False
        node = node.head
    return True


def _is_another(node: Token, words: TokenSpan) -> bool:
    """Tell whether what a date hangs on is another act, or something that is only named after it."""
    if words.start <= node.i < words.end:
        return False
    if node.pos_ in ("VERB", "AUX") or (node.pos_ == "NOUN" and noun_trigger(node) is not None):
        return True
    return node.lower_ == "of" and node.dep_ == "prep" and node.head.pos_ in ("NOUN", "PROPN")


def _is_locative(passage: Passage, span: Span) -> bool:
    words = passage.tokens(span)
    if words is None:
        return False
    root = words.root
    return bool(root.dep_ == "pobj" and root.head.lower_ in _LOCATIVE)
