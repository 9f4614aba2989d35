"""Categories: what a proposal is about, by its words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from api.extraction.lexicons import rows
from api.extraction.parsing import lemma

if TYPE_CHECKING:
    from spacy.tokens import Token

OTHER = "other"


def category(words: Iterable[Token]) -> str:
    """Give the category of a proposal; "other" where no word of it tells."""
    said: set[str] = set()
    before = ""
    for token in words:
        if token.is_alpha or "-" in token.text:
            word = lemma(token)
            said |= {word, token.lower_, f"{before} {word}", f"{before} {token.lower_}"}
            before = token.lower_
    told = (name for name, signs, company in _lexicon() if signs & said and (not company or company & said))
    return next(told, OTHER)


@cache
def _lexicon() -> tuple[tuple[str, frozenset[str], frozenset[str]], ...]:
    return tuple(
        (row[0], frozenset(row[1].split(", ")), frozenset(row[2].split(", ")) if len(row) > 2 else frozenset())
        for row in rows("proposal_categories.tsv")
    )
