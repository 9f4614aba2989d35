"""Contexts: the subjects that an event touches on, by the words that tell it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from api.extraction.lexicons import rows

if TYPE_CHECKING:
    from spacy.tokens import Span as TokenSpan

_MOST = 4


def contexts(words: TokenSpan) -> list[str]:
    """Give the contexts of an event, the most often touched on first."""
    lexicon = _lexicon()
    count: dict[str, int] = {}
    before = ""
    for token in words:
        word = _singular(token.lower_)
        for context in (*lexicon.get(word, ()), *lexicon.get(f"{before} {word}", ())):
            count[context] = count.get(context, 0) + 1
        before = token.lower_
    return sorted(count, key=lambda context: -count[context])[:_MOST]


def _singular(word: str) -> str:
    return word if word in _lexicon() or not word.endswith("s") else word[:-1]


@cache
def _lexicon() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for context, words in rows("contexts.tsv"):
        for word in words.split(", "):
            found[word] = (*found.get(word, ()), context)
    return found
