"""What a transaction is to write: collected first, then stored in the order of its keys, each row and count once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, delete, tuple_
from sqlalchemy.orm import Session

from api.store import search_index, tables
from api.store.derived import Posting
from api.store.engine import upsert, write_rows
from api.store.labels import Counted
from api.store.opening import count_changes
from api.store.search_index import Entry
from api.store.tallying import Tally

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
    _left: list[Posting] = field(default_factory=list)
    _taken: list[Posting] = field(default_factory=list)
    _tally: Tally = field(default_factory=Tally)
    _changes: list[dict[str, Any]] = field(default_factory=list)
    _changed: bool = False
    #: How many changes were ever noted.
    recorded: int = 0

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
        self._left.extend(gone)
        self._taken.extend(come)

    def count(self, counted: Iterable[Counted], by: int) -> None:
        """Count a fact, or with `by` -1 take it out of the counts."""
        self._tally.add(counted, by)

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
        self.recorded += 1
        self._changed = True

    @property
    def changes(self) -> list[dict[str, Any]]:
        """The changes that wait, in order."""
        return self._changes

    @property
    def rows(self) -> dict[str, dict[Any, dict[str, Any]]]:
        """The rows that wait, by table and key."""
        return self._rows

    def entry(self, resource: str, id_: str) -> Entry | None:
        """Give what is to stand in the index of words of a resource that waits."""
        return self._index[resource, id_][1]

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
            rows = [tuple((row | {"seq": seq}).values()) for seq, row in enumerate(self._changes, first)]
            if rows:
                write_rows(self.session, tables.changes, tuple(self._changes[0]), rows, replace=False)
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
        places = Counter(self._taken)
        places.subtract(self._left)  # what goes and comes back is at zero, and stays
        gone = sorted(place for place, n in places.items() if n < 0) if self._left else []
        come = sorted(place for place, n in places.items() if n > 0)
        self._left, self._taken = [], []
        key = tuple_(tables.postings.c.term, tables.postings.c.key, tables.postings.c.id)
        for at in range(0, len(gone), _AT_ONCE):
            self.session.execute(delete(tables.postings).where(key.in_(gone[at : at + _AT_ONCE])))
        write_rows(self.session, tables.postings, ("term", "key", "id"), come, replace=False)

    def _store_counts(self) -> None:
        rows = self._tally.changes()
        self._tally = Tally()
        write_rows(self.session, tables.tallies, ("term", "facet", "value", "facts"), rows, add="facts")
