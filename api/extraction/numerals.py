"""Numerals: numbers in figures and words, over one or more tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from api.extraction.lexicons import rows

if TYPE_CHECKING:
    from spacy.tokens import Token

_FIGURES = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?([a-z]{1,3})?")
_FRACTIONS = {"1/2": 0.5, "½": 0.5, "1/4": 0.25, "¼": 0.25, "3/4": 0.75, "¾": 0.75}
_SEVERAL = frozenset({"several", "few", "many"})


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number: its first token, the one after its last, its value; `vague` if it says only "at least so many".

    `factor` is what its last word multiplied it by: 1000000 in "2 million".
    """

    start: int
    end: int
    value: float
    factor: float = 1.0
    vague: bool = False


@cache
def _words() -> dict[str, float]:
    return {word: float(row[0]) for row in rows("numerals.tsv") for word in row[1].split("|")}


@cache
def _factors() -> dict[str, float]:
    return {word: float(row[0]) for row in rows("multipliers.tsv") for word in row[1].split("|") if word}


@cache
def _plurals() -> dict[str, float]:
    return {word: float(row[0]) for row in rows("multipliers.tsv") for word in row[2].split("|")}


@cache
def beginnings() -> frozenset[str]:
    """Give the words, besides figures, that a number can begin with."""
    return frozenset({"half", "a", *_SEVERAL, *_words(), *_factors(), *_plurals()}) - {"m", "k", "bn", "tn", "score"}


def read_numeral(tokens: Sequence[Token], at: int) -> Numeral | None:
    """Read the number that begins at a token; None if none does."""
    word = tokens[at].lower_
    if word in _plurals():
        return _plural(tokens, at)
    if word == "half":
        return _half(tokens, at)
    if word in _SEVERAL or word == "a":
        return _of_several(tokens, at, several=word != "a")
    return _plain(tokens, at)


def _plural(tokens: Sequence[Token], at: int) -> Numeral | None:
    """Read "dozens", "tens of thousands"."""
    value = 2 * _plurals()[tokens[at].lower_]
    end = at + 1
    while end + 1 < len(tokens) and tokens[end].lower_ == "of" and (more := _plurals().get(tokens[end + 1].lower_)):
        value, end = value * more, end + 2
    if value == 20:  # "tens" alone
        return None
    return Numeral(at, end, value, vague=True)


def _half(tokens: Sequence[Token], at: int) -> Numeral | None:
    """Read "half a million"."""
    words = [each.lower_ for each in tokens[at + 1 : at + 3]]
    if len(words) == 2 and words[0] == "a" and (factor := _factors().get(words[1])):
        return Numeral(at, at + 3, factor / 2, factor)
    return None


def _of_several(tokens: Sequence[Token], at: int, *, several: bool) -> Numeral | None:
    """Read "a dozen", "a hundred"; "several thousand" and "a few hundred", which are at least two of them."""
    next_ = at + 1
    if next_ < len(tokens) and not several and tokens[next_].lower_ == "few":
        next_, several = next_ + 1, True
    factor = _factors().get(tokens[next_].lower_) if next_ < len(tokens) else None
    if factor is None or len(tokens[next_]) < 3:
        return None
    return _multiplied(tokens, Numeral(at, next_ + 1, 2 * factor if several else factor, factor, vague=several))


def _plain(tokens: Sequence[Token], at: int) -> Numeral | None:
    numeral = _figures(tokens, at) or _spelled(tokens, at)
    if numeral is None:
        return None
    words = [each.lower_ for each in tokens[numeral.end : numeral.end + 3]]
    if words[:1] and words[0] in _FRACTIONS:
        numeral = replace(numeral, end=numeral.end + 1, value=numeral.value + _FRACTIONS[words[0]])
    elif words == ["and", "a", "half"]:
        numeral = replace(numeral, end=numeral.end + 3, value=numeral.value + 0.5)
    elif "".join(each.lower_ for each in tokens[numeral.end : numeral.end + 6]) == "-and-a-half":
        numeral = replace(numeral, end=numeral.end + 6, value=numeral.value + 0.5)
    return _multiplied(tokens, numeral)


def _figures(tokens: Sequence[Token], at: int) -> Numeral | None:
    match = _FIGURES.fullmatch(tokens[at].lower_)
    if match is None:
        return None
    value, suffix = float(match[1].replace(",", "") + (match[2] or "")), match[3]
    if not suffix:
        return Numeral(at, at + 1, value)
    factor = _factors().get(suffix)
    return Numeral(at, at + 1, value * factor, factor) if factor else None


def _spelled(tokens: Sequence[Token], at: int) -> Numeral | None:
    """Read "five", "twenty-five"."""
    value = _words().get(tokens[at].lower_)
    if value is None:
        factor = _factors().get(tokens[at].lower_)
        return Numeral(at, at + 1, factor, factor) if factor and len(tokens[at]) > 3 else None
    end = at + 1
    if value >= 20:
        last = end + 1 if end < len(tokens) and tokens[end].lower_ == "-" else end
        ones = _words().get(tokens[last].lower_) if last < len(tokens) else None
        if ones and ones < 10:
            return Numeral(at, last + 1, value + ones)
    return Numeral(at, end, value)


def _multiplied(tokens: Sequence[Token], numeral: Numeral) -> Numeral:
    """Take the words in that multiply a number: "2 million", "1.7-billion", "two hundred thousand"."""
    while numeral.end < len(tokens):
        at = numeral.end
        if tokens[at].lower_ == "-" and at + 1 < len(tokens) and len(tokens[at + 1]) > 3:
            at += 1
        factor = _factors().get(tokens[at].lower_)
        if factor is None or (len(tokens[at]) < 3 and tokens[at].whitespace_ and tokens[at - 1].whitespace_):
            break  # "5 m" is in metres
        numeral = replace(numeral, end=at + 1, value=numeral.value * factor, factor=numeral.factor * factor)
    return numeral
