"""From a fact sheet to documents: check, anchor, resolve, merge, write; in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from api.ingest.anchoring import NotAnchoredError, anchor
from api.ingest.dates import read_bounds, read_date
from api.ingest.facts import Context, facts_named, forget_facts, read_fact, settle
from api.ingest.identity import FactIds, claim_of, id_of_actor, id_of_article
from api.ingest.merging import merge, without_doubles
from api.ingest.redrafting import Redrafting
from api.ingest.refusal import Flaws, Path
from api.ingest.sheets import KINDS, Sheet, read
from api.store import tables
from api.store.known import Document, Texts, load_version
from api.store.times import Clock, now, written
from api.store.words import words_of
from api.store.writing import Author, Writer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a sheet: for each resource its id and whether it was created, updated or unchanged."""

    article: tuple[str, str]
    actors: list[tuple[str, str]]
    facts: list[tuple[str, str]]

    @property
    def changed(self) -> bool:
        """Whether anything was stored."""
        return any(outcome in ("created", "updated") for _, outcome in (self.article, *self.actors, *self.facts))


def ingest(
    session: Session,
    sheet: Mapping[str, Any],
    *,
    clock: Clock = now,
    may_review: bool = False,
    by: str | None = None,
    note: str | None = None,
    redrafting: Redrafting | None = None,
) -> Outcome:
    """Store a fact sheet in the session's transaction, whole or not at all.

    `sheet` is the JSON document as sent. The review that it brings counts only with `may_review`, else new facts are
    pending. `by` is who sends it and `note` why, for the history. What was deleted stays deleted, unless the sheet says
    `on_conflict: replace`. With `redrafting`, drafts of the article that nobody touched make room for the sheet's.
    Raises SheetRefusedError with everything that is wrong; then the caller must roll back.
    """
    checked = read(sheet)
    # From here on nobody else writes: times stand in the order of the changes.
    session.connection()
    return _Storing(checked, Writer(session, Author(written(clock()), by, note)), may_review, redrafting).run()


