"""Storing: what a job drafted meets what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from api.ingest.identity import claim_of
from api.ingest.redrafting import Redrafting
from api.jobs.drafting import Sheet
from api.matching import ingest_drafts
from api.store.jobs import Job
from api.store.known import claimant
from api.store.opening import Store
from api.store.times import Clock
from schemas.outcome import OutcomeKind


def with_source(store: Store, article: Mapping[str, Any]) -> dict[str, Any]:
    """Say in which source an article's story is to be found, when its text came alone.

    That is the text itself, of which the story may be a slice; unless the article is stored with this very text.
    """
    text = article.get("text")
    if text is None or article.get("source") is not None:
        return dict(article)
    claim = claim_of(article["publisher"], article.get("url"), sha256(text.encode()).hexdigest())
    with store.snapshot() as session:
        if claimant(session, claim):
            return dict(article)
    return {**article, "text": None, "source": text}


def store_sheet(session: Session, sheet: Sheet, job: Job, clock: Clock) -> dict[str, Any]:
    """Store what a job drafted, in the name of whoever sent it; tell what came of it. Raises SheetRefusedError."""
    redrafting = Redrafting()
    outcome = ingest_drafts(session, sheet, clock=clock, by=job.by, note=job.note, redrafting=redrafting)
    return {
        "article": {"id": outcome.article[0], "outcome": outcome.article[1]},
        "actors": _counts(outcome.actors, 0),
        "facts": _counts(outcome.facts, len(redrafting.removed)),
    }


def _counts(outcomes: Iterable[tuple[str, str]], removed: int) -> dict[str, int]:
    counted = Counter(outcome for _, outcome in outcomes)
    return {each.value: counted[each.value] for each in OutcomeKind} | {"removed": removed}
