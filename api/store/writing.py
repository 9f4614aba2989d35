"""Writing: documents, all that is derived from them, and their history, in one transaction.

A `Writer` collects what a transaction changes and stores it in `flush`: rows in the order of their keys, each count
once, however many facts changed it, and each change under the next number of the feed. It may store many sheets, each
in the name of its author; what one of them makes, the next one finds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from api.store import aliases, tables
from api.store.derived import (
    Posting,
    columns_of_actor,
    columns_of_article,
    columns_of_fact,
    count_sources,
    counts_of_fact,
    file_article,
    file_fact,
    names_of_actor,
    postings_of_article,
    postings_of_fact,
    starts_of_fact,
)
from api.store.documents import Found, render, shape
from api.store.documents import etag as etag_of
from api.store.engine import has_label
from api.store.entries import days, entry_of_actor, entry_of_article, entry_of_fact
from api.store.foreseen import SOMETIME, Foreseen, ForeseenDocument
from api.store.known import Document, Known, Row, Texts, pieces
from api.store.labels import HIDDEN, articles_of_fact, joined, labels_of_actor, split, term
from api.store.pending import Pending

Outcome = Literal["created", "updated", "unchanged", "deleted"]

#: A fact, and the labels that it is filed under.
_Filed = tuple[Document, list[str]]


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, when (RFC 3339) and why; all of it stands in the history."""

    at: str
    by: str | None = None
    note: str | None = None


