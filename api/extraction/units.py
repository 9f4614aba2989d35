"""Units: what a number counts or measures, found on its right, or as a currency on its left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from api.extraction.lexicons import rows, word_lists

if TYPE_CHECKING:
    from spacy.tokens import Token

_PERCENT = {("%",), ("percent",), ("per", "cent"), ("pc",)}
_MEASURES = frozenset(
    {"square", "cubic", "nautical", "percentage", "sq", "kilowatt", "megawatt", "gigawatt", "terawatt", "light"}
)
_INSIDE = frozenset({"ADJ", "NOUN", "PROPN"})
#: What may stand between words that tell of a noun: "foreign-funded", "Kyiv's", "US and Canadian".
_LINKS = frozenset({"-", "’s", "'s", "and"})
#: What makes a date of a duration: "two days earlier".
_FROM_A_DAY = frozenset({"ago", "earlier", "later"})
#: A noun phrase has no more words than this before its noun, or is none.
_LONGEST = 8


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with its first token and the one after its last; `counts` if it is a noun, of things one by one."""

    name: str
    start: int
    end: int
    counts: bool = False


def read_unit(tokens: Sequence[Token], start: int, end: int, value: float) -> Unit | None:
    """Read the unit of the number that stands in tokens[start:end]; None if it has none."""
    return (
        _currency_before(tokens, start, end)
        or _percent(tokens, start, end)
        or _currency_after(tokens, start, end)
        or _joined(tokens, start, end, value)
        or _noun(tokens, start, end, value)
    )


def _currency_before(tokens: Sequence[Token], start: int, end: int) -> Unit | None:
    code = _currencies().get(tokens[start - 1].lower_) if start else None
    return Unit(code, start - 1, end) if code and not tokens[start - 1].text.isalpha() else None


def _currency_after(tokens: Sequence[Token], start: int, end: int) -> Unit | None:
    if end < len(tokens) and tokens[end].lower_ == "of":
        end += 1
    for length in (2, 1):
        name = " ".join(each.lower_ for each in tokens[end : end + length])
        if code := _currencies().get(name):
            return Unit(code, start, end + length)
    return None


def _percent(tokens: Sequence[Token], start: int, end: int) -> Unit | None:
    for length in (2, 1):
        if tuple(each.lower_ for each in tokens[end : end + length]) in _PERCENT:
            return Unit("percent", start, end + length)
    return None


def _joined(tokens: Sequence[Token], start: int, end: int, value: float) -> Unit | None:
    """Read "eight-hour", "26-member", "100,000-strong"."""
    if end + 1 >= len(tokens) or tokens[end].lower_ != "-" or tokens[end].whitespace_ or tokens[end - 1].whitespace_:
        return None
    noun = tokens[end + 1]
    if noun.lower_ == "strong":
        return _strong(tokens, start, end + 2)
    aged = end + 3 < len(tokens) and tokens[end + 2].lower_ == "-"
    if aged or noun.pos_ not in ("NOUN", "PROPN") or noun.lower_ in _words("idle") - _DURATIONS | _words("no_count"):
        return None
    return Unit(noun.lower_ if value == 1 else plural(noun.lower_), start, end + 2)


def _strong(tokens: Sequence[Token], start: int, end: int) -> Unit:
    """Read what is so many strong: troops in "100,000-strong troop presence", else people."""
    noun = _head(tokens, end)
    if noun is None:
        return Unit("people", start, end)
    inner = tokens[noun - 1]
    name = plural(inner.lower_) if noun > end and inner.dep_ == "compound" and inner.pos_ == "NOUN" else "people"
    return Unit(name, start, noun + 1)


def _noun(tokens: Sequence[Token], start: int, end: int, value: float) -> Unit | None:
    if end < len(tokens) and tokens[end].lower_ == "+":
        end += 1
    first = _after_of(tokens, end) if value != 1 else end
    head = _head(tokens, first)
    if head is None or not _counted(tokens[head], value) or tokens[end].lower_ in _LINKS:
        return None
    if value == 1 and start and tokens[start].is_digit and tokens[start - 1].pos_ == "PROPN":  # "Nord Stream 1"
        return None
    if value == 1 and (tokens[head].lower_ in _words("idle") or tokens[end].lower_ == "more"):
        return None
    if head + 1 < len(tokens) and tokens[head + 1].lower_ in _FROM_A_DAY:
        return None
    last = _sharing(tokens, head)
    names = [each.lower_ for each in tokens[head : last + 1]]
    if head > first and tokens[head - 1].lower_ in _MEASURES:
        names.insert(0, tokens[head - 1].lower_)
    return Unit(" ".join(names), start, last + 1, counts=True)


def _after_of(tokens: Sequence[Token], at: int) -> int:
    """Step over "of the" in "dozens of tanks", "three of the ships"."""
    if at >= len(tokens) or tokens[at].lower_ != "of":
        return at
    at += 1
    while at < len(tokens) and (tokens[at].pos_ in ("DET", "NUM") or tokens[at].tag_ == "PRP$"):
        at += 1
    return at


def _head(tokens: Sequence[Token], at: int) -> int | None:
    """Find the noun of a phrase that goes on at a token: "helicopters" in "military helicopters over Kyiv"."""
    for place in range(at, min(at + _LONGEST, len(tokens))):
        token = tokens[place]
        if token.pos_ in ("NOUN", "PROPN") and not _is_inner(tokens, place):
            return place
        if token.pos_ not in _INSIDE and not _goes_on(token):
            return None
    return None


def _is_inner(tokens: Sequence[Token], place: int) -> bool:
    """Tell whether a noun only tells of a later one: "police" in "police officers"."""
    token, next_ = tokens[place], tokens[place + 1] if place + 1 < len(tokens) else None
    if next_ is None or (next_.pos_ not in _INSIDE and next_.lower_ not in _LINKS):
        return False
    return token.dep_ in ("compound", "nmod", "amod", "poss", "npadvmod", "nummod") and token.head.i > token.i


def _goes_on(token: Token) -> bool:
    if token.lower_ in _LINKS or token.is_quote:
        return True
    return token.tag_ in ("VBN", "VBG", "VBD", "RB", "JJR") and token.dep_ in ("amod", "advmod", "compound")


def _counted(noun: Token, value: float) -> bool:
    """Tell whether a noun can be counted or measured by a number."""
    if noun.lower_ in _words("no_count"):
        return False
    if noun.tag_ in ("NNS", "NNPS") or noun.lower_ in _words("unchanging"):
        return True
    return value == 1 and noun.pos_ == "NOUN"


def _sharing(tokens: Sequence[Token], head: int) -> int:
    """Step to the last noun that shares the number: "troops and tanks"."""
    if head + 2 < len(tokens) and tokens[head + 1].lower_ == "and":
        other = tokens[head + 2]
        if other.tag_ == "NNS" and other.head.i == tokens[head].i and not _is_inner(tokens, head + 2):
            return head + 2
    return head


def plural(noun: str) -> str:
    """Give the plural of a noun that follows a rule: "hour" gives "hours"."""
    irregular = {"man": "men", "woman": "women", "person": "people", "foot": "feet", "child": "children"}
    if noun in irregular:
        return irregular[noun]
    if noun.endswith("s") and not noun.endswith("ss"):
        return noun
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("ss", "x", "ch", "sh")) else "s")


_DURATIONS = frozenset({"day", "year", "week", "month", "night"})


def _words(name: str) -> frozenset[str]:
    return word_lists("quantity_words.tsv")[name]


@cache
def _currencies() -> dict[str, str]:
    return {word: row[0] for row in rows("currencies.tsv") for word in row[1].split("|")}
