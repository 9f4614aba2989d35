"""Titles: the offices and forms of address that stand before a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from api.extraction.lexicons import rows, word_lists

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_BEFORE = word_lists("actor_words.tsv")["before a title"]
_MODIFIERS = frozenset(("compound", "amod", "nmod"))
_ADDRESSES = word_lists("actor_words.tsv")["form of address"]
_LONGEST = 6


@dataclass(frozen=True, slots=True)
class Title:
    """A title: its words from the token `start` on; `sex` is m or f where the title tells."""

    start: int
    words: str
    sex: str


@cache
def _titles() -> Mapping[str, str]:
    return {words: sex for words, sex, _ in rows("offices.tsv")}


@cache
def _offices() -> Mapping[str, str]:
    return {words: office for words, _, office in rows("offices.tsv")}


@cache
def last_words() -> frozenset[str]:
    """Give the words that titles end with."""
    return frozenset(re.split(r"[\s-]", words)[-1] for words in _titles())


def office_of(title: str) -> str:
    """Give the office that a title means, the same for all words that mean it; empty if many may hold it at a time."""
    return _offices().get(title.casefold(), "")


def is_address(title: str) -> bool:
    """Tell whether a title is a mere form of address or a rank by birth, and no office."""
    return title in _ADDRESSES


def title_before(doc: Doc, end: int) -> Title | None:
    """Read the longest title that ends before a token."""
    if not end or doc[end - 1].lower_ not in last_words():
        return None
    titles, words, found = _titles(), "", None
    for start in range(end - 1, max(end - 1 - _LONGEST, -1), -1):
        token = doc[start]
        words = f"{token.lower_}{token.whitespace_}{words}" if words else token.lower_
        if words in titles:
            found = Title(start, words, titles[words])
    return found


def phrase_before(doc: Doc, start: int) -> int:
    """Say where the phrase begins that a title belongs to: "former Russian foreign ministry spokeswoman"."""
    while start > 0 and _modifies(doc[start - 1]):
        start -= 1
    return start


def _modifies(token: Token) -> bool:
    if token.lower_ in _BEFORE:
        return True
    return token.dep_ in _MODIFIERS and token.pos_ in ("NOUN", "PROPN", "ADJ")