@dataclass
class Writer:
    """What one transaction changes."""

    session: Session
    author: Author
    changed: bool = False
    #: Words of passages, as far as they were listed before.
    words: dict[str, list[str]] = field(default_factory=dict)
    known: Known = field(init=False)
    _pending: Pending = field(init=False)
    #: Articles whose facts have changed, and facts that no longer say what follows from their articles and actors.
    _articles: set[str] = field(default_factory=set)
    _outdated: set[str] = field(default_factory=set)
    #: Articles that are new, with their facts: nothing has to be read in order to know these.
    _facts_of: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self.known = Known(self.session)
        self._pending = Pending(self.session)

    def load(self, table: Table, ids: Iterable[str]) -> dict[str, Document]:
        """Read documents in order to change them."""
        return self.known.load(table, ids)

    def stored(self, table: Table, id_: str) -> Found | None:
        """Give what stands at an id with all that this writer did: its ETag and document; None when nothing does."""
        row = self.known.row(table, id_)
        return Found(row.etag, row.body) if row else None

    def buried(self, table: Table, ids: Collection[str]) -> set[str]:
        """Tell which ids something stood at that was deleted."""
        return self.known.buried(table, ids)

    def put_article(self, content: Mapping[str, Any], texts: Texts, claim: str) -> Outcome:
        """Store an article; its text never changes once it is there. `claim` is the hash of its natural key."""
        id_ = content["id"]
        if id_ in self._articles:
            self.file_articles()  # a version says what it was filed under before
        old = self.known.row(tables.articles, id_)
        document, outcome = self._revise("article", content, old)
        if outcome == "unchanged":
            return outcome
        if old is None:
            row = {"article_id": id_, "before": texts.before, "text": texts.text, "after": texts.after}
            self._pending.put(tables.article_texts, id_, row)
            for band in texts.bands:
                self._pending.put(tables.fingerprints, (band, id_), {"band": band, "article_id": id_})
            self.known.texts[id_] = texts
            if id_ not in self.known.graves["articles"]:
                self._facts_of[id_] = set()
        elif any(old.document[name] != document[name] for name in ("publisher", "origin_id")):
            self._outdated.update(self.facts_under(f"article:{id_}"))
        self._pending.put(tables.claims, claim, {"hash": claim, "article_id": id_})
        self.known.hold(claim, id_)
        self._pending.index(
            entry_of_article(old.document, texts.words) if old else None, entry_of_article(document, texts.words)
        )
        prefix = "articles/actor:"
        actors = [label.removeprefix(prefix) for label in old.labels if label.startswith(prefix)] if old else []
        self._file_article(document, actors, old)
        return outcome

    def put_actor(self, content: Mapping[str, Any]) -> Outcome:
        """Store an actor."""
        id_ = content["id"]
        old, was_there = self.known.row(tables.actors, id_), id_ in self.known.graves["actors"]
        if old is None and was_there:
            self._part(tables.actors, id_)
        document, outcome = self._revise("actor", content, old)
        if outcome == "unchanged":
            return outcome
        if old and old.document["country_code"] != document["country_code"]:
            self._outdated.update(self.facts_under(f"actor:{id_}"))
        self._pending.index(entry_of_actor(old.document) if old else None, entry_of_actor(document))
        self._put_row("actors", "actor", document, labels_of_actor(document), columns_of_actor(document))
        self._pending.rename(id_, names_of_actor(document), known=bool(old) or was_there)
        return outcome

    def put_facts(self, contents: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        """Store facts; what they need to know of their articles and actors is read for all of them at once."""
        self._brief(tables.articles, {id_ for fact in contents for id_ in articles_of_fact(fact)})
        self._brief(tables.actors, {part["actor"] for fact in contents for part in fact["actors"] if part["actor"]})
        return [self.put_fact(fact) for fact in contents]

    def put_fact(self, content: Mapping[str, Any]) -> Outcome:
        """Store a fact, whose articles and actors must have been stored before. Its `sources` are counted here."""
        old = self.known.row(tables.facts, content["id"])
        if old is None and content["id"] in self.known.graves["facts"]:
            self._part(tables.facts, content["id"])
        articles = self._brief(tables.articles, articles_of_fact(content))
        document, outcome = self._revise(content["kind"], {**content, "sources": count_sources(articles)}, old)
        self._file_fact(document, old, articles)
        return outcome

    def remove(
        self,
        table: Table,
        id_: str,
        *,
        into: str | None = None,
        left: Mapping[str, Any] | None = None,
    ) -> None:
        """Take a resource away: it is deleted, or merged `into` another; `left` is what its last version says.

        What refers to it must have been seen to; the text of an article stays, for its history, but is not served.
        """
        old = self.known.row(table, id_)
        if old is None:
            raise LookupError(id_)
        if table is tables.facts:
            self._refile((old.document, old.labels), None)
            self._note_articles(id_, old.document, None)
        elif table is tables.articles:
            texts = self.known.source(id_) or Texts("", "", "")
            self._pending.index(entry_of_article(old.document, texts.words), None)
            self._pending.move(_places_of_article(old.document, old.labels), ())
            self._forget_fingerprints(id_, texts.bands)
            self._facts_of.pop(id_, None)
        else:
            self._pending.index(entry_of_actor(old.document), None)
            self._pending.rename(id_, (), known=True)
            self._outdated.update(self.facts_under(f"actor:{id_}") if into else ())
        version = old.document["version"] + 1
        target_version = None
        if into:
            target_version = self.known.version(table, into)
            self._lead(table, id_, into)
        noun = old.document["kind"] if table is tables.facts else table.name.removesuffix("s")
        body, etag = render(noun, {**left, "version": version, "updated_at": self.author.at}) if left else (None, None)
        self._record(
            table.name,
            id_,
            version,
            noun,
            "merged" if into else "deleted",
            joined(old.labels),
            etag,
            body,
            target=into,
            target_version=target_version,
        )
        self.known.rows[table.name][id_] = None
        self.known.graves[table.name][id_] = version
        self._pending.remove(table, id_)
        self.changed = True

    def take_article(self, foreseen: Foreseen) -> None:
        """Store the article of a sheet as it was foreseen; neither it nor its facts must be known."""
        for table, key, row in foreseen.rows:
            self._pending.put(tables.metadata.tables[table], key, row)
        self.known.texts[foreseen.article] = foreseen.texts
        self.known.hold(foreseen.claim, foreseen.article)
        self._take(foreseen.documents[:1])

    def take_facts(self, foreseen: Foreseen) -> None:
        """Store the facts of that sheet, whose actors must be stored by now."""
        self._take(foreseen.documents[1:])

    def _take(self, documents: Iterable[ForeseenDocument]) -> None:
        at, pending = self.author.at, self._pending
        for document in documents:
            table, id_ = document.table, document.id
            body = document.body.replace(SOMETIME.encode(), at.encode())
            etag = etag_of(body)
            self._record(table, id_, 1, document.noun, "created", document.first_labels, etag, body)
            self.known.rows[table][id_] = Row(None, document.labels, etag, body)
            row = _row(id_, 1, (at, at), document.labels, document.derived, etag, body)
            pending.put(tables.metadata.tables[table], id_, row)
            pending.index(None, document.entry)
            labels, day = split(document.labels), document.derived["day"]
            if table == "articles":
                pending.move((), postings_of_article(id_, labels, day))
            else:
                pending.move((), postings_of_fact(id_, labels, day, document.starts))
                pending.count(counts_of_fact(labels, day), 1)
        self.changed = True

    def facts_under(self, label: str) -> list[str]:
        """List the ids of all facts with a label that has a list, rejected ones included."""
        self._pending.store()
        facts, postings = tables.facts, tables.postings
        query = select(postings.c.id).where(postings.c.term == term(label))
        # Rejected facts stand in no list but their own.
        rejected = select(facts.c.id).join(postings, postings.c.id == facts.c.id)
        rejected = rejected.where(postings.c.term == term(HIDDEN), has_label(facts.c.labels, f"\n{label}\n"))
        return list(self.session.execute(query.union_all(rejected)).scalars())

    def settle(self) -> None:
        """Bring all facts up to date with what was done to their articles and actors."""
        while self._outdated:
            outdated, self._outdated = self._outdated, set()
            for fact in self.load(tables.facts, outdated).values():
                self._refresh(fact)

    def file_articles(self) -> None:
        """See that articles are filed under the actors of their facts as they are now."""
        articles, self._articles = self._articles, set()
        found = self.load(tables.articles, articles)
        actors = self._actors_in(found)
        for id_, article in sorted(found.items()):
            self._file_article(article, actors[id_], self.known.row(tables.articles, id_))

    def flush(self) -> None:
        """Store all that was collected. Nothing was changed when nothing differed."""
        self.settle()
        self.file_articles()
        self._pending.store()
        self._pending.close()

    # Versions.

    def _revise(self, noun: str, content: Mapping[str, Any], old: Row | None) -> tuple[Document, Outcome]:
        """Make the next version of a document; the one there is, when they do not differ."""
        kept = {name: old.document[name] for name in ("version", "created_at", "updated_at")} if old else {}
        table = f"{noun}s" if noun in ("article", "actor") else "facts"
        version = self.known.graves[table].get(content["id"], 0) + 1
        # What is put back as it was keeps the time at which it was first stored.
        created_at = content.get("created_at", self.author.at)
        first = {"version": version, "created_at": created_at, "updated_at": self.author.at}
        document = shape(noun, {**content, **(kept or first)})
        if old is None:
            return document, "created"
        if document == old.document:
            return old.document, "unchanged"
        return document | {"version": old.document["version"] + 1, "updated_at": self.author.at}, "updated"

    def _refresh(self, fact: Document) -> None:
        """See that a fact says and is filed under what follows from its articles and actors as they are now."""
        self.put_fact(fact)

    def _record(
        self,
        table: str,
        id_: str,
        version: int,
        noun: str,
        action: str,
        labels: str,
        etag: str | None,
        document: bytes | None,
        *,
        target: str | None = None,
        target_version: int | None = None,
    ) -> None:
        """Note a change for the history."""
        self._pending.record(
            {
                "id": id_,
                "resource": table,
                "version": version,
                "seq": None,  # it is numbered when it is written
                "noun": noun,
                "action": action,
                "at": self.author.at,
                "by": self.author.by,
                "note": self.author.note,
                "target": target,
                "target_version": target_version,
                "labels": labels,
                "etag": etag,
                "document": document,
            }
        )

    # Rows.

    def _put_row(
        self, table: str, noun: str, document: Document, labels: Iterable[str], derived: Mapping[str, Any]
    ) -> None:
        body = orjson.dumps(document)  # it has the schema's shape already; see _revise
        etag = etag_of(body)
        column, id_, old = joined(labels), document["id"], self.known.rows[table].get(document["id"])
        if old is None or old.document["version"] != document["version"]:
            action = "updated" if old else "restored" if id_ in self.known.graves[table] else "created"
            filed = joined([*split(column), *old.labels]) if old else column
            self._record(table, id_, document["version"], noun, action, filed, etag, body)
        self.known.rows[table][id_] = Row(document, column, etag, body)
        times = document["created_at"], document["updated_at"]
        row = _row(id_, document["version"], times, column, derived, etag, body)
        self._pending.put(tables.metadata.tables[table], id_, row)
        self.changed = True

    def _file_article(self, document: Document, actors: Iterable[str], old: Row | None) -> None:
        labels = file_article(document, actors)
        if old and old.document == document and old.labels == labels:
            return
        gone = _places_of_article(old.document, old.labels) if old else ()
        self._pending.move(gone, _places_of_article(document, labels))
        self._put_row("articles", "article", document, labels, columns_of_article(document))

    def _file_fact(self, document: Document, old: Row | None, articles: Mapping[str, tuple[Any, ...]]) -> None:
        publishers = {id_: publisher for id_, (publisher, _) in articles.items()}
        actors = self._brief(tables.actors, [part["actor"] for part in document["actors"] if part["actor"]])
        labels = file_fact(document, publishers, actors)
        if old and old.document == document and old.labels == labels:
            return
        self._refile((old.document, old.labels) if old else None, (document, labels))
        self._put_row("facts", document["kind"], document, labels, columns_of_fact(document))
        self._note_articles(document["id"], old.document if old else None, document)

    def _note_articles(self, id_: str, old: Document | None, new: Document | None) -> None:
        """Note that the articles of a fact, before and after, are to be filed anew."""
        before = articles_of_fact(old) if old else []
        after = articles_of_fact(new) if new else []
        self._articles.update(before, after)
        for article in self._facts_of.keys() & before:
            self._facts_of[article].discard(id_)
        for article in self._facts_of.keys() & after:
            self._facts_of[article].add(id_)

    def _refile(self, old: _Filed | None, new: _Filed | None) -> None:
        """Move a fact from the lists, counts and words that it stood in to those that it stands in now."""
        self._pending.move(_places_of_fact(*old) if old else (), _places_of_fact(*new) if new else ())
        for filed, sign in ((old, -1), (new, 1)):
            if filed:
                self._pending.count(counts_of_fact(filed[1], days(filed[0]["date"])[0]), sign)
        self._pending.index(*(entry_of_fact(filed[0], self.words) if filed else None for filed in (old, new)))

    def _forget_fingerprints(self, article: str, bands: Sequence[int]) -> None:
        self._pending.store()
        rows = tables.fingerprints
        mine = rows.c.article_id == article, rows.c.band.in_(bands)
        self.session.execute(delete(rows).where(*mine))

    def _lead(self, table: Table, id_: str, into: str) -> None:
        aliases.lead(self.session, table, id_, into)
        self.known.forget_targets(table)

    def _part(self, table: Table, id_: str) -> None:
        target = self.known.resolve(table, [id_]).get(id_)
        if target is None:
            return
        self._pending.close()
        back = aliases.part(self.session, table, id_, target)
        self.known.forget_targets(table)
        if table is tables.actors:
            self._outdated.update(self._facts_naming({id_, *back}, target))

    def _facts_naming(self, actors: Iterable[str], under: str) -> list[str]:
        """List the facts under an actor of today whose documents name it by one of its former ids."""
        named = [f'"actor":"{actor}"'.encode() for actor in actors]
        ids, facts = self.facts_under(f"actor:{under}"), tables.facts
        found: list[str] = []
        for some in pieces(ids):
            query = select(facts.c.id, facts.c.document).where(facts.c.id.in_(some))
            found += [id_ for id_, document in self.session.execute(query) if any(each in document for each in named)]
        return found

    def _brief(self, table: Table, ids: Iterable[str]) -> dict[str, tuple[Any, ...]]:
        """Tell what facts need to know of their articles and actors; of who took over, under the id asked for."""
        return {id_: row or self._absent(table, id_) for id_, row in self.known.brief(table, ids).items()}

    def _absent(self, table: Table, id_: str) -> tuple[Any, ...]:
        """Say what facts need to know of what is not stored; raises KeyError."""
        raise KeyError(id_)

    def _actors_in(self, articles: Iterable[str]) -> dict[str, set[str]]:
        """Tell which actors the visible facts of articles name."""
        found: dict[str, set[str]] = {id_: set() for id_ in articles}
        for id_ in found.keys() & self._facts_of.keys():
            rows = (self.known.rows["facts"][fact] for fact in self._facts_of[id_])
            _collect_actors(found[id_], (row.labels for row in rows if row and HIDDEN not in row.labels))
        if stored := {term(f"reading:{id_}"): id_ for id_ in found.keys() - self._facts_of.keys()}:
            self._pending.store()
            facts, postings = tables.facts, tables.postings
            query = select(postings.c.term, facts.c.labels).join(facts, postings.c.id == facts.c.id)
            for some in pieces(stored):
                for of, labels in self.session.execute(query.where(postings.c.term.in_(some))):
                    _collect_actors(found[stored[of]], [split(labels)])
        return found


def _places_of_article(article: Document, labels: Iterable[str]) -> Iterator[Posting]:
    return postings_of_article(article["id"], labels, days(article["published_at"])[0])


def _places_of_fact(fact: Document, labels: Collection[str]) -> Iterator[Posting]:
    return postings_of_fact(fact["id"], labels, days(fact["date"])[0], starts_of_fact(fact))


def _collect_actors(into: set[str], filed: Iterable[Iterable[str]]) -> None:
    into.update(label.removeprefix("actor:") for labels in filed for label in labels if label.startswith("actor:"))


def _row(
    id_: str,
    version: int,
    times: tuple[str, str],
    labels: str,
    derived: Mapping[str, Any],
    etag: str,
    body: bytes,
) -> dict[str, Any]:
    """Make the row of a resource."""
    return {
        "id": id_,
        "version": version,
        "created_at": times[0],
        "updated_at": times[1],
        "labels": labels,
        **derived,
        "etag": etag,
        "document": body,
    }
