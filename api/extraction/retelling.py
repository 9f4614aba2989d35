"""Retelling: the titles of events and proposals, made of names and of the words that tell them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from api.extraction.parties import is_pronoun
from api.extraction.story import Part, Passage, Story

if TYPE_CHECKING:
    from spacy.tokens import Token

_LONGEST = 160
_MARKS = re.compile(r"[\"“”«»]|(?<!\w)['‘]|['’](?!\w)")
_TAILS = {
    "actual": "was reported",
    "ongoing": "was under way",
    "planned": "was planned",
    "possible": "was possible",
    "denied": "was denied",
}
#: How the names begin that a sentence gives an article.
_WITH_THE = ("United ", "Netherlands", "Philippines", "European Union", "Maldives", "Bahamas", "Gambia", "Czech Rep")
_WITH_THE_TOO = (" Armed Forces", " Army", " Navy", " Air Force", " Ministry", " Parliament", " Government", " Union")


def name(story: Story, part: Part) -> str:
    """Name whoever takes a part: as the list of actors does, or, where nobody is known, as the text does."""
    known = story.actors.get(part.actor or "")
    if known:
        full = str(known["name"])
        has_article = full.startswith((*_WITH_THE, "Armed Forces of", "Ministry of")) or full.endswith(_WITH_THE_TOO)
        return f"the {full}" if has_article else full
    return story.words(part.named_as) if part.named_as else ""


def clause_title(
    story: Story, passage: Passage, ends: tuple[Token, Token], verb: Token, subject: Token | None, actor: str
) -> str:
    """Write a clause as a sentence, with the actor's name for its subject where that is a pronoun or left out."""
    first, last = ends
    if subject is None or not first.i <= subject.i <= last.i:
        wording = story.words(passage.between(_start(verb, first), last))
        return sentence(f"{actor} {_was(verb, subject)} {wording}" if actor else wording)
    begin = max(first, subject.left_edge, key=_index)
    if is_pronoun(subject) and actor and subject.i < last.i:
        return sentence(f"{actor} {story.words(passage.between(subject.nbor(), last))}")
    start = _start(verb, verb.left_edge)
    if verb.dep_ not in ("acl", "relcl") or not begin.i < verb.left_edge.i <= last.i:
        return sentence(story.words(passage.between(begin, last)))
    named = story.words(passage.between(begin, verb.left_edge.nbor(-1))).strip(" ,;–—-")
    return sentence(f"{named} {_was(verb, subject)} {story.words(passage.between(start, last))}")


def _index(token: Token) -> int:
    return int(token.i)


def _start(verb: Token, first: Token) -> Token:
    """Say where what is told of a subject begins: behind a relative pronoun."""
    while first.i < verb.i and (first.tag_ in ("WP", "WDT") or first.is_punct):
        first = first.nbor()
    return first


def _was(verb: Token, subject: Token | None) -> str:
    """Give the auxiliary that a participle does without: "troops were sent" for "troops sent by Moscow"."""
    if verb.tag_ not in ("VBN", "VBG") or any(each.dep_ in ("aux", "auxpass") for each in verb.children):
        return ""
    return "were" if subject is not None and subject.tag_ in ("NNS", "NNPS") else "was"


def noun_title(actor: str, recipient: str, told: str, wording: str, modality: str, *, is_plural: bool) -> str:
    """Write what a noun tells as a sentence: "Russia invaded Ukraine" for "the Russian invasion of Ukraine"."""
    if modality == "actual" and actor and recipient and told:
        return sentence(f"{actor} {told} {recipient}")
    tail = _TAILS[modality]
    return sentence(f"{wording} {tail.replace('was', 'were') if is_plural else tail}")


def sentence(wording: str) -> str:
    """Bring words into the shape of a title: one line, without quotation marks, not cut within a word."""
    plain = " ".join(_MARKS.sub("", wording).split()).strip(" ,;:–—-.")
    if len(plain) > _LONGEST:
        plain = plain[:_LONGEST].rsplit(" ", 1)[0].rstrip(" ,;:–—-.") + " …"
    return plain[:1].upper() + plain[1:]
