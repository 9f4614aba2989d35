"""Quantities: how many of what.

Dates, ages, times of the day, ordinals and bare numbers are none. Of a range the lower end is the value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from api.extraction.lexicons import word_lists
from api.extraction.numerals import Numeral, beginnings, read_numeral
from api.extraction.story import Counting, Passage, Story
from api.extraction.units import Unit, read_unit

if TYPE_CHECKING:
    from spacy.tokens import Token

_JOINERS = frozenset({"to", "-", "–", "or"})
#: What a fact sheet takes: the largest value, and the characters of a unit.
_MOST, _LONGEST = 1e15, 100
_LOOSE = ("about", "at_least", "at_most", "estimated")


def find_quantities(story: Story) -> list[Counting]:
    """Find them, in the order of the text."""
    dated = frozenset(at for dating in story.datings for at in range(dating.span.start, dating.span.end))
    return [each for passage in story.passages for each in _countings(passage, dated)]


def _countings(passage: Passage, dated: frozenset[int]) -> Iterator[Counting]:
    tokens = [token for token in passage.doc if not token.is_space]
    begins, offset = beginnings(), passage.segment.span.start
    at, counted = 0, None
    while at < len(tokens):
        token = tokens[at]
        begun = token.lower_ in begins or token.text[0].isdigit()
        numeral = read_numeral(tokens, at) if begun and offset + token.idx not in dated else None
        if numeral is None:
            at += 1
            continue
        numeral = _range(tokens, numeral)
        unit = (
            read_unit(tokens, numeral.start, numeral.end, numeral.value)
            or _understood(tokens, numeral, counted)
            or _peopled(tokens, numeral)
        )
        at = unit.end if unit else numeral.end
        if unit and numeral.value <= _MOST and len(unit.name) <= _LONGEST:
            counted = unit if unit.counts else counted
            yield _counting(passage, tokens, numeral, unit)


def _counting(passage: Passage, tokens: Sequence[Token], numeral: Numeral, unit: Unit) -> Counting:
    start, qualifier = _before(tokens, min(numeral.start, unit.start))
    end, loosened = _after(tokens, unit.end)
    qualifier = qualifier or loosened or ("at_least" if numeral.vague else "exact")
    return Counting(passage.between(tokens[start], tokens[end - 1]), numeral.value, unit.name, qualifier)


def _range(tokens: Sequence[Token], first: Numeral) -> Numeral:
    """Take in the upper end of a range: "20,000 to 30,000", "between five and ten", "1.5m-2m"."""
    at = first.end
    if at + 1 >= len(tokens) or first.vague or (first.start and tokens[first.start - 1].pos_ == "PROPN"):
        return first
    between = first.start > 0 and tokens[first.start - 1].lower_ == "between" and tokens[at].lower_ == "and"
    if tokens[at].lower_ not in _JOINERS and not between:
        return first
    last = read_numeral(tokens, at + 1 + (tokens[at + 1].is_currency or tokens[at + 1].lower_.endswith("$")))
    if last is None or last.value <= first.value / first.factor:
        return first
    value = first.value * last.factor if first.factor == 1 and first.value < last.value / last.factor else first.value
    return replace(last, start=first.start - between, value=value, vague=True)


def _understood(tokens: Sequence[Token], numeral: Numeral, counted: Unit | None) -> Unit | None:
    """Give the unit of a number that stands for what was counted before: "two civilians were killed and seven hurt"."""
    at = numeral.end
    if counted is None or numeral.value < 2 or at >= len(tokens):
        return None
    before = tokens[numeral.start - 1].lower_ if numeral.start else ""
    goes_on = tokens[at].tag_ in ("VBN", "VBD", "VBP") or tokens[at].lower_ in word_lists("quantity_words.tsv")["fates"]
    if before in ("the", "these", "those", "all") or not goes_on:
        return None
    return replace(counted, start=numeral.start, end=at)


def _peopled(tokens: Sequence[Token], numeral: Numeral) -> Unit | None:
    """Give the unit of "a population of 160,000"."""
    start, _ = _before(tokens, numeral.start)
    if [each.lower_ for each in tokens[max(start - 2, 0) : start]] == ["population", "of"]:
        return Unit("people", numeral.start, numeral.end)
    return None


def _before(tokens: Sequence[Token], at: int) -> tuple[int, str]:
    """Say where the words that loosen a number begin, and what they make of it; an empty text if none do."""
    for length in range(min(4, at), 0, -1):
        phrase = " ".join(each.lower_ for each in tokens[at - length : at])
        if (kind := _phrases().get(phrase)) and not (length == 1 and _is_preposition(tokens[at - 1])):
            return at - length, kind
    return at, ""


def _is_preposition(token: Token) -> bool:
    """Tell whether "over" or "under" loosens no number: "died under two months of siege"."""
    return token.dep_ == "prep" and token.head.pos_ == "VERB"


def _after(tokens: Sequence[Token], at: int) -> tuple[int, str]:
    """Say where the words after a quantity that loosen it end: "or more"."""
    for length in range(2, 0, -1):
        phrase = " ".join(each.lower_ for each in tokens[at : at + length])
        if kind := _phrases_after().get(phrase):
            return at + length, kind
    return at, ""


@cache
def _phrases() -> dict[str, str]:
    return {phrase: kind for kind in _LOOSE for phrase in word_lists("quantity_words.tsv")[kind]}


@cache
def _phrases_after() -> dict[str, str]:
    lists = word_lists("quantity_words.tsv")
    return {phrase: kind for kind in _LOOSE for phrase in lists.get(f"{kind}_after", ())}
