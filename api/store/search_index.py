"""The index of words, in SQLite (FTS5) and in PostgreSQL (tsvector with GIN): the other half of what is particular.

Every searchable resource is an entry with a position (store/positions.py). Lists are walked by ascending position
only: FTS5 of SQLite 3.40 loses matches of two words when it walks far apart rowids downwards.
Words arrive normalised (store/words.py), so that both databases find the same. A tag such as `§fact` is indexed among
the words and narrows a search within the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    MetaData,
    Select,
    Table,
    Text,
    TextClause,
    bindparam,
    cast,
    column,
    delete,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.orm import Session

from api.store.documents import in_parameters, in_size, in_values
from api.store.engine import write_rows
from api.store.positions import ABOVE_ALL_DAYS, PROBES, places_at, position_of
from api.store.words import MOST_INDEXED, Phrase, SearchQuery

#: Until PostgreSQL has statistics it takes each range for a 200th of the table, and reads all of it for too many.
_RANGES_AT_ONCE = 16
_POSITIONS_AT_ONCE = 500
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
_with_words = Table(entries.name, MetaData(), *(Column(c.name, c.type) for c in entries.c), Column("words", TSVECTOR))

# By its id as well, which says in which shard it is where there are several.
_DELETE = delete(entries).where(entries.c.position == bindparam("place"), entries.c.id == bindparam("its_id"))
_VOCABULARY = text("SELECT term, doc, col = 'body', \"offset\" FROM temp.vocabulary")
_HAS_WORDS = select(_with_words.c.words == cast(bindparam("tsvector", type_=Text), TSVECTOR)).where(
    _with_words.c.resource == bindparam("of"), _with_words.c.id == bindparam("its_id")
)
#: A contentless index forgets words only when it is told which they were.
_FORGET = text("INSERT INTO search_words(search_words, rowid, title, body) VALUES('delete', :rowid, :title, :body)")


class Entry(NamedTuple):
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
        return position_of(self.resource, self.id, self.day)

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


def standing_at() -> Select[Any]:
    """Select the position of the entry of a resource `of` with an id `its_id`, which `position_of` tells as `base`."""
    base: Any = bindparam("base", type_=BigInteger)
    mine = entries.c.resource == bindparam("of"), entries.c.id == bindparam("its_id")
    return select(entries.c.position).where(entries.c.position.between(base, base + (PROBES - 1)), *mine)


def change(session: Session, gone: Sequence[Entry], come: Sequence[Entry]) -> None:
    """Take entries out of the index and put others in; one that is in both moves.

    What is gone must be given as it was indexed; what comes must not be there any more.
    """
    leave, arrive = [(entry.base, entry) for entry in gone], [(entry.base, entry) for entry in come]
    taken = _bases_taken(session, (base for base, _ in (*leave, *arrive)))
    # Most stand at their own position, or will: only for the others it matters what stands after that.
    moved = [entry for base, entry in leave if taken.get(base) != (entry.resource, entry.id)]
    crowded = [entry for base, entry in arrive if taken.get(base) not in (None, (entry.resource, entry.id))]
    taken |= places_taken(session, [*moved, *crowded])
    leaving: list[tuple[int, Entry]] = []
    for base, entry in leave:
        for position in places_at(base):
            if taken.get(position) == (entry.resource, entry.id):
                del taken[position]
                leaving.append((position, entry))
    coming: list[tuple[int, Entry]] = []
    for base, entry in arrive:
        position = next(at for at in places_at(base) if at not in taken)
        taken[position] = (entry.resource, entry.id)
        coming.append((position, entry))
    _delete(session, leaving)
    write(session, coming)


def _bases_taken(session: Session, those: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Tell which resource stands at each of some positions."""
    bases = sorted(set(those))
    taken: dict[int, tuple[str, str]] = {}
    for at in range(0, len(bases), _POSITIONS_AT_ONCE):
        standing = select(entries).where(entries.c.position.in_(bases[at : at + _POSITIONS_AT_ONCE]))
        taken.update({position: (resource, id_) for position, resource, id_ in session.execute(standing)})
    return taken


