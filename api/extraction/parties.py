"""Parties: who may take part in an event, and who does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from api.extraction.clauses import SUBJECTS, doer, objects, prepositions
from api.extraction.lexicons import rows
from api.extraction.parsing import lemma
from api.extraction.parts import joined, part
from api.extraction.story import Part, Span, Story

if TYPE_CHECKING:
    from spacy.tokens import Token

_NAMED = frozenset({"PERSON", "ORG", "GPE", "NORP"})
_CLAUSAL = frozenset({"xcomp", "ccomp", "pcomp", "acl"})
_WITHIN = frozenset({"poss", "amod", "compound", "nmod"})
#: Where those stand whom an act is for or against, the likeliest first.
_TOWARDS = ("by", "to", "on", "upon", "against", "with", "between", "at", "toward", "towards", "for", "into", "over")
_FARTHER = ("of", "from", "near", "in", "among", "inside", "outside", "across", "along", "around", "off", "about")
#: Of these, those behind which an act's other side stands even where the act has an object: "signed a deal with Peru".
_OTHER_SIDE = frozenset({"to", "with", "against", "on", "upon"})
#: Where those stand whom a thing is from: "an offer from Peru for talks between the two".
_OWNERS = ("by", "from")
_AIMS = frozenset({"advcl", "acl", "relcl"})
_DEEPEST = 4
_NEAR = 8
_TELLING = frozenset({"of", "from", "in"})
_OTHERS = frozenset({"partner", "ally", "neighbour", "neighbor", "rival", "enemy", "opponent", "critic", "counterpart"})
_PERSONAL = frozenset({"he", "she", "they", "him", "her", "them"})


def is_somebody(story: Story, at: int, token: Token) -> bool:
    """Tell whether a word of a passage means an actor, or people or a body that may be one."""
    if is_pronoun(token):
        mention = story.mention_at(at, token.i)
        return token.lower_ in _PERSONAL or bool(mention and mention.actor)
    if story.mention_at(at, token.i) is not None:
        return True
    if token.pos_ == "PROPN":
        return token.ent_type_ in _NAMED or (not token.ent_type_ and token.text[0].isupper())
    if token.pos_ == "ADJ":
        return token.ent_type_ in _NAMED
    if token.pos_ == "NUM" and any(each.is_currency for each in token.children):
        return False
    return token.pos_ in ("NOUN", "NUM") and lemma(token) in groups()


def is_named(story: Story, at: int, head: Token) -> bool:
    """Tell whether a phrase has the name of an actor in it: "NATO", "the Iraqi government"."""
    words = (head, *(each for each in head.children if each.dep_ in _WITHIN))
    return any((mention := story.mention_at(at, each.i)) and mention.actor for each in words)


def is_pronoun(token: Token) -> bool:
    """Tell whether a word is a pronoun, and not "US" taken for one."""
    return token.pos_ == "PRON" and not token.ent_type_


def is_place(token: Token) -> bool:
    """Tell whether a word names a place."""
    return token.ent_type_ in ("GPE", "LOC", "FAC")


@cache
def groups() -> frozenset[str]:
    """Give the nouns that mean people and bodies."""
    return frozenset(word for _, words in rows("event_parties.tsv") for word in words.split(", "))


@cache
def people() -> frozenset[str]:
    """Give the nouns that mean people."""
    lists = (words for kind, words in rows("event_parties.tsv") if kind == "people")
    return frozenset(word for words in lists for word in words.split(", "))


def actor_of(story: Story, at: int, token: Token | None) -> Token | None:
    """Find the actor that the doer of an act is or belongs to: "Israel's cabinet", "Russian aircraft"."""
    if token is None:
        return None
    if is_somebody(story, at, token):
        return _counted(story, at, token)
    inner = (each for each in token.children if each.dep_ in _WITHIN and story.mention_at(at, each.i))
    return next(inner, None) or next(
        (noun for name, noun in prepositions(token) if name in ("of", "by") and is_somebody(story, at, noun)), None
    )


def _counted(story: Story, at: int, token: Token) -> Token:
    """Give the name beside a description ("the capital Kabul"), or whom a crowd is made of ("thousands of men")."""
    if story.mention_at(at, token.i) is None and token.pos_ in ("NOUN", "NUM"):
        named = (each for each in token.children if each.dep_ == "appos" and story.mention_at(at, each.i))
        counted = (noun for name, noun in prepositions(token) if name == "of" and noun.pos_ in ("NOUN", "PROPN"))
        return next(named, None) or next((each for each in counted if is_somebody(story, at, each)), token)
    return token


def recipient_of(
    story: Story, at: int, acts: list[Token], taken: frozenset[int], *, is_direct: bool = True
) -> Token | None:
    """Find whom an act is for or against, nearest first: what it acts on, then what its prepositions lead to.

    Not `is_direct` is what an act does with something, such as to send troops: these are not who it is for.
    """
    for act in acts:
        for candidate in chain(_outright(story, at, act, is_direct), _candidates(act, is_direct=is_direct)):
            if found := _inside(story, at, candidate, taken, 0):
                return found
    return None


def _outright(story: Story, at: int, act: Token, is_direct: bool) -> list[Token]:
    """Give those beside an act who are themselves somebody, before anybody is looked for within what is beside it."""
    if act.pos_ == "NOUN" or (is_direct and any(is_somebody(story, at, each) for each in objects(act))):
        return []
    return [noun for name, noun in prepositions(act) if name in _OTHER_SIDE and is_somebody(story, at, noun)]


def _candidates(act: Token, *, is_direct: bool = True) -> Iterator[Token]:
    acted_on = objects(act)
    direct = [each for each in acted_on if is_direct or each.dep_ in _CLAUSAL]
    yield from (each for each in act.children if each.dep_ == "dative" and each.pos_ != "ADP")
    yield from (each for each in direct if each.dep_ not in _CLAUSAL)
    if act.pos_ == "NOUN":
        yield from (each for each in act.children if each.dep_ in _WITHIN)
    yield from _led_to(act, _TOWARDS)
    yield from (each for each in direct if each.dep_ in _CLAUSAL)
    yield from _led_to(act, _FARTHER)
    if not is_direct:
        for each in acted_on:
            yield from (*_led_to(each, _TOWARDS), *_led_to(each, _FARTHER))
    for around in (act, *acted_on):
        for aim in around.children:
            if aim.dep_ in _AIMS and any(each.lower_ == "to" and each.dep_ == "aux" for each in aim.children):
                yield from (*objects(aim), *_led_to(aim, _TOWARDS))


def _led_to(act: Token, names: tuple[str, ...]) -> list[Token]:
    found = [(names.index(name), noun) for name, noun in prepositions(act) if name in names]
    return [noun for _, noun in sorted(found, key=lambda each: each[0])]


def _inside(story: Story, at: int, head: Token, taken: frozenset[int], depth: int) -> Token | None:
    """Find somebody in a phrase or a clause who is not yet taken."""
    if depth > _DEEPEST or head.i in taken:
        return None
    if head.dep_ in _CLAUSAL and head.pos_ in ("VERB", "AUX"):
        subjects = (each for each in head.children if each.dep_ in SUBJECTS and not is_pronoun(each))
        around = chain(subjects, _outright(story, at, head, True), _candidates(head))
        return next((found for each in around if (found := _inside(story, at, each, taken, depth + 1))), None)
    if is_somebody(story, at, head) and not _is_own(head) and not same_actor(story, at, head, taken):
        counted = _counted(story, at, head)
        return counted if counted.i not in taken else None
    by_whom = (noun for each in head.children if each.dep_ == "acl" for noun in _led_to(each, ("by",)))
    within = (each for each in head.children if each.dep_ in ("poss", "appos", *_WITHIN))
    clauses = (each for each in head.children if each.dep_ == "acl")
    about = (*within, *by_whom, *_led_to(head, _OWNERS), *_led_to(head, _TOWARDS), *_led_to(head, _FARTHER), *clauses)
    return next((found for each in about if (found := _inside(story, at, each, taken, depth + 1))), None)


def _is_own(head: Token) -> bool:
    """Tell whether a phrase names what belongs to somebody spoken of: "its troops", but not "its rivals"."""
    return lemma(head) not in _OTHERS and any(each.dep_ == "poss" and is_pronoun(each) for each in head.children)


def same_actor(story: Story, at: int, token: Token, taken: frozenset[int]) -> bool:
    """Tell whether a word means an actor that another one, which is taken, means."""
    mention = story.mention_at(at, token.i)
    if mention is None or mention.actor is None:
        return False
    return any((other := story.mention_at(at, each)) and other.actor == mention.actor for each in taken)


def parts_of(story: Story, at: int, head: Token, role: str) -> list[Part]:
    """Give the parts of somebody and of those joined by "and", each with the words that name it."""
    found: list[Part] = []
    for each in joined(head):
        if is_somebody(story, at, each):
            own = _part(story, at, each, role)
            found += (*_whose(story, at, each, own), own)
    return found


def _whose(story: Story, at: int, head: Token, own: Part) -> list[Part]:
    """Give the others whom a word speaks of, by their names before it: "Greek" in "Greek and Turkish soldiers"."""
    if head.pos_ not in ("NOUN", "PROPN"):
        return []
    found: list[Part] = []
    for word in head.lefts:
        joint = [each for each in word.children if each.dep_ == "conj"] if word.dep_ in _WITHIN else []
        for each in (word, *joint) if joint else ():
            mention = story.mention_at(at, each.i)
            if mention and not (own.named_as and own.named_as.meets(mention.span)):
                found.append(Part(own.role, mention.actor, mention.span))
    return found


def _part(story: Story, at: int, head: Token, role: str) -> Part:
    found = _with_apposition(story, at, head, part(story, at, head, role))
    if found.actor or found.named_as is None or is_pronoun(head):
        return found
    # Nobody's name: "leaders of the opposition" says more than "leaders".
    near = (noun for name, noun in prepositions(head) if name in _TELLING and _is_near(noun, head))
    end = next(near, None)
    if end is None:
        return found
    return Part(role, None, Span(found.named_as.start, story.passages[at].span(end).end))


def _with_apposition(story: Story, at: int, head: Token, own: Part) -> Part:
    """Let a name take in what stands beside it: "a member of parliament, Mohammed Nour", "the town of Bria"."""
    other = head.head if head.dep_ == "appos" else next((each for each in head.children if each.dep_ == "appos"), None)
    if own.named_as is None or other is None or not is_somebody(story, at, other) or abs(other.i - head.i) > _NEAR:
        return own
    beside = part(story, at, other, own.role)
    if beside.named_as is None or (beside.actor and own.actor and beside.actor != own.actor):
        return own
    spans = (own.named_as, beside.named_as)
    return replace(own, named_as=Span(min(each.start for each in spans), max(each.end for each in spans)))


def _is_near(noun: Token, head: Token) -> bool:
    return noun.pos_ in ("NOUN", "PROPN") and noun.tag_ != "VBG" and noun.dep_ == "pobj" and noun.i - head.i < _NEAR


def doer_of(story: Story, at: int, verb: Token) -> Token | None:
    """Find the actor who does what a verb tells."""
    return actor_of(story, at, doer(verb))
