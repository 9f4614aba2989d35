"""Labels: what a document is filed under, as text such as `actor:russia`; and their hashes, the terms of lists.

Whatever a list can be filtered by is a label. Those that narrow a list a lot are posted: there is a list in `postings`
for each, to be walked in order. The others are only checked on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from api.store.tables import UNDATED
from api.store.tallying import Counted

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


@lru_cache(maxsize=100_000)
def term(label: str) -> int:
    """Hash a label to the 64-bit signed integer under which its list is kept."""
    return int.from_bytes(blake2b(label.encode(), digest_size=8).digest(), signed=True)


def day_number(iso: str | None) -> int:
    """Turn an ISO date into days since 0001-01-01, that day being 1; none is UNDATED."""
    return date.fromisoformat(iso).toordinal() if iso else UNDATED


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


def fact_postings(fact: Document, labels: Iterable[str], day: int) -> Iterator[tuple[str, int]]:
    """List (label, key) for each list that a fact stands in. A rejected fact stands only where it is asked for."""
    review = f"review:{fact['review']['status']}"
    if review != "review:approved":
        yield review, day
    if review == HIDDEN:
        return
    for label in labels:
        if label.startswith(POSTED):
            yield label, day
    for article in articles_of_fact(fact):
        yield f"reading:{article}", min(s["start"] for s in fact["evidence"] if s["article"] == article)


def fact_counts(labels: list[str], day: str | None) -> Counted:
    """Tell where a visible fact with some labels counts; its first day is a value as well."""
    values = [(facet, value) for facet, _, value in (label.partition(":") for label in labels) if facet in FACETS]
    if day:
        values.append(("day", day))
    links = [("link", label.removeprefix("link:")) for label in labels if label.startswith("link:")]
    actors = [label for label in labels if label.startswith("actor:")]
    others = [label for label in labels if label.startswith(TALLIED)]
    alone = [label for label in labels if label.startswith(POSTED) and label not in others and label not in actors]
    # In which roles somebody appears is asked of those who appear with him.
    return [(actors, values + links), (others, values), (alone, [])]


def name_key(name: str) -> str:
    """Fold a name for sorting and for finding it by its beginning."""
    return " ".join(name.casefold().split())
