"""Reviewing: a person approves or rejects a fact."""

from __future__ import annotations

from api.curation.refusal import standing
from api.store import tables
from api.store.writing import Writer


def review(writer: Writer, id_: str, status: str) -> None:
    """Decide about a fact; who, when and why are the writer's."""
    fact = standing(writer, tables.facts, id_)
    if fact["review"]["status"] != status:
        decided = {"status": status, "by": writer.author.by, "at": writer.author.at}
        writer.put_fact({**fact, "review": {**fact["review"], **decided}})
