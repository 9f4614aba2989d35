"""Writing: documents, and all that is derived from them, in one transaction.

A `Writer` collects what a transaction changes and stores it in `flush`: rows in the order of their keys, so that two
writers never wait for each other in a circle, and each count once, however many facts changed it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from sqlalchemy import Table, delete, select, tuple_
from sqlalchemy.orm import Session

from api.store import search_index, tables
from api.store.documents import render
from api.store.engine import has_label, upsert
from api.store.labels import (
    HIDDEN,
    articles_of_fact,
    day_number,
    fact_postings,
    fact_tallies,
    joined,
    labels_of_actor,
    labels_of_article,
    labels_of_fact,
    name_key,
    split,
    term,
)
from api.store.opening import raise_revision
from api.store.words import words_of

#: What facts need to know of their articles and actors.
_BRIEF = {"articles": ("publisher", "source_id"), "actors": ("country_code",)}

Outcome = Literal["created", "updated", "unchanged"]
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Texts:
    """The source of an article: the text, and what stands before and after it."""

    before: str
    text: str
    after: str

    @property
    def source(self) -> str:
        """The document as received."""
        return self.before + self.text + self.after


@dataclass
class _Row:
    document: Document
    labels: list[str]


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
    query = select(alias.c.id, alias.c.target).where(alias.c.resource == table.name, alias.c.id.in_(sorted(set(ids))))
    return dict(session.execute(query).all())


def claimant(session: Session, claim: str) -> str | None:
    """Tell which article has a natural key, given its hash."""
    claims = tables.claims
    return session.execute(select(claims.c.article_id).where(claims.c.hash == claim)).scalar()


@dataclass
class Writer:
    """What one transaction changes. `now` is its time, RFC 3339."""

    session: Session
    now: str
    changed: bool = False
    _known: dict[str, dict[str, _Row | None]] = field(default_factory=lambda: defaultdict(dict))
    _brief: dict[str, dict[str, tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(dict))
    _rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    _posted: set[tuple[int, int, str]] = field(default_factory=set)
    _unposted: set[tuple[int, int, str]] = field(default_factory=set)
    _tallies: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _articles: set[str] = field(default_factory=set)
    _outdated: set[str] = field(default_factory=set)

    def load(self, table: Table, ids: Iterable[str]) -> dict[str, Document]:
        """Read documents in order to change them."""
        wanted = sorted(set(ids))
        known = self._known[table.name]
        unread = [id_ for id_ in wanted if id_ not in known]
        for at in range(0, len(unread), 500):
            some = unread[at : at + 500]
            known.update(dict.fromkeys(some))
            query = select(table.c.id, table.c.document, table.c.labels).where(table.c.id.in_(some))
            for id_, document, labels in self.session.execute(query.order_by(table.c.id)):
                known[id_] = _Row(orjson.loads(document), split(labels))
        return {id_: row.document for id_ in wanted if (row := known[id_])}

    def _old(self, table: Table, id_: str) -> _Row | None:
        self.load(table, [id_])
        return self._known[table.name][id_]

    def put_article(self, content: Mapping[str, Any], texts: Texts, claim: str) -> Outcome:
        """Store an article; its text never changes once it is there. `claim` is the hash of its natural key."""
        old = self._old(tables.articles, content["id"])
        document, outcome = self._revise("article", content, old)
        if outcome == "unchanged":
            return outcome
        if old is None:
            row = {
                "article_id": content["id"],
                "before": texts.before,
                "text": texts.text,
                "after": texts.after,
            }
            self.session.execute(tables.article_texts.insert(), row)
        elif any(old.document[name] != document[name] for name in ("publisher", "origin_id")):
            self._outdated.update(self._facts_under(f"article:{content['id']}"))
        upsert(self.session, tables.claims, [{"hash": claim, "article_id": content["id"]}])
        before = _article_entry(old.document, texts) if old else None
        self._reindex(before, _article_entry(document, texts))
        prefix = "articles/actor:"
        actors = [label.removeprefix(prefix) for label in old.labels if label.startswith(prefix)] if old else []
        self._file_article(document, actors, old)
        return outcome

    def put_actor(self, content: Mapping[str, Any]) -> Outcome:
        """Store an actor."""
        old = self._old(tables.actors, content["id"])
        document, outcome = self._revise("actor", content, old)
        if outcome == "unchanged":
            return outcome
        if old and old.document["country_code"] != document["country_code"]:
            self._outdated.update(self._facts_under(f"actor:{content['id']}"))
        self._reindex(_actor_entry(old.document) if old else None, _actor_entry(document))
        self._put_row(
            "actors",
            "actor",
            document,
            labels_of_actor(document),
            {
                "name_key": name_key(document["name"]),
                "country_code": document["country_code"],
                "wikidata_id": document["wikidata_id"],
            },
        )
        names = tables.actor_names
        self.session.execute(delete(names).where(names.c.actor_id == document["id"]))
        keys = sorted({name_key(name) for name in (document["name"], *document["aliases"])})
        upsert(self.session, names, [{"name_key": key, "actor_id": document["id"]} for key in keys])
        return outcome

    def put_fact(self, content: Mapping[str, Any]) -> Outcome:
        """Store a fact, whose articles and actors must have been stored before. Its `sources` are counted here."""
        old = self._old(tables.facts, content["id"])
        articles = self._columns("articles", articles_of_fact(content))
        # Copies of one story are one source, published by whoever was first with it.
        stories: dict[str, str] = {}
        for id_, (publisher, story) in articles.items():
            stories[story] = publisher if id_ == story else stories.get(story, publisher)
        sources = {"articles": len(stories), "publishers": len(set(stories.values()))}
        document, outcome = self._revise(content["kind"], {**content, "sources": sources}, old)
        labels = self._labels(document, {id_: publisher for id_, (publisher, _) in articles.items()})
        if outcome == "unchanged" and old and old.labels == labels:
            return outcome
        self._refile(old, _Row(document, labels))
        day, last_day = _days(document["date"])
        review = document["review"]
        self._put_row(
            "facts",
            document["kind"],
            document,
            labels,
            {
                "kind": document["kind"],
                "day": day,
                "last_day": last_day,
                "sources": sources["articles"],
                "confidence": 1.0 if review["confidence"] is None else review["confidence"],
            },
        )
        self._articles.update(articles_of_fact(document), articles_of_fact(old.document) if old else ())
        return outcome

    def flush(self) -> None:
        """Store all that was collected. Nothing was changed when nothing differed."""
        self._flush_rows()
        while self._outdated:
            outdated, self._outdated = self._outdated, set()
            for fact in self.load(tables.facts, outdated).values():
                self.put_fact(fact)
            self._flush_rows()
        for id_, article in sorted(self.load(tables.articles, self._articles).items()):
            self._file_article(article, self._actors_in(id_), self._old(tables.articles, id_))
        self._flush_rows()
        if self.changed:
            raise_revision(self.session)

    def _revise(self, noun: str, content: Mapping[str, Any], old: _Row | None) -> tuple[Document, Outcome]:
        """Make the next version of a document; the one there is, when they do not differ."""
        kept = {name: old.document[name] for name in ("version", "created_at", "updated_at")} if old else {}
        first = {"version": 1, "created_at": self.now, "updated_at": self.now}
        document: Document = orjson.loads(render(noun, {**content, **(kept or first)})[0])
        if old is None:
            return document, "created"
        if document == old.document:
            return old.document, "unchanged"
        return document | {"version": old.document["version"] + 1, "updated_at": self.now}, "updated"

    def _put_row(
        self, table: str, noun: str, document: Document, labels: Iterable[str], derived: Mapping[str, Any]
    ) -> None:
        body, etag = render(noun, document)
        labels = list(labels)
        self._known[table][document["id"]] = _Row(document, labels)
        if table in _BRIEF:
            self._brief[table][document["id"]] = tuple(derived[name] for name in _BRIEF[table])
        self._rows.setdefault(table, {})[document["id"]] = {
            **{name: document[name] for name in ("id", "version", "created_at", "updated_at")},
            "labels": joined(labels),
            **derived,
            "etag": etag,
            "document": body,
        }
        self.changed = True

    def _file_article(self, document: Document, actors: Iterable[str], old: _Row | None) -> None:
        labels = list(dict.fromkeys(labels_of_article(document, sorted(actors))))
        if _is_long(document["published_at"]):
            labels.append("articles/span:long")
        day, last_day = _days(document["published_at"])
        if old and old.document == document and old.labels == labels:
            return
        if old:
            key = _days(old.document["published_at"])[0]
            self._unposted.update((term(label), key, document["id"]) for label in old.labels)
        self._posted.update((term(label), day, document["id"]) for label in labels)
        self._put_row(
            "articles",
            "article",
            document,
            labels,
            {
                "publisher": document["publisher"],
                "source_id": document["origin_id"] or document["id"],
                "day": day,
                "last_day": last_day,
            },
        )

    def _labels(self, fact: Document, publishers: Mapping[str, str]) -> list[str]:
        named = [part["actor"] for part in fact["actors"] if part["actor"]]
        countries = {id_: row[0] for id_, row in self._columns("actors", named).items()}
        labels = list(dict.fromkeys(labels_of_fact(fact, publishers, countries)))
        return [*labels, "span:long"] if _is_long(fact["date"]) else labels

    def _refile(self, old: _Row | None, new: _Row) -> None:
        """Move a fact from the lists, counts and words that it stood in to those that it stands in now."""
        for row, postings, sign in ((old, self._unposted, -1), (new, self._posted, 1)):
            if row is None:
                continue
            day = _days(row.document["date"])[0]
            postings.update(
                (term(label), key, row.document["id"]) for label, key in fact_postings(row.document, row.labels, day)
            )
            if HIDDEN not in row.labels:
                earliest = row.document["date"] and row.document["date"]["earliest"]
                for cell in fact_tallies(row.labels, earliest):
                    self._tallies[cell] += sign
        self._reindex(_fact_entry(old.document) if old else None, _fact_entry(new.document))

    def _reindex(self, old: search_index.Entry | None, new: search_index.Entry) -> None:
        if old == new:
            return
        if old:
            search_index.remove(self.session, old)
        search_index.add(self.session, new)

    def _columns(self, table: str, ids: Iterable[str]) -> dict[str, tuple[Any, ...]]:
        """Read what facts need to know of their articles and actors."""
        brief = self._brief[table]
        if unread := sorted(set(ids) - set(brief)):
            stored = tables.metadata.tables[table]
            columns = [stored.c[name] for name in _BRIEF[table]]
            for id_, *values in self.session.execute(select(stored.c.id, *columns).where(stored.c.id.in_(unread))):
                brief[id_] = tuple(values)
        return {id_: brief[id_] for id_ in ids}

    def _facts_under(self, label: str) -> list[str]:
        facts, postings = tables.facts, tables.postings
        query = select(postings.c.id).where(postings.c.term == term(label))
        # Rejected facts stand in no list but their own.
        rejected = select(facts.c.id).join(postings, postings.c.id == facts.c.id)
        rejected = rejected.where(postings.c.term == term(HIDDEN), has_label(facts.c.labels, f"\n{label}\n"))
        return list(self.session.execute(query.union_all(rejected)).scalars())

    def _actors_in(self, article: str) -> set[str]:
        facts, postings = tables.facts, tables.postings
        query = select(facts.c.labels).join(postings, postings.c.id == facts.c.id)
        found = self.session.execute(query.where(postings.c.term == term(f"reading:{article}"))).scalars()
        return {
            label.removeprefix("actor:") for labels in found for label in split(labels) if label.startswith("actor:")
        }

    def _flush_rows(self) -> None:
        for name, rows in self._rows.items():
            upsert(self.session, tables.metadata.tables[name], [rows[id_] for id_ in sorted(rows)])
        self._rows = {}
        gone, come = sorted(self._unposted - self._posted), sorted(self._posted - self._unposted)
        self._posted, self._unposted = set(), set()
        key = tuple_(tables.postings.c.term, tables.postings.c.key, tables.postings.c.id)
        for at in range(0, len(gone), 300):
            self.session.execute(delete(tables.postings).where(key.in_(gone[at : at + 300])))
        upsert(
            self.session,
            tables.postings,
            [dict(zip(("term", "key", "id"), row, strict=True)) for row in come],
        )
        cells = {(term(label), facet, value): n for (label, facet, value), n in self._tallies.items() if n}
        self._tallies = Counter()
        names = ("term", "facet", "value", "facts")
        upsert(
            self.session,
            tables.tallies,
            [dict(zip(names, (*cell, cells[cell]), strict=True)) for cell in sorted(cells)],
            add="facts",
        )


def _days(date: Mapping[str, Any] | None) -> tuple[int, int | None]:
    """The day that a date sorts by, and its last one: None for an open end."""
    if not date or not date["earliest"]:
        return tables.UNDATED, tables.UNDATED
    return day_number(date["earliest"]), day_number(date["latest"]) if date["latest"] else None


def _is_long(date: Mapping[str, Any] | None) -> bool:
    """Tell whether a date spans so many days that lists by date look it up apart; see store/listing.py."""
    day, last = _days(date)
    return last is None or last - day > tables.SHORT_SPAN


def _article_entry(article: Document, texts: Texts) -> search_index.Entry:
    title = _words([article["title"], article["subtitle"]])
    day = _days(article["published_at"])[0]
    return search_index.Entry("article", article["id"], day, ("§article",), title, words_of(texts.text))


def _actor_entry(actor: Document) -> search_index.Entry:
    body = _words([*actor["aliases"], *(position["title"] for position in actor["positions"])])
    day = search_index.ABOVE_ALL_DAYS
    return search_index.Entry("actor", actor["id"], day, ("§actor",), words_of(actor["name"]), body)


def _fact_entry(fact: Document) -> search_index.Entry:
    tag = "§rejected" if fact["review"]["status"] == "rejected" else "§fact"
    named = [part["named_as"] for part in fact["actors"] if part["named_as"]]
    passages = [span["exact"] for span in fact["evidence"]] + named + [place["name"] for place in fact["places"]]
    tags = (tag, f"§{fact['kind']}")
    return search_index.Entry(
        "fact", fact["id"], _days(fact["date"])[0], tags, words_of(fact["title"]), _words(passages)
    )


def _words(passages: Iterable[str | None]) -> list[str]:
    """List the words of several passages, with a gap between them that no phrase reaches over."""
    words: list[str] = []
    for passage in passages:
        if passage:
            words += [*words_of(passage), "§"]
    return words
