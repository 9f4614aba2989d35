"""What is derived from a document and stands beside it: columns, labels, places in lists, counts.

Whoever writes and whoever checks what was written derive it here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from api.store.entries import days, is_long
from api.store.labels import (
    HIDDEN,
    Counted,
    Document,
    fact_counts,
    fact_postings,
    labels_of_article,
    labels_of_fact,
    name_key,
    term,
)

#: A row of `postings`: term, key, id.
Posting = tuple[int, int, str]


def columns_of_article(article: Document) -> dict[str, Any]:
    """Derive the columns that articles are filtered and sorted by."""
    day, last_day = days(article["published_at"])
    source = article["origin_id"] or article["id"]
    return {"publisher": article["publisher"], "source_id": source, "day": day, "last_day": last_day}


def columns_of_actor(actor: Document) -> dict[str, Any]:
    """Derive the columns that actors are filtered and sorted by."""
    codes = {name: actor[name] for name in ("country_code", "wikidata_id")}
    return {"name_key": name_key(actor["name"]), **codes}


def columns_of_fact(fact: Document) -> dict[str, Any]:
    """Derive the columns that facts are filtered and sorted by."""
    day, last_day = days(fact["date"])
    confidence = fact["review"]["confidence"]
    return {
        "kind": fact["kind"],
        "day": day,
        "last_day": last_day,
        "sources": fact["sources"]["articles"],
        "confidence": 1.0 if confidence is None else float(confidence),
    }


def count_sources(articles: Mapping[str, tuple[str, str]]) -> dict[str, int]:
    """Count the sources of a fact, given (publisher, source) of each of its articles, in order."""
    # Copies of one story are one source, published by whoever was first with it.
    stories: dict[str, str] = {}
    for id_, (publisher, story) in articles.items():
        stories[story] = publisher if id_ == story else stories.get(story, publisher)
    return {"articles": len(stories), "publishers": len(set(stories.values()))}


def file_article(article: Document, actors: Iterable[str]) -> list[str]:
    """List the labels of an article, given the actors of its visible facts."""
    labels = list(dict.fromkeys(labels_of_article(article, sorted(actors))))
    return [*labels, "articles/span:long"] if is_long(article["published_at"]) else labels


def file_fact(fact: Document, publishers: Mapping[str, str], actors: Mapping[str, tuple[str, str | None]]) -> list[str]:
    """List the labels of a fact; see labels_of_fact for what must be given."""
    labels = list(dict.fromkeys(labels_of_fact(fact, publishers, actors)))
    return [*labels, "span:long"] if is_long(fact["date"]) else labels


def starts_of_fact(fact: Document) -> dict[str, int]:
    """Tell for each article that a fact has evidence in where the first of that starts."""
    starts: dict[str, int] = {}
    for span in fact["evidence"]:
        starts[span["article"]] = min(span["start"], starts.get(span["article"], span["start"]))
    return starts


def postings_of_article(id_: str, labels: Iterable[str], day: int) -> Iterator[Posting]:
    """List the places of an article in the lists of articles, given the day that it sorts by."""
    return ((term(label), day, id_) for label in labels)


def postings_of_fact(id_: str, labels: Collection[str], day: int, starts: Mapping[str, int]) -> Iterator[Posting]:
    """List the places of a fact in the lists of facts, given the day that it sorts by and where its evidence starts."""
    return ((term(label), key, id_) for label, key in fact_postings(labels, day, starts))


def counts_of_fact(labels: Collection[str], day: int) -> Iterable[Counted]:
    """Tell where a fact counts, given the day that it sorts by: nowhere while it is hidden."""
    return () if HIDDEN in labels else fact_counts(labels, day)


def names_of_actor(actor: Document) -> list[str]:
    """List every name and alias of an actor, folded: what it is found by."""
    return sorted({name_key(name) for name in (actor["name"], *actor["aliases"])})
