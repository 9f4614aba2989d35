"""Quotations: what stands between quotation marks, of whatever make, found by the characters alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DOUBLE = re.compile(r"[\"“”„«»]|''|``")
_SINGLE = re.compile(r"(?<!\w)[‘'](?=[^\W_])(.+?)(?<=[\w.,!?…])[’'](?!\w)")
_OPENING, _CLOSING = frozenset("“„«") | {"``"}, frozenset("”»")
_BEGINS = re.compile(r"\W*[A-Z0-9\[]|\s*(?:…|\.\.)")
_INTRODUCES = re.compile(r"(?:^|[.,:;!?…—–\-)\]\"”’'])\s*$")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation: where its marks begin and end in the line, what is between them, and if its last mark is there."""

    start: int
    end: int
    first: int
    last: int
    closed: bool = True

    def covers(self, at: int) -> bool:
        """Tell whether a character is part of it."""
        return self.start <= at < self.end


def find_quotations(line: str) -> list[Quotation]:
    """Pair the quotation marks of a line, in order. One that stays open runs to the end; one inside another is none."""
    found: list[Quotation] = []
    start: re.Match[str] | None = None
    for mark in _DOUBLE.finditer(line):
        if _opens(line, mark, start):
            start = mark
        elif start:
            found.append(Quotation(start.start(), mark.end(), start.end(), mark.start()))
            start = None
    if start:
        found.append(Quotation(start.start(), len(line), start.end(), len(line), closed=False))
    if not found and ("‘" in line or "'" in line):
        found = [Quotation(*one.span(), *one.span(1)) for one in _SINGLE.finditer(line)]
    return [each for each in found if line[each.first : each.last].strip()]


def _opens(line: str, mark: re.Match[str], start: re.Match[str] | None) -> bool:
    sign = mark.group()
    if sign in _OPENING:
        return True
    if sign in _CLOSING:
        return False
    if start is None:
        return True
    # A straight mark that stands like an opening one: the one before it was never closed.
    before, after = line[mark.start() - 1 : mark.start()], line[mark.end() : mark.end() + 1]
    return before.isspace() and after.isalnum() and start.end() != mark.start()


def is_speech(line: str, quotation: Quotation) -> bool:
    """Tell whether a quotation is a sentence of its own, and not some words within the writer's."""
    begins = _BEGINS.match(line, quotation.first, quotation.last)
    return bool(begins and _INTRODUCES.search(line, max(0, quotation.start - 8), quotation.start))
