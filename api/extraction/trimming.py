"""Trimming: which slice of a document is the story, and which lines before and after it are the page's own."""

from __future__ import annotations

import re
from functools import cache

from api.extraction.lexicons import lines
from api.extraction.story import Span

_LINE = re.compile(r"[^\n\r\u2028\u2029]+")
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[.!?…:]['\"’”)\]]*\s*$")
#: One phrase of the page's own in so many words marks a line; a long paragraph may well speak of a newsletter.
_WORDS_PER_PHRASE = 25
#: What a line of the page counts more than its words: several of them outweigh a headline that stands between them.
_PENALTY = 8


def trim(source: str) -> Span:
    """Find the story: the run of lines with the most words in it, those of the page's own counting against it.

    All that is left out stands before or after; a line of the page's own amid the story stays. A document of nothing
    but such lines gives an empty span.
    """
    best = Span(0, 0)
    best_sum = running = 0.0
    start: int | None = None
    for line in _LINE.finditer(source):
        words = len(_WORD.findall(line.group()))
        if not words:
            continue
        running += _weight(line.group(), words)
        if running <= 0:
            running, start = 0.0, None
            continue
        start = line.start() if start is None else start
        if running > best_sum:
            best_sum, best = running, Span(start, line.end())
    return _stripped(source, best)


def is_of_the_page(line: str) -> bool:
    """Tell whether a line is the page's own: it asks its readers to subscribe, to share, to read on."""
    phrases = len(_page_words().findall(line))
    return phrases > 0 and len(_WORD.findall(line)) <= phrases * _WORDS_PER_PHRASE


def _weight(line: str, words: int) -> float:
    if is_of_the_page(line):
        return -words - _PENALTY
    # A line that is no sentence is a headline, a label or a button: it comes along, and carries nothing.
    return words if _SENTENCE.search(line) else min(words, 3) / 3


def _stripped(source: str, span: Span) -> Span:
    text = source[span.start : span.end]
    return Span(span.end - len(text.lstrip()), span.start + len(text.rstrip())) if text else span


@cache
def _page_words() -> re.Pattern[str]:
    """Make one pattern of all phrases."""
    phrases = [
        re.escape(each.removeprefix("^").strip()) for each in lines("boilerplate.txt") if not each.startswith("^")
    ]
    openings = [re.escape(each.removeprefix("^")) for each in lines("boilerplate.txt") if each.startswith("^")]
    return re.compile(rf"^\W*(?:{'|'.join(openings)})\b|(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)
