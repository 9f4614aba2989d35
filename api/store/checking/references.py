"""Checking what leads from one resource to another, and the tables that do nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Table, exists, or_, select
from sqlalchemy.orm import Session

from api.store import tables
from api.store.checking.finding import Finding, stream
from api.store.derived import columns_of_actor, columns_of_article
from api.store.known import claimant, load_texts, resolve
from api.store.labels import Document

#: How many articles and actors, and how many texts, are remembered.
_BRIEFS, _TEXTS = 20_000, 20


class References:
    """Looks up what documents name; what was asked for last is remembered."""

    def __init__(self, session: Session) -> None:
        """Take a session that sees the same all the time."""
        self._session = session
        self.article = lru_cache(_BRIEFS)(self._article)
        self.actor = lru_cache(_BRIEFS)(self._actor)
        self.text = lru_cache(_TEXTS)(self._text)
        self.is_known = lru_cache(_BRIEFS)(self._is_known)

    def claimant(self, claim: str) -> str | None:
        """Tell which article has a natural key."""
        return claimant(self._session, claim)

    def _article(self, id_: str) -> tuple[str, str] | None:
        """Tell an article's publisher and source; None when it is not there."""
        document = self._document(tables.articles, id_)
        columns = document and columns_of_article(document)
        return (columns["publisher"], columns["source_id"]) if columns else None

    def _actor(self, id_: str) -> tuple[str, str | None] | None:
        """Tell an actor's id of today and its country; None when it is not there."""
        id_ = resolve(self._session, tables.actors, [id_]).get(id_, id_)
        document = self._document(tables.actors, id_)
        return (id_, columns_of_actor(document)["country_code"]) if document else None

    def _text(self, article: str) -> str | None:
        texts = load_texts(self._session, article)
        return texts.text if texts else None

    def _is_known(self, table: Table, id_: str) -> bool:
        """Tell whether a resource is there, or was merged into another, or was there."""
        alias = tables.aliases
        merged = exists().where(alias.c.resource == table.name, alias.c.id == id_)
        asked = or_(_stands(table, id_), merged, _had_been(table, id_))
        return bool(self._session.execute(select(asked)).scalar_one())

    def _document(self, table: Table, id_: str) -> Document | None:
        body = self._session.execute(select(table.c.document).where(table.c.id == id_)).scalar()
        try:
            document = body and orjson.loads(body)
        except ValueError:
            return None
        return document if isinstance(document, dict) else None


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
