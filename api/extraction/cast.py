"""The cast of an article: the actors that it names, each under one id however often and however shortly it is named."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from api.extraction.lexicons import word_lists
from api.extraction.names import Name
from api.extraction.registry import fold, slug
from api.extraction.story import How, Story

Actor = Mapping[str, Any]

_PARTICLES = word_lists("actor_words.tsv")["before a surname"]
_SUFFIXES = word_lists("actor_words.tsv")["after a name"]


class Cast:
    """Those whom the names of an article mean."""

    def __init__(self, story: Story, names: Sequence[Name]) -> None:
        """Meet everybody who is named in full, so that who is named shortly can be told."""
        self._story = story
        self._surnames: dict[str, dict[str, Actor]] = defaultdict(dict)
        self._first_names: dict[str, dict[str, Actor]] = defaultdict(dict)
        self._acronyms: dict[str, Actor] = {}
        for name in names:
            if name.sort == "person" and name.end - name.start > 1:
                self._meet(name)
            elif name.sort == "organization":
                self._meet_acronym(name)

    def who(self, name: Name) -> Actor | None:
        """Say who is named: somebody known, or else a new draft; None where it may be one or another."""
        text = self._text(name)
        if actor := self._acronyms.get(text):
            return actor
        if (bearers := self._bearers(text)) and not _is_place(name):
            # "Trump" is Donald Trump, even where Melania Trump is named, too.
            known = [each.actor for each in name.known if each.actor["id"] in bearers]
            return known[0] if known else next(iter(bearers.values())) if len(bearers) == 1 else None
        if name.known:
            return name.known[0].actor if len(name.known) == 1 else None
        return draft(text, {"people": "group"}.get(name.sort, name.sort))

    def end_of(self, name: Name) -> int:
        """Give the token that a name ends before, with the acronym that it introduces: "the World Bank (WB)"."""
        acronym = self._acronym_behind(name)
        actor = self._acronyms.get(acronym) if acronym else None
        return name.end + 3 if actor and actor is self._acronyms.get(self._text(name)) else name.end

    def bears(self, text: str) -> bool:
        """Tell whether a single word is the surname or the first name of somebody named in full."""
        return bool(self._bearers(text))

    def _bearers(self, text: str) -> Mapping[str, Actor]:
        *particles, last = fold(text).split() or [""]
        if not _PARTICLES.issuperset(particles):
            return {}
        return self._surnames.get(last) or (not particles and self._first_names.get(last)) or {}

    def _text(self, name: Name) -> str:
        doc = self._story.passages[name.passage].doc
        return " ".join(doc[name.start : name.end].text.split())

    def _meet(self, name: Name) -> None:
        text = self._text(name)
        actor = name.known[0].actor if len(name.known) == 1 else draft(text, "person")
        words = [each for each in fold(text).split() if each not in _SUFFIXES]
        if not _PARTICLES.issuperset(words[:-1]):
            self._surnames[words[-1]].setdefault(actor["id"], actor)
            self._first_names[words[0]].setdefault(actor["id"], actor)

    def _meet_acronym(self, name: Name) -> None:
        text, acronym = self._text(name), self._acronym_behind(name)
        if acronym and _abbreviates(acronym, text):
            actor = name.known[0].actor if len(name.known) == 1 else draft(text, "organization")
            aliases = [each for each in actor.get("aliases", ()) if each != acronym]
            self._acronyms[acronym] = self._acronyms[text] = {**actor, "aliases": [*aliases, acronym]}

    def _acronym_behind(self, name: Name) -> str | None:
        doc = self._story.passages[name.passage].doc
        if name.end + 2 < len(doc) and doc[name.end].text == "(" and doc[name.end + 2].text == ")":
            return str(doc[name.end + 1].text) if doc[name.end + 1].text[:2].isupper() else None
        return None


def draft(name: str, kind: str) -> dict[str, Any]:
    """Draft an actor that nobody knows yet."""
    id_ = slug(name) or f"{kind}-{sha256(name.encode()).hexdigest()[:12]}"
    return {"id": id_, "name": name, "kind": kind}


def _is_place(name: Name) -> bool:
    return name.sort == "place" and any(each.how is How.NAME for each in name.known)


def _abbreviates(acronym: str, name: str) -> bool:
    """Tell whether a word is made of the first letters of others, in their order."""
    letters = iter(word[0].upper() for word in re.split(r"[\s-]+", name) if word)
    return all(any(letter == other for other in letters) for letter in acronym.upper() if letter.isalpha())
