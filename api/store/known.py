"""What a writer knows: what it has read of the store, and what it has made of that itself.

Everything is read once, and many at a time where that can be told before; a transaction that stores many sheets knows
after the first which actors there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import orjson
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from api.store import tables
from api.store.changes import Change
from api.store.fingerprints import bands_of
from api.store.labels import split
from api.store.words import words_of

Document = dict[str, Any]
Brief = tuple[Any, ...]
#: What rows are looked up by.
Key = TypeVar("Key", str, int)

#: What facts need to know of their articles and actors, from their documents; and the columns that say the same.
_BRIEF: Mapping[str, Callable[[Document], Brief]] = {
    "articles": lambda article: (article["publisher"], article["origin_id"] or article["id"]),
    "actors": lambda actor: (actor["id"], actor["country_code"]),
}
_BRIEF_COLUMNS = {"articles": ("publisher", "source_id"), "actors": ("id", "country_code")}
#: Ids of one IN list: what both databases take.
_AT_ONCE = 500


@dataclass(frozen=True)
class Texts:
    """The source of an article: the text, and what stands before and after it. What is made of it is made once."""

    before: str
    text: str
    after: str

    @property
    def source(self) -> str:
        """The document as received."""
        return self.before + self.text + self.after

    def worked_out(self) -> Texts:
        """Make all that is made of it, now."""
        _ = self.words, self.bands
        return self

    @cached_property
    def words(self) -> list[str]:
        """The words of the text, as they are searched for."""
        return words_of(self.text)

    @cached_property
    def bands(self) -> list[int]:
        """What near copies of the text have in common; see store/fingerprints.py."""
        return bands_of(self.text)


class Row:
    """A document as it stands in its table, and what it is filed under; it is read when it is asked for."""

    __slots__ = ("_document", "_labels", "body", "etag")

    def __init__(self, document: Document | None, labels: str, etag: str, body: bytes) -> None:
        """Take the document as far as it was read already, and the labels as one column."""
        self._document = document
        self._labels, self.etag, self.body = labels, etag, body

    @property
    def labels(self) -> list[str]:
        """What the document is filed under."""
        return split(self._labels)

    @property
    def document(self) -> Document:
        """The document."""
        if self._document is None:
            self._document = orjson.loads(self.body)
        document: Document = self._document
        return document


def load_texts(session: Session, article: str) -> Texts | None:
    """Read the source of an article."""
    texts = tables.article_texts
    row = session.execute(
        select(texts.c.before, texts.c.text, texts.c.after).where(texts.c.article_id == article)
    ).first()
    return Texts(*row) if row else None


def resolve(session: Session, table: Table, ids: Iterable[str]) -> dict[str, str]:
    """Map each id that was merged into another to the one that took over."""
    alias = tables.aliases
    targets: dict[str, str] = {}
    for some in pieces(ids):
        query = select(alias.c.id, alias.c.target).where(alias.c.resource == table.name, alias.c.id.in_(some))
        targets.update(dict(session.execute(query).all()))
    return targets


def load_version(session: Session, table: Table, id_: str, number: int | None = None) -> Change | None:
    """Read a version of a resource, the last one if no number is given."""
    change = tables.changes
    query = select(*(change.c[name] for name in Change.__slots__)).where(
        change.c.id == id_, change.c.resource == table.name
    )
    if number is not None:
        query = query.where(change.c.version == number)
    row = session.execute(query.order_by(change.c.version.desc()).limit(1)).first()
    return Change(*row) if row else None


def claimant(session: Session, claim: str) -> str | None:
    """Tell which article has a natural key, given its hash."""
    return claimants(session, [claim]).get(claim)


def claimants(session: Session, claims: Iterable[str]) -> dict[str, str]:
    """Map the hashes of natural keys to the articles that have them."""
    claim = tables.claims
    held: dict[str, str] = {}
    for some in pieces(claims):
        query = select(claim.c.hash, claim.c.article_id).where(claim.c.hash.in_(some))
        held.update(dict(session.execute(query).all()))
    return held


def load_countries(session: Session, most: int) -> dict[str, str | None]:
    """Map actors to their countries, so many of them at the most."""
    actors = tables.actors
    return dict(session.execute(select(actors.c.id, actors.c.country_code).limit(most)).all())


@dataclass
class Known:
    """What one transaction has read and made, by table and id."""

    session: Session
    #: None where nothing stands.
    rows: dict[str, dict[str, Row | None]] = field(default_factory=lambda: defaultdict(dict))
    #: The last versions of what stood where nothing stands now.
    graves: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    texts: dict[str, Texts | None] = field(default_factory=dict)
    _briefs: dict[str, dict[str, Brief]] = field(default_factory=lambda: defaultdict(dict))
    _targets: dict[str, dict[str, str | None]] = field(default_factory=lambda: defaultdict(dict))
    _holders: dict[str, str | None] = field(default_factory=dict)

    def load(self, table: Table, ids: Iterable[str]) -> dict[str, Document]:
        """Read documents in order to change them."""
        wanted = sorted(set(ids))
        known = self.rows[table.name]
        for some in pieces(id_ for id_ in wanted if id_ not in known):
            known.update(dict.fromkeys(some))
            query = select(table.c.id, table.c.document, table.c.labels, table.c.etag).where(table.c.id.in_(some))
            for id_, body, labels, etag in self.session.execute(query.order_by(table.c.id)):
                known[id_] = Row(None, labels, etag, body)
            self._look_for_graves(table, [id_ for id_ in some if known[id_] is None])
        return {id_: row.document for id_ in wanted if (row := known[id_])}

    def row(self, table: Table, id_: str) -> Row | None:
        """Give what stands at an id."""
        known = self.rows[table.name]
        if id_ not in known:
            self.load(table, [id_])
        return known[id_]

    def version(self, table: Table, id_: str) -> int:
        """Tell the last version of what stands or stood at an id; raises KeyError when nothing ever did."""
        row = self.row(table, id_)
        return int(row.document["version"]) if row else self.graves[table.name][id_]

    def buried(self, table: Table, ids: Collection[str]) -> set[str]:
        """Tell which ids something stood at that was deleted."""
        standing = self.load(table, ids)
        return {id_ for id_ in ids if id_ not in standing and id_ in self.graves[table.name]}

    def resolve(self, table: Table, ids: Iterable[str]) -> dict[str, str]:
        """Map each id that was merged into another to the one that took over."""
        wanted, known = set(ids), self._targets[table.name]
        if unread := [id_ for id_ in wanted if id_ not in known]:
            known.update(dict.fromkeys(unread) | resolve(self.session, table, unread))
        return {id_: target for id_ in wanted if (target := known[id_])}

    def forget_targets(self, table: Table) -> None:
        """Read anew which ids were merged: they have changed."""
        self._targets[table.name].clear()

    def holders(self, claims: Iterable[str]) -> dict[str, str | None]:
        """Map the hashes of natural keys to the articles that have them."""
        wanted = list(claims)
        if unread := [claim for claim in wanted if claim not in self._holders]:
            self._holders.update(dict.fromkeys(unread) | claimants(self.session, unread))
        return {claim: self._holders[claim] for claim in wanted}

    def hold(self, claim: str, article: str) -> None:
        """Note that an article has a natural key."""
        self._holders[claim] = article

    def source(self, article: str) -> Texts | None:
        """Give the source of an article."""
        if article not in self.texts:
            self.texts[article] = load_texts(self.session, article)
        return self.texts[article]

    def brief(self, table: Table, ids: Iterable[str]) -> dict[str, Brief | None]:
        """Tell what facts need to know of articles or actors; of who took over, under the id asked for."""
        found = {id_: self._brief_of(table, id_) for id_ in ids}
        if missing := [id_ for id_, brief in found.items() if brief is None]:
            moved = self.resolve(table, missing)
            current = {id_: moved.get(id_, id_) for id_ in missing}
            self._read_briefs(table, set(current.values()))
            found.update({id_: self._brief_of(table, target) for id_, target in current.items()})
        return found

    def _brief_of(self, table: Table, id_: str) -> Brief | None:
        rows = self.rows[table.name]
        if id_ not in rows:
            return self._briefs[table.name].get(id_)
        row = rows[id_]
        return _BRIEF[table.name](row.document) if row else None

    def _read_briefs(self, table: Table, ids: Iterable[str]) -> None:
        rows, briefs = self.rows[table.name], self._briefs[table.name]
        columns = [table.c.id.label("key"), *(table.c[name] for name in _BRIEF_COLUMNS[table.name])]
        for some in pieces(id_ for id_ in ids if id_ not in rows and id_ not in briefs):
            for id_, *values in self.session.execute(select(*columns).where(table.c.id.in_(some))):
                briefs[id_] = tuple(values)

    def _look_for_graves(self, table: Table, ids: list[str]) -> None:
        """Note the last versions of what stood at ids where nothing stands now."""
        if ids:
            change = tables.changes
            query = select(change.c.id, func.max(change.c.version)).where(
                change.c.resource == table.name, change.c.id.in_(ids)
            )
            self.graves[table.name].update(dict(self.session.execute(query.group_by(change.c.id)).all()))


def pieces(values: Iterable[Key]) -> Iterable[list[Key]]:
    """Cut values into sorted pieces that fit an IN list, each value once."""
    ordered = sorted(set(values))
    return (ordered[at : at + _AT_ONCE] for at in range(0, len(ordered), _AT_ONCE))
