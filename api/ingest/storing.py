"""From a fact sheet to documents: check, anchor, resolve, merge, write; in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from api.ingest.anchoring import NotAnchoredError, anchor
from api.ingest.dates import read_bounds, read_date
from api.ingest.facts import Context, read_fact, words_said
from api.ingest.identity import FactIds, claim_of, id_of_actor, id_of_article
from api.ingest.merging import merge
from api.ingest.refusal import Flaws, Path
from api.ingest.sheets import KINDS, Sheet, read
from api.store import tables
from api.store.labels import articles_of_fact
from api.store.words import words_of
from api.store.writing import Document, Texts, Writer, claimant, load_texts, resolve
from schemas.errors import nearest
from schemas.vocabulary import MODES_OF, QUAD_OF, EventType, Mode

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a sheet: for each resource its id and whether it was created, updated or unchanged."""

    article: tuple[str, str]
    actors: list[tuple[str, str]]
    facts: list[tuple[str, str]]

    @property
    def changed(self) -> bool:
        """Whether anything was stored."""
        return any(outcome != "unchanged" for _, outcome in (self.article, *self.actors, *self.facts))


def now() -> datetime:
    """Tell the time; whoever ingests may bring a clock of their own."""
    return datetime.now(UTC)


def ingest(session: Session, sheet: Mapping[str, Any], *, clock: Clock = now, may_review: bool = False) -> Outcome:
    """Store a fact sheet in the session's transaction, whole or not at all.

    `sheet` is the JSON document as sent. The review that it brings counts only with `may_review`, else new facts are
    pending. Raises SheetRefusedError with everything that is wrong; then the caller must roll back.
    """
    moment = clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return _Storing(read(sheet), Writer(session, moment), moment, may_review).run()


