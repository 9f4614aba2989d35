"""Foreseeing: a writer that writes nothing, and tells what it would have written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from api.store import tables
from api.store.derived import Posting, starts_of_fact
from api.store.foreseen import SOMETIME, Foreseen, ForeseenDocument
from api.store.known import Known
from api.store.labels import Counted
from api.store.pending import Pending
from api.store.writing import Author, Writer

#: Columns that follow from a document without being derived from what it says.
_OWN = frozenset({"id", "version", "created_at", "updated_at", "labels", "etag", "document"})


class Foreseer(Writer):
    """Writes nothing, and tells what it would have written into a store that knows as much as is told here."""

    def __init__(self, known: Known) -> None:
        """Take what is known of the store."""
        super().__init__(known.session, Author(SOMETIME))
        self.known = known
        self._pending = _Documents(known.session)

    def foresee(self, claim: str) -> Foreseen | None:
        """Tell what is to be written; None where that is more than an article and its facts, all of them new."""
        self.file_articles()
        rows, changes = self._pending.rows, self._pending.changes
        documents = [self._document(change, rows[change["resource"]][change["id"]]) for change in changes]
        made = [document for document in documents if document]
        (texts,) = self.known.texts.values()
        if texts is None or len(made) < len(documents):
            return None
        others = [
            (table, key, row)
            for table, by_key in rows.items()
            if table not in ("articles", "facts")
            for key, row in by_key.items()
        ]
        return Foreseen(made[0].id, claim, texts, made, others)

    def _document(self, change: Mapping[str, Any], row: Mapping[str, Any]) -> ForeseenDocument | None:
        body: bytes = change["document"]
        resource, id_ = change["resource"], change["id"]
        entry = self._pending.entry(resource.removesuffix("s"), id_)
        starts: dict[str, int] = {}
        times = 2  # when it is made and when it is changed
        if resource == "facts":
            (fact,) = self.load(tables.facts, [id_]).values()
            starts, times = starts_of_fact(fact), times + (fact["review"]["at"] == SOMETIME)
        if entry is None or change["version"] != 1 or body.count(SOMETIME.encode()) != times:
            return None
        derived = {name: row[name] for name in row if name not in _OWN}
        filed = change["labels"], row["labels"]
        return ForeseenDocument(resource, id_, change["noun"], *filed, derived, starts, entry, body)


class _Documents(Pending):
    """Keeps no places in lists and no counts: they follow from the labels, and are made when these are stored."""

    def move(self, gone: Iterable[Posting], come: Iterable[Posting]) -> None:
        pass

    def count(self, counted: Iterable[Counted], by: int) -> None:
        pass
