"""Proofs: whether what is stored is what its texts say, told by reading it once more as if it had been sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from api.ingest.dates import read_date
from api.ingest.facts import Context, read_fact
from api.ingest.identity import claim_of
from api.ingest.refusal import Flaws
from api.store import checking
from api.store.checking import Finding
from api.store.known import Document, Texts
from api.store.opening import Store


def findings(store: Store, seen: Callable[[str], None] = lambda _: None) -> Iterator[Finding]:
    """List everything that is wrong in a store as of now: others may read and write meanwhile; see store/checking.

    `seen` is told the table of each row that has been looked at. Raises UnavailableError when the database does not
    answer.
    """
    with store.snapshot() as session:
        yield from findings_in(session, seen)


def findings_in(session: Session, seen: Callable[[str], None] = lambda _: None) -> Iterator[Finding]:
    """List everything that is wrong in what a session sees, its own changes included."""
    return checking.findings(session, _Proofs(), seen)


class _Proofs:
    def of_article(self, article: Mapping[str, Any], texts: Texts, words: int) -> Iterator[str]:
        flaws = Flaws([])
        ought = {
            "published_at": read_date(article["published_at"], ("published_at",), texts.source, flaws),
            "media": [
                {**medium, "date": read_date(medium["date"], ("media", at, "date"), texts.source, flaws)}
                for at, medium in enumerate(article["media"])
            ],
            "text_sha256": sha256(texts.text.encode()).hexdigest(),
            "story_start": len(texts.before),
            "word_count": words,
        }
        return _differences(article, ought, flaws)

    def of_fact(self, fact: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[str]:
        flaws = Flaws([])
        new = dict(fact)
        if "history" in fact:
            new["history"] = [{**step, "evidence": _quoted(step["evidence"], texts)} for step in fact["history"]]
        context = Context(None, texts, (), flaws)
        ought = read_fact(fact["kind"], new, (), context)
        # What was decided needs no text.
        return _differences(fact, {**ought, "review": fact["review"]}, flaws)

    def claim_of(self, article: Mapping[str, Any]) -> str:
        return claim_of(article["publisher"], article["url"], article["text_sha256"])


def _quoted(span: Document, texts: Mapping[str, str]) -> Document:
    """Quote what stands at a place; nothing does outside of the text."""
    words = texts.get(span["article"], "")[span["start"] : span["end"]]
    return {**span, "exact": words or "\x00", "prefix": None, "suffix": None}


def _differences(document: Mapping[str, Any], ought: Mapping[str, Any], flaws: Flaws) -> Iterator[str]:
    """Tell what could not be read again; if all could be, what came out otherwise."""
    yield from (f"{flaw.pointer}: {flaw.detail}" for flaw in flaws.found)
    if not flaws.found:
        for name, value in ought.items():
            if document[name] != value:
                yield f"/{name}: is not what its texts and other parts say"
