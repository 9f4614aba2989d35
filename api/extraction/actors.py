"""Actors: who is named, and who is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from api.extraction.cast import Cast
from api.extraction.coreference import find_pronouns
from api.extraction.groups import Group, find_groups
from api.extraction.metonyms import acts
from api.extraction.names import Name, find_names
from api.extraction.offices import is_address, office_of, phrase_before, title_before
from api.extraction.positions import find_counterparts, find_positions
from api.extraction.registry import shipped
from api.extraction.story import How, Mention, Story

if TYPE_CHECKING:
    from spacy.tokens import Doc


def find_actors(story: Story) -> None:
    """Fill `story.names`, `story.actors` and `story.mentions`."""
    registry = story.registry or shipped()
    story.names = find_names(story, registry)
    finder = _Finder(story, Cast(story, story.names), find_groups(story, registry))
    for name in story.names:
        finder.read(name)
    story.mentions += find_positions(story, registry)
    story.mentions += find_pronouns(story, finder.sexes)
    story.mentions += find_counterparts(story, registry)
    story.mentions.sort(key=lambda each: (each.passage, each.span))


class _Finder:
    """Turns names into mentions."""

    def __init__(self, story: Story, cast: Cast, groups: Mapping[tuple[int, int], Group]) -> None:
        self._story, self._cast, self._groups = story, cast, groups
        self._before: Name | None = None
        #: The sex of the persons of whom the text or the registry tells it, by id.
        self.sexes: dict[str, str] = {}

    def read(self, name: Name) -> None:
        """Note whom a name names."""
        doc = self._story.passages[name.passage].doc
        if name.sort == "person" or self._is_surname(doc, name):
            self._add_person(doc, name)
        elif (name.known and name.known[0].how is not How.METONYM) or name.sort == "organization":
            self._add_body(doc, name)
        elif name.known and (not name.known[0].place or acts(doc[name.end - 1])):
            self._add(name, self._cast.who(name), How.METONYM, _article(doc, name.start, name.end))
        elif name.sort == "people" and doc[name.end - 1].tag_ in ("NNS", "NNPS"):
            self._add(name, self._cast.who(name), How.NAME, _article(doc, name.start, name.end))
        self._before = name

    def _is_surname(self, doc: Doc, name: Name) -> bool:
        return (
            name.end - name.start == 1
            and (not name.known or name.known[0].how is How.METONYM)
            and self._cast.bears(doc[name.start].text)
        )

    def _add_person(self, doc: Doc, name: Name) -> None:
        actor, start = self._cast.who(name), name.start
        title = title_before(doc, name.start)
        if title:
            start = phrase_before(doc, title.start)
            body = self._named_within(name.passage, start, title.start)
            if actor and "aliases" not in actor:
                actor = self._in_office(actor, title.words, body)
            elif actor and not _may_be(actor, title.words):
                actor = None
            start = _article(doc, start, name.end)
        sex = (name.known[0].sex if name.known else "") or (title.sex if title else "")
        if actor and sex:
            self.sexes[actor["id"]] = sex
        self._add(name, actor, How.NAME, start)

    def _in_office(self, actor: Mapping[str, Any], title: str, body: Name | None) -> Mapping[str, Any]:
        """Add to a draft the office that the text gives a person."""
        actor = self._story.actors.get(actor["id"], actor)
        if actor.get("positions") or is_address(title):
            return actor
        known = body.known[0].actor if body and len(body.known) == 1 else {}
        position = {"title": title.capitalize(), "organization": known.get("name"), "start": None, "end": None}
        filled = {**actor, "country_code": known.get("country_code"), "positions": [position]}
        self._story.actors[actor["id"]] = filled
        return filled

    def _named_within(self, passage: int, start: int, end: int) -> Name | None:
        """Give the name before a title, of the body that the office is in."""
        before = self._before
        return before if before and before.passage == passage and start <= before.start < end else None

    def _add_body(self, doc: Doc, name: Name) -> None:
        """Note a country or an organisation, and the group that is named by it."""
        how = name.known[0].how if name.known else How.NAME
        actor = self._cast.who(name)
        if group := self._groups.get((name.passage, name.start)):
            start = _article(doc, name.start, group.end)
            self._add(name, group.actor, How.DESCRIPTION, start, group.end, group.head)
        start = _article(doc, name.start, name.end) if how is How.NAME else name.start
        self._add(name, actor, how, start, self._cast.end_of(name))

    def _add(
        self, name: Name, actor: Mapping[str, Any] | None, how: How, start: int, end: int = 0, head: int | None = None
    ) -> None:
        passage = self._story.passages[name.passage]
        tokens = passage.doc[start : end or name.end]
        if actor:
            self._story.actors.setdefault(actor["id"], actor)
        self._story.mentions.append(
            Mention(
                passage.span(tokens),
                name.passage,
                tokens.root.i if head is None else head,
                actor["id"] if actor else None,
                how,
            )
        )


def _may_be(actor: Mapping[str, Any], title: str) -> bool:
    """Tell whether somebody known has ever had an office: "President Clinton" is not Hillary Clinton."""
    office = office_of(title)
    held = {office_of(each["title"]) for each in actor.get("positions", ())}
    return not office or not held or office in held


def _article(doc: Doc, start: int, end: int) -> int:
    """Take in the article of a name, "the U.S.", but not one of what follows it, "the U.S. proposals"."""
    if start and doc[start - 1].lower_ == "the" and start <= doc[start - 1].head.i < end:
        return start - 1
    return start
