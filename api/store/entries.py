"""What of each document is indexed: its words, and the day by which it stands among the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from api.store import tables
from api.store.labels import Document, day_number
from api.store.positions import ABOVE_ALL_DAYS
from api.store.search_index import Entry
from api.store.words import words_of


def days(date: Mapping[str, Any] | None) -> tuple[int, int | None]:
    """Give the day that a date sorts by, and its last one: None for an open end."""
    if not date or not date["earliest"]:
        return tables.UNDATED, tables.UNDATED
    return day_number(date["earliest"]), day_number(date["latest"]) if date["latest"] else None


def is_long(date: Mapping[str, Any] | None) -> bool:
    """Tell whether a date spans so many days that lists by date look it up apart; see store/listing.py."""
    day, last = days(date)
    return last is None or last - day > tables.SHORT_SPAN


def entry_of_article(article: Document, words: list[str]) -> Entry:
    """Index an article by its headings and the words of its text."""
    title = _words([article["title"], article["subtitle"]])
    day = days(article["published_at"])[0]
    return Entry("article", article["id"], day, ("§article",), title, words)


def entry_of_actor(actor: Document) -> Entry:
    """Index an actor by its names and offices."""
    body = _words([*actor["aliases"], *(position["title"] for position in actor["positions"])])
    return Entry("actor", actor["id"], ABOVE_ALL_DAYS, ("§actor",), words_of(actor["name"]), body)


def entry_of_fact(fact: Document, words: Mapping[str, list[str]] = MappingProxyType({})) -> Entry:
    """Index a fact by its title, its quotations, and how they name its actors and places.

    `words` has the words of some of these passages already.
    """
    tag = "§rejected" if fact["review"]["status"] == "rejected" else "§fact"
    title, *passages = passages_of_fact(fact)
    day = days(fact["date"])[0]
    return Entry("fact", fact["id"], day, (tag, f"§{fact['kind']}"), _listed(title, words), _words(passages, words))


def passages_of_fact(fact: Document) -> Iterator[str]:
    """List the passages of a fact that are indexed, the title first."""
    yield fact["title"]
    yield from (span["exact"] for span in fact["evidence"])
    yield from (part["named_as"] for part in fact["actors"] if part["named_as"])
    yield from (place["name"] for place in fact["places"])


def _words(passages: Iterable[str | None], known: Mapping[str, list[str]] = MappingProxyType({})) -> list[str]:
    """List the words of several passages, with a gap between them that no phrase reaches over."""
    words: list[str] = []
    for passage in passages:
        if passage:
            words += _listed(passage, known)
            words.append("§")
    return words


def _listed(passage: str, known: Mapping[str, list[str]]) -> list[str]:
    return known[passage] if passage in known else words_of(passage)
