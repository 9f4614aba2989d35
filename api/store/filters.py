"""From the parameters of a list to its `Listing`, for each noun: the one place that says what a filter means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from api.store import tables
from api.store.changes import Wanted
from api.store.labels import HIDDEN, name_key
from api.store.listing import Clause, Listing
from api.store.times import in_full
from api.store.words import SearchQuery, parse
from schemas.vocabulary import Role

Query = Mapping[str, Any]

#: Filters of facts that are labels: those with lists of their own, and those only checked on the way.
_POSTED = ("type", "category", "country", "article", "publisher")
_CHECKED = ("mode", "context", "quad", "status", "modality", "stance", "attribution", "relation")


def facts(query: Query, kind: str | None = None) -> Listing:
    """Make the list of facts, or of one kind of facts, that a query asks for. Raises SearchQueryError for its `q`."""
    clauses = [_any(name, query.get(name, ()), posted=True) for name in _POSTED]
    clauses.append(_any("kind", [kind] if kind else query.get("kind", ()), posted=True))
    clauses += [_any(name, query.get(name, ())) for name in _CHECKED]
    clauses += _parts(query.get("actor", ()), query.get("role", ()))
    asked = [clause for clause in clauses if clause.labels]
    review = [f"review:{status}" for status in query.get("review", ())]
    if HIDDEN in review:
        # Rejected facts stand in the list of the rejected and in no other: nothing else can be walked.
        asked = [Clause(clause.labels) for clause in asked]
        asked.append(Clause(("all", HIDDEN) if len(review) > 1 else (HIDDEN,), posted=True))
    if review:
        asked.append(Clause(tuple(review), posted=review == ["review:pending"]))
    first, last = _day(query.get("date_from")), _day(query.get("date_to"))
    compared = [
        ("ends_from", first),
        ("begins_by", last),
        ("updated_since", in_full(since) if (since := query.get("updated_since")) else None),
        ("min_sources", query.get("min_sources")),
        ("min_confidence", query.get("min_confidence")),
    ]
    order = query.get("sort", "-date")
    return Listing(
        tables.facts,
        "all",
        clauses=tuple(asked),
        compared=_given(compared),
        order="updated_at" if order.endswith("updated") else None,
        descending=order.startswith("-"),
        ids=tuple(query.get("ids", ())),
        # Nor do rejected facts stand in the list of those that last long: all of them are looked at.
        first_day=None if HIDDEN in review else first,
        last_day=last,
        words=_words(query),
        tags=("§fact", "§rejected") if HIDDEN in review else ("§fact",),
        hide=HIDDEN not in review,
        long_label="span:long",
    )


def reading(article: str) -> Listing:
    """Make the list of an article's facts in reading order."""
    clause = Clause((f"reading:{article}",), posted=True)
    return Listing(tables.facts, "all", clauses=(clause,), descending=False, undated_last=False)


def articles(query: Query) -> Listing:
    """Make the list of articles that a query asks for. Raises SearchQueryError for its `q`."""
    clauses = [
        _any("articles/publisher", query.get("publisher", ()), posted=True),
        _any("articles/language", [tag.lower() for tag in query.get("language", ())], posted=True),
        *(_any("articles/actor", [actor], posted=True) for actor in query.get("actor", ())),
    ]
    first, last = _day(query.get("published_from")), _day(query.get("published_to"))
    return Listing(
        tables.articles,
        "articles",
        clauses=tuple(clause for clause in clauses if clause.labels),
        compared=_given([("ends_from", first), ("begins_by", last)]),
        descending=query.get("sort", "-published").startswith("-"),
        ids=tuple(query.get("ids", ())),
        first_day=first,
        last_day=last,
        words=_words(query),
        tags=("§article",),
        long_label="articles/span:long",
    )


def actors(query: Query) -> Listing:
    """Make the list of actors that a query asks for. Raises SearchQueryError for its `q`."""
    clauses = [_any(name, query.get(name, ())) for name in ("kind", "country", "sector")]
    wikidata = tuple(query.get("wikidata_id", ()))
    if query.get("ids"):
        clauses.append(_any("wikidata", wikidata))
    name = query.get("name")
    return Listing(
        tables.actors,
        "actors",
        clauses=tuple(clause for clause in clauses if clause.labels),
        compared=_given([("name_from", name_key(name) if name else None)]),
        order="name_key",
        descending=query.get("sort", "name").startswith("-"),
        ids=tuple(query.get("ids", ())) or wikidata,
        id_column="wikidata_id" if wikidata and not query.get("ids") else "id",
        words=_words(query),
        tags=("§actor",),
    )


def changes(query: Query) -> Wanted:
    """Say which changes of the feed a query asks for."""
    clauses = [_any(name, query.get(name, ())) for name in (*_POSTED, *_CHECKED, "kind", "review")]
    clauses += _parts(query.get("actor", ()), query.get("role", ()))
    return Wanted(
        nouns=frozenset(query.get("resource", ())),
        clauses=tuple(frozenset(clause.labels) for clause in clauses if clause.labels),
        first_day=query.get("date_from"),
        last_day=query.get("date_to"),
        min_sources=query.get("min_sources"),
        min_confidence=query.get("min_confidence"),
    )


def _any(name: str, values: Iterable[str], posted: bool = False) -> Clause:
    return Clause(tuple(dict.fromkeys(f"{name}:{value}" for value in values)), posted)


def _parts(actors: Iterable[str], roles: Iterable[str]) -> list[Clause]:
    """Ask for all of the actors; with roles, each in one of them; roles alone are anyone's."""
    roles, actors = list(dict.fromkeys(roles)), list(actors)
    if not actors:
        return [_any("role", roles)]
    if not roles or len(roles) == len(Role):
        return [_any("actor", [actor], posted=True) for actor in actors]
    return [_any("link", [f"{actor}/{role}" for role in roles], posted=True) for actor in actors]


def _given(compared: Iterable[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, value) for name, value in compared if value is not None)


def _day(iso: str | None) -> int | None:
    return date.fromisoformat(iso).toordinal() if iso else None


def _words(query: Query) -> SearchQuery | None:
    return parse(query["q"]) if query.get("q") else None
