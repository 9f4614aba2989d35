"""Extents: where what is said begins and ends in a line, with whole quotations and without the words that report it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.extraction.cues import verb_cue
from api.extraction.sayings import Line
from api.extraction.speakers import writer_verb
from api.extraction.story import Span

if TYPE_CHECKING:
    from spacy.tokens import Token

_PUNCTUATION = frozenset({",", ".", ";", ":", "—", "–", "-", "--", "...", "…"})
_PAUSES = frozenset({",", ";", "—", "–", "-"})
_MARKS = frozenset({"that", "for"})
#: How a cue of the writer's hangs on the words said, when grammar takes it for one of these.
_GOES_ON = frozenset({"conj", "advcl", "parataxis", "ccomp"})
_CONTRASTS = frozenset({"while", "whereas", "although", "though"})
#: How many words are said before such a cue, at the least.
_SHORTEST = 3


def spans_of(line: Line, cue: Token, first: Token, last: Token) -> list[Span]:
    """Say where what is said stands, from one token to another: without the cue where that interrupts it."""
    if first.i > cue.i:
        runs = [(first.i, _cut(line, cue, first, last))]
    elif last.i < cue.i:
        runs = [(first.i, last.i)]
    else:
        start, end = _reported_by(cue, first)
        runs = [(first.i, start - 1), (end + 1, last.i)]
    return [span for start, end in runs if (span := _span(line, start, end))]


def attribution_of(line: Line, spans: list[Span]) -> str:
    """Tell how words stand in the line: direct, indirect or mixed."""
    marked = [line.span(each.start, each.end) for each in line.quotations]
    if not any(span.meets(each) for span in spans for each in marked):
        return "indirect"
    return "direct" if all(any(each.covers(span) for each in marked) for span in spans) else "mixed"


def _reported_by(cue: Token, first: Token) -> tuple[int, int]:
    """Give the first and the last token of the words that interrupt what is said: "the plan, he said, is bad"."""
    apart = [each for each in cue.children if each.dep_ != "ccomp" and each.left_edge.i > first.i]
    start = min([cue.i, *(each.left_edge.i for each in apart if each.i < cue.i)])
    return start, max([cue.i, *(each.right_edge.i for each in apart if each.i > cue.i)])


def _cut(line: Line, cue: Token, first: Token, last: Token) -> int:
    """Find where what is said ends, if the writer reports more behind a comma: ", insisting that", ", and he added"."""
    doc = line.passage.doc
    for token in doc[first.i + _SHORTEST : last.i + 1]:
        if token.pos_ != "VERB" or token.dep_ not in _GOES_ON or verb_cue(token) is None:
            continue
        if writer_verb(token) == cue:
            return (
                max((each.i for each in token.head.rights if each.dep_ == "cc" and each.i < token.i), default=token.i)
                - 1
            )
        before = doc[token.left_edge.i - 1]
        if before.dep_ == "cc":
            before = doc[before.i - 1]
        contrasts = token.dep_ == "advcl" and doc[token.left_edge.i].lower_ in _CONTRASTS
        if before.text in _PAUSES and (contrasts or (token.dep_ == "advcl") == (token.tag_ == "VBG")):
            return before.i - 1
    return last.i


def _span(line: Line, first: int, last: int) -> Span | None:
    """Say where tokens stand without the punctuation around them, and with the whole of quotations that they cut."""
    doc = line.passage.doc
    while first <= last and (_is_left_out(doc[first]) or _is_mark(doc[first])):
        first += 1
    while first <= last and _is_left_out(doc[last]):
        last -= 1
    if first > last:
        return None
    start, end = doc[first].idx, doc[last].idx + len(doc[last])
    for each in line.quotations:
        if each.start < start < each.end:
            start = each.start
        if each.start < end < each.end:
            end = each.end
        if (start, end) == (each.start, each.end):
            return line.words_of(each)
    return line.span(start, end)


def _is_left_out(token: Token) -> bool:
    """Tell whether a token at the edge of what is said is not part of it, such as a comma, or "but"."""
    return token.text in _PUNCTUATION or token.is_space or token.dep_ == "cc"


def _is_mark(token: Token) -> bool:
    return token.dep_ == "mark" and token.lower_ in _MARKS
