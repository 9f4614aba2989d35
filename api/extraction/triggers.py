"""Triggers: the words that tell of an event, and the type that they give it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from api.extraction.clauses import ARRIVING, objects, prepositions
from api.extraction.lexicons import rows
from api.extraction.parsing import lemma
from api.extraction.parties import is_place, is_pronoun, is_somebody, people
from api.extraction.story import Story

if TYPE_CHECKING:
    from spacy.tokens import Token

#: Types of acts of words: what these govern is spoken of, not told as a fact.
VERBAL = frozenset({"agree", "support", "concede", "request", "reject", "accuse", "threaten", "commit"})
HOSTILE = frozenset({"assault", "coerce", "sanction", "protest", "mobilize"})
_OF_ITS_OBJECT = "="
_NONE = "none"
_ANYBODY = frozenset({"+", "who", "place"})
_PARTICLES = ("prt", "prep", "advmod", "dative", "agent")
_ADVERBS = frozenset({"in", "out", "off", "up", "down", "back", "over", "away"})
_HYPHENS = frozenset("-‐–")
_CLAUSES = ("xcomp", "ccomp", "pcomp", "advcl", "acl")


@dataclass(frozen=True, slots=True)
class Trigger:
    """An event that a word tells: type and modes as in the vocabulary, or type "commit"; `told` in a past tense.

    `asks` are the classes of what it acts on, `particle` the word that the verb has beside it, if its row asks for one;
    `noun` is the event noun whose type a light verb has taken over.
    """

    type: str
    modes: tuple[str, ...]
    score: float
    told: str = ""
    asks: frozenset[str] = frozenset()
    noun: int | None = None
    particle: str = ""


@dataclass(frozen=True, slots=True)
class _Pattern:
    particle: str
    things: frozenset[str]
    type: str
    modes: tuple[str, ...]


def verb_trigger(story: Story, at: int, token: Token) -> Trigger | None:
    """Give the event that a verb (or a noun or adjective used like one) of a passage tells; None if it is none."""
    patterns = next((_verbs()[each] for each in _words(token) if each in _verbs()), None)
    if not patterns:
        return None
    acted_on = objects(token)
    asks = things(story, at, acted_on)
    best, rank, best_asks = None, 0.0, asks
    for pattern in patterns:
        seen, found = _fits(story, at, token, pattern, asks)
        if found > rank or (found == rank and pattern.type == _NONE):
            best, rank, best_asks = pattern, found, seen
    if best is None or best.type == _NONE:
        return None
    trigger = Trigger(best.type, best.modes, 0.45 + 0.1 * min(rank, 4.0), asks=best_asks, particle=best.particle)
    return _taken_over([*acted_on, *_behind(token, best.particle)], trigger) if best.type == _OF_ITS_OBJECT else trigger


def noun_trigger(token: Token) -> Trigger | None:
    """Give the event that a noun tells; None if it is none."""
    nouns = _nouns()
    for phrase in _phrases(token):
        if phrase in nouns:
            return nouns[phrase]
    return nouns.get(token.lower_) or nouns.get(lemma(token))


def _words(token: Token) -> tuple[str, ...]:
    return (*_phrases(token), lemma(token))


def _is_wished(verb: Token) -> bool:
    """Tell whether a clause says what shall be, and not what is: "(demanded) that it close", "(wants) it to close"."""
    said = {each.lower_ for each in verb.children if each.dep_ in ("aux", "auxpass")}
    return bool(said & {"to", "should", "must"}) or (verb.tag_ == "VB" and not said)


def _phrases(token: Token) -> Iterator[str]:
    """Give a word with those before it that it may be one with: "air strike", "cease-fire", "joint naval exercise"."""
    word = lemma(token)
    if word not in _ends():
        return
    if token.i > 1 and token.nbor(-1).text in _HYPHENS:
        yield f"{token.nbor(-2).lower_}-{word}"
    for each in token.lefts:
        if each.dep_ in ("amod", "compound"):
            yield f"{each.lower_} {word}"


def things(story: Story, at: int, heads: list[Token]) -> frozenset[str]:
    """Tell which classes of things words belong to: those of the lexicon, types and modes of events, "who", "place"."""
    found: set[str] = set()
    for head in heads:
        found |= _things(story, at, head)
    return frozenset(found)


def _things(story: Story, at: int, head: Token) -> set[str]:
    found = {"+"}
    if head.dep_ in _CLAUSES and head.pos_ in ("VERB", "AUX"):
        return found | _wishes(head) | _acts(head)
    found |= _classed(head)
    if event := noun_trigger(head):
        found |= {event.type, *event.modes}
    if is_somebody(story, at, head):
        found.add("who")
    if lemma(head) in people():
        found.add("people")
    if is_place(head):
        found.add("place")
    if lemma(head) in lexicon_of("containers") or head.like_num:
        for name, noun in prepositions(head):
            if name in ("of", "in"):
                found |= _things(story, at, noun)
    return found


def _classed(word: Token) -> set[str]:
    """Give the classes of the lexicon that a word belongs to, by itself or with those before it."""
    lexicon = _classes()
    return set().union(*(lexicon.get(each, frozenset()) for each in _words(word)))


def _wishes(verb: Token) -> set[str]:
    """Give what a clause is by its form: an infinitive, one about others; with the classes of who these are."""
    found = {"to"} if any(each.lower_ == "to" and each.dep_ == "aux" for each in verb.children) else set()
    for subject in verb.children:
        if subject.dep_ in ("nsubj", "nsubjpass") and not is_pronoun(subject):
            found |= _classed(subject) | ({"others"} if _is_wished(verb) else set())
    return found


def _acts(verb: Token) -> set[str]:
    """Give the types and modes that a verb has in any of its patterns that its first object does not speak against."""
    acted_on = [each for each in objects(verb) if each.dep_ not in _CLAUSES]
    things: set[str] = set().union(*(_classes().get(lemma(each), frozenset()) for each in acted_on))
    classes = things | {event.type for each in acted_on if (event := noun_trigger(each))}
    names = {name for name, _ in prepositions(verb)} | {each.lower_ for each in verb.children if each.dep_ == "prt"}
    found: set[str] = set()
    narrow: set[str] = set()
    for pattern in _verbs().get(lemma(verb), ()):
        if pattern.particle and pattern.particle not in names:
            continue
        kind = classes & (VERBAL | HOSTILE) if pattern.type == _OF_ITS_OBJECT else {pattern.type}
        if pattern.things & classes:
            narrow |= kind | set(pattern.modes)
        elif not pattern.things or pattern.things & _ANYBODY:
            found |= kind | set(pattern.modes)
    known = (narrow or found) - {_NONE, _OF_ITS_OBJECT}
    return known | (things if known else classes)


def _fits(story: Story, at: int, token: Token, pattern: _Pattern, asks: frozenset[str]) -> tuple[frozenset[str], float]:
    """Rate how narrowly a pattern fits a verb, 0 if it does not; with the classes of what it acts on."""
    rank = 1.0
    if pattern.particle:
        found = _particle(story, at, token, pattern)
        if found is None:
            return asks, 0.0
        asks, rank = found if found and token.lower_ not in ARRIVING else found | asks, 2.5
    if not pattern.things:
        return asks, rank
    if "-" in pattern.things and not asks:
        return asks, rank + 0.5
    narrow = pattern.things & asks
    if not narrow:
        return asks, 0.0
    return asks, rank + (2.0 if narrow - _ANYBODY else 1.5 if narrow - {"+"} else 0.5)


def _particle(story: Story, at: int, token: Token, pattern: _Pattern) -> frozenset[str] | None:
    """Give the classes of what stands behind a verb's particle or preposition; None if the verb does not have it."""
    first, _, second = pattern.particle.partition(" ")
    # "gave in" is not "gave in May".
    is_adverb = not pattern.things and not second and first in _ADVERBS
    for child in token.children:
        if child.lower_ != first or child.dep_ not in (("prt", "advmod") if is_adverb else _PARTICLES):
            continue
        last = child if not second else _beside(token, child, second)
        if last is not None:
            return things(story, at, [each for each in last.children if each.dep_ in ("pobj", "pcomp")])
    return None


