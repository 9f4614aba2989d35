"""From a fact sheet to documents: check, anchor, resolve, merge, write; in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from api.ingest.dates import read_bounds
from api.ingest.facts import facts_named, forget_facts, reviewed, settle
from api.ingest.identity import claim_of, id_of_sent_actor
from api.ingest.merging import merge, without_doubles
from api.ingest.preparing import Facts, Prepared, prepare, read_facts
from api.ingest.redrafting import Redrafting
from api.ingest.refusal import Flaws, Path
from api.store import tables
from api.store.known import Document, Texts, load_version
from api.store.times import Clock, now, written
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
    prepared = prepare(sheet)
    # From here on nobody else writes: times stand in the order of the changes.
    session.connection()
    writer = Writer(session, Author(written(clock()), by, note))
    outcome = store(writer, prepared, may_review=may_review, redrafting=redrafting)
    writer.flush()
    return outcome


def store(
    writer: Writer, prepared: Prepared, *, may_review: bool = False, redrafting: Redrafting | None = None
) -> Outcome:
    """Store a sheet that was prepared, as `ingest` does, in the name of the writer's author; `flush` is left to do."""
    return Storing(prepared, writer, may_review, redrafting).run()


@dataclass
class Storing:
    """One sheet on its way into the store."""

    prepared: Prepared
    writer: Writer
    may_review: bool
    redrafting: Redrafting | None

    def begin(self) -> None:
        """Begin with what is wrong already."""
        self.sheet = self.prepared.sheet
        self.flaws = Flaws(self.prepared.flaws)

    def run(self) -> Outcome:
        """Store all of it. Raises SheetRefusedError."""
        self.begin()
        texts = self.prepared.texts
        article, claim = self._article()
        if self._deleted(tables.articles, [article["id"]]):
            self.flaws.refuse_any()
            return Outcome((article["id"], "deleted"), [], [])
        self._name_actors()
        actors = self._actors()
        self._check_actors(set(actors))
        facts = self._facts(article["id"], texts.text)
        self.flaws.refuse_any()
        put = self.writer
        put.words = self.prepared.words
        stored_article = put.put_article(article, texts, claim)
        outcome = Outcome(
            (article["id"], stored_article),
            self._put(tables.actors, actors, self.actor_ids.values(), self._put_actors),
            self._put(tables.facts, facts, self.fact_ids, put.put_facts),
        )
        if self.redrafting:
            self.redrafting.finish(put, outcome.facts)
        self.writer.settle()
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

    def _put_actors(self, actors: list[Document]) -> list[str]:
        return [self.writer.put_actor(each) for each in actors]

    def _deleted(self, table: Table, ids: Collection[str]) -> set[str]:
        """Tell which ids were deleted and are to stay so."""
        return set() if self.sheet.on_conflict == "replace" else self.writer.buried(table, ids) - self._drafts(table)

    def _drafts(self, table: Table) -> set[str]:
        """Tell which facts the sheet replaces, or brings back, whatever was said of them before."""
        return self.redrafting.replaceable if self.redrafting and table is tables.facts else set()

    def _name_actors(self) -> None:
        """Look up every actor that the sheet names: who has its id today, and whether that one is gone."""
        sent = {at: id_of_sent_actor(each) for at, each in self.sheet.actors.items()}
        self.twins = self._refuse_twins([(("actors", at), id_) for at, id_ in sent.items()])
        self.sent_actors = sent
        named = set(sent.values()) | {id_ for _, id_ in self._references()}
        moved = self.writer.known.resolve(tables.actors, named)
        self.current_actors = {id_: moved.get(id_, id_) for id_ in named}
        gone = self._deleted(tables.actors, set(self.current_actors.values()))
        self.gone_actors = gone | {id_ for id_, current in self.current_actors.items() if current in gone}
        self.actor_ids = {at: self.current_actors[id_] for at, id_ in sent.items()}

    # The article.

    def _article(self) -> tuple[Document, str]:
        """Give the article as it is to be stored, under its id of today, and the hash of its natural key."""
        new, known = self.prepared.article, self.writer.known
        holder = known.holders([self.prepared.claim])[self.prepared.claim]
        id_ = self.sheet.article["id"] or holder or new["id"]
        id_ = known.resolve(tables.articles, [id_]).get(id_, id_)
        if holder not in (None, id_):
            self.flaws.conflict(("article", "id"), holder, id_)
        article, stored = {**new, "id": id_}, known.load(tables.articles, [id_]).get(id_)
        if stored and self.sheet.article["received_sha256"] is None:
            article["received_sha256"] = stored["received_sha256"]
        if self._keeps_text(id_, self.prepared.texts) and stored:
            article = self._merged(stored, article, ("article",), wording=False)
        return article, claim_of(article["publisher"], article["url"], article["text_sha256"])

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
        facts = self._read_facts(article, text)
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

    def _read_facts(self, article: str, text: str) -> Facts:
        """Take the facts as prepared, unless the store knows the article by another id, or actors are gone."""
        if article == self.prepared.article["id"] and not self.gone_actors:
            self.flaws.found += self.prepared.fact_flaws
            facts = self.prepared.facts
        else:
            facts = read_facts(self.sheet, article, text, self.gone_actors, self.flaws)
        reviewer = self.writer.author if self.may_review else None
        return [(path, {**fact, "review": reviewed(fact["review"], reviewer)}) for path, fact in facts]

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
