"""Wording: what of some words tells something, and what in it tells two facts apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

from api.store.words import spans_of, words_of


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a passage, as they are searched for, without those that tell nothing and those that name actors.

    `names` are those of them with a capital letter, `numbers` those that count; `negated` that something is denied.
    """

    words: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]
    negated: bool

    def tells_the_same(self, other: Wording) -> bool:
        """Tell whether two passages are of one thing beyond doubt.

        They are when one says all that the other says, or when the same number and the same name stand in both. One
        word more in each may be all that matters: a school was hit, and a hospital.
        """
        is_part = self.words <= other.words or other.words <= self.words
        return is_part or bool(self.numbers & other.numbers and self.names & other.names)

    def tells_apart(self, other: Wording) -> list[str]:
        """List what each of two passages has that the other has not; what only one of them tells may be a detail."""
        found = []
        if self.names - other.names and other.names - self.names:
            found.append("other names")
        if self.numbers - other.numbers and other.numbers - self.numbers:
            found.append("other numbers")
        return found


def read_wording(passage: str, named: Iterable[str]) -> Wording:
    """Read a passage; `named` are the words by which it names its actors."""
    actors = {word for name in named for word in words_of(name)}
    words, names, numbers, negated = set(), set(), set(), False
    for word, start, end in spans_of(passage):
        plain = passage[start:end].casefold().replace("'", "").replace("’", "")
        kind = _classes().get(plain, "number" if word[0].isdecimal() else "")
        negated = negated or kind == "negation"
        if kind == "number":
            numbers.add(word)
        if kind not in ("function", "time", "negation") and word not in actors:
            words.add(word)
            # The first word of a sentence has a capital letter anyway.
            if not kind and start and passage[start].isupper():
                names.add(word)
    return Wording(frozenset(words), frozenset(names), frozenset(numbers), negated)


def common(one: Collection[Wording], other: Collection[Wording]) -> tuple[float, Wording, Wording]:
    """Find the two most similar of two facts' passages: how alike their words are, from 0 to 1, and the passages."""
    pairs = ((share(left.words, right.words), left, right) for left, right in product(one, other))
    return max(pairs, key=lambda pair: pair[0])


def share(one: Collection[object], other: Collection[object]) -> float:
    """Tell how much of two sets is in both (Dice): 1 if they are the same, 0 if nothing is in both."""
    size = len(one) + len(other)
    return 2 * len(set(one) & set(other)) / size if size else 0.0


@cache
def _classes() -> Mapping[str, str]:
    lines = files("api.matching").joinpath("words.tsv").read_text().splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    return dict(pairs)