def _beside(verb: Token, particle: Token, second: str) -> Token | None:
    around = (*particle.children, *(each for each in verb.children if each.i > particle.i))
    return next((each for each in around if each.lower_ == second), None)


def _behind(verb: Token, particle: str) -> list[Token]:
    return [noun for name, noun in prepositions(verb) if name == particle]


def _taken_over(acted_on: list[Token], trigger: Trigger) -> Trigger | None:
    """Give a light verb ("hold talks") the type of the noun that it acts on."""
    for each in acted_on:
        if each.pos_ == "NOUN" and (event := noun_trigger(each)):
            return replace(trigger, type=event.type, modes=event.modes, told=event.told, noun=each.i)
    return None


@cache
def _verbs() -> dict[str, tuple[_Pattern, ...]]:
    found: dict[str, tuple[_Pattern, ...]] = {}
    for row in rows("event_verbs.tsv"):
        words, acts_on, type_, modes = (*row, "")[:4]
        for phrase in words.split(", "):
            verb, _, particle = phrase.partition(" ")
            pattern = _Pattern(particle, _split(acts_on), type_, tuple(sorted(_split(modes))))
            found[verb] = (*found.get(verb, ()), pattern)
    return found


@cache
def _ends() -> frozenset[str]:
    """Give the last words of all phrases of the lexicons, so that most words need not be looked at twice."""
    words = (*_verbs(), *_nouns(), *_classes())
    return frozenset(word.replace("-", " ").rsplit(" ", 1)[1] for word in words if " " in word or "-" in word)


@cache
def _nouns() -> dict[str, Trigger]:
    return {
        word: Trigger(type_, tuple(sorted(_split(modes))), 0.55, told)
        for words, type_, modes, told in rows("event_nouns.tsv")
        for word in words.split(", ")
    }


@cache
def _classes() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name, words in rows("event_things.tsv"):
        for word in words.split(", "):
            found[word] = found.get(word, frozenset()) | {name}
    return found


@cache
def lexicon_of(name: str) -> frozenset[str]:
    """Give the words of a class of things."""
    return frozenset(word for word, classes in _classes().items() if name in classes)


@cache
def _split(words: str) -> frozenset[str]:
    return frozenset(filter(None, words.split(", ")))
