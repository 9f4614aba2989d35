"""Checking the history: versions follow one another, and the last one of each resource is what is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, groupby, pairwise
from typing import Any

import orjson
from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import Session

from api.store import tables
from api.store.checking.finding import Finding, stream
from api.store.documents import etag

_GONE = ("deleted", "merged")
_NOUNS = {"articles": ("article",), "actors": ("actor",), "facts": ("event", "proposal", "statement")}


def check_versions(session: Session, seen: Callable[[str], None]) -> Iterator[Finding]:
    """Check the versions of each resource, and what is stored of it against the last one."""
    change = tables.changes
    query = select(change, _stored("version"), _stored("etag"))
    query = query.order_by(change.c.id, change.c.resource, change.c.version)
    for _, versions in groupby(stream(session, query), key=lambda row: (row.id, row.resource)):
        first = next(versions)
        last = first
        seen(change.name)
        yield from _check_version(first)
        if first.action != "created":
            yield _wrong(first, f"is '{first.action}', and nothing was before it")
        for before, last in pairwise(chain([first], versions)):
            seen(change.name)
            yield from _check_version(last)
            yield from _check_succession(before, last)
        yield from _check_stored(last)


def check_feed(session: Session) -> Iterator[Finding]:
    """Check that the numbers of the feed have no gaps, up to the last one, which the store has noted."""
    change, store = tables.changes, tables.store
    last: int | None = None
    for (seq,) in stream(session, select(change.c.seq).order_by(change.c.seq)):
        if last is not None and seq != last + 1:
            yield Finding(change.name, str(seq), f"this number of the feed follows {last}")
        last = seq
    noted = session.execute(select(store.c.changes).where(store.c.name == "main")).scalar()
    if noted != (last or 0):
        yield Finding(store.name, "main", f"{noted} is noted as the last change, which is {last or 0}")


def _stored(column: str) -> ColumnElement[Any]:
    """Select a column of the row that stands where a change is of; null when none does."""
    change = tables.changes
    found = {
        name: select(table.c[column]).where(table.c.id == change.c.id).scalar_subquery()
        for name, table in tables.metadata.tables.items()
        if name in _NOUNS
    }
    return case(found, value=change.c.resource).label(f"stored_{column}")


def _wrong(row: Any, detail: str) -> Finding:
    return Finding(tables.changes.name, f"{row.resource}/{row.id}/{row.version}", detail)


def _check_version(row: Any) -> Iterator[Finding]:
    if row.noun not in _NOUNS.get(row.resource, ()):
        yield _wrong(row, f"is of noun '{row.noun}'")
    if (row.action == "merged") != (row.target is not None):
        yield _wrong(row, f"is '{row.action}', and merged into {row.target!r}")
    if row.document is None:
        if row.etag is not None:
            yield _wrong(row, "has an ETag, but no document")
        return
    body = bytes(row.document)
    if row.etag != etag(body):
        yield _wrong(row, "its ETag is not the hash of its document")
    try:
        document = orjson.loads(body)
        if (document["id"], document["version"]) != (row.id, row.version):
            yield _wrong(row, "its document is of another id or version")
    except (ValueError, KeyError, TypeError):
        yield _wrong(row, "its document cannot be read")


def _check_succession(before: Any, row: Any) -> Iterator[Finding]:
    if row.version != before.version + 1:
        yield _wrong(row, f"follows version {before.version}")
    if row.seq <= before.seq:
        yield _wrong(row, f"stands in the feed before version {before.version}")
    if (before.action in _GONE) != (row.action == "restored"):
        yield _wrong(row, f"is '{row.action}' after '{before.action}'")


def _check_stored(last: Any) -> Iterator[Finding]:
    """Check what stands against the last version."""

    def wrong(detail: str) -> Finding:
        return Finding(last.resource, last.id, detail)

    if last.action in _GONE:
        if last.stored_etag is not None:
            yield wrong(f"stands here, though it was {last.action} in version {last.version}")
    elif last.stored_etag is None:
        # A copy of another store stands here for a while, where a version was erased there and later ones are to come.
        if last.etag is not None:
            yield wrong(f"is not here, though it was {last.action} in version {last.version}")
    elif (last.stored_version, last.stored_etag) != (last.version, last.etag):
        yield wrong(
            f"is version {last.stored_version} with ETag {last.stored_etag}, "
            f"but its history ends with version {last.version} with ETag {last.etag}"
        )