@dataclass
class _Storing:
    """One sheet on its way into the store."""

    sheet: Sheet
    writer: Writer
    now: str
    may_review: bool

    def run(self) -> Outcome:
        self.flaws = Flaws(self.sheet.flaws)
        article, texts, claim = self._article()
        self.moved_actors = resolve(self.writer.session, tables.actors, self._named_actors())
        actors = self._actors()
        self._check_actors({actor["id"] for actor in actors})
        facts = self._facts(article["id"], texts.text)
        self.flaws.refuse_any()
        outcome = Outcome(
            (article["id"], self.writer.put_article(article, texts, claim)),
            [(actor["id"], self.writer.put_actor(actor)) for actor in actors],
            [(fact["id"], self.writer.put_fact(fact)) for fact in facts],
        )
        self.writer.flush()
        return outcome

    # The article.

    def _article(self) -> tuple[Document, Texts, str]:
        new = self.sheet.article
        texts = self._texts(new)
        digest = sha256(texts.text.encode()).hexdigest()
        claim = claim_of(new["publisher"], new["url"], digest)
        holder = claimant(self.writer.session, claim)
        id_ = new["id"] or holder or id_of_article(claim)
        id_ = resolve(self.writer.session, tables.articles, [id_]).get(id_, id_)
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
        article = self._joined_article(known, content, texts) if known else content
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

    def _joined_article(self, known: Document, content: Document, texts: Texts) -> Document:
        stored = load_texts(self.writer.session, known["id"])
        if stored is not None and stored != texts:
            self.flaws.add(
                ("article", "text"),
                f"The article '{known['id']}' is stored with another text or source, and these never change. "
                "Send a corrected text as an article of its own that revises this one.",
            )
            self.flaws.conflicts += 1
            return known
        return self._merged(known, content, ("article",), wording=False)

    # Its actors.

    def _actors(self) -> list[Document]:
        new: dict[int, Document] = {}
        for at, actor in self.sheet.actors.items():
            path: Path = ("actors", at)
            id_ = actor["id"] or id_of_actor(actor["kind"], actor["name"])
            member_of = [self.moved_actors.get(each, each) for each in actor["member_of"]]
            id_ = self.moved_actors.get(id_, id_)
            new[at] = {**actor, "id": id_, "member_of": member_of, "merged_into": None}
            for n, position in enumerate(actor["positions"]):
                for end in ("start", "end"):
                    read_bounds(position[end], (*path, "positions", n, end), self.flaws)
        self._refuse_twins([(("actors", at), actor["id"]) for at, actor in new.items()])
        known = self.writer.load(tables.actors, [actor["id"] for actor in new.values()])
        return [
            self._merged(known[actor["id"]], actor, ("actors", at), wording=False) if actor["id"] in known else actor
            for at, actor in new.items()
        ]

    def _merged(self, known: Document, new: Document, path: Path, *, wording: bool) -> Document:
        conflict = self.sheet.on_conflict
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

    def _named_actors(self) -> set[str]:
        own = {actor["id"] for actor in self.sheet.actors.values() if actor["id"]}
        return own | {id_ for _, id_ in self._references()}

    def _check_actors(self, in_sheet: set[str]) -> None:
        named = self._named_actors()
        in_sheet |= self.sheet.unread
        stored = self.writer.load(tables.actors, named - in_sheet)
        for path, id_ in self._references():
            if id_ not in in_sheet and id_ not in stored and id_ not in self.moved_actors:
                meant = nearest(id_, sorted(in_sheet))
                self.flaws.add(path, f"No actor '{id_}' in the sheet or in the store.{meant} Add it to /actors.")

    # Its facts.

    def _facts(self, article: str, text: str) -> list[Document]:
        places: list[Path] = []
        facts: list[Document] = []
        ids = FactIds(article)
        context = Context(article, text, self.moved_actors, self.may_review, self.now, self.flaws)
        for plural, kind in KINDS.items():
            for at, new in self.sheet.facts[plural].items():
                path: Path = (plural, at)
                fact = read_fact(kind, new, path, context)
                fact["id"] = fact["id"] or ids.derive(kind, fact["evidence"])
                places.append(path)
                facts.append(fact)
        moved = resolve(self.writer.session, tables.facts, [fact["id"] for fact in facts])
        for fact in facts:
            fact["id"] = moved.get(fact["id"], fact["id"])
        self._refuse_twins([(path, fact["id"]) for path, fact in zip(places, facts, strict=True)])
        self._check_relations(facts, places)
        known = self.writer.load(tables.facts, [fact["id"] for fact in facts])
        return [
            self._joined_fact(known[fact["id"]], fact, path) if fact["id"] in known else fact
            for path, fact in zip(places, facts, strict=True)
        ]

    def _joined_fact(self, known: Document, fact: Document, path: Path) -> Document:
        if known["kind"] != fact["kind"]:
            self.flaws.conflict((*path, "id"), f"{known['kind']} {known['id']}", f"{fact['kind']} {fact['id']}")
            return known
        joined = self._merged(known, fact, path, wording=True)
        articles = articles_of_fact(joined)
        joined["evidence"].sort(key=lambda span: (articles.index(span["article"]), span["start"], span["end"]))
        if fact["kind"] == "event":
            type_ = EventType.of(joined["type"])
            joined["quad"] = QUAD_OF[type_].value
            joined["modes"] = [mode for mode in joined["modes"] if Mode.of(mode) in MODES_OF[type_]]
        if fact["kind"] == "statement":
            joined["text"] = words_said(joined["evidence"])
        return joined

    def _check_relations(self, facts: list[Document], places: list[Path]) -> None:
        named = [
            ((*path, "relations", n, "fact"), relation["fact"])
            for path, fact in zip(places, facts, strict=True)
            for n, relation in enumerate(fact["relations"])
        ] + [
            ((*path, "about", n), id_)
            for path, fact in zip(places, facts, strict=True)
            for n, id_ in enumerate(fact.get("about", ()))
        ]
        in_sheet = {fact["id"] for fact in facts} | self.sheet.unread
        others = {id_ for _, id_ in named} - in_sheet
        moved = resolve(self.writer.session, tables.facts, others)
        stored = self.writer.load(tables.facts, others)
        for path, id_ in named:
            if id_ not in in_sheet and id_ not in stored and id_ not in moved:
                self.flaws.add(path, f"No fact '{id_}' in the sheet or in the store.{nearest(id_, sorted(in_sheet))}")

    def _refuse_twins(self, ids: list[tuple[Path, str]]) -> None:
        seen: set[str] = set()
        for path, id_ in ids:
            if id_ in seen:
                self.flaws.add((*path, "id"), f"'{id_}' stands twice in this sheet.")
            seen.add(id_)
