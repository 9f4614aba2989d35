"""Segments: the lines of a story without bullet signs, labels and photo credits, each to be read by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from api.extraction.story import Segment, SegmentKind, Span
from api.extraction.trimming import is_of_the_page

_LINE = re.compile(r"[^\n\r\u2028\u2029]+")
_BULLET = re.compile(r"\s*(?:[-*–—•·‣▪►○●◦]|\(?\d{1,2}[.)])\s+")
#: "Why it matters: ...": a few words in front of a colon that the sentence does without. In front of a quotation they
#: are a label only if they ask something: they may tell who speaks instead, as in "She said: ...".
_LABEL = re.compile(
    r"""[A-Z][\w’'-]*(?:\s[\w’'-]+){0,4}:\s+(?=[A-Z])
    | (?:What|Why|How|Where|When|Who)[\w’'-]*(?:\s[\w’'-]+){0,4}:\s+(?=[“"‘'])""",
    re.VERBOSE,
)
#: Where a caption ends and the credit of its picture begins.
_CREDIT = re.compile(
    r"""\b(?:Photo|Photograph|Image|Picture|Illustration|Credit|Source|Graphic)s?(?:\ by\b|:)
    | \([A-Z][\w\ .’'-]+/[A-Z][\w\ .]+\)\s*$
    | \bREUTERS/ | \bAP\ Photo\b | \bGetty\ Images\b
    | (?:\b[A-Z][\w.’'-]+\ ){1,3}?[A-Z][\w.’'-]+/(?:AFP|AP|EPA|Getty|Reuters|REUTERS|TASS|Anadolu|Shutterstock)\b""",
    re.VERBOSE,
)
_ENDS_SENTENCE = re.compile(r"[.!?…]['\"’”)\]]*\s*$")
_HEADING_WORDS = 16
_CAPTION_LENGTH = 600
#: Characters that are read at once: lines that are longer are cut where a sentence ends, or else at a blank.
_LONGEST = 4_000
_CUT = re.compile(r"[.!?…]['\"’”)\]]*\s+(?=\S)|\s+(?=\S)")


def segment(text: str) -> list[Segment]:
    """Cut a story into segments: one for each line that tells something, several for a very long one."""
    found: list[Segment] = []
    headings: set[str] = set()
    for line in _LINE.finditer(text):
        if is_of_the_page(line.group()):
            continue
        for each in _segments(text, Span(line.start(), line.end())):
            words = text[each.span.start : each.span.end]
            # A headline that stands twice, as in a page's title and above the story, tells its news once.
            if each.kind is not SegmentKind.HEADING or words not in headings:
                found.append(each)
                headings.add(words)
    return found


def _segments(text: str, line: Span) -> Iterator[Segment]:
    start, kind = line.start, SegmentKind.PARAGRAPH
    if bullet := _BULLET.match(text, start, line.end):
        start, kind = bullet.end(), SegmentKind.BULLET
    if label := _LABEL.match(text, start, line.end):
        start = label.end()
    end = line.end
    if kind is SegmentKind.PARAGRAPH:
        kind = _kind(text[start:end])
        if kind is SegmentKind.CAPTION and (credit := _CREDIT.search(text, start, end)):
            end = credit.start()
    for piece in _pieces(text, start, end):
        if found := _stripped(text, piece):
            yield Segment(found, kind)


def _kind(line: str) -> SegmentKind:
    if len(line) <= _CAPTION_LENGTH and _CREDIT.search(line):
        return SegmentKind.CAPTION
    if not _ENDS_SENTENCE.search(line) and len(line.split()) <= _HEADING_WORDS:
        return SegmentKind.HEADING
    return SegmentKind.PARAGRAPH


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    """Cut what is too long to be read at once."""
    while end - start > _LONGEST:
        cuts = [*_CUT.finditer(text, start, start + _LONGEST)]
        ends = [each for each in cuts if each.group()[0] in ".!?…"] or cuts
        cut = ends[-1].end() if ends else start + _LONGEST
        yield Span(start, cut)
        start = cut
    yield Span(start, end)


def _stripped(text: str, span: Span) -> Span | None:
    """Leave out the blanks around; None if nothing but signs is left."""
    line = text[span.start : span.end]
    if not any(each.isalpha() for each in line):
        return None
    return Span(span.end - len(line.lstrip()), span.start + len(line.rstrip()))
