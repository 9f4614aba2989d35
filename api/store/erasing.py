"""Erasing: what was stored is to be found nowhere any more, in the history neither, nor in the database's own files."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import closing
from typing import Any

import orjson
from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from api.store import tables
from api.store.engine import has_label
from api.store.jobs import OVER
from api.store.opening import Store

#: What is left of a version that was erased: that it was, when, and what it was filed under.
_BARE = {"document": None, "etag": None, "note": None}
#: A line of so many characters tells its article from others.
_TELLING = 40


def tables_of(session: Session, id_: str) -> list[str]:
    """List the tables that have or had a resource of some id."""
    change = tables.changes
    found = select(change.c.resource).where(change.c.id == id_).distinct().order_by(change.c.resource)
    return list(session.execute(found).scalars())


def erase_versions(session: Session, table: Table, ids: Collection[str]) -> int:
    """Erase all versions of some resources; tell how many had something to erase."""
    change = tables.changes
    theirs = change.c.resource == table.name, change.c.id.in_(ids), change.c.document.is_not(None)
    versions = session.execute(select(change.c.id, change.c.version).where(*theirs)).all()
    session.execute(update(change).where(change.c.resource == table.name, change.c.id.in_(ids)).values(_BARE))
    return len(versions)


def erase_quotations(session: Session, article: str) -> int:
    """Erase all versions of facts that quote an article; tell how many. What is current must not quote it any more."""
    change = tables.changes
    filed = change.c.resource == tables.facts.name, has_label(change.c.labels, f"\narticle:{article}\n")
    versions = select(change.c.id, change.c.version, change.c.document).where(*filed, change.c.document.is_not(None))
    named = f'"article":"{article}"'.encode()
    quoting = [
        {"its_id": id_, "its_version": version}
        for id_, version, document in session.execute(versions.execution_options(yield_per=100))
        if named in bytes(document)
    ]
    one = change.c.id == bindparam("its_id"), change.c.version == bindparam("its_version")
    if quoting:
        connection = session.connection()
        connection.execute(update(change).where(change.c.resource == tables.facts.name, *one).values(_BARE), quoting)
    return len(quoting)


def erase_text(session: Session, article: str) -> None:
    """Erase the source of an article."""
    session.execute(delete(tables.article_texts).where(tables.article_texts.c.article_id == article))


def erase_answers(session: Session, ids: Iterable[str]) -> None:
    """Erase the answers kept for clients that ask again, as far as they name some resources."""
    answers = tables.answers
    named = [f'"{id_}"'.encode() for id_ in ids]
    kept = session.execute(select(answers.c.hash, answers.c.body).execution_options(yield_per=100))
    mine = [hash_ for hash_, body in kept if any(name in bytes(body) for name in named)]
    for hash_ in mine:
        session.execute(delete(answers).where(answers.c.hash == hash_))


def erase_requests(session: Session, text: str) -> None:
    """Erase what was sent of an article with jobs that are over, and could be tried again."""
    table = tables.jobs
    # As they stand in JSON, and in HTML too as long as there is no markup in them.
    lines = [orjson.dumps(line)[1:-1] for line in text.splitlines() if len(line) >= _TELLING]
    wanted = lines or [orjson.dumps(text)[1:-1]]
    over = select(table.c.id, table.c.request).where(table.c.state.in_(OVER), table.c.request.is_not(None))
    kept = session.execute(over.execution_options(yield_per=20))
    for id_ in [id_ for id_, request in kept if any(line in bytes(request) for line in wanted)]:
        session.execute(update(table).where(table.c.id == id_).values(request=None))


def scrub(store: Store) -> bool:
    """See that what was erased is gone from the files of an SQLite store; False while readers keep it there."""
    with closing(store.writers.raw_connection()) as pooled:
        connection: Any = pooled.driver_connection
        # Words that were forgotten stay in the index until its parts are joined.
        connection.execute("INSERT INTO search_words(search_words) VALUES('optimize')")
        connection.execute("VACUUM")
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy
