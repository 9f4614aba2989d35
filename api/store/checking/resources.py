"""Checking articles, actors and facts, one after the other: each document, and what is derived from it alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from sqlalchemy import Table, exists, select
from sqlalchemy.orm import Session

from api.store import tables
from api.store.checking.expected import Expected
from api.store.checking.finding import Finding, batches
from api.store.checking.references import References
from api.store.checking.words import Words
from api.store.derived import (
    columns_of_actor,
    columns_of_article,
    columns_of_fact,
    count_sources,
    counts_of_fact,
    file_article,
    file_fact,
    names_of_actor,
    postings_of_article,
    postings_of_fact,
    starts_of_fact,
)
from api.store.documents import BOOKKEEPING, etag, render
from api.store.entries import days, entry_of_actor, entry_of_article, entry_of_fact
from api.store.known import Texts
from api.store.labels import HIDDEN, Document, articles_of_fact, joined, labels_of_actor, split
from api.store.tallying import cells_of

#: What is told of one resource: findings of other tables, and sentences about its own row.
_Flaws = Iterator[str | Finding]


class Proofs(Protocol):
    """Knows how documents are made of texts, and says what is wrong with those that are not made so."""

    def of_article(self, article: Document, texts: Texts, words: int) -> Iterable[str]:
        """Judge an article, given its source and how many words its text has."""

    def of_fact(self, fact: Document, texts: Mapping[str, str]) -> Iterable[str]:
        """Judge a fact, given the texts of all articles that it quotes."""

    def claim_of(self, article: Document) -> str:
        """Hash the natural key of an article."""


@dataclass(frozen=True, slots=True)
class Resources:
    """Checks resources; notes what ought to be in the tables that are derived from many of them."""

    stored: Session
    references: References
    expected: Expected
    words: Words
    proofs: Proofs
    seen: Callable[[str], None]

    def check_actors(self) -> Iterator[Finding]:
        """Check all actors."""
        return self._check(tables.actors, self._check_actor)

    def check_facts(self) -> Iterator[Finding]:
        """Check all facts; articles come after them, because an article is filed under the actors of its facts."""
        return self._check(tables.facts, self._check_fact)

    def check_articles(self) -> Iterator[Finding]:
        """Check all articles."""
        return self._check(tables.articles, self._check_article)

    def _check(self, table: Table, check: Callable[[Any, Document], _Flaws]) -> Iterator[Finding]:
        change = tables.changes
        known = exists().where(change.c.id == table.c.id, change.c.resource == table.name).label("known")
        for rows in batches(self.stored, select(table, known).order_by(table.c.id)):
            documents = [_read(row.document) for row in rows]
            self.references.look_up(document for document in documents if isinstance(document, dict))
            for row, document in zip(rows, documents, strict=True):
                self.seen(table.name)
                yield from self._check_one(table, row, document, check)

    def _check_one(
        self, table: Table, row: Any, document: Any, check: Callable[[Any, Document], _Flaws]
    ) -> Iterator[Finding]:
        if not row.known:
            yield Finding(table.name, row.id, "has no history")
        try:
            if isinstance(document, ValueError):
                raise document
            for found in check(row, document):
                yield found if isinstance(found, Finding) else Finding(table.name, row.id, found)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # Whatever is in a document that was tampered with, the others are checked all the same.
            yield Finding(table.name, row.id, f"its document cannot be read: {type(error).__name__}: {error}")

    def _check_actor(self, row: Any, actor: Document) -> _Flaws:
        yield from _check_row(row, "actor", actor, columns_of_actor(actor), list(labels_of_actor(actor)))
        yield from self._unknown(tables.actors, actor["member_of"], "is a member of")
        if actor["merged_into"] is not None:
            yield f"is merged into '{actor['merged_into']}', and stands here"
        self.expected.call(actor["id"], names_of_actor(actor))
        yield from self.words.expect(entry_of_actor(actor))

    def _check_fact(self, row: Any, fact: Document) -> _Flaws:
        articles = {id_: self.references.article(id_) for id_ in articles_of_fact(fact)}
        actors = {part["actor"]: self.references.actor(part["actor"]) for part in fact["actors"] if part["actor"]}
        yield from (f"quotes the article '{id_}', which is not there" for id_, it in articles.items() if it is None)
        yield from (f"names the actor '{id_}', which is not there" for id_, it in actors.items() if it is None)
        sources = {id_: brief for id_, brief in articles.items() if brief}
        named = {id_: brief for id_, brief in actors.items() if brief}
        labels = split(row.labels)
        if len(sources) == len(articles) and len(named) == len(actors):
            labels = file_fact(fact, {id_: publisher for id_, (publisher, _) in sources.items()}, named)
            if fact["sources"] != count_sources(sources):
                yield f"its sources are {fact['sources']}, should be {count_sources(sources)}"
        yield from _check_row(row, fact["kind"], fact, columns_of_fact(fact), labels)
        yield from self._unknown(tables.facts, [each["fact"] for each in fact["relations"]], "is related to")
        yield from self._unknown(tables.facts, fact.get("about", ()), "is about")
        steps = fact.get("history", ())
        yield from self._unknown(tables.actors, [step["by"] for step in steps if step["by"]], "has a step by")
        yield from self._prove(fact, [*articles, *(step["evidence"]["article"] for step in steps)])
        self._expect_fact(fact, labels)
        yield from self.words.expect(entry_of_fact(fact))

    def _expect_fact(self, fact: Document, labels: list[str]) -> None:
        day = days(fact["date"])[0]
        self.expected.post(postings_of_fact(fact["id"], labels, day, starts_of_fact(fact)))
        self.expected.count(cells_of(counts_of_fact(labels, day)))
        if HIDDEN not in labels:
            actors = [label.removeprefix("actor:") for label in labels if label.startswith("actor:")]
            for article in articles_of_fact(fact):
                self.expected.read(article, actors)

    def _prove(self, fact: Document, articles: Iterable[str]) -> _Flaws:
        texts = {id_: self.references.texts(id_) for id_ in dict.fromkeys(articles)}
        return iter(self.proofs.of_fact(fact, {id_: source.text for id_, source in texts.items() if source}))

    def _check_article(self, row: Any, article: Document) -> _Flaws:
        labels = file_article(article, self.expected.actors_in(article["id"]))
        yield from _check_row(row, "article", article, columns_of_article(article), labels)
        self.expected.post(postings_of_article(article["id"], labels, days(article["published_at"])[0]))
        claim = self.proofs.claim_of(article)
        if (holder := self.references.claimant(claim)) != article["id"]:
            yield Finding(tables.claims.name, claim, f"is of {holder!r}, should be of '{article['id']}'")
        texts = self.references.texts(article["id"])
        if texts is None:
            yield "has no text"
            texts = Texts("", "", "")
        self.expected.mark(article["id"], texts.text)
        entry = entry_of_article(article, texts.words)
        yield from self.proofs.of_article(article, texts, len(entry.body))
        yield from self.words.expect(entry)

    def _unknown(self, table: Table, ids: Iterable[str], how: str) -> _Flaws:
        for id_ in ids:
            if not self.references.is_known(table, id_):
                yield f"{how} '{id_}', which is not there"


def _read(body: bytes) -> Any:
    """Read a document; what is none gives the error."""
    try:
        return orjson.loads(body)
    except ValueError as error:
        return error


def _check_row(row: Any, noun: str, document: Document, columns: dict[str, Any], labels: list[str]) -> _Flaws:
    """Check what stands in a resource's own row."""
    body = bytes(row.document)
    if render(noun, document)[0] != body:
        yield "its document is not as its schema writes it"
    if row.etag != etag(body):
        yield "its ETag is not the hash of its document"
    for name, value in ({name: document[name] for name in ("id", *BOOKKEEPING)} | columns).items():
        if (there := getattr(row, name)) != value:
            yield f"its {name} is {there!r}, should be {value!r}"
    if row.labels != joined(labels):
        yield _compare_labels(split(row.labels), labels)


def _compare_labels(there: list[str], ought: list[str]) -> str:
    wrong, missing = ", ".join(sorted(set(there) - set(ought))), ", ".join(sorted(set(ought) - set(there)))
    told = [f"should not be {wrong}"] * bool(wrong) + [f"should be {missing}"] * bool(missing)
    return f"its labels {' and '.join(told) or 'stand in another order'}"
