"""What of each document is indexed: its words, and the day by which it stands among the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from api.store import tables
from api.store.labels import Document, day_number
from api.store.search_index import ABOVE_ALL_DAYS, Entry
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


def entry_of_article(article: Document, text: str) -> Entry:
    """Index an article by its headings and its text."""
    title = _words([article["title"], article["subtitle"]])
    day = days(article["published_at"])[0]
    return Entry("article", article["id"], day, ("§article",), title, words_of(text))


def entry_of_actor(actor: Document) -> Entry:
    """Index an actor by its names and offices."""
    body = _words([*actor["aliases"], *(position["title"] for position in actor["positions"])])
    return Entry("actor", actor["id"], ABOVE_ALL_DAYS, ("§actor",), words_of(actor["name"]), body)


def entry_of_fact(fact: Document) -> Entry:
    """Index a fact by its title, its quotations, and how they name its actors and places."""
    tag = "§rejected" if fact["review"]["status"] == "rejected" else "§fact"
    named = [part["named_as"] for part in fact["actors"] if part["named_as"]]
    passages = [span["exact"] for span in fact["evidence"]] + named + [place["name"] for place in fact["places"]]
    day = days(fact["date"])[0]
    return Entry("fact", fact["id"], day, (tag, f"§{fact['kind']}"), words_of(fact["title"]), _words(passages))


def _words(passages: Iterable[str | None]) -> list[str]:
    """List the words of several passages, with a gap between them that no phrase reaches over."""
    words: list[str] = []
    for passage in passages:
        if passage:
            words += [*words_of(passage), "§"]
    return words
