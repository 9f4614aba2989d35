"""The index of words, in SQLite (FTS5) and in PostgreSQL (tsvector with GIN): the other half of what is particular.

Every searchable resource is an entry with a position: newest first is ascending position, in both databases, without
sorting. A position is how long ago its day is, then a hash of the id; actors, which have no day, stand before all days.
Only ascending: FTS5 of SQLite 3.40 loses matches of two words when it walks far apart rowids downwards.
Words arrive normalised (store/words.py), so that both databases find the same. A tag such as `§fact` is indexed among
the words and narrows a search within the index.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    MetaData,
    Table,
    Text,
    bindparam,
    cast,
    column,
    delete,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.orm import Session

from api.store.words import MOST_INDEXED, Phrase, SearchQuery

#: The day of what has none and yet comes first: after every date.
ABOVE_ALL_DAYS = (1 << 22) - 1
_HASH_BITS = 40
#: Two ids whose hashes collide on one day stand side by side; more than this never meet.
_PROBES = 16
#: Weights of title and body in ranking.
_WEIGHTS = (4.0, 1.0)
#: PostgreSQL counts positions of words up to here.
_MOST_POSITIONS = 16_383
#: Bytes of different words in one tsvector; PostgreSQL takes a mebibyte with the positions.
_LARGEST_VECTOR = 300_000

entries = Table(
    "search_entries",
    MetaData(),  # made by a migration: PostgreSQL's has a column more
    Column("position", BigInteger),
    Column("resource", Text),
    Column("id", Text),
)
_fts = table("search_words", column("rowid"), column("title"), column("body"))


@dataclass(frozen=True, slots=True)
class Entry:
    """What is indexed of a resource: where it stands, its tags, and the words of its title and its body."""

    resource: str
    id: str
    day: int
    tags: tuple[str, ...]
    title: list[str]
    body: list[str]

    @property
    def base(self) -> int:
        """The entry's own position, unless another entry was there first."""
        digest = blake2b(f"{self.resource}/{self.id}".encode(), digest_size=8).digest()
        return (ABOVE_ALL_DAYS - self.day << _HASH_BITS) | (int.from_bytes(digest) & ((1 << _HASH_BITS) - _PROBES - 1))

    @property
    def columns(self) -> tuple[str, str]:
        """Title and body as text, words between spaces; tags stand before the title."""
        return " ".join((*self.tags, *self.title)), " ".join(self.body[:MOST_INDEXED])

    @property
    def tsvector(self) -> str:
        """Title and body as PostgreSQL writes a tsvector."""
        title = [*self.tags, *self.title]
        positions: dict[str, list[str]] = {}
        size = 0
        for words, weight, first in ((title, "A", 1), (self.body[:MOST_INDEXED], "D", len(title) + 2)):
            for at, word in enumerate(words, first):
                if word not in positions:
                    size += len(word.encode())
                    if size > _LARGEST_VECTOR:
                        break
                places = positions.setdefault(word, [])
                if at <= _MOST_POSITIONS and len(places) < 255:
                    places.append(f"{at}{weight}")
        return " ".join(f"'{word}':{','.join(at)}" if at else f"'{word}'" for word, at in positions.items())


def positions(first_day: int, last_day: int) -> tuple[int, int]:
    """Tell the first and the last position that an entry of some days may have."""
    return (ABOVE_ALL_DAYS - last_day) << _HASH_BITS, ((ABOVE_ALL_DAYS - first_day + 1) << _HASH_BITS) - 1


def add(session: Session, entry: Entry) -> None:
    """Index a resource that is not in the index."""
    taken = {position for position, _, _ in _neighbours(session, entry)}
    position = next(at for at in range(entry.base, entry.base + _PROBES) if at not in taken)
    row: dict[str, Any] = {"position": position, "resource": entry.resource, "id": entry.id}
    if _is_sqlite(session):
        session.execute(insert(entries), row)
        title, body = entry.columns
        session.execute(insert(_fts), {"rowid": position, "title": title, "body": body})
    else:
        words = Column("words", TSVECTOR)
        full = Table("search_entries", MetaData(), *(Column(c.name, c.type) for c in entries.c), words)
        session.execute(
            insert(full).values(words=cast(bindparam("tsvector", type_=Text), TSVECTOR)),
            row | {"tsvector": entry.tsvector},
        )


def remove(session: Session, entry: Entry) -> None:
    """Take a resource out of the index; it must be given as it was indexed."""
    for position, resource, id_ in _neighbours(session, entry):
        if (resource, id_) == (entry.resource, entry.id):
            session.execute(delete(entries).where(entries.c.position == position, entries.c.id == id_))
            if _is_sqlite(session):
                # A contentless index forgets words only when it is told which they were.
                session.execute(
                    text("INSERT INTO search_words(search_words, rowid, title, body) VALUES('delete', :p, :t, :b)"),
                    dict(zip("ptb", (position, *entry.columns), strict=True)),
                )


def _neighbours(session: Session, entry: Entry) -> list[Any]:
    near = entries.c.position.between(entry.base, entry.base + _PROBES - 1)
    return list(session.execute(select(entries.c.position, entries.c.resource, entries.c.id).where(near)))


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


@dataclass(frozen=True, slots=True)
class Matches:
    """How to select the entries that have the words `:words`: from where, by which position, on which condition."""

    source: FromClause
    position: ColumnElement[int]
    condition: ColumnElement[bool]
    rank: ColumnElement[float]


def matches(dialect: str) -> Matches:
    """Say how to select matching entries; the bind parameter `words` takes what `expression` makes."""
    words: Any = bindparam("words", type_=Text)
    if dialect == "sqlite":
        found = literal_column("search_words").op("MATCH")(words)
        return Matches(
            # SQLite walks the words first, in order of rowid, which is the position: so nothing is sorted.
            _fts.join(entries, entries.c.position == _fts.c.rowid),
            _fts.c.rowid,
            found,
            -func.bm25(literal_column("search_words"), *_WEIGHTS),
        )
    query = cast(words, TSQUERY)
    vector: ColumnElement[Any] = literal_column("search_entries.words", TSVECTOR)
    return Matches(entries, entries.c.position, vector.op("@@")(query), func.ts_rank_cd(vector, query))


def expression(dialect: str, query: SearchQuery, tags: Iterable[str]) -> str:
    """Write a question in the database's own language, narrowed to entries with any of the tags."""
    if dialect == "sqlite":
        parts = [_fts5(phrase) for phrase in query.wanted]
        parts.append("(" + " OR ".join(f'"{tag}"' for tag in tags) + ")")
        wanted = " AND ".join(parts)
        return f"({wanted})" + "".join(f" NOT {_fts5(phrase)}" for phrase in query.unwanted)
    parts = [_tsquery(phrase) for phrase in query.wanted] + ["!" + _tsquery(phrase) for phrase in query.unwanted]
    parts.append("(" + " | ".join(f"'{tag}'" for tag in tags) + ")")
    return " & ".join(parts)


def _fts5(phrase: Phrase) -> str:
    return '"' + " ".join(phrase.words) + '"' + (" *" if phrase.prefix else "")


def _tsquery(phrase: Phrase) -> str:
    words = [f"'{word}'" for word in phrase.words]
    if phrase.prefix:
        words[-1] += ":*"
    return "(" + " <-> ".join(words) + ")"
