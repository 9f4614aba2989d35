"""Reading one fact of a sheet: every quotation anchored, every wording checked, every code explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.ingest.anchoring import NotAnchoredError, anchor, around
from api.ingest.dates import read_date
from api.ingest.merging import united
from api.ingest.refusal import Flaws, Path
from schemas.vocabulary import MODES_OF, QUAD_OF, EventType

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What the facts of one sheet have in common.

    `merged` maps the ids of merged actors to those that took over; `now` is the time of a review that tells none.
    """

    article: str
    text: str
    merged: Mapping[str, str]
    may_review: bool
    now: str
    flaws: Flaws


def read_fact(kind: str, new: Document, path: Path, context: Context) -> Document:
    """Make a fact as it is stored out of one of a sheet; what is wrong with it is noted among the context's flaws."""
    return _Reader(path, context).fact(kind, new)


def words_said(evidence: list[Document]) -> str:
    """Join the words of a statement as the first article has them."""
    return " ... ".join(span["exact"] for span in evidence if span["article"] == evidence[0]["article"])


@dataclass(frozen=True, slots=True)
class _Reader:
    path: Path
    context: Context

    def fact(self, kind: str, new: Document) -> Document:
        context = self.context
        spans = [self._span(each, ("evidence", at)) for at, each in enumerate(new["evidence"])]
        evidence = sorted((span for span in spans if span), key=lambda span: (span["start"], span["end"]))
        self._check_wording(new)
        fact = {
            **new,
            "kind": kind,
            "date": read_date(new["date"], (*self.path, "date"), context.text, context.flaws),
            "actors": [{**part, "actor": self._current(part["actor"])} for part in new["actors"]],
            "evidence": evidence,
            "review": self._review(new["review"]),
        }
        if kind == "event":
            self._check_modes(new)
            fact["quad"] = QUAD_OF[EventType.of(new["type"])].value
        elif kind == "proposal":
            steps = [self._step(step, at) for at, step in enumerate(new["history"])]
            fact["history"] = [step for step in steps if step]
        else:
            fact["text"] = words_said(evidence)
            if new["text"] not in (None, fact["text"]) and len(evidence) == len(spans):
                self._flaw(("text",), f"A statement's text is what its evidence says: {fact['text']!r}.")
        return {name: united(name, [], value) if isinstance(value, list) else value for name, value in fact.items()}

    def _span(self, new: Document, at: Path) -> Document | None:
        text = self.context.text
        try:
            start = anchor(text, new["exact"], new["prefix"], new["suffix"], new["start"])
        except NotAnchoredError as error:
            self._flaw((*at, "exact"), str(error))
            return None
        end = start + len(new["exact"])
        prefix, suffix = around(text, start, end)
        return {
            "article": self.context.article,
            "start": start,
            "end": end,
            "exact": new["exact"],
            "prefix": prefix,
            "suffix": suffix,
        }

    def _step(self, new: Document, at: int) -> Document | None:
        context, path = self.context, ("history", at)
        span = self._span(new["evidence"], (*path, "evidence"))
        return span and {
            "status": new["status"],
            "date": read_date(new["date"], (*self.path, *path, "date"), context.text, context.flaws),
            "by": self._current(new["by"]),
            "evidence": {name: span[name] for name in ("article", "start", "end")},
        }

    def _current(self, actor: str | None) -> str | None:
        return self.context.merged.get(actor, actor) if actor else None

    def _review(self, new: Document | None) -> Document:
        review = {"status": "pending", "by": None, "at": None, "confidence": None, "generator": None, **(new or {})}
        if not self.context.may_review:
            review |= {"status": "pending", "by": None, "at": None}
        elif review["status"] != "pending":
            review["at"] = review["at"] or self.context.now
        return review

    def _check_wording(self, new: Document) -> None:
        wordings: list[tuple[Path, str | None]] = [
            *((("actors", n, "named_as"), part["named_as"]) for n, part in enumerate(new["actors"])),
            *((("quantities", n, "text"), quantity["text"]) for n, quantity in enumerate(new["quantities"])),
            (("cue",), new.get("cue")),
        ]
        for at, words in wordings:
            if words is not None and words not in self.context.text:
                self._flaw(at, "These words are not in the article.")

    def _check_modes(self, new: Document) -> None:
        allowed = [mode.value for mode in MODES_OF[EventType.of(new["type"])]]
        for at, mode in enumerate(new["modes"]):
            if mode not in allowed:
                which = ", ".join(allowed) or "none"
                self._flaw(("modes", at), f"'{mode}' is no mode of '{new['type']}', whose modes are: {which}.")

    def _flaw(self, at: Path, detail: str) -> None:
        self.context.flaws.add((*self.path, *at), detail)