def places_taken(session: Session, those: Iterable[Entry]) -> dict[int, tuple[str, str]]:
    """Tell which resource stands where, of all the places that some entries may have."""
    bases = sorted({entry.base for entry in those})
    taken: dict[int, tuple[str, str]] = {}
    for at in range(0, len(bases), _RANGES_AT_ONCE):
        first = bases[at : at + _RANGES_AT_ONCE]
        last = [base + PROBES - 1 for base in first]
        size = in_size(len(first))
        for position, resource, id_ in session.execute(
            _standing(size), in_values("first", first, size) | in_values("last", last, size)
        ):
            taken[position] = (resource, id_)
    return taken


@lru_cache
def _standing(size: int) -> Select[Any]:
    ranges = zip(in_parameters("first", size), in_parameters("last", size), strict=True)
    return select(entries).where(or_(*(entries.c.position.between(first, last) for first, last in ranges)))


def _delete(session: Session, leaving: Sequence[tuple[int, Entry]]) -> None:
    if not leaving:
        return
    session.execute(_DELETE, [{"place": position, "its_id": entry.id} for position, entry in leaving])
    if is_sqlite(session):
        session.execute(_FORGET, [_fts_row(position, entry) for position, entry in leaving])


def write(session: Session, coming: Sequence[tuple[int, Entry]]) -> None:
    """Write entries at positions that are free."""
    if not coming:
        return
    standing = ("position", "resource", "id")
    if is_sqlite(session):
        rows = [(position, entry.resource, entry.id) for position, entry in coming]
        write_rows(session, entries, standing, rows, replace=False)
        words = [(position, *entry.columns) for position, entry in coming]
        write_rows(session, _fts, ("rowid", "title", "body"), words, replace=False)
    else:
        both = [(position, entry.resource, entry.id, entry.tsvector) for position, entry in coming]
        write_rows(session, _with_words, (*standing, "words"), both, replace=False)


def _fts_row(position: int, entry: Entry) -> dict[str, Any]:
    title, body = entry.columns
    return {"rowid": position, "title": title, "body": body}


def is_sqlite(session: Session) -> bool:
    """Tell in which of the two databases the index is."""
    return session.get_bind().dialect.name == "sqlite"


def vocabulary(session: Session) -> TextClause:
    """Select every word that SQLite has indexed, sorted: (word, position, 0 in a title or 1 in a body, offset)."""
    # An index without contents gives no text back, but it tells its words, by way of a table of this session's own.
    session.execute(text("PRAGMA query_only = OFF"))
    session.execute(text("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, search_words, instance)"))
    return _VOCABULARY


def has_words(session: Session, entry: Entry) -> bool:
    """Tell whether the words that PostgreSQL has indexed of a resource are those of an entry."""
    values = {"of": entry.resource, "its_id": entry.id, "tsvector": entry.tsvector}
    return session.execute(_HAS_WORDS, values).scalar_one()


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


def has(dialect: str, of: Table) -> ColumnElement[bool]:
    """Ask of each row of a table of resources whether it has the words `:words`, without looking at any other entry."""
    words: Any = bindparam("words", type_=Text)
    resource, here = of.name.removesuffix("s"), entries.alias("entry")
    mine = here.c.resource == literal(resource), here.c.id == of.c.id
    if dialect == "postgresql":
        vector: ColumnElement[Any] = literal_column("entry.words", TSVECTOR)
        return exists().select_from(here).where(*mine, vector.op("@@")(cast(words, TSQUERY)))
    first = func.position_of(resource, of.c.id, of.c.day if "day" in of.c else ABOVE_ALL_DAYS)
    place = select(here.c.position).where(here.c.position.between(first, first + (PROBES - 1)), *mine).correlate(of)
    found = literal_column("search_words").op("MATCH")(words)
    return exists().select_from(_fts).where(found, _fts.c.rowid == place.scalar_subquery())


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
