"""Cues: the words by which a text tells that somebody says or thinks something."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from api.extraction.lexicons import rows
from api.extraction.parsing import lemma

if TYPE_CHECKING:
    from spacy.tokens import Token


@dataclass(frozen=True, slots=True)
class Cue:
    """What a cue tells. lexicons/cues.tsv explains `sort`, and `takes`: the grammar of what is said."""

    sort: str
    stance: str
    takes: frozenset[str]


@cache
def _lexicon() -> dict[str, dict[str, Cue]]:
    """Load the cues: by kind, then by word."""
    found: dict[str, dict[str, Cue]] = {"verb": {}, "noun": {}, "adjective": {}, "carrier": {}, "document": {}}
    for words, kind, sort, stance, takes in rows("cues.tsv"):
        cue = Cue(sort, stance, frozenset(takes.split()))
        found[kind].update(dict.fromkeys(words.split("|"), cue))
    return found


def noun_cue(token: Token) -> Cue | None:
    """Give the cue that a noun is."""
    return _lexicon()["noun"].get(lemma(token))


def adjective_cue(token: Token) -> Cue | None:
    """Give the cue that an adjective is, as in "is confident that"."""
    return _lexicon()["adjective"].get(token.lower_)


def verb_cue(token: Token) -> Cue | None:
    """Give the cue that a word is when it is read as a verb, with its particle if it has one: "point out"."""
    verbs, word = _lexicon()["verb"], lemma(token)
    for child in token.rights:
        if child.dep_ in ("prt", "prep") and (phrase := verbs.get(f"{word} {child.lower_}")):
            return phrase
    return verbs.get(word) or verbs.get(token.lower_)


def is_carrier(token: Token) -> bool:
    """Tell whether the subject of a verb is whose claim its object is: "made a promise", not "faced criticism"."""
    return lemma(token) in _lexicon()["carrier"]


def is_document(token: Token) -> bool:
    """Tell whether a noun names something written, that says what its writer says: "report", "poll"."""
    return is_document_word(lemma(token))


def is_document_word(word: str) -> bool:
    """Tell the same of a word in its dictionary form."""
    return word in _lexicon()["document"]
