"""Checking the index of words: every entry stands where it belongs, with the words of its document and no others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from api.store import search_index
from api.store.checking.finding import Finding, differing, tuples
from api.store.positions import places_at
from api.store.search_index import Entry

#: Entries are looked up together until they have so many words.
_WORDS_AT_ONCE = 200_000


class Words:
    """Collects the entries that ought to be there, and finds those that are not or are others."""

    def __init__(self, stored: Session, expected: Session) -> None:
        """Take sessions of the store and of the temporary file."""
        self._stored = stored
        self._expected = expected
        self._entries: list[Entry] = []
        self._words = 0
        self._wrong: list[int] = []

    def expect(self, entry: Entry) -> Iterator[Finding]:
        """Note what ought to be there; once there is enough of it, tell what is missing."""
        self._entries.append(entry)
        self._words += len(entry.body)
        if self._words > _WORDS_AT_ONCE or len(self._entries) > _WORDS_AT_ONCE // 100:
            yield from self.look_up()

    def look_up(self) -> Iterator[Finding]:
        """Look up where the entries stand that were noted."""
        taken = search_index.places_taken(self._stored, self._entries)
        standing: list[tuple[int, Entry]] = []
        for entry in self._entries:
            places = [at for at in places_at(entry.base) if taken.get(at) == (entry.resource, entry.id)]
            if places:
                standing.append((places[0], entry))
            else:
                yield Finding(search_index.entries.name, f"{entry.resource}/{entry.id}", "is missing")
        self._entries, self._words = [], 0
        if search_index.is_sqlite(self._stored):
            search_index.write(self._expected, standing)
            return
        rows = [{"position": at, "resource": entry.resource, "id": entry.id} for at, entry in standing]
        if rows:
            self._expected.execute(insert(search_index.entries), rows)
        self._wrong += [at for at, entry in standing if not search_index.has_words(self._stored, entry)]

    def compare(self) -> Iterator[Finding]:
        """Tell what stands in the index that should not, and what has other words than it should."""
        name = search_index.entries.name
        told: set[int] = set()
        for sides in differing(*(tuples(session, _everywhere()) for session in self._sessions)):
            for position, resource, id_ in chain(*sides):
                told.add(position)
                yield Finding(name, f"{resource}/{id_}", "stands where it should not")
        for position in sorted(self._differing() - told):
            entry = search_index.entries
            who = self._stored.execute(select(entry.c.resource, entry.c.id).where(entry.c.position == position)).first()
            of = f"{who.resource}/{who.id}" if who else str(position)
            yield Finding(name, of, "its words are not those of its document")

    @property
    def _sessions(self) -> tuple[Session, Session]:
        return self._stored, self._expected

    def _differing(self) -> set[int]:
        if not search_index.is_sqlite(self._stored):
            return set(self._wrong)
        there, ought = (tuples(session, search_index.vocabulary(session)) for session in self._sessions)
        return {position for sides in differing(there, ought) for _, position, _, _ in chain(*sides)}


def _everywhere() -> Select[tuple[int, str, str]]:
    entry = search_index.entries
    return select(entry.c.position, entry.c.resource, entry.c.id).order_by(
        entry.c.position, entry.c.resource, entry.c.id
    )
