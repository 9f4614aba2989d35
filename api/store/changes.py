"""Changes: every version of every resource, as the history of each and as one feed of all.

A change is numbered in the transaction that makes it, and there is one writer at a time: so the feed has no gaps, and
whoever has read up to a number has seen all that is before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Select, Table, bindparam, select

from api.store import tables
from api.store.documents import Found
from api.store.reading import Reader

#: How many changes are looked at for one page of a feed that is filtered.
STEPS = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One version of a resource; `document` is null where nothing is left at the id. `at` is RFC 3339."""

    seq: int
    id: str
    resource: str
    noun: str
    action: str
    version: int
    at: str
    by: str | None
    note: str | None
    target: str | None
    target_version: int | None
    labels: str
    etag: str | None
    document: bytes | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader of the feed wants to see of it.

    `clauses` are sets of labels: a change has one of each. `first_day` and `last_day` (ISO), `min_sources` and
    `min_confidence` are about the fact as it is after the change; what was deleted passes them.
    """

    nouns: frozenset[str] = frozenset()
    clauses: tuple[frozenset[str], ...] = ()
    first_day: str | None = None
    last_day: str | None = None
    min_sources: int | None = None
    min_confidence: float | None = None

    def takes(self, change: Change) -> bool:
        """Tell whether a change is wanted."""
        if self.nouns and change.noun not in self.nouns:
            return False
        if self.clauses:
            labels = {label.removeprefix("articles/") for label in change.labels.split("\n")}
            if any(labels.isdisjoint(clause) for clause in self.clauses):
                return False
        return self._compares(change)

    def _compares(self, change: Change) -> bool:
        asked = (self.first_day, self.last_day, self.min_sources, self.min_confidence)
        if change.document is None or asked == (None, None, None, None):
            return True
        if change.resource != tables.facts.name:
            return False
        fact = orjson.loads(change.document)
        date, confidence = fact["date"] or {"earliest": None, "latest": None}, fact["review"]["confidence"]
        if self.first_day and not (date["earliest"] and (date["latest"] or "9999") >= self.first_day):
            return False
        if self.last_day and not (date["earliest"] and date["earliest"] <= self.last_day):
            return False
        if fact["sources"]["articles"] < (self.min_sources or 0):
            return False
        return (1.0 if confidence is None else confidence) >= (self.min_confidence or 0.0)


@dataclass(frozen=True, slots=True)
class Page:
    """Changes in order, the number of the last one looked at, and whether there are more after it."""

    changes: list[Change]
    seq: int
    more: bool


def after(reader: Reader, seq: int, limit: int, wanted: Wanted | None = None) -> Page:
    """Read what came after a number of the feed. A page may be short: go on from its `seq` while there is `more`."""
    steps = limit if wanted in (None, Wanted()) else STEPS
    rows = [Change(*row) for row in reader.rows(_after, (), {"seq": seq, "limit": steps + 1})]
    taken: list[Change] = []
    for at, change in enumerate(rows):
        if at == steps or len(taken) == limit:
            return Page(taken, rows[at - 1].seq, more=True)
        if wanted is None or wanted.takes(change):
            taken.append(change)
    return Page(taken, rows[-1].seq if rows else seq, more=False)


def last_number(reader: Reader) -> int:
    """Tell the number of the last change; 0 before the first."""
    row = reader.first(_last_number, (), {"name": "main"})
    return int(row[0]) if row else 0


def history(reader: Reader, table: Table, id_: str, limit: int, before: int | None = None) -> list[Change]:
    """Read the versions of a resource, last one first, those before a version."""
    values = {"resource": table.name, "id": id_, "version": before or 2**31 - 1, "limit": limit}
    return [Change(*row) for row in reader.rows(_history, (), values)]


def version(reader: Reader, table: Table, id_: str, number: int) -> Change | None:
    """Read one version of a resource."""
    found = history(reader, table, id_, 1, before=number + 1)
    return found[0] if found and found[0].version == number else None


def find_as_of(reader: Reader, table: Table, id_: str, moment: str, kind: str | None = None) -> Found | None:
    """Read what was at an id at a moment, RFC 3339 with microseconds, as `documents.find` does for today."""
    row = reader.first(_as_of, (), {"resource": table.name, "id": id_, "at": moment})
    change = Change(*row) if row else None
    if change is None or kind not in (None, change.noun):
        return None
    if change.target:
        return Found(moved_to=change.target)
    return Found(change.etag or "", change.document) if change.document else Found(deleted=True)


def texts_of(reader: Reader, change: Change) -> tuple[str, str, str] | None:
    """Read the source of an article that came with a change: what stands before the text, the text, what after it."""
    if change.noun != "article" or change.action not in ("created", "restored"):
        return None
    row = reader.first(_texts, (), {"id": change.id})
    return (row[0], row[1], row[2]) if row else None


def serve(change: Change, texts: tuple[str, str, str] | None = None) -> bytes:
    """Write a change as the feed serves it: its document byte by byte, and if given an article's source."""
    head = orjson.dumps({"resource": change.noun, "id": change.id, **_brief(change)})
    parts = [head[:-1], b',"document":', change.document or b"null"]
    if texts is not None:
        parts += [b',"source":', orjson.dumps(dict(zip(("before", "text", "after"), texts, strict=True)))]
    return b"".join([*parts, b"}"])


def brief(change: Change) -> bytes:
    """Write a change as the list of a resource's versions shows it."""
    return orjson.dumps(_brief(change))


def _brief(change: Change) -> Mapping[str, Any]:
    return {
        "version": change.version,
        "action": change.action,
        "at": change.at,
        "by": change.by,
        "note": change.note,
        "merged_into": change.target,
        "etag": change.etag,
    }


_COLUMNS = [tables.changes.c[name] for name in Change.__slots__]


def _after() -> Select[Any]:
    change = tables.changes
    statement = select(*_COLUMNS).where(change.c.seq > bindparam("seq"))
    return statement.order_by(change.c.seq).limit(bindparam("limit"))


def _last_number() -> Select[Any]:
    return select(tables.store.c.changes).where(tables.store.c.name == bindparam("name"))


def _of_one() -> Select[Any]:
    change = tables.changes
    return select(*_COLUMNS).where(change.c.id == bindparam("id"), change.c.resource == bindparam("resource"))


def _history() -> Select[Any]:
    version = tables.changes.c.version
    return _of_one().where(version < bindparam("version")).order_by(version.desc()).limit(bindparam("limit"))


def _as_of() -> Select[Any]:
    change = tables.changes
    return _of_one().where(change.c.at <= bindparam("at")).order_by(change.c.version.desc()).limit(1)


def _texts() -> Select[Any]:
    texts = tables.article_texts
    return select(texts.c.before, texts.c.text, texts.c.after).where(texts.c.article_id == bindparam("id"))
