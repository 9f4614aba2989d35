"""The registry: actors that are known before an article is read, by the names that they go by.

The one shipped here has countries, organisations and office holders (lexicons/README.md); whoever has more of them,
such as those in a store, puts a registry of their own in front of it (`Stacked`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Protocol

from api.extraction.lexicons import rows
from api.extraction.offices import office_of
from api.extraction.story import How

_ARTICLE = re.compile(r"^the\s+", re.IGNORECASE)
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "’": "'", "ʻ": "'"})
#: An abbreviation this short is also a word: "us", "who", "un". It is told by its capitals alone.
_SHORT = 3


@dataclass(frozen=True, slots=True)
class Known:
    """An actor as one of its names gives it.

    `actor` is an entry of a fact sheet's `actors`; `how` is what kind of name it was; `place` tells that the name is
    also a place to be in; `label` goes before a noun for its people ("Russian troops"); `sex` is m or f where certain.
    `local` tells that the name means this actor only in a text that names its country ("the Senate"), `definite` that
    it does so only after "the" ("the West").
    """

    actor: Mapping[str, Any]
    how: How = How.NAME
    place: bool = False
    label: str = ""
    sex: str = ""
    local: bool = False
    definite: bool = False


class Registry(Protocol):
    """Actors by name."""

    def find(self, names: Collection[str]) -> Mapping[str, Sequence[Known]]:
        """Look up all names of an article at once: those that are known, each with whom it may mean."""

    def holder(self, office: str, body: Mapping[str, Any], day: date) -> Known | None:
        """Say who holds an office (`offices.office_of`) of a country or body on a day; None if that is not certain."""


def fold(name: str) -> str:
    """Give what names of the same letters share: no article, no capitals, accents, dots or curly apostrophes."""
    folded = _ARTICLE.sub("", " ".join(name.split())).casefold().translate(_LETTERS).replace(".", "")
    if folded.isascii():
        return folded
    return "".join(each for each in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(each))


def slug(name: str) -> str:
    """Derive an id from a name: its Latin letters and digits; empty if it has none."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name).replace("'", "")).strip("-")[:96].strip("-")


