"""Checking what leads from one resource to another, and the tables that do nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, Table, exists, literal, or_, select
from sqlalchemy.orm import Session

from api.store import tables
from api.store.checking.finding import Finding, stream
from api.store.derived import columns_of_actor, columns_of_article
from api.store.known import Texts, claimant, resolve
from api.store.labels import Document

#: Ids of one IN list.
_AT_ONCE = 500


class References:
    """Looks up what documents name: for many of them together."""

    def __init__(self, session: Session) -> None:
        """Take a session that sees the same all the time."""
        self._session = session
        self._standing: dict[str, dict[str, Any]] = {}
        self._targets: dict[str, dict[str, str]] = {}
        self._texts: dict[str, Texts] = {}

    def look_up(self, documents: Iterable[Document]) -> None:
        """Look up what some documents name, in the place of what was looked up before."""
        named: dict[str, set[str]] = defaultdict(set)
        for document in documents:
            # Of a document that was tampered with, the rest is found out one by one.
            with suppress(KeyError, TypeError, AttributeError):
                for table, id_ in _named_by(document):
                    named[table].add(id_)
        self._targets = {name: resolve(self._session, tables.metadata.tables[name], ids) for name, ids in named.items()}
        self._standing = {name: self._stand(tables.metadata.tables[name], ids) for name, ids in named.items()}
        texts = tables.article_texts
        read = self._among(select(texts), texts.c.article_id, named["articles"])
        self._texts = {id_: Texts(*parts) for id_, *parts in read}

    def claimant(self, claim: str) -> str | None:
        """Tell which article has a natural key."""
        return claimant(self._session, claim)

    def article(self, id_: str) -> tuple[str, str] | None:
        """Tell an article's publisher and source; None when it is not there."""
        document = self._document(tables.articles, id_)
        columns = document and columns_of_article(document)
        return (columns["publisher"], columns["source_id"]) if columns else None

    def actor(self, id_: str) -> tuple[str, str | None] | None:
        """Tell an actor's id of today and its country; None when it is not there."""
        id_ = self._targets.get(tables.actors.name, {}).get(id_, id_)
        document = self._document(tables.actors, id_)
        return (id_, columns_of_actor(document)["country_code"]) if document else None

    def texts(self, article: str) -> Texts | None:
        """Give the source of an article."""
        return self._texts.get(article)

    def is_known(self, table: Table, id_: str) -> bool:
        """Tell whether a resource is there, or was merged into another, or was there."""
        if id_ in self._standing.get(table.name, ()) or id_ in self._targets.get(table.name, ()):
            return True
        asked = or_(_stands(table, id_), _had_been(table, id_))
        return bool(self._session.execute(select(asked)).scalar_one())

    def _stand(self, table: Table, ids: Iterable[str]) -> dict[str, Any]:
        """Read which resources stand, and what articles and actors say; of those that were merged, those of today."""
        today = {self._targets[table.name].get(id_, id_) for id_ in ids}
        body = literal(None) if table is tables.facts else table.c.document
        return dict(self._among(select(table.c.id, body), table.c.id, today))

    def _among(self, query: Select[Any], column: ColumnElement[Any], values: Iterable[str]) -> Iterator[Any]:
        wanted = sorted(set(values))
        for at in range(0, len(wanted), _AT_ONCE):
            yield from self._session.execute(query.where(column.in_(wanted[at : at + _AT_ONCE])))

    def _document(self, table: Table, id_: str) -> Document | None:
        body = self._standing.get(table.name, {}).get(id_)
        try:
            document = body and orjson.loads(body)
        except ValueError:
            return None
        return document if isinstance(document, dict) else None


def _named_by(document: Document) -> Iterator[tuple[str, str]]:
    """List (table, id) of what a document names, or is made of."""
    if "evidence" not in document:
        yield from (("actors", id_) for id_ in document.get("member_of", ()))
        if "text_sha256" in document:
            yield "articles", document["id"]
        return
    steps = document.get("history", ())
    yield from (("articles", span["article"]) for span in document["evidence"])
    yield from (("articles", step["evidence"]["article"]) for step in steps)
    yield from (("actors", each["actor"]) for each in document["actors"] if each["actor"])
    yield from (("actors", step["by"]) for step in steps if step["by"])
    yield from (("facts", relation["fact"]) for relation in document["relations"])
    yield from (("facts", id_) for id_ in document.get("about", ()))


def check_aliases(session: Session) -> Iterator[Finding]:
    """Check that what was merged leads to what is there, or was until it was deleted; and that nothing stands at it."""
    alias = tables.aliases
    for resource, id_, target in stream(session, select(alias).order_by(alias.c.resource, alias.c.id)):
        table, key = tables.metadata.tables[resource], f"{resource}/{id_}"
        if not session.execute(select(or_(_stands(table, target), _had_been(table, target)))).scalar_one():
            yield Finding(alias.name, key, f"leads to '{target}', which is not there")
        if session.execute(select(_stands(table, id_))).scalar_one():
            yield Finding(alias.name, key, f"leads to '{target}', but something stands here")


def check_claims(session: Session) -> Iterator[Finding]:
    """Check that what claims a natural key is there, or was; that each article has its own is checked with it."""
    claims, articles = tables.claims, tables.articles
    known = or_(_stands(articles, claims.c.article_id), _had_been(articles, claims.c.article_id))
    for hash_, article in stream(session, select(claims).where(~known).order_by(claims.c.hash)):
        yield Finding(claims.name, hash_, f"is of the article '{article}', which is not there")


def check_texts(session: Session) -> Iterator[Finding]:
    """Check that texts are of articles that are there, or were; that each has its own is checked with it."""
    texts, articles = tables.article_texts, tables.articles
    known = or_(_stands(articles, texts.c.article_id), _had_been(articles, texts.c.article_id))
    for (article,) in stream(session, select(texts.c.article_id).where(~known).order_by(texts.c.article_id)):
        yield Finding(texts.name, article, "is of an article that is not there")


def check_suggestions(session: Session) -> Iterator[Finding]:
    """Check that suggestions are about two facts that are there, or were."""
    table = tables.suggestions
    named = select(table.c.fact_id, table.c.id, table.c.other).order_by(table.c.fact_id, table.c.id)
    for fact, id_, other in stream(session, named):
        if fact == other:
            yield Finding(table.name, f"{fact}/{id_}", "is about one fact, not two")
        for each in (fact, other):
            if not session.execute(select(_had_been(tables.facts, each))).scalar_one():
                yield Finding(table.name, f"{fact}/{id_}", f"is about '{each}', which is not there")


def _stands(table: Table, id_: Any) -> Any:
    return exists().where(table.c.id == id_)


def _had_been(table: Table, id_: Any) -> Any:
    change = tables.changes
    return exists().where(change.c.id == id_, change.c.resource == table.name)
