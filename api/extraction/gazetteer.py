"""The gazetteer: cities, regions and seas by name, and the countries that they are in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from api.extraction.lexicons import rows, word_lists
from api.extraction.registry import fold

#: Prepositions that only a place follows, when what follows is a name.
LOCATIVE = word_lists("actor_words.tsv")["before a place only"]


@cache
def _places() -> Mapping[str, str]:
    cities = {fold(row[0]): row[1] for row in rows("cities.tsv")}
    return {**cities, **{fold(row[0]): row[1] for row in rows("regions.tsv")}}


def is_listed(name: str) -> bool:
    """Tell whether there is a place of a name."""
    return fold(name) in _places()


def country_of(name: str) -> str | None:
    """Give the ISO 3166-1 alpha-2 code of the country that a place is in; None where that is not certain."""
    return _places().get(fold(name)) or None
