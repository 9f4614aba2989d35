"""Kept answers: what was answered to an Idempotency-Key, for a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import orjson
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.store import tables
from api.store.engine import upsert
from api.store.times import Clock, now, written

#: How long an answer is kept.
KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer, and the hash of the request that it was given to."""

    request: str
    status: int
    headers: dict[str, str]
    body: bytes


def recall(session: Session, hash_: str, *, clock: Clock = now) -> KeptAnswer | None:
    """Read the answer that was given to a key before; None when there is none, or it is too old."""
    kept = tables.answers
    row = session.execute(
        select(kept.c.request, kept.c.status, kept.c.headers, kept.c.body).where(
            kept.c.hash == hash_, kept.c.at > written(clock() - KEPT)
        )
    ).first()
    return KeptAnswer(row[0], row[1], orjson.loads(row[2]), row[3]) if row else None


def keep(session: Session, hash_: str, answer: KeptAnswer, *, clock: Clock = now) -> None:
    """Keep an answer; forget those that are too old."""
    kept = tables.answers
    session.execute(delete(kept).where(kept.c.at <= written(clock() - KEPT)))
    row = {"hash": hash_, "request": answer.request, "at": written(clock()), "status": answer.status}
    upsert(session, kept, [row | {"headers": orjson.dumps(answer.headers), "body": answer.body}])
