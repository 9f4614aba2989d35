"""Writing: documents, all that is derived from them, and their history, in one transaction.

A `Writer` collects what a transaction changes and stores it in `flush`: rows in the order of their keys, each count
once, however many facts changed it, and each change under the next number of the feed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from sqlalchemy import Table, delete, func, select, tuple_, update
from sqlalchemy.orm import Session

from api.store import search_index, tables
from api.store.changes import Change
from api.store.derived import (
    cells_of_fact,
    columns_of_actor,
    columns_of_article,
    columns_of_fact,
    count_sources,
    file_article,
    file_fact,
    names_of_actor,
    postings_of_article,
    postings_of_fact,
)
from api.store.documents import Found, render
from api.store.documents import etag as etag_of
from api.store.engine import has_label, upsert
from api.store.entries import entry_of_actor, entry_of_article, entry_of_fact
from api.store.fingerprints import bands_of, fingerprints_of
from api.store.labels import HIDDEN, articles_of_fact, joined, labels_of_actor, split, term
from api.store.opening import count_changes

#: What facts need to know of their articles and actors.
_BRIEF = {"articles": ("publisher", "source_id"), "actors": ("id", "country_code")}

Outcome = Literal["created", "updated", "unchanged", "deleted"]
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


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, when (RFC 3339) and why; all of it stands in the history."""

    at: str
    by: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    document: Document
    labels: list[str]
    etag: str
    body: bytes


#: An entry of the index of words as it stands there, and as it is to stand there; None where it is not.
_Move = tuple[search_index.Entry | None, search_index.Entry | None]


#: A fact, and the labels that it is filed under.
_Filed = tuple[Document, list[str]]


def load_texts(session: Session, article: str) -> Texts | None:
    """Read the source of an article."""
    texts = tables.article_texts
    row = session.execute(
        select(texts.c.before, texts.c.text, texts.c.after).where(texts.c.article_id == article)
    ).first()
    return Texts(*row) if row else None


def resolve(session: Session, table: Table, ids: Iterable[str]) -> dict[str, str]:
    """Map each id that was merged into another to the one that took over."""
    alias, wanted = tables.aliases, sorted(set(ids))
    if not wanted:
        return {}
    query = select(alias.c.id, alias.c.target).where(alias.c.resource == table.name, alias.c.id.in_(wanted))
    return dict(session.execute(query).all())


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
    claims = tables.claims
    return session.execute(select(claims.c.article_id).where(claims.c.hash == claim)).scalar()


