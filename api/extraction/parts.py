"""Parts: from a word of a sentence to the actors that take part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from api.extraction.story import Part, Passage, Span, Story

if TYPE_CHECKING:
    from spacy.tokens import Token

_BEFORE = {"det", "amod", "compound", "poss", "nummod", "nmod", "advmod", "quantmod", "predet", "case", "punct"}


def parts(story: Story, at: int, head: Token, role: str) -> list[Part]:
    """Give the parts that a noun (or pronoun) and what is joined to it by "and" take: one each."""
    return [part(story, at, each, role) for each in joined(head)]


def part(story: Story, at: int, head: Token, role: str) -> Part:
    """Give the part of whoever a word of a passage names: with the actor, where it is known who that is."""
    mention = story.mention_at(at, head.i)
    if mention:
        return Part(role, mention.actor, mention.span)
    return Part(role, None, noun_phrase(story.passages[at], head))


def joined(head: Token) -> Iterator[Token]:
    """Go through a word and those joined to it: "the U.S., Germany and NATO"."""
    yield head
    for child in head.children:
        if child.dep_ == "conj" and child.pos_ in ("NOUN", "PROPN", "PRON"):
            yield from joined(child)


def noun_phrase(passage: Passage, head: Token) -> Span:
    """Say where a noun stands with what belongs to it on its left: "a senior American official"."""
    first = head
    while first.i > 0 and (before := first.nbor(-1)).dep_ in _BEFORE and head.is_ancestor(before):
        first = before
    while first.i < head.i and first.dep_ == "punct":
        first = first.nbor()
    return passage.between(first, head)
