"""Foreseeing: a writer that writes nothing, and tells what it would have written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.store import tables
from api.store.foreseen import SOMETIME, Foreseen, ForeseenDocument
from api.store.known import Known
from api.store.labels import split
from api.store.writing import Author, Writer

#: Columns that follow from a document without being derived from what it says.
_OWN = frozenset({"id", "version", "created_at", "updated_at", "labels", "etag", "document"})


class Foreseer(Writer):
    """Writes nothing, and tells what it would have written into a store that knows as much as is told here."""

    def __init__(self, known: Known) -> None:
        """Take what is known of the store."""
        super().__init__(known.session, Author(SOMETIME))
        self.known = known

    def foresee(self, claim: str) -> Foreseen | None:
        """Tell what is to be written; None where that is more than an article and its facts, all of them new."""
        self.file_articles()
        rows, changes = self._pending.taken_out()
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
        return Foreseen(made[0].id, claim, texts, made, others, self._pending)

    def _document(self, change: Mapping[str, Any], row: Mapping[str, Any]) -> ForeseenDocument | None:
        body: bytes = change["document"]
        resource, id_ = change["resource"], change["id"]
        reviewed = resource == "facts" and self.load(tables.facts, [id_])[id_]["review"]["at"] == SOMETIME
        times = 2 + reviewed  # when it is made and changed, and perhaps reviewed
        if change["version"] != 1 or body.count(SOMETIME.encode()) != times:
            return None
        own = {name: row[name] for name in row if name not in _OWN}
        labels = split(row["labels"])
        return ForeseenDocument(resource, id_, change["noun"], split(change["labels"]), labels, own, body)