@dataclass
class Writer:
    """What one transaction changes."""

    session: Session
    author: Author
    changed: bool = False
    _known: dict[str, dict[str, _Row | None]] = field(default_factory=lambda: defaultdict(dict))
    _buried: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    _brief: dict[str, dict[str, tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(dict))
    _rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    _removed: set[tuple[str, str]] = field(default_factory=set)
    _index: dict[tuple[str, str], _Move] = field(default_factory=dict)
    _posted: set[tuple[int, int, str]] = field(default_factory=set)
    _unposted: set[tuple[int, int, str]] = field(default_factory=set)
    _tallies: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _articles: set[str] = field(default_factory=set)
    _outdated: set[str] = field(default_factory=set)
    _changes: list[dict[str, Any]] = field(default_factory=list)

    def load(self, table: Table, ids: Iterable[str]) -> dict[str, Document]:
        """Read documents in order to change them."""
        wanted = sorted(set(ids))
        known = self._known[table.name]
        unread = [id_ for id_ in wanted if id_ not in known]
        for at in range(0, len(unread), 500):
            some = unread[at : at + 500]
            known.update(dict.fromkeys(some))
            query = select(table.c.id, table.c.document, table.c.labels, table.c.etag).where(table.c.id.in_(some))
            for id_, body, labels, etag in self.session.execute(query.order_by(table.c.id)):
                known[id_] = _Row(orjson.loads(body), split(labels), etag, body)
            self._look_for_graves(table, [id_ for id_ in some if known[id_] is None])
        return {id_: row.document for id_ in wanted if (row := known[id_])}

    def stored(self, table: Table, id_: str) -> Found | None:
        """Give what stands at an id with all that this writer did: its ETag and document; None when nothing does."""
        row = self._old(table, id_)
        return Found(row.etag, row.body) if row else None

    def buried(self, table: Table, ids: Collection[str]) -> set[str]:
        """Tell which ids something stood at that was deleted."""
        standing = self.load(table, ids)
        return {id_ for id_ in ids if id_ not in standing and id_ in self._buried[table.name]}

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
            upsert(self.session, tables.article_texts, [row])
            upsert(self.session, tables.fingerprints, fingerprints_of(content["id"], texts.text))
        elif any(old.document[name] != document[name] for name in ("publisher", "origin_id")):
            self._outdated.update(self.facts_under(f"article:{content['id']}"))
        upsert(self.session, tables.claims, [{"hash": claim, "article_id": content["id"]}])
        self._reindex(
            entry_of_article(old.document, texts.text) if old else None, entry_of_article(document, texts.text)
        )
        prefix = "articles/actor:"
        actors = [label.removeprefix(prefix) for label in old.labels if label.startswith(prefix)] if old else []
        self._file_article(document, actors, old)
        return outcome

    def put_actor(self, content: Mapping[str, Any]) -> Outcome:
        """Store an actor."""
        old = self._old(tables.actors, content["id"])
        if old is None and content["id"] in self._buried["actors"]:
            self._part(tables.actors, content["id"])
        document, outcome = self._revise("actor", content, old)
        if outcome == "unchanged":
            return outcome
        if old and old.document["country_code"] != document["country_code"]:
            self._outdated.update(self.facts_under(f"actor:{content['id']}"))
        self._reindex(entry_of_actor(old.document) if old else None, entry_of_actor(document))
        self._put_row(
            "actors",
            "actor",
            document,
            labels_of_actor(document),
            columns_of_actor(document),
        )
        self._forget_names(document["id"])
        names = [{"name_key": name, "actor_id": document["id"]} for name in names_of_actor(document)]
        upsert(self.session, tables.actor_names, names)
        return outcome

    def put_facts(self, contents: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        """Store facts; what they need to know of their articles and actors is read for all of them at once."""
        self._columns("articles", {id_ for fact in contents for id_ in articles_of_fact(fact)})
        self._columns("actors", {part["actor"] for fact in contents for part in fact["actors"] if part["actor"]})
        return [self.put_fact(fact) for fact in contents]

    def put_fact(self, content: Mapping[str, Any]) -> Outcome:
        """Store a fact, whose articles and actors must have been stored before. Its `sources` are counted here."""
        old = self._old(tables.facts, content["id"])
        if old is None and content["id"] in self._buried["facts"]:
            self._part(tables.facts, content["id"])
        sources = count_sources(self._columns("articles", articles_of_fact(content)))
        document, outcome = self._revise(content["kind"], {**content, "sources": sources}, old)
        self._file_fact(document, old)
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
        old = self._old(table, id_)
        if old is None:
            raise LookupError(id_)
        if table is tables.facts:
            self._refile((old.document, old.labels), None)
            self._articles.update(articles_of_fact(old.document))
        elif table is tables.articles:
            texts = load_texts(self.session, id_)
            text = texts.text if texts else ""
            self._reindex(entry_of_article(old.document, text), None)
            self._forget_fingerprints(id_, text)
            self._unposted.update(postings_of_article(old.document, old.labels))
        else:
            self._reindex(entry_of_actor(old.document), None)
            self._forget_names(id_)
            self._outdated.update(self.facts_under(f"actor:{id_}") if into else ())
        version = old.document["version"] + 1
        target_version = None
        if into:
            target_version = self._version(table, into)
            self._lead(table, id_, into)
        noun = old.document["kind"] if table is tables.facts else table.name.removesuffix("s")
        body, etag = render(noun, {**left, "version": version, "updated_at": self.author.at}) if left else (None, None)
        self._record(
            table.name,
            id_,
            version,
            noun,
            "merged" if into else "deleted",
            old.labels,
            etag,
            body,
            target=into,
            target_version=target_version,
        )
        self._known[table.name][id_] = None
        self._buried[table.name][id_] = version
        self._brief[table.name].pop(id_, None)
        self._rows.get(table.name, {}).pop(id_, None)
        self._removed.add((table.name, id_))
        self.changed = True

    def former_ids(self, table: Table, id_: str) -> list[str]:
        """List the ids that were merged into this one."""
        alias = tables.aliases
        query = select(alias.c.id).where(alias.c.resource == table.name, alias.c.target == id_)
        return list(self.session.execute(query).scalars())

    def facts_under(self, label: str) -> list[str]:
        """List the ids of all facts with a label that has a list, rejected ones included."""
        facts, postings = tables.facts, tables.postings
        query = select(postings.c.id).where(postings.c.term == term(label))
        # Rejected facts stand in no list but their own.
        rejected = select(facts.c.id).join(postings, postings.c.id == facts.c.id)
        rejected = rejected.where(postings.c.term == term(HIDDEN), has_label(facts.c.labels, f"\n{label}\n"))
        return list(self.session.execute(query.union_all(rejected)).scalars())

    def flush(self) -> None:
        """Store all that was collected. Nothing was changed when nothing differed."""
        self._flush_rows()
        while self._outdated:
            outdated, self._outdated = self._outdated, set()
            for fact in self.load(tables.facts, outdated).values():
                self._refresh(fact)
            self._flush_rows()
        for id_, article in sorted(self.load(tables.articles, self._articles).items()):
            self._file_article(article, self._actors_in(id_), self._old(tables.articles, id_))
        self._flush_rows()
        if self.changed:
            first = count_changes(self.session, len(self._changes)) - len(self._changes) + 1
            rows = [{**row, "seq": seq} for seq, row in enumerate(self._changes, first)]
            if rows:
                self.session.execute(tables.changes.insert(), rows)
            self._changes = []

    # Versions.

    def _old(self, table: Table, id_: str) -> _Row | None:
        self.load(table, [id_])
        return self._known[table.name][id_]

    def _version(self, table: Table, id_: str) -> int:
        """Tell the last version of what stands or stood at an id; raises KeyError when nothing ever did."""
        old = self._old(table, id_)
        return int(old.document["version"]) if old else self._buried[table.name][id_]

    def _look_for_graves(self, table: Table, ids: list[str]) -> None:
        """Note the last versions of what stood at ids where nothing stands now."""
        if ids:
            change = tables.changes
            query = select(change.c.id, func.max(change.c.version)).where(
                change.c.resource == table.name, change.c.id.in_(ids)
            )
            self._buried[table.name].update(dict(self.session.execute(query.group_by(change.c.id)).all()))

    def _revise(self, noun: str, content: Mapping[str, Any], old: _Row | None) -> tuple[Document, Outcome]:
        """Make the next version of a document; the one there is, when they do not differ."""
        kept = {name: old.document[name] for name in ("version", "created_at", "updated_at")} if old else {}
        table = f"{noun}s" if noun in ("article", "actor") else "facts"
        version = self._buried[table].get(content["id"], 0) + 1
        # What is put back as it was keeps the time at which it was first stored.
        created_at = content.get("created_at", self.author.at)
        first = {"version": version, "created_at": created_at, "updated_at": self.author.at}
        document: Document = orjson.loads(render(noun, {**content, **(kept or first)})[0])
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
        labels: Iterable[str],
        etag: str | None,
        document: bytes | None,
        *,
        target: str | None = None,
        target_version: int | None = None,
    ) -> None:
        """Note a change for the history."""
        self._changes.append(
            {
                "id": id_,
                "resource": table,
                "version": version,
                "noun": noun,
                "action": action,
                "at": self.author.at,
                "by": self.author.by,
                "note": self.author.note,
                "target": target,
                "target_version": target_version,
                "labels": joined(labels),
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
        labels, id_, old = list(labels), document["id"], self._known[table].get(document["id"])
        if old is None or old.document["version"] != document["version"]:
            action = "updated" if old else "restored" if id_ in self._buried[table] else "created"
            filed = [*labels, *old.labels] if old else labels
            self._record(table, id_, document["version"], noun, action, filed, etag, body)
        self._known[table][id_] = _Row(document, labels, etag, body)
        if table in _BRIEF:
            self._brief[table][id_] = tuple(derived.get(name, document.get(name)) for name in _BRIEF[table])
        self._rows.setdefault(table, {})[id_] = {
            **{name: document[name] for name in ("id", "version", "created_at", "updated_at")},
            "labels": joined(labels),
            **derived,
            "etag": etag,
            "document": body,
        }
        self._removed.discard((table, id_))
        self.changed = True

    def _file_article(self, document: Document, actors: Iterable[str], old: _Row | None) -> None:
        labels = file_article(document, actors)
        if old and old.document == document and old.labels == labels:
            return
        if old:
            self._unposted.update(postings_of_article(old.document, old.labels))
        self._posted.update(postings_of_article(document, labels))
        self._put_row("articles", "article", document, labels, columns_of_article(document))

    def _file_fact(self, document: Document, old: _Row | None) -> None:
        labels = self._labels(document)
        if old and old.document == document and old.labels == labels:
            return
        self._refile((old.document, old.labels) if old else None, (document, labels))
        self._put_row("facts", document["kind"], document, labels, columns_of_fact(document))
        self._articles.update(articles_of_fact(document), articles_of_fact(old.document) if old else ())

    def _labels(self, fact: Document) -> list[str]:
        publishers = {id_: row[0] for id_, row in self._columns("articles", articles_of_fact(fact)).items()}
        actors = self._columns("actors", [part["actor"] for part in fact["actors"] if part["actor"]])
        return file_fact(fact, publishers, actors)

    def _refile(self, old: _Filed | None, new: _Filed | None) -> None:
        """Move a fact from the lists, counts and words that it stood in to those that it stands in now."""
        for filed, postings, sign in ((old, self._unposted, -1), (new, self._posted, 1)):
            if filed is None:
                continue
            postings.update(postings_of_fact(*filed))
            for cell in cells_of_fact(*filed):
                self._tallies[cell] += sign
        self._reindex(entry_of_fact(old[0]) if old else None, entry_of_fact(new[0]) if new else None)

    def _reindex(self, old: search_index.Entry | None, new: search_index.Entry | None) -> None:
        entry = new or old
        if entry is not None:
            key = (entry.resource, entry.id)
            stands, _ = self._index.get(key, (old, None))
            self._index[key] = (stands, new)

    def _forget_names(self, actor: str) -> None:
        names = tables.actor_names
        self.session.execute(delete(names).where(names.c.actor_id == actor))

    def _forget_fingerprints(self, article: str, text: str) -> None:
        rows = tables.fingerprints
        mine = rows.c.article_id == article, rows.c.band.in_(bands_of(text))
        self.session.execute(delete(rows).where(*mine))

    def _lead(self, table: Table, id_: str, into: str) -> None:
        """Let an id, and those that led to it, lead to another one."""
        alias = tables.aliases
        self.session.execute(
            update(alias).values(target=into).where(alias.c.resource == table.name, alias.c.target == id_)
        )
        upsert(self.session, alias, [{"resource": table.name, "id": id_, "target": into}])

    def _part(self, table: Table, id_: str) -> None:
        """Let an id that was merged into another stand for itself again, and those lead to it that did before."""
        alias = tables.aliases
        target = resolve(self.session, table, [id_]).get(id_)
        if target is None:
            return
        self.session.execute(delete(alias).where(alias.c.resource == table.name, alias.c.id == id_))
        back = self._led_through(table, id_, target)
        if table is tables.actors:
            self._outdated.update(self._facts_naming({id_, *back}, target))
        here = [alias.c.resource == table.name, alias.c.target == target]
        self.session.execute(update(alias).values(target=id_).where(*here, alias.c.id.in_(back)))
        self._brief[table.name].clear()

    def _led_through(self, table: Table, id_: str, target: str) -> list[str]:
        """List the ids that lead to a target only because they had been merged into an id that does."""
        others = [each for each in self.former_ids(table, target) if each != id_]
        merges = {each: load_version(self.session, table, each) for each in others}
        steps = {each: merge.target for each, merge in merges.items() if merge}

        def leads_here(each: str | None) -> bool:
            while each in steps:
                each = steps[each]
            return each == id_

        return [each for each in others if leads_here(each)]

    def _facts_naming(self, actors: Iterable[str], under: str) -> list[str]:
        """List the facts under an actor of today whose documents name it by one of its former ids."""
        named = [f'"actor":"{actor}"'.encode() for actor in actors]
        ids, facts = self.facts_under(f"actor:{under}"), tables.facts
        found: list[str] = []
        for at in range(0, len(ids), 500):
            some = select(facts.c.id, facts.c.document).where(facts.c.id.in_(ids[at : at + 500]))
            found += [id_ for id_, document in self.session.execute(some) if any(each in document for each in named)]
        return found

    def _columns(self, table: str, ids: Iterable[str]) -> dict[str, tuple[Any, ...]]:
        """Read what facts need to know of their articles and actors; of who took over, under the id asked for."""
        ids = list(ids)
        brief = self._brief[table]
        if unread := set(ids) - brief.keys():
            self._read_brief(table, unread)
        if missing := unread - brief.keys():
            moved = resolve(self.session, tables.metadata.tables[table], missing)
            self._read_brief(table, set(moved.values()) - brief.keys())
            found = brief.keys() | moved.keys()
            brief.update({id_: self._absent(table, id_) for id_ in (missing | set(moved.values())) - found})
            brief.update({id_: brief[target] for id_, target in moved.items()})
        return {id_: brief[id_] for id_ in ids}

    def _read_brief(self, table: str, ids: Collection[str]) -> None:
        if not ids:
            return
        stored = tables.metadata.tables[table]
        columns = [stored.c.id.label("key"), *(stored.c[name] for name in _BRIEF[table])]
        for id_, *values in self.session.execute(select(*columns).where(stored.c.id.in_(sorted(ids)))):
            self._brief[table][id_] = tuple(values)

    def _absent(self, table: str, id_: str) -> tuple[Any, ...]:
        """Say what facts need to know of what is not stored; raises KeyError."""
        raise KeyError(id_)

    def _actors_in(self, article: str) -> set[str]:
        facts, postings = tables.facts, tables.postings
        query = select(facts.c.labels).join(postings, postings.c.id == facts.c.id)
        found = self.session.execute(query.where(postings.c.term == term(f"reading:{article}"))).scalars()
        return {
            label.removeprefix("actor:") for labels in found for label in split(labels) if label.startswith("actor:")
        }

    def _flush_rows(self) -> None:
        for name, id_ in sorted(self._removed):
            table = tables.metadata.tables[name]
            self.session.execute(delete(table).where(table.c.id == id_))
        for name, rows in self._rows.items():
            upsert(self.session, tables.metadata.tables[name], [rows[id_] for id_ in sorted(rows)])
        self._removed, self._rows = set(), {}
        moves = [move for move in self._index.values() if move[0] != move[1]]
        search_index.change(self.session, [old for old, _ in moves if old], [new for _, new in moves if new])
        self._index = {}
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
