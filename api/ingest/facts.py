"""Reading one fact of a sheet: every quotation anchored, every wording checked, every code explained."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from api.ingest.anchoring import NotAnchoredError, anchor, around
from api.ingest.dates import read_date
from api.ingest.merging import without_doubles
from api.ingest.refusal import Flaws, Path
from api.store.writing import Author
from schemas.vocabulary import MODES_OF, QUAD_OF, EventType, Mode

Document = dict[str, Any]


@dataclass(frozen=True)
class Context:
    """What facts are read against.

    `article` is the one quoted by evidence that names none, `texts` has the text of every article that may be quoted.
    Actors that are `gone` are nobody any more.
    """

    article: str | None
    texts: Mapping[str, str]
    gone: Collection[str]
    flaws: Flaws

    @cached_property
    def words(self) -> str:
        """All texts, with a character between them that none of them has."""
        return "\x00".join(self.texts.values())


def read_fact(kind: str, new: Document, path: Path, context: Context) -> Document:
    """Make a fact as it is stored out of one of a sheet; what is wrong with it is noted among the context's flaws.

    Its review is left as it was sent: what that counts for, `reviewed` tells.
    """
    return _Reader(path, context).fact(kind, new)


def reviewed(sent: Document | None, author: Author | None) -> Document:
    """Make the review of a fact as it is stored; whoever may not review sends no `author`, and it is pending.

    The author has reviewed what tells no reviewer.
    """
    review = {"status": "pending", "by": None, "at": None, "confidence": None, "generator": None, **(sent or {})}
    if author is None:
        review |= {"status": "pending", "by": None, "at": None}
    elif review["status"] != "pending":
        review["at"] = review["at"] or author.at
        review["by"] = review["by"] or author.by
    return review


def words_said(evidence: list[Document]) -> str:
    """Join the words of a statement as the first article has them."""
    return " ... ".join(span["exact"] for span in evidence if span["article"] == evidence[0]["article"])


def in_order(evidence: list[Document]) -> list[Document]:
    """Sort evidence: the articles as they came, and each one's quotations as they stand in its text."""
    articles = list(dict.fromkeys(span["article"] for span in evidence))
    return sorted(evidence, key=lambda span: (articles.index(span["article"]), span["start"], span["end"]))


def settle(fact: Document) -> Document:
    """Bring a fact whose parts were changed in order: what follows from other parts of it follows again."""
    fact = without_doubles(fact)
    fact["evidence"] = in_order(fact["evidence"])
    if fact["kind"] == "event":
        type_ = EventType.of(fact["type"])
        fact["quad"] = QUAD_OF[type_].value
        fact["modes"] = [mode for mode in fact["modes"] if Mode.of(mode) in MODES_OF[type_]]
    if fact["kind"] == "statement":
        fact["text"] = words_said(fact["evidence"])
    return fact


def facts_named(fact: Document) -> Iterator[tuple[Path, str]]:
    """List every other fact that a fact speaks of, each with its place."""
    yield from ((("relations", at, "fact"), relation["fact"]) for at, relation in enumerate(fact["relations"]))
    yield from ((("about", at), id_) for at, id_ in enumerate(fact.get("about", ())))


def forget_facts(fact: Document, gone: Collection[str]) -> None:
    """Take what is gone out of all that a fact says of other facts."""
    fact["relations"] = [relation for relation in fact["relations"] if relation["fact"] not in gone]
    if "about" in fact:
        fact["about"] = [id_ for id_ in fact["about"] if id_ not in gone]


@dataclass(frozen=True, slots=True)
class _Reader:
    path: Path
    context: Context

    def fact(self, kind: str, new: Document) -> Document:
        context = self.context
        spans = [self._span(each, ("evidence", at)) for at, each in enumerate(new["evidence"])]
        evidence = in_order([span for span in spans if span])
        self._check_wording(new)
        fact = {
            **new,
            "kind": kind,
            "date": read_date(new["date"], (*self.path, "date"), context.words, context.flaws),
            "actors": [part for each in new["actors"] if (part := self._part(each))],
            "evidence": evidence,
        }
        if kind == "event":
            self._check_modes(new)
            fact["quad"] = QUAD_OF[EventType.of(new["type"])].value
        elif kind == "proposal":
            steps = [self._step(step, at) for at, step in enumerate(new["history"])]
            fact["history"] = [step for step in steps if step]
        else:
            fact["text"] = words_said(evidence)
            if new.get("text") not in (None, fact["text"]) and len(evidence) == len(spans):
                self._flaw(("text",), f"A statement's text is what its evidence says: {fact['text']!r}.")
        return without_doubles(fact)

    def _span(self, new: Document, at: Path, absent: str = "There is no article '{}'.") -> Document | None:
        article = new.get("article") or self.context.article
        text = self.context.texts.get(article) if article else None
        if text is None:
            self._flaw((*at, "article"), absent.format(article) if article else "Name the article.")
            return None
        try:
            suggest = self.context.flaws.may_suggest
            start = anchor(text, new["exact"], new["prefix"], new["suffix"], new["start"], suggest=suggest)
        except NotAnchoredError as error:
            self._flaw((*at, "exact"), str(error))
            return None
        end = start + len(new["exact"])
        prefix, suffix = around(text, start, end)
        return {
            "article": article,
            "start": start,
            "end": end,
            "exact": new["exact"],
            "prefix": prefix,
            "suffix": suffix,
        }

    def _step(self, new: Document, at: int) -> Document | None:
        context, path = self.context, ("history", at)
        span = self._span(new["evidence"], (*path, "evidence"), "The fact's own evidence has nothing of '{}'.")
        return span and {
            "status": new["status"],
            "date": read_date(new["date"], (*self.path, *path, "date"), context.words, context.flaws),
            "by": None if new["by"] in context.gone else new["by"],
            "evidence": {name: span[name] for name in ("article", "start", "end")},
        }

    def _part(self, new: Document) -> Document | None:
        """Take a part away from an actor that is gone; none is left of one that has no wording either."""
        if new["actor"] not in self.context.gone:
            return dict(new)
        return {**new, "actor": None} if new["named_as"] else None

    def _check_wording(self, new: Document) -> None:
        wordings: list[tuple[Path, str | None]] = [
            *((("actors", n, "named_as"), part["named_as"]) for n, part in enumerate(new["actors"])),
            *((("quantities", n, "text"), quantity["text"]) for n, quantity in enumerate(new["quantities"])),
            (("cue",), new.get("cue")),
        ]
        for at, words in wordings:
            if words is not None and words not in self.context.words:
                self._flaw(at, "These words are not in the article.")

    def _check_modes(self, new: Document) -> None:
        allowed = [mode.value for mode in MODES_OF[EventType.of(new["type"])]]
        for at, mode in enumerate(new["modes"]):
            if mode not in allowed:
                which = ", ".join(allowed) or "none"
                self._flaw(("modes", at), f"'{mode}' is no mode of '{new['type']}', whose modes are: {which}.")

    def _flaw(self, at: Path, detail: str) -> None:
        self.context.flaws.add((*self.path, *at), detail)
