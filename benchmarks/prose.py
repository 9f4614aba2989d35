"""English-ish text out of the seeds' own words: common ones as often as there, rare ones invented."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, pairwise
from random import Random

#: How many rare words there are, and how often one stands where the seeds have one of theirs.
_RARE, _RARE_SHARE = 20_000, 0.04


class Zipf:
    """Draws ranks from 0 to `size` - 1, the first most often: rank r as often as 1 / (r + 1)."""

    def __init__(self, random: Random, size: int) -> None:
        self._random = random
        self._ranks = range(size)
        self._weights = list(accumulate(1 / (rank + 1) for rank in self._ranks))

    def draw(self) -> int:
        """Draw a rank."""
        return self._random.choices(self._ranks, cum_weights=self._weights)[0]


class Prose:
    """Writes phrases word by word, each word following one that it follows in the stories."""

    def __init__(self, random: Random, stories: Iterable[str]) -> None:
        self._random = random
        self._followers: dict[str, list[str]] = {}
        for story in stories:
            words = [word for word in story.split() if any(map(str.isalnum, word))]
            for word, follower in pairwise(words):
                self._followers.setdefault(word, []).append(follower)
        self._words = [word for followers in self._followers.values() for word in followers]
        self._heads, self._tails = self._syllables()
        self._rare = self.invent(_RARE)
        self._rarity = Zipf(random, _RARE)

    def phrase(self, length: int) -> str:
        """Write so many words, without a full stop."""
        word = self._random.choice(self._words)
        words = []
        for _ in range(length):
            rare = self._random.random() < _RARE_SHARE
            words.append(self._rare[self._rarity.draw()] if rare else word)
            word = self._random.choice(self._followers.get(word) or self._words)
        return " ".join(words).strip(".,;:—")

    def invent(self, number: int) -> list[str]:
        """Make up so many different words that sound like the stories'."""
        found: dict[str, None] = {}
        while len(found) < number:
            middle = self._random.choice(self._heads) if self._random.random() < 0.7 else ""
            found[self._random.choice(self._heads) + middle + self._random.choice(self._tails)] = None
        return list(found)

    def _syllables(self) -> tuple[list[str], list[str]]:
        words = {word.lower() for word in self._words if word.isascii() and word.isalpha() and len(word) >= 6}
        return sorted({word[:3] for word in words}), sorted({word[-4:] for word in words})
