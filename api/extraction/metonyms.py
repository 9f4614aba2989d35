"""Metonyms: capitals and seats that stand for a government, and when they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.extraction.lexicons import word_lists
from api.extraction.parsing import lemma

if TYPE_CHECKING:
    from spacy.tokens import Token

#: What a city does and suffers, rather than a government.
_OF_PLACES = word_lists("actor_words.tsv")["done by a place"]
#: Prepositions after which a seat is a party, and those after which it is one only to such words as a verb of saying.
_WITH = word_lists("actor_words.tsv")["before a party"]
_DEALINGS = word_lists("actor_words.tsv")["dealings"]
#: What belongs to a city and not to a government.
_OF_CITIES = word_lists("actor_words.tsv")["of a city"]
#: What is done to a city by those who go there.
_OF_TRAVEL = word_lists("actor_words.tsv")["done to a city by travellers"]
_SUBJECTS = ("nsubj", "agent")


def acts(token: Token) -> bool:
    """Tell whether the name of a capital, by its last word, stands for the government that sits there."""
    while token.dep_ in ("conj", "appos") and token.head.i != token.i:
        token = token.head
    head, role = token.head, token.dep_
    if role in _SUBJECTS:
        return head.pos_ in ("VERB", "AUX") and lemma(head) not in _OF_PLACES
    if role == "poss":
        return lemma(head) not in _OF_CITIES
    if role in ("dobj", "dative"):
        return lemma(head) not in _OF_TRAVEL
    if role == "pobj":
        return head.lower_ in _WITH or (head.lower_ in ("to", "on", "for", "from") and lemma(head.head) in _DEALINGS)
    return False
