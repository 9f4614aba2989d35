"""From text to the words that are searched for, the same on every database.

A word is folded (case, diacritics), English endings are taken off (Snowball), `U.S.` is `us` and `100,000` is `100000`;
in Chinese and Japanese each character is a word. What is indexed, asked and highlighted all goes through here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(
    r"(?P<acronym>\b(?:[A-Za-z]\.){2,})"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?![\d,]))"
    r"|(?P<character>[぀-ゖゝ-ヿ㐀-䶿一-鿿豈-﫿][\u3099\u309a]?)"
    r"|(?P<word>[^\W_぀-ヿ㐀-䶿一-鿿豈-﫿]"
    r"(?:[^\W_぀-ヿ㐀-䶿一-鿿豈-﫿]+|[\u0300-\u036f]+|['’](?=[^\W_぀-ヿ㐀-䶿一-鿿豈-﫿]))*)"
)
_CHUNK = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<plain>[^\s"]+))')

#: What is longer than this, such as Chinese, is not likely to come again.
_SHORT = 30
#: Longer words are cut: PostgreSQL takes up to 2,046 bytes, and these are four each at the most.
_LONGEST = 500
#: More words than this of one text are not indexed: PostgreSQL bounds a tsvector, and no news text is longer.
MOST_INDEXED = 100_000
#: More words than this are not a question.
MOST_ASKED = 32


class SearchQueryError(ValueError):
    """There is nothing in the question that could be searched for."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow one another; the last may be only the beginning of a word."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What must occur, all of it, and what must not."""

    wanted: tuple[Phrase, ...]
    unwanted: tuple[Phrase, ...] = ()


def words_of(text: str) -> list[str]:
    """List the words of a text, as they are searched for."""
    # No word reaches over a space, and what stands between two of them comes again and again.
    words: list[str] = []
    for chunk in text.split():
        words += _words_between_spaces(chunk) if len(chunk) < _SHORT else _words_found(chunk)
    return words


def spans_of(text: str) -> Iterator[tuple[str, int, int]]:
    """List (word, start, end) of each word; offsets in code points."""
    for match in _WORD.finditer(text):
        # Nothing is left of some words, such as a sound mark that stands alone.
        if word := normal(match[0], match.lastgroup):
            yield word, match.start(), match.end()


def _words_found(text: str) -> tuple[str, ...]:
    return tuple(word for word, _, _ in spans_of(text))


_words_between_spaces = lru_cache(maxsize=50_000)(_words_found)


@lru_cache(maxsize=50_000)
def normal(word: str, group: str | None) -> str:
    """Fold a word, which matched a group of `_WORD`, and take its ending off."""
    if group == "number":
        return word.replace(",", "")[:_LONGEST]
    if group == "acronym":
        return word.replace(".", "").lower()[:_LONGEST]
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    folded = "".join(each for each in decomposed if not unicodedata.combining(each))
    # A stemmer keeps its working place in itself: one for each call, so that threads never share it.
    return str(snowballstemmer.stemmer("english").stemWord(folded)).replace("'", "").strip()[:_LONGEST]


def parse(question: str) -> SearchQuery:
    """Read a question: words that must all occur, "a phrase", begin* and -unwanted.

    Raises SearchQueryError when nothing is left that must occur.
    """
    wanted: list[Phrase] = []
    unwanted: list[Phrase] = []
    for chunk in _CHUNK.finditer(question):
        words = words_of(chunk["phrase"] if chunk["phrase"] is not None else chunk["plain"])
        if words:
            phrase = Phrase(tuple(words), prefix=chunk["plain"] is not None and chunk["plain"].endswith("*"))
            (unwanted if chunk["minus"] else wanted).append(phrase)
    if not wanted:
        raise SearchQueryError("There is no word in it that could be searched for.")
    if sum(len(phrase.words) for phrase in wanted + unwanted) > MOST_ASKED:
        raise SearchQueryError(f"More than {MOST_ASKED} words.")
    return SearchQuery(tuple(wanted), tuple(unwanted))


def marks(text: str, query: SearchQuery) -> list[tuple[int, int]]:
    """Find the words of a text that match a question: half open, in code points, in order."""
    spans = list(spans_of(text))
    found: set[tuple[int, int]] = set()
    for phrase in query.wanted:
        size = len(phrase.words)
        for at in range(len(spans) - size + 1):
            window = spans[at : at + size]
            *exact, last = phrase.words
            if [word for word, _, _ in window[:-1]] == exact and (
                window[-1][0].startswith(last) if phrase.prefix else window[-1][0] == last
            ):
                found.update((start, end) for _, start, end in window)
    return sorted(found)
