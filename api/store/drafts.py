"""Drafts: which version of a fact extraction wrote last."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.store import tables
from api.store.engine import upsert

#: Ids that are looked up by one statement.
_AT_ONCE = 500


def find_drafted(session: Session, ids: Collection[str]) -> dict[str, int]:
    """Look up facts; gives the version that extraction wrote last of those that it drafted."""
    drafts, wanted = tables.drafts, sorted(ids)
    found: dict[str, int] = {}
    for at in range(0, len(wanted), _AT_ONCE):
        query = select(drafts.c.fact_id, drafts.c.version).where(drafts.c.fact_id.in_(wanted[at : at + _AT_ONCE]))
        found.update(dict(session.execute(query).all()))
    return found


def note_drafted(session: Session, versions: Mapping[str, int]) -> None:
    """Note the version that extraction wrote now of each fact."""
    if versions:
        upsert(
            session, tables.drafts, [{"fact_id": id_, "version": version} for id_, version in sorted(versions.items())]
        )
