"""Builds a store anew from the documents of another: what is derived from them must come out the same."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from sqlalchemy.orm import Session

from api.store import tables
from api.store.engine import upsert
from api.store.known import Texts
from api.store.opening import Store
from api.store.writing import Author, Writer
from tests.store.contents import rows


def rebuilt(store: Store, open_empty: Callable[[str], Store]) -> Store:
    """Write every document of a store into an empty one on the same database, each once."""
    fresh = open_empty(store.reader.dialect)
    fresh.write(lambda session: _copy(store, session))
    return fresh


def _copy(store: Store, session: Session) -> None:
    writer = Writer(session, Author("2030-01-01T00:00:00.000000Z"))
    texts = {
        id_: Texts(*parts) for id_, *parts in rows(store, "article_texts", "article_id", "before", "text", "after")
    }
    claims = {article: hash_ for hash_, article in rows(store, "claims", "hash", "article_id")}
    # What was merged is filed under what took over.
    names = ("resource", "id", "target")
    upsert(session, tables.aliases, [dict(zip(names, row, strict=True)) for row in rows(store, "aliases", *names)])
    for (article,) in rows(store, "articles", "document"):
        content = orjson.loads(article)
        writer.put_article(content, texts[content["id"]], claims[content["id"]])
    for (actor,) in rows(store, "actors", "document"):
        writer.put_actor(orjson.loads(actor))
    for (fact,) in rows(store, "facts", "document"):
        writer.put_fact(orjson.loads(fact))
    writer.flush()