@dataclass
class _Storing:
    """One sheet on its way into the store."""

    sheet: Sheet
    writer: Writer
    may_review: bool
    redrafting: Redrafting | None

    def run(self) -> Outcome:
        self.flaws = Flaws(self.sheet.flaws)
        article, texts, claim = self._article()
        if self._deleted(tables.articles, [article["id"]]):
            self.flaws.refuse_any()
            return Outcome((article["id"], "deleted"), [], [])
        self._name_actors()
        actors = self._actors()
        self._check_actors(set(actors))
        facts = self._facts(article["id"], texts.text)
        self.flaws.refuse_any()
        put = self.writer
        stored_article = put.put_article(article, texts, claim)
        outcome = Outcome(
            (article["id"], stored_article),
            self._put(
                tables.actors, actors, self.actor_ids.values(), lambda new: [put.put_actor(each) for each in new]
            ),
            self._put(tables.facts, facts, self.fact_ids, put.put_facts),
        )
        if self.redrafting:
            self.redrafting.finish(put, outcome.facts)
        self.writer.flush()
        return outcome

    def _put(
        self,
        table: Table,
        documents: Mapping[str, Document],
        ids: Iterable[str],
        put: Callable[[list[Document]], Iterable[str]],
    ) -> list[tuple[str, str]]:
        """Store documents by their ids; tell for each entry of the sheet which one it is, and what became of that."""
        gone = self._deleted(table, documents.keys())
        kept = [each for id_, each in documents.items() if id_ not in gone]
        outcomes = dict.fromkeys(gone, "deleted") | dict(zip((each["id"] for each in kept), put(kept), strict=True))
        return [(id_, outcomes[id_]) for id_ in ids]

    def _deleted(self, table: Table, ids: Collection[str]) -> set[str]:
        """Tell which ids were deleted and are to stay so."""
        return set() if self.sheet.on_conflict == "replace" else self.writer.buried(table, ids) - self._drafts(table)

    def _drafts(self, table: Table) -> set[str]:
        """Tell which facts the sheet replaces, or brings back, whatever was said of them before."""
        return self.redrafting.replaceable if self.redrafting and table is tables.facts else set()

    def _name_actors(self) -> None:
        """Look up every actor that the sheet names: who has its id today, and whether that one is gone."""
        sent = {at: each["id"] or id_of_actor(each["kind"], each["name"]) for at, each in self.sheet.actors.items()}
        self.twins = self._refuse_twins([(("actors", at), id_) for at, id_ in sent.items()])
        self.sent_actors = sent
        named = set(sent.values()) | {id_ for _, id_ in self._references()}
        moved = self.writer.known.resolve(tables.actors, named)
        self.current_actors = {id_: moved.get(id_, id_) for id_ in named}
        gone = self._deleted(tables.actors, set(self.current_actors.values()))
        self.gone_actors = gone | {id_ for id_, current in self.current_actors.items() if current in gone}
        self.actor_ids = {at: self.current_actors[id_] for at, id_ in sent.items()}

    # The article.

    def _article(self) -> tuple[Document, Texts, str]:
        new = self.sheet.article
        texts = self._texts(new)
        digest = sha256(texts.text.encode()).hexdigest()
        claim = claim_of(new["publisher"], new["url"], digest)
        holder = self.writer.known.holders([claim])[claim]
        id_ = new["id"] or holder or id_of_article(claim)
        id_ = self.writer.known.resolve(tables.articles, [id_]).get(id_, id_)
        if holder not in (None, id_):
            self.flaws.conflict(("article", "id"), holder, id_)
        known = self.writer.load(tables.articles, [id_]).get(id_)
        received = new["received_sha256"] or (known and known["received_sha256"])
        content = {name: value for name, value in new.items() if name not in ("text", "source")} | {
            "id": id_,
            "published_at": read_date(new["published_at"], ("article", "published_at"), texts.source, self.flaws),
            "media": [
                {
                    **medium,
                    "date": read_date(medium["date"], ("article", "media", at, "date"), texts.source, self.flaws),
                }
                for at, medium in enumerate(new["media"])
            ],
            "text_sha256": digest,
            "received_sha256": received or sha256(texts.source.encode()).hexdigest(),
            "story_start": len(texts.before),
            "word_count": len(words_of(texts.text)),
        }
        article = without_doubles(content)
        if self._keeps_text(id_, texts) and known:
            article = self._merged(known, article, ("article",), wording=False)
        return article, texts, claim_of(article["publisher"], article["url"], digest)

    def _texts(self, new: Document) -> Texts:
        text, source, start = new["text"], new["source"], new["story_start"]
        if source is None:
            source, start = text, 0
        try:
            start = anchor(source, text, start=start)
        except NotAnchoredError as error:
            self.flaws.add(("article", "text"), f"The text must be a slice of the source. {error}")
            self.flaws.refuse_any()
        return Texts(source[:start], text, source[start + len(text) :])

    def _keeps_text(self, id_: str, texts: Texts) -> bool:
        """See that the text of an article stays what it is, or was: its history speaks of it too."""
        articles, put = tables.articles, self.writer
        is_known = put.load(articles, [id_]) or put.buried(articles, [id_])
        stored = put.known.source(id_) if is_known and not self._deleted(articles, [id_]) else None
        if stored in (None, texts):
            return True
        self.flaws.add(
            ("article", "text"),
            f"The article '{id_}' is stored with another text or source, and these never change. "
            "Send a corrected text as an article of its own that revises this one.",
        )
        self.flaws.conflicts += 1
        return False

    # Its actors.

    def _actors(self) -> dict[str, Document]:
        """Read the actors by their ids of today; what were two entries may be one by now."""
        joined = self.writer.load(tables.actors, self.actor_ids.values())
        for at, actor in self.sheet.actors.items():
            path: Path = ("actors", at)
            for n, position in enumerate(actor["positions"]):
                for end in ("start", "end"):
                    read_bounds(position[end], (*path, "positions", n, end), self.flaws)
            id_ = self.actor_ids[at]
            members = [each for each in actor["member_of"] if each not in self.gone_actors]
            new = without_doubles({**actor, "id": id_, "member_of": members, "merged_into": None})
            known = joined.get(id_)
            if known and path not in self.twins and id_ not in self.gone_actors:
                new = self._merged(known, new, path, wording=False, sent=self.sent_actors[at])
            joined[id_] = new
        return joined

    def _merged(
        self, known: Document, new: Document, path: Path, *, wording: bool, sent: str | None = None
    ) -> Document:
        """Join what the sheet says to what is known; `sent` is the id under which it says so.

        What comes under a former id may differ: whoever merged the two has decided already.
        """
        conflict = self.sheet.on_conflict if sent in (None, new["id"]) else "keep"
        return merge(known, new, on_conflict=conflict, path=path, flaws=self.flaws, wording=wording)

    def _references(self) -> Iterator[tuple[Path, str]]:
        """List every place of the sheet that names an actor by its id."""
        for at, actor in self.sheet.actors.items():
            yield from ((("actors", at, "member_of", n), id_) for n, id_ in enumerate(actor["member_of"]))
        for plural in self.sheet.facts:
            for at, fact in self.sheet.facts[plural].items():
                for n, part in enumerate(fact["actors"]):
                    if part["actor"]:
                        yield (plural, at, "actors", n, "actor"), part["actor"]
                for n, step in enumerate(fact.get("history", ())):
                    if step["by"]:
                        yield (plural, at, "history", n, "by"), step["by"]

    def _check_actors(self, stored_here: set[str]) -> None:
        """See that every actor that is named is in the sheet or in the store, or was."""
        in_sheet = {*self.sent_actors.values(), *self.sheet.unread}
        named = {self.current_actors[id_] for _, id_ in self._references()} - stored_here
        known = stored_here | self.writer.load(tables.actors, named).keys()
        for path, id_ in self._references():
            if not (id_ in in_sheet or id_ in self.gone_actors or self.current_actors[id_] in known):
                meant = self.flaws.nearest(id_, in_sheet)
                self.flaws.add(path, f"No actor '{id_}' in the sheet or in the store.{meant} Add it to /actors.")

    # Its facts.

    def _facts(self, article: str, text: str) -> dict[str, Document]:
        """Read the facts by their ids of today; what were two entries may be one by now."""
        facts: list[tuple[Path, Document]] = []
        ids = FactIds(article)
        context = Context(article, {article: text}, self.gone_actors, self.may_review, self.writer.author, self.flaws)
        for plural, kind in KINDS.items():
            for at, new in self.sheet.facts[plural].items():
                fact = read_fact(kind, new, (plural, at), context)
                fact["id"] = fact["id"] or ids.derive(kind, fact["evidence"])
                facts.append(((plural, at), fact))
        twins = self._refuse_twins([(path, fact["id"]) for path, fact in facts])
        sent: list[str] = [fact["id"] for _, fact in facts]
        moved = self.writer.known.resolve(tables.facts, sent)
        self.fact_ids = [moved.get(id_, id_) for id_ in sent]
        if self.redrafting:
            self.redrafting.begin(self.writer, article, self.fact_ids)
        self._check_relations(facts)
        joined = self.writer.load(tables.facts, self.fact_ids)
        gone, buried = self._deleted(tables.facts, self.fact_ids), self.writer.buried(tables.facts, self.fact_ids)
        to_settle: set[str] = set()
        for (path, fact), id_ in zip(facts, self.fact_ids, strict=True):
            known = joined.get(id_)
            new = {**fact, "id": id_}
            if known and path not in twins and id_ not in gone | self._drafts(tables.facts):
                new = self._joined_fact(known, new, fact["id"], path)
                to_settle.add(id_)
            elif id_ in buried - gone:
                self._keep_kind(id_, new, path)
            joined[id_] = new
        return joined | {id_: settle(joined[id_]) for id_ in to_settle}

    def _keep_kind(self, id_: str, fact: Document, path: Path) -> None:
        """See that what is brought back is of the kind that it was: the history speaks of that."""
        last = load_version(self.writer.session, tables.facts, id_)
        if last and last.noun != fact["kind"]:
            self.flaws.conflict((*path, "id"), f"{last.noun} {id_}", f"{fact['kind']} {id_}")

    def _joined_fact(self, known: Document, fact: Document, sent: str, path: Path) -> Document:
        if known["kind"] != fact["kind"]:
            self.flaws.conflict((*path, "id"), f"{known['kind']} {known['id']}", f"{fact['kind']} {sent}")
            return known
        return self._merged(known, fact, path, wording=True, sent=sent)

    def _check_relations(self, facts: list[tuple[Path, Document]]) -> None:
        """See that every fact that is named is in the sheet or in the store, or was; forget those that are gone."""
        own = {fact["id"] for _, fact in facts} | self.sheet.unread
        others = {id_ for _, fact in facts for _, id_ in facts_named(fact)}
        moved = self.writer.known.resolve(tables.facts, others)
        gone = self._deleted(tables.facts, others - moved.keys())
        known = own | moved.keys() | gone | self.writer.load(tables.facts, others - own).keys()
        for (path, fact), current in zip(facts, self.fact_ids, strict=True):
            for at, id_ in facts_named(fact):
                if id_ == fact["id"]:
                    self.flaws.add((*path, *at), "A fact is not related to itself.")
                elif id_ not in known:
                    meant = self.flaws.nearest(id_, own)
                    self.flaws.add((*path, *at), f"No fact '{id_}' in the sheet or in the store.{meant}")
            # The other one may have been merged into this one, or this one into it.
            forget_facts(fact, gone | {id_ for _, id_ in facts_named(fact) if moved.get(id_, id_) == current})

    def _refuse_twins(self, ids: list[tuple[Path, str]]) -> set[Path]:
        """See that no id stands twice; give the places of those that do."""
        seen: set[str] = set()
        twins: set[Path] = set()
        for path, id_ in ids:
            if id_ in seen:
                self.flaws.add((*path, "id"), f"'{id_}' stands twice in this sheet.")
                twins.add(path)
            seen.add(id_)
        return twins
