"""What a transaction is to write: collected first, then stored in the order of its keys, each row and count once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, delete, tuple_
from sqlalchemy.orm import Session

from api.store import search_index, tables
from api.store.derived import Cell, Posting
from api.store.engine import upsert
from api.store.labels import term
from api.store.opening import count_changes
from api.store.search_index import Entry

#: An entry of the index of words as it stands there, and as it is to stand there; None where it is not.
_Move = tuple[Entry | None, Entry | None]
#: Keys of more columns than one in a statement that deletes.
_AT_ONCE = 300


@dataclass
class Pending:
    """Rows, places in lists, counts and words that wait to be written."""

    session: Session
    _rows: dict[str, dict[Any, dict[str, Any]]] = field(default_factory=dict)
    _removed: set[tuple[str, str]] = field(default_factory=set)
    _nameless: set[str] = field(default_factory=set)
    _index: dict[tuple[str, str], _Move] = field(default_factory=dict)
    # Below zero where a resource leaves a place, above where it comes to one; one that goes and comes back is at zero.
    _places: Counter[Posting] = field(default_factory=Counter)
    _tallies: Counter[Cell] = field(default_factory=Counter)
    _changes: list[dict[str, Any]] = field(default_factory=list)
    _changed: bool = False

    def put(self, table: Table, key: Any, row: dict[str, Any]) -> None:
        """Write a row; the last one of a key counts."""
        self._rows.setdefault(table.name, {})[key] = row
        self._removed.discard((table.name, key))
        self._changed = True

    def remove(self, table: Table, id_: str) -> None:
        """Delete the row of a resource."""
        self._rows.get(table.name, {}).pop(id_, None)
        self._removed.add((table.name, id_))
        self._changed = True

    def rename(self, actor: str, names: Iterable[str], known: bool) -> None:
        """Let an actor be found by these names alone; `known` is one that may have others."""
        rows = self._rows.setdefault(tables.actor_names.name, {})
        for key in [key for key in rows if key[1] == actor] if known else ():
            del rows[key]
        if known:
            self._nameless.add(actor)
        rows.update({(name, actor): {"name_key": name, "actor_id": actor} for name in names})

    def move(self, gone: Iterable[Posting], come: Iterable[Posting]) -> None:
        """Take a resource out of its places in lists, and put it into others."""
        for place in gone:
            self._places[place] -= 1
        for place in come:
            self._places[place] += 1

    def count(self, cells: Iterable[Cell], by: int) -> None:
        """Count a fact, or take it out of the counts."""
        for cell in cells:
            self._tallies[cell] += by

    def index(self, old: Entry | None, new: Entry | None) -> None:
        """Put an entry into the index of words in place of another one."""
        entry = new or old
        if entry is not None:
            key = (entry.resource, entry.id)
            stands, _ = self._index.get(key, (old, None))
            self._index[key] = (stands, new)

    def record(self, change: dict[str, Any]) -> None:
        """Note a change for the history; it is numbered when it is written."""
        self._changes.append(change)
        self._changed = True

    @property
    def changes(self) -> list[dict[str, Any]]:
        """The changes that wait, in order."""
        return self._changes

    def store(self) -> None:
        """Write all that waits, except the history: what is asked of the store from now on knows of it."""
        self._store_rows()
        self._store_words()
        self._store_places()
        self._store_counts()

    def close(self) -> None:
        """Number the changes and write them, and count the transaction if there was anything to write."""
        if self._changed:
            first = count_changes(self.session, len(self._changes)) - len(self._changes) + 1
            rows = [{**row, "seq": seq} for seq, row in enumerate(self._changes, first)]
            if rows:
                self.session.execute(tables.changes.insert(), rows)
            self._changes, self._changed = [], False

    def _store_rows(self) -> None:
        for name, id_ in sorted(self._removed):
            table = tables.metadata.tables[name]
            self.session.execute(delete(table).where(table.c.id == id_))
        names = tables.actor_names
        for actor in sorted(self._nameless):
            self.session.execute(delete(names).where(names.c.actor_id == actor))
        for name, rows in self._rows.items():
            upsert(self.session, tables.metadata.tables[name], [rows[key] for key in sorted(rows)])
        self._removed, self._nameless, self._rows = set(), set(), {}

    def _store_words(self) -> None:
        moves = [move for move in self._index.values() if move[0] != move[1]]
        search_index.change(self.session, [old for old, _ in moves if old], [new for _, new in moves if new])
        self._index = {}

    def _store_places(self) -> None:
        gone = sorted(place for place, n in self._places.items() if n < 0)
        come = sorted(place for place, n in self._places.items() if n > 0)
        self._places = Counter()
        key = tuple_(tables.postings.c.term, tables.postings.c.key, tables.postings.c.id)
        for at in range(0, len(gone), _AT_ONCE):
            self.session.execute(delete(tables.postings).where(key.in_(gone[at : at + _AT_ONCE])))
        upsert(self.session, tables.postings, _named(("term", "key", "id"), come))

    def _store_counts(self) -> None:
        cells = {(term(label), facet, value): n for (label, facet, value), n in self._tallies.items() if n}
        self._tallies = Counter()
        rows = [(*cell, cells[cell]) for cell in sorted(cells)]
        upsert(self.session, tables.tallies, _named(("term", "facet", "value", "facts"), rows), add="facts")


def _named(names: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> list[Mapping[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in rows]
