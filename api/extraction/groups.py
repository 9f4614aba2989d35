"""Groups: people and bodies that a text names by whose they are: "Russian troops", "the German government"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from api.extraction.lexicons import rows, word_lists
from api.extraction.names import Name
from api.extraction.registry import Known, Registry, slug
from api.extraction.story import Story

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: Words that may stand between whose they are and what they are: "Russian ground forces".
_BETWEEN = word_lists("actor_words.tsv")["before a group"]
#: What a registry files armed forces and the members of a body under, whatever a text calls them.
_FILED_AS = {"forces": "armed forces", "members": "members"}
_LONGEST = 3


@dataclass(frozen=True, slots=True)
class Group:
    """A group that a text names: its words end before the token `end`; its head is the token `head`."""

    end: int
    head: int
    actor: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Word:
    """What a word for people means: `sense` is country, forces, members, group or organization (lexicons/README.md)."""

    sense: str
    sector: str
    filed_as: str


def find_groups(story: Story, registry: Registry) -> dict[tuple[int, int], Group]:
    """Find the groups of a story, each by where the name of whose it is begins, with one look-up."""
    read: list[tuple[Name, int, _Word, str, str]] = []
    for name in story.names:
        doc = story.passages[name.passage].doc
        if len(name.known) == 1 and name.known[0].label and (found := _group_after(doc, name.end)):
            end, word = found
            read.append((name, end, word, doc[name.start : end].text, _filed(word, name.known[0])))
    known = registry.find({each for *_, words, filed in read for each in (words, filed)})
    groups = {}
    for name, end, word, words, filed in read:
        entries = known.get(words) or known.get(filed)
        actor = entries[0].actor if entries else _actor(word, name.known[0])
        groups[name.passage, name.start] = Group(end, end - 1, actor)
    return groups


@cache
def _words() -> Mapping[tuple[str, ...], _Word]:
    return {
        tuple(words.split()): _Word(sense, sector, filed_as) for words, sense, sector, filed_as in rows("groups.tsv")
    }


def _group_after(doc: Doc, start: int) -> tuple[int, _Word] | None:
    """Read the word for people after a name that ends before a token: where it ends, and the word."""
    at = start + 1 if start < len(doc) and doc[start].tag_ == "POS" else start
    for start in (at, at + 1):
        tokens = tuple(token.lower_ for token in doc[start : start + _LONGEST])
        for length in range(len(tokens), 0, -1):
            if word := _words().get(tokens[:length]):
                return start + length, word
        if not tokens or tokens[0] not in _BETWEEN:
            return None
    return None


def _filed(word: _Word, owner: Known) -> str:
    return f"{owner.label} {_FILED_AS.get(word.sense, word.filed_as)}"


def _actor(word: _Word, owner: Known) -> Mapping[str, Any]:
    """Give the actor that a group is, where no registry knows it: a draft, or the country for its government."""
    if word.sense == "country":
        return owner.actor
    name = f"{owner.label} allies" if word.sense == "members" else _filed(word, owner)
    return {
        "id": slug(name),
        "name": name,
        "kind": "organization" if word.sense in ("forces", "organization") else "group",
        "country_code": owner.actor.get("country_code"),
        "sector_code": word.sector or None,
    }
