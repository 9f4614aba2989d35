"""Restoring: changes that were made in another store are made here too, each as it was: version, time, author and all.

What is derived from the documents is not taken over but made anew, by the same code that made it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from api.store import tables
from api.store.engine import upsert
from api.store.known import Document, Texts
from api.store.labels import articles_of_fact, joined
from api.store.writing import Author, Outcome, Writer

_TABLES: Mapping[str, Table] = {
    "article": tables.articles,
    "actor": tables.actors,
    **dict.fromkeys(("event", "proposal", "statement"), tables.facts),
}


class RestoreError(ValueError):
    """A change does not fit what is stored."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A change of another store; with what is stored of an article besides its document, its source and its claim."""

    noun: str
    id: str
    version: int
    action: str
    author: Author
    target: str | None
    etag: str | None
    document: Document | None
    texts: Texts | None = None
    claim: str = ""

    def __str__(self) -> str:
        return f"{self.noun} '{self.id}', version {self.version}"


@dataclass(frozen=True, slots=True)
class Position:
    """Up to where of another store's feed this store is a copy of it, and how many changes it had then."""

    cursor: str | None
    changes: int


def find_position(session: Session, url: str) -> Position:
    """Tell how far the feed of the store at a URL was replayed."""
    replay = tables.replays
    row = session.execute(select(replay.c.cursor, replay.c.changes).where(replay.c.url == url)).first()
    return Position(*row) if row else Position(None, 0)


def keep_position(session: Session, url: str, cursor: str, at: str) -> None:
    """Note how far the feed of the store at a URL was replayed, in the transaction that replays it."""
    row = {"url": url, "cursor": cursor, "at": at, "changes": count_stored(session)}
    upsert(session, tables.replays, [row])


def count_stored(session: Session) -> int:
    """Count the changes that were ever stored here."""
    return int(session.execute(select(tables.store.c.changes)).scalar_one())


def restore(session: Session, entries: Iterable[Entry]) -> None:
    """Store changes in their order, in the session's transaction. Raises RestoreError; the caller must roll back."""
    restorer: _Restorer | None = None
    for entry in entries:
        restorer = restorer or _Restorer(session, entry.author)
        if entry.author != restorer.author:  # another transaction of the other store, as far as that can be told
            restorer.settle()
            restorer.file_articles()
            restorer.author = entry.author
        restorer.restore(entry)
    if restorer:
        restorer.flush()


@dataclass
class _Restorer(Writer):
    """Writes documents as they are given, with the versions that they have."""

    _given: Document = field(default_factory=dict)

    def restore(self, entry: Entry) -> None:
        """Make a change again. Raises RestoreError if it does not come out as it was."""
        table, made = _TABLES[entry.noun], self._pending.recorded
        try:
            self._check_version(table, entry)
            if entry.document is None or entry.action == "merged":
                self._take_away(table, entry)
            else:
                self._put(table, entry, entry.document)
        except KeyError as error:
            raise RestoreError(f"{entry}: it speaks of {error}, which is not stored.") from error
        if self._pending.recorded != made + 1:
            raise RestoreError(f"{entry}: it changes nothing.")
        change = self._pending.changes[-1]
        if change["etag"] != entry.etag:
            raise RestoreError(
                f"{entry}: its ETag is {entry.etag} there and would be {change['etag']} here. "
                "Both sides must run the same version of newsfacts."
            )
        change["action"] = entry.action

    def _check_version(self, table: Table, entry: Entry) -> None:
        if self.known.row(table, entry.id) or entry.id in self.known.graves[table.name]:
            last = self.known.version(table, entry.id)
            if entry.version != last + 1:
                raise RestoreError(f"{entry}: version {last} is stored, so it must be {last + 1}.")
        elif entry.action != "created":
            raise RestoreError(f"{entry}: nothing is stored there that could be {entry.action}.")

    def _put(self, table: Table, entry: Entry, document: Document) -> None:
        self._given = document
        if table is tables.articles:
            texts = entry.texts or self.known.source(entry.id)
            if texts is None:
                raise RestoreError(f"{entry}: its text did not come with it.")
            self.put_article(document, texts, entry.claim)
        elif table is tables.actors:
            self.put_actor(document)
        else:
            self.put_fact(document)

    def _take_away(self, table: Table, entry: Entry) -> None:
        """Delete or merge what stands at an id; or leave it empty, where a document was erased in the other store."""
        if self.known.row(table, entry.id) is not None:
            self.remove(table, entry.id, into=entry.target, left=entry.document)
            return
        target_version = None
        if entry.target:
            target_version = self.known.version(table, entry.target)
            self._lead(table, entry.id, entry.target)
            self._outdated.update(self.facts_under(f"actor:{entry.id}") if table is tables.actors else ())
        named = (table.name, entry.id, entry.version, entry.noun, entry.action)
        self._record(*named, joined([]), None, None, target=entry.target, target_version=target_version)
        self.known.graves[table.name][entry.id] = entry.version
        self.changed = True

    def _absent(self, table: Table, id_: str) -> tuple[Any, ...]:
        # An actor that was erased in the other store is still named by versions from before.
        return (id_, None) if table is tables.actors else super()._absent(table, id_)

    def _revise(self, noun: str, content: Mapping[str, Any], old: Any) -> tuple[Document, Outcome]:
        return self._given, "updated" if old else "created"

    def _refresh(self, fact: Document) -> None:
        # What follows for the document comes as a change of its own.
        articles = self._brief(tables.articles, articles_of_fact(fact))
        self._file_fact(fact, self.known.row(tables.facts, fact["id"]), articles)