class Shipped:
    """The registry that comes with the product."""

    def __init__(self) -> None:
        """Load it."""
        self._names: dict[str, list[tuple[bool, Known]]] = defaultdict(list)
        self._offices: dict[tuple[str, str], list[tuple[str, str, Known]]] = defaultdict(list)
        self.actors: dict[str, dict[str, Any]] = {}
        members = _members()
        for row in rows("countries.tsv"):
            self._add_country(row, members[row[0]])
        for row in rows("organizations.tsv"):
            self._add_organization(*row[:6])
        self._bodies = {actor["name"]: id_ for id_, actor in self.actors.items()}
        self._countries = {
            actor["country_code"]: id_ for id_, actor in self.actors.items() if actor["kind"] == "country"
        }
        for row in rows("office_holders.tsv"):
            self._add_holder(row)

    def find(self, names: Collection[str]) -> dict[str, list[Known]]:
        """Look up names."""
        found = {}
        for name in names:
            if (entries := self._names.get(fold(name))) and (
                known := [each for exact, each in entries if not exact or _in_capitals(name)]
            ):
                found[name] = known
        return found

    def holder(self, office: str, body: Mapping[str, Any], day: date) -> Known | None:
        """Say who holds an office on a day."""
        on = day.isoformat()
        held = [
            known
            for start, end, known in self._offices.get((office, body["id"]), ())
            if start and start <= on[: len(start)] and (not end or on[: len(end)] <= end)
        ]
        return held[0] if len(held) == 1 else None

    def _add(self, actor: Mapping[str, Any], name: str, known: Known) -> None:
        entries = self._names[fold(name)]
        if all(each.actor["id"] != actor["id"] for _, each in entries):
            entries.append((_is_short(name), known))

    def _add_country(self, row: Sequence[str], member_of: Sequence[str]) -> None:
        code, name, others, people, seats = row
        capitals = [each for each in seats.split(";") if each]
        aliases = [*filter(None, others.split(";")), *(each.rstrip("*") for each in capitals)]
        actor = _actor(slug(name), name, "country", "GOV", code, aliases, member_of=member_of)
        adjectives = [each for each in people.split(";") if each]
        label = adjectives[0] if adjectives else name
        self.actors[actor["id"]] = actor
        for each in [name, *filter(None, others.split(";"))]:
            self._add(actor, each, Known(actor, How.NAME, True, label))
        for each in adjectives:
            self._add(actor, each, Known(actor, How.NATIONALITY, False, label))
        for each in capitals:
            self._add(actor, each.rstrip("*"), Known(actor, How.METONYM, not each.endswith("*"), label))

    def _add_organization(self, id_: str, name: str, others: str, kind: str, sector: str, code: str) -> None:
        aliases = [each for each in others.split(";") if each]
        actor = _actor(id_, name, kind, sector, code, [each.rstrip("*?") for each in aliases])
        self.actors[id_] = actor
        for each in [name, *aliases]:
            is_place = each.endswith("*")
            how = How.METONYM if is_place else How.NAME
            known = Known(actor, how, is_place, name, "", each.endswith("?"), each.startswith("the "))
            self._add(actor, each.rstrip("*?"), known)

    def _add_holder(self, row: Sequence[str]) -> None:
        name, others, sex, code, title, body, start, end = row
        id_ = slug(name)
        if id_ not in self.actors:
            aliases = [each for each in others.split(";") if each]
            actor = _actor(id_, name, "person", "GOV" if title else None, code, aliases)
            self.actors[id_] = {**actor, "positions": []}
        actor = self.actors[id_]
        known = Known(actor, How.NAME, False, "", sex)
        for each in [name, *filter(None, others.split(";"))]:
            self._add(actor, each, known)
        if title:
            position = {"title": title, "organization": body, "start": start or None, "end": end or None}
            actor["positions"].append(position)
            if office := office_of(title):
                self._offices[office, self._seat(body, code)].append((start, end, known))

    def _seat(self, body: str, code: str) -> str:
        """Give the id of the country or body that an office is called after: "the U.S. secretary of state"."""
        id_ = self._bodies.get(body)
        code = self.actors[id_]["country_code"] if id_ else code
        return self._countries.get(code, id_ or slug(body))


class Stacked:
    """A registry in front of another: what the first one knows by a name, it knows better."""

    def __init__(self, first: Registry, then: Registry) -> None:
        """Take both."""
        self._first, self._then = first, then

    def find(self, names: Collection[str]) -> Mapping[str, Sequence[Known]]:
        """Look up names."""
        first, then = self._first.find(names), self._then.find(names)
        return {**then, **{name: [_refined(each, then.get(name, ())) for each in first[name]] for name in first}}

    def holder(self, office: str, body: Mapping[str, Any], day: date) -> Known | None:
        """Say who holds an office on a day."""
        return self._first.holder(office, body, day) or self._then.holder(office, body, day)


@cache
def shipped() -> Shipped:
    """Load the registry that comes with the product, once per process."""
    return Shipped()


def _refined(known: Known, others: Sequence[Known]) -> Known:
    """Add to an actor of one registry what another one knows about the same name of the same actor."""
    for other in others:
        if other.actor["id"] == known.actor["id"]:
            return replace(other, actor=known.actor)
    return known


def _members() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for id_, *_, codes in rows("organizations.tsv"):
        for code in codes.split():
            found[code].append(id_)
    return found


def _actor(
    id_: str,
    name: str,
    kind: str,
    sector: str | None,
    code: str | None,
    aliases: Sequence[str],
    member_of: Sequence[str] = (),
) -> dict[str, Any]:
    return {
        "id": id_,
        "name": name,
        "kind": kind,
        "aliases": list(aliases),
        "country_code": code or None,
        "sector_code": sector or None,
        "member_of": list(member_of),
    }


def _in_capitals(name: str) -> bool:
    name = _ARTICLE.sub("", name)
    return name.upper() == name


def _is_short(name: str) -> bool:
    return name.isupper() and len(name.replace(".", "")) <= _SHORT
