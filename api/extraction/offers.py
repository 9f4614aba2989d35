"""Offers: the words by which something is proposed, and what it is that they propose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from api.extraction.clauses import extent, is_passive
from api.extraction.lexicons import rows
from api.extraction.parsing import lemma

if TYPE_CHECKING:
    from spacy.tokens import Token

_ABOUT = frozenset({"for", "on", "of", "about", "to", "against", "including"})
_BEHIND = frozenset({"pobj", "pcomp", "ccomp", "advcl"})


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that proposes: the status it gives, how a title tells it of a thing and of an act.

    `is_strong` is one that proposes whatever it is about.
    """

    status: str
    told: str
    told_to: str
    is_strong: bool


def cue_of(token: Token) -> Cue | None:
    """Give the cue that a word is; None if it is none."""
    if token.pos_ not in ("VERB", "NOUN", "ADJ"):
        return None
    return _lexicon().get((lemma(token), token.pos_[:1]))


def contents(cue: Token) -> list[Token]:
    """Find what is proposed: the heads of its wordings, one for each of several."""
    found: list[Token] = []
    for child in cue.children:
        if child.dep_ == "prep" and child.lower_ in _ABOUT:
            found += _behind(child)
        elif _is_content(child, cue):
            found.append(child)
    if found:
        listed = (word for word in cue.subtree if word.lower_ == "including" and word.i > cue.i)
        found += [each for word in listed for each in _behind(word)]
    return [each for head in dict.fromkeys(found) for each in (head, *_joined(head))]


def _is_content(child: Token, cue: Token) -> bool:
    if child.dep_ == "dobj":
        return child.pos_ != "PRON" and not cue_of(child)
    if child.dep_ in ("xcomp", "ccomp"):
        return child.i > cue.i
    return (child.dep_ == "acl" and cue.pos_ == "NOUN") or (child.dep_ == "nsubjpass" and is_passive(cue))


def _behind(preposition: Token) -> list[Token]:
    return [each for each in preposition.children if each.dep_ in _BEHIND]


def _joined(head: Token) -> Iterator[Token]:
    for child in head.children:
        if child.dep_ == "conj":
            yield child
            yield from _joined(child)


def wording(content: Token) -> tuple[Token, Token]:
    """Say from where to where what is proposed goes, without what is joined to it."""
    first, last = extent(content, with_clauses=True)
    # Seen from a verb, its own subject may stand far to the left, with the cue between them.
    if first.i < content.left_edge.i:
        first = content.left_edge
    for child in content.children:
        if child.dep_ == "conj" or child.lower_ == "including":
            last = min(last, child.left_edge.nbor(-1), key=lambda each: each.i)
    while last.i > content.i and (last.dep_ in ("cc", "punct") or last.is_space):
        last = last.nbor(-1)
    while first.i < content.i and first.dep_ in ("mark", "cc", "punct"):
        first = first.nbor()
    return first, last


@cache
def _lexicon() -> dict[tuple[str, str], Cue]:
    found: dict[tuple[str, str], Cue] = {}
    for words, kind, status, told, told_to, *strong in rows("proposal_cues.tsv"):
        for word in words.split(", "):
            found[word, kind] = Cue(status, told, told_to, bool(strong))
    return found
