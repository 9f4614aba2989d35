"""Labels: what a document is filed under, as text such as `actor:russia`; and their hashes, the terms of lists.

Whatever a list can be filtered by is a label. Those that narrow a list a lot are posted: there is a list in `postings`
for each, to be walked in order. The others are only checked on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from api.store.tables import UNDATED

Document = Mapping[str, Any]

#: The labels of facts that have lists of their own.
POSTED = (
    "all",
    "kind:",
    "actor:",
    "link:",
    "type:",
    "category:",
    "country:",
    "article:",
    "publisher:",
    "span:",
)
#: What facts are counted by; under an actor also by link, which is an actor with a role.
FACETS = ("kind", "type", "category", "actor", "publisher", "country", "day")
#: Labels, besides those of actors, for which counts by facet are kept, so that they are exact at any size. What is
#: filed under another label is little enough to be counted when asked.
TALLIED = ("all", "kind:", "type:", "category:", "publisher:", "country:")

HIDDEN = "review:rejected"

#: Where facts count: under each of some labels for themselves and for each (facet, value).
Counted = tuple[list[str], list[tuple[str, str]]]

#: What counts are kept under a label: of all facets and of roles, of all facets, of the label alone, or none.
_ACTOR, _OTHER, _ALONE, _NOWHERE = range(4)


class Filing(NamedTuple):
    """How facts are filed under a label: whether it has a list, what is counted under it, what it is a value of."""

    posted: bool
    counts: int
    value: tuple[str, str] | None


@lru_cache(maxsize=100_000)
def term(label: str) -> int:
    """Hash a label to the 64-bit signed integer under which its list is kept."""
    return int.from_bytes(blake2b(label.encode(), digest_size=8).digest(), signed=True)


@lru_cache(maxsize=10_000)
def day_number(iso: str | None) -> int:
    """Turn an ISO date into days since 0001-01-01, that day being 1; none is UNDATED."""
    return date.fromisoformat(iso).toordinal() if iso else UNDATED


@lru_cache(maxsize=10_000)
def iso_day(number: int) -> str:
    """Turn days since 0001-01-01 into an ISO date."""
    return date.fromordinal(number).isoformat()


def joined(labels: Iterable[str]) -> str:
    """Write labels as one column; every label stands between two line breaks."""
    return "\n" + "".join(f"{label}\n" for label in dict.fromkeys(labels))


def split(column: str) -> list[str]:
    """Read labels from their column."""
    return column.split("\n")[1:-1]


def labels_of_fact(
    fact: Document, publishers: Mapping[str, str], actors: Mapping[str, tuple[str, str | None]]
) -> Iterator[str]:
    """File a fact, given the publisher of each article, and of each actor that it names its id of today and country."""
    yield "all"
    yield f"kind:{fact['kind']}"
    for name in ("type", "quad", "category", "status", "modality", "stance", "attribution"):
        if name in fact:
            yield f"{name}:{fact[name]}"
    yield from (f"mode:{mode}" for mode in fact.get("modes", ()))
    yield from (f"context:{context}" for context in fact.get("contexts", ()))
    for part in fact["actors"]:
        yield f"role:{part['role']}"
        if part["actor"]:
            actor, country = actors[part["actor"]]
            yield f"actor:{actor}"
            yield f"link:{actor}/{part['role']}"
            if country:
                yield f"country:{country}"
    yield from (f"country:{place['country_code']}" for place in fact["places"] if place["country_code"])
    for article in articles_of_fact(fact):
        yield f"article:{article}"
        yield f"publisher:{publishers[article]}"
    yield from (f"relation:{relation['type']}" for relation in fact["relations"])
    yield f"review:{fact['review']['status']}"


def labels_of_article(article: Document, actors: Iterable[str]) -> Iterator[str]:
    """File an article, given the actors of its facts."""
    yield "articles"
    yield f"articles/publisher:{article['publisher']}"
    if article["language"]:
        yield f"articles/language:{article['language'].lower()}"
    yield from (f"articles/actor:{actor}" for actor in actors)


def labels_of_actor(actor: Document) -> Iterator[str]:
    """File an actor."""
    yield f"kind:{actor['kind']}"
    if actor["country_code"]:
        yield f"country:{actor['country_code']}"
    if actor["sector_code"]:
        yield f"sector:{actor['sector_code']}"
    if actor["wikidata_id"]:
        yield f"wikidata:{actor['wikidata_id']}"


def articles_of_fact(fact: Document) -> list[str]:
    """List the articles that give evidence of a fact, each once, in order."""
    return list(dict.fromkeys(span["article"] for span in fact["evidence"]))


@lru_cache(maxsize=20_000)
def filing(label: str) -> Filing:
    """Tell how facts are filed under a label."""
    facet, _, value = label.partition(":")
    counts = _ACTOR if facet == "actor" else _OTHER if label.startswith(TALLIED) else _ALONE
    if not label.startswith(POSTED):
        # What was not approved has a list of its own.
        return Filing(facet == "review" and value != "approved", _NOWHERE, None)
    return Filing(posted=True, counts=counts, value=(facet, value) if facet in (*FACETS, "link") else None)


def fact_postings(labels: Iterable[str], day: int, starts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """List (label, key) for each list that a fact stands in, given where in each article its evidence starts.

    A rejected fact stands only where it is asked for.
    """
    if HIDDEN in labels:
        yield HIDDEN, day
        return
    for label in labels:
        if filing(label).posted:
            yield label, day
    for article, start in starts.items():
        yield f"reading:{article}", start


def fact_counts(labels: Iterable[str], day: int) -> Iterator[Counted]:
    """Tell where a visible fact with some labels counts; its first day is a value as well."""
    under: tuple[list[str], ...] = ([], [], [], [])
    values: list[tuple[str, str]] = []
    links: list[tuple[str, str]] = []
    for label in labels:
        _, counts, value = filing(label)
        under[counts].append(label)
        if value:
            (links if value[0] == "link" else values).append(value)
    if day != UNDATED:
        values.append(("day", iso_day(day)))
    # In which roles somebody appears is asked of those who appear with him.
    yield under[_ACTOR], values + links
    yield under[_OTHER], values
    yield under[_ALONE], []


def name_key(name: str) -> str:
    """Fold a name for sorting and for finding it by its beginning."""
    return " ".join(name.casefold().split())
