"""The forms that dates have, as patterns of the letters that stand for words in date_words.tsv."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from api.extraction.tenses import Direction, direction

if TYPE_CHECKING:
    from spacy.tokens import Token

#: At each place the first that fits is taken, so the longer come first.
FORMS = re.compile(
    r"(?P<iso>Y-[dn]-[dn])"
    r"|(?P<years>Y-[dn])"
    r"|(?P<days>Md-d(?:,?Y)?|d-dM(?:,?Y)?)"
    r"|(?P<day>(?:W,?)?(?:[LXH]?Md(?:,?Y)?|T?dO?M(?:,?Y)?)p?)"
    r"|(?P<month>(?:E-?O?T?)?[LXH]?M(?:O?T?Y|,Y|O?[LXH]U)?)"
    r"|(?P<weekday>[EB]?-?[LXH]?X?Wp?(?:O?[LXH]U)?)"
    r"|(?P<holiday>[LXH]?h_*(?:,?Y)?)"
    r"|(?P<today>[EB]?t_*p?|[LH]p)"
    r"|(?P<quarter>T?q[UQ](?:O?(?:Y|T?[LXH]?U))?)"
    r"|(?P<season>(?:E-?O?)?T?[LXH]?s(?:O?Y)?)"
    r"|(?P<decade>(?:T?E-?O?)?T?D)"
    r"|(?P<year>(?:E-?O?)?Y)"
    r"|(?P<ago>[NVdn]_*[Uu]A)"
    r"|(?P<hence>[NVdn]_*[Uu]F_*|[iK][NVdn]_*[Uu])"
    r"|(?P<anchored>(?:T|[NVdn]_*)[Uu][Bb]|TX[Up]|S_*U)"
    r"|(?P<recent>(?:[Ii]T?)?Ru|V_*uA)"
    r"|(?P<coming>Ku|(?:[Ii]T?)?Xu|[Ii]T?uC_*)"
    r"|(?P<stretch>T[LX][NVdn]_*[Uu]|T?[LX][NVdn]_*u|TLU)"
    r"|(?P<unit>(?:[EB]-?O?)?[LXH]U|EOTU|TU)"
)
#: What a reader gives for words that are no date after all; null is for a date that cannot be told.
NO_DATE = ""


@dataclass(slots=True)
class Setting:
    """The day that an article is read on, and the last date that it has named, in EDTF, for "the next day"."""

    published: date | None
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a date, by their letters."""

    tokens: Sequence[Token]
    start: int
    letters: str
    values: list[str]
    setting: Setting

    def has(self, letters: str) -> bool:
        """Tell whether a word with one of these letters is among them."""
        return any(each in self.letters for each in letters)

    def value(self, letter: str) -> str | None:
        """Give the value of the first word with a letter."""
        at = self.letters.find(letter)
        return self.values[at] if at >= 0 else None

    def number(self, letter: str) -> int:
        """Give the value of the first word with a letter, which must be there, as a number."""
        return int(self.values[self.letters.index(letter)])

    def count(self) -> int | None:
        """Give the number of units, as in "two weeks"; one if there is none, null if it is vague."""
        for at, letter in enumerate(self.letters):
            if letter in "Ndn":
                return int(self.values[at])
            if letter == "V":
                return None
        return 1

    def unit(self) -> str:
        """Give the unit: day, week, month and so on."""
        return self.value("U") or self.value("u") or ""

    def shift(self) -> int:
        """Give -1 for what was last, 1 for what is next, else 0."""
        return int(self.has("X")) - int(self.has("L"))

    def token(self, letter: str) -> Token:
        """Give the first token with a letter, which must be there."""
        return self.tokens[self.start + self.letters.index(letter)]

    def before(self) -> str:
        """Give the word in front of them, in lower case; an empty text where none is."""
        return self.tokens[self.start - 1].lower_ if self.start else ""

    def direction(self) -> Direction:
        """Tell whether they are said of what was or of what is to come."""
        if self.value("L") or self.before() == "since":
            return Direction.PAST
        if self.value("X"):
            return Direction.FUTURE
        return direction(self.tokens[self.start + len(self.letters) - 1])
