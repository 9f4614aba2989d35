"""Aliases: ids that were merged into others, and lead to these; how they come, and how they part again."""

from __future__ import annotations

from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session

from api.store import tables
from api.store.engine import upsert
from api.store.known import load_version, pieces


def former_ids(session: Session, table: Table, id_: str) -> list[str]:
    """List the ids that were merged into this one."""
    alias = tables.aliases
    query = select(alias.c.id).where(alias.c.resource == table.name, alias.c.target == id_)
    return list(session.execute(query).scalars())


def lead(session: Session, table: Table, id_: str, into: str) -> None:
    """Let an id, and those that led to it, lead to another one."""
    alias = tables.aliases
    here = alias.c.resource == table.name, alias.c.target == id_
    session.execute(update(alias).values(target=into).where(*here))
    upsert(session, alias, [{"resource": table.name, "id": id_, "target": into}])


def part(session: Session, table: Table, id_: str, target: str) -> list[str]:
    """Let an id that was merged into another stand for itself again, and those lead to it that did before; list these.

    The history is asked, so it must have been written.
    """
    alias = tables.aliases
    session.execute(delete(alias).where(alias.c.resource == table.name, alias.c.id == id_))
    back = _led_through(session, table, id_, target)
    here = alias.c.resource == table.name, alias.c.target == target
    for some in pieces(back):
        session.execute(update(alias).values(target=id_).where(*here, alias.c.id.in_(some)))
    return back


def _led_through(session: Session, table: Table, id_: str, target: str) -> list[str]:
    """List the ids that lead to a target only because they had been merged into an id that does."""
    others = former_ids(session, table, target)
    merges = {each: load_version(session, table, each) for each in others}
    steps = {each: merge.target for each, merge in merges.items() if merge}

    def leads_here(each: str | None) -> bool:
        while each in steps:
            each = steps[each]
        return each == id_

    return [each for each in others if leads_here(each)]
