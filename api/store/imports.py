"""Imports: up to where a file was imported, kept in the transactions that store its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.store import tables
from api.store.engine import upsert
from api.store.restoring import count_stored


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """So many lines of a file are stored: their SHA-256, what became of them, and the bytes told of refused ones.

    `changes` is how many changes the store had then.
    """

    lines: int = 0
    digest: str = ""
    refused: int = 0
    changes: int = 0
    tally: Mapping[str, int] = field(default_factory=dict)


def find_checkpoint(session: Session, id_: str) -> Checkpoint:
    """Tell up to where the file that begins so was imported; nothing of it if it never was."""
    done = tables.imports
    columns = (done.c.lines, done.c.digest, done.c.refused, done.c.changes, done.c.tally)
    row = session.execute(select(*columns).where(done.c.id == id_)).first()
    return Checkpoint(*row[:-1], tally=orjson.loads(row.tally)) if row else Checkpoint()


def keep_checkpoint(session: Session, id_: str, name: str, checkpoint: Checkpoint, at: str) -> None:
    """Note up to where a file was imported, in the transaction that stores the lines up to there."""
    row = {
        "id": id_,
        "name": name,
        "lines": checkpoint.lines,
        "digest": checkpoint.digest,
        "refused": checkpoint.refused,
        "changes": count_stored(session),
        "tally": orjson.dumps(dict(checkpoint.tally)),
        "at": at,
    }
    upsert(session, tables.imports, [row])
