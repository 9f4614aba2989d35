"""The words of dates: each token of a line as one letter, so that a date can be found as a pattern of letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from api.extraction.lexicons import rows

if TYPE_CHECKING:
    from spacy.tokens import Token

#: Names of months and weekdays and of holidays are written with a capital.
_CAPITAL = frozenset("WMh")
#: Months that are also verbs or names of people.
_AMBIGUOUS = frozenset({"march", "may", "april", "june", "august", "jan"})
_PREFIXES = frozenset({"mid", "pre", "post", "early", "late"})
_ORDINALS = ("st", "nd", "rd", "th")
_SIGNS = {"-": "-", "–": "-", "—": "-", ",": ","}
OTHER, GOES_ON = ".", "_"


@dataclass(frozen=True, slots=True)
class Entry:
    """A word or phrase of the lexicon: what follows its first word, its letter and its value."""

    rest: tuple[str, ...]
    letter: str
    value: str


@cache
def _entries() -> dict[str, list[Entry]]:
    """Load the words of dates by the first of each, the longest phrase first."""
    found: dict[str, list[Entry]] = {}
    for letter, value, words in rows("date_words.tsv"):
        for phrase in words.split("|"):
            first, *rest = phrase.split()
            found.setdefault(first, []).append(Entry(tuple(rest), letter, value))
    return {first: sorted(entries, key=lambda each: -len(each.rest)) for first, entries in found.items()}


def spell(tokens: Sequence[Token]) -> tuple[str, list[str]]:
    """Write tokens as letters, one for each, and their values; of a phrase of the lexicon the first has both."""
    entries = _entries()
    letters, values = [OTHER] * len(tokens), [""] * len(tokens)
    for at, token in enumerate(tokens):
        word = token.lower_
        if letters[at] != OTHER:
            continue
        if word in entries:
            _enter(tokens, at, letters, values)
        elif word in _SIGNS:
            letters[at] = _SIGNS[word]
        elif word[0].isdigit():
            letters[at], values[at] = _numeral(word)
        elif "-" in word and word.partition("-")[0] in _PREFIXES:
            letters[at], values[at] = _numeral(word.partition("-")[2])
    return "".join(letters), values


def _enter(tokens: Sequence[Token], at: int, letters: list[str], values: list[str]) -> None:
    for entry in _entries()[tokens[at].lower_]:
        end = at + 1 + len(entry.rest)
        if tuple(each.lower_ for each in tokens[at + 1 : end]) != entry.rest:
            continue
        if entry.letter in _CAPITAL and not _is_name_of_day(tokens[at]):
            continue
        letters[at], values[at] = entry.letter, entry.value
        letters[at + 1 : end] = GOES_ON * len(entry.rest)
        return


def _is_name_of_day(token: Token) -> bool:
    if not token.text[0].isupper():
        return token.text[0].isdigit()
    if token.lower_ not in _AMBIGUOUS:
        return True
    return token.tag_ in ("NNP", "NN", "CD") and token.ent_type_ not in ("PERSON", "ORG", "GPE")


def _numeral(word: str) -> tuple[str, str]:
    """Give the letter and the value of figures: Y a year, d a day of a month, n another number, D a decade."""
    if word.isdecimal():
        if len(word) == 4 and "1000" <= word < "2200":
            return "Y", word
        return ("d" if len(word) <= 2 and 1 <= int(word) <= 31 else "n"), word
    if word[-2:] in _ORDINALS and word[:-2].isdecimal() and len(word) <= 4:
        return "d", word[:-2]
    if len(word) == 5 and word[-2:] == "0s" and word[:-1].isdecimal():
        return "D", word[:3]
    return OTHER, ""
