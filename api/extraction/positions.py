"""Positions: persons of whom a text speaks by their office: "the Russian president", "the mayor", "her counterpart"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from typing import TYPE_CHECKING, Any

from api.extraction.offices import last_words, office_of, phrase_before, title_before
from api.extraction.registry import Registry
from api.extraction.story import How, Mention, Passage, Span, Story

if TYPE_CHECKING:
    from spacy.tokens import Token

Actor = Mapping[str, Any]

_COUNTERPART = "counterpart"
#: The offices of whoever may be called the leader of a country.
_LEADERS = ("president", "prime minister", "chancellor", "supreme leader")


def find_positions(story: Story, registry: Registry) -> list[Mention]:
    """Find the persons of whom a story speaks by an office; needs its names, and its mentions by name."""
    return list(_Reader(story, registry).read(last_words()))


def find_counterparts(story: Story, registry: Registry) -> list[Mention]:
    """Find those who hold the same office elsewhere, "his Russian counterpart"; needs its mentions by pronoun, too."""
    return list(_Reader(story, registry).read(frozenset((_COUNTERPART,))))


class _Reader:
    """Reads a story for offices."""

    def __init__(self, story: Story, registry: Registry) -> None:
        self._story, self._registry = story, registry
        self._bodies: dict[tuple[int, int], Actor] = {
            (name.passage, i): name.known[0].actor
            for name in story.names
            if len(name.known) == 1 and name.sort != "person"
            for i in range(name.start, name.end)
        }
        self._persons = {
            (each.passage, each.head): each
            for each in story.mentions
            if each.actor and story.actors[each.actor]["kind"] == "person"
        }
        self._named: dict[int, list[Span]] = defaultdict(list)
        for mention in self._persons.values():
            self._named[mention.passage].append(mention.span)

    def read(self, words: Set[str]) -> Iterator[Mention]:
        """Go through the offices that end with certain words."""
        for at, passage in enumerate(self._story.passages):
            for token in passage.doc:
                if token.lower_ not in words or token.pos_ not in ("NOUN", "PROPN"):
                    continue
                within_a_name = any(span.covers(passage.span(token)) for span in self._named[at])
                if not within_a_name and (mention := self._mention(at, passage, token)):
                    yield mention

    def _mention(self, at: int, passage: Passage, head: Token) -> Mention | None:
        """Read an office that stands alone, or before a name: "the German chancellor, Olaf Scholz"."""
        title = title_before(passage.doc, head.i + 1)
        words = title.words if title else head.lower_
        first = _with_owner(passage.doc[phrase_before(passage.doc, title.start if title else head.i)])
        for child in head.children:
            if child.dep_ == "appos" and (named := self._persons.get((at, child.i))):
                span = Span(passage.span(first).start, named.span.end)
                return Mention(span, at, head.i, named.actor, How.POSITION)
        actor = self._holder(at, head, first, words)
        if actor is None:
            return None
        self._story.actors.setdefault(actor["id"], actor)
        return Mention(passage.between(first, self._last(at, head)), at, head.i, actor["id"], How.POSITION)

    def _holder(self, at: int, head: Token, first: Token, words: str) -> Actor | None:
        """Say who holds an office, if that is certain."""
        body = self._body(at, head, first)
        if words == _COUNTERPART:
            return self._counterpart(at, head, body)
        length = len(words.replace("-", " - ").split())
        if not self._is_definite(at, first, head.i + 1 - length):
            return None
        if body is None:
            return self._only_bearer(words)
        if words == "leader":
            leaders = [each for office in _LEADERS if (each := self._in_office(office, body))]
            named = [each for each in leaders if each["id"] in self._story.actors]
            return named[0] if len(named) == 1 else None
        return self._in_office(office_of(words), body)

    def _is_definite(self, at: int, first: Token, title: int) -> bool:
        """Tell whether the holder of today is meant: "the French president", but not "a" or "the former" one."""
        before = [first.doc[i] for i in range(first.i, title)]
        return bool(before) and all(
            each.lower_ == "the" or each.tag_ == "POS" or (at, each.i) in self._bodies for each in before
        )

    def _body(self, at: int, head: Token, first: Token) -> Actor | None:
        """Give the country or body that an office is in: before it, or after "of"."""
        for i in range(head.i - 1, first.i - 1, -1):
            if body := self._bodies.get((at, i)):
                return body
        return self._bodies.get((at, self._last(at, head).i))

    def _last(self, at: int, head: Token) -> Token:
        """Give the last word of an office: of the body behind "of", or its own."""
        for child in head.children:
            if child.lower_ == "of":
                return next((each for each in child.children if (at, each.i) in self._bodies), head)
        return head

    def _in_office(self, office: str, body: Actor) -> Actor | None:
        if not office or self._story.published is None:
            return None
        known = self._registry.holder(office, body, self._story.published)
        return known.actor if known else None

    def _only_bearer(self, words: str) -> Actor | None:
        """Give the one person of the story who has a title, or has an office of that meaning at its time."""
        office = office_of(words) or words
        bearers = [
            actor
            for actor in self._story.actors.values()
            if any(
                (office_of(each["title"]) or each["title"].casefold()) == office and self._is_held(each)
                for each in actor.get("positions", ())
            )
        ]
        return bearers[0] if len(bearers) == 1 else None

    def _counterpart(self, at: int, head: Token, body: Actor | None) -> Actor | None:
        """Say who holds the office that somebody else holds elsewhere: "his Russian counterpart"."""
        other = next((each for child in head.children if (each := self._persons.get((at, child.i)))), None)
        if other is None or other.actor is None or body is None:
            return None
        positions = [each for each in self._story.actors[other.actor].get("positions", ()) if self._is_held(each)]
        offices = {office for each in positions if (office := office_of(each["title"]))}
        return self._in_office(offices.pop(), body) if len(offices) == 1 else None

    def _is_held(self, position: Mapping[str, str | None]) -> bool:
        """Tell whether an office is held on the day of publication, as far as that is known."""
        if self._story.published is None:
            return True
        day, start, end = self._story.published.isoformat(), position.get("start") or "", position.get("end")
        return start <= day[: len(start)] and (not end or day[: len(end)] <= end)


def _with_owner(first: Token) -> Token:
    """Take in what stands before an office: "the", "Ukraine's"."""
    while first.i > 0 and (before := first.nbor(-1)).dep_ in ("det", "poss", "case"):
        first = before
    return first
