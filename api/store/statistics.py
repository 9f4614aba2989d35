"""Statistics: how much of what is in a store. What is counted while writing is not counted again."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select
from sqlalchemy.orm import Session, aliased

from api.store import keys, tables
from api.store.labels import HIDDEN, iso_day, split, term
from api.store.opening import Store

#: How many publishers and languages are told, the most frequent first.
_TOP = 10


def measure(store: Store, moment: datetime) -> dict[str, dict[str, Any]]:
    """Count what is in a store, noun by noun; `moment` decides which keys are good.

    Raises UnavailableError when the database does not answer.
    """
    with store.snapshot() as session:
        return {
            "facts": _facts(session),
            "articles": _articles(session),
            "actors": {
                "total": _count(session, tables.actors),
                "kinds": _sorted(_labelled(session, tables.actors, "kind:")["kind:"]),
            },
            "history": _history(session),
            "keys": _sorted(Counter(key.state(moment) for key in keys.list_keys(store))),
            "webhooks": _by(session, tables.webhooks, tables.webhooks.c.state),
            "deliveries": _by(session, tables.deliveries, tables.deliveries.c.state),
            "jobs": _by(session, tables.jobs, tables.jobs.c.state),
            "database": {"version": store.database(), "bytes": store.size()},
        }


def _facts(session: Session) -> dict[str, Any]:
    facts, postings, tallies = tables.facts, tables.postings, tables.tallies
    counted = select(tallies.c.value, tallies.c.facts).where(tallies.c.term == term("all"), tallies.c.facet == "kind")
    visible = Counter(dict(session.execute(counted).all()))
    # Rejected facts are in no count, but have a list.
    hidden = select(facts.c.kind, func.count()).join(postings, postings.c.id == facts.c.id)
    hidden = hidden.where(postings.c.term == term(HIDDEN)).group_by(facts.c.kind)
    rejected: Counter[str] = Counter(dict(session.execute(hidden).all()))
    waiting = select(func.count()).where(postings.c.term == term("review:pending"))
    pending = session.execute(waiting).scalar_one()
    return {
        "total": visible.total() + rejected.total(),
        "kinds": _sorted(visible + rejected),
        "reviews": {"approved": visible.total() - pending, "pending": pending, "rejected": rejected.total()},
    }


def _articles(session: Session) -> dict[str, Any]:
    labelled = _labelled(session, tables.articles, "articles/publisher:", "articles/language:")
    key = tables.postings.c.key
    dated = [tables.postings.c.term == term("articles"), key > tables.UNDATED]
    first, last = (session.execute(select(pick(key)).where(*dated)).scalar() for pick in (func.min, func.max))
    return {
        "total": _count(session, tables.articles),
        "publishers": _most(labelled["articles/publisher:"]),
        "languages": _most(labelled["articles/language:"]),
        "first_published": iso_day(first) if first else None,
        "last_published": iso_day(last) if last else None,
    }


def _history(session: Session) -> dict[str, int]:
    change, later = tables.changes, aliased(tables.changes)
    same = (later.c.id == change.c.id, later.c.resource == change.c.resource)
    followed = select(later.c.id).where(*same, later.c.version > change.c.version).exists()
    deleted = select(func.count()).where(change.c.action == "deleted", ~followed)
    return {
        # The feed has no gaps: its last number is how many there are.
        "changes": session.execute(select(tables.store.c.changes)).scalar_one(),
        "deleted": session.execute(deleted).scalar_one(),
        "merged": _count(session, tables.aliases),
    }


def _labelled(session: Session, table: Table, *prefixes: str) -> dict[str, Counter[str]]:
    """Count a table's rows by their labels that begin so."""
    counts: dict[str, Counter[str]] = {prefix: Counter() for prefix in prefixes}
    for labels in session.execute(select(table.c.labels).execution_options(yield_per=1_000)).scalars():
        for label in split(labels):
            for prefix, count in counts.items():
                if label.startswith(prefix):
                    count[label.removeprefix(prefix)] += 1
    return counts


def _by(session: Session, table: Table, column: ColumnElement[str]) -> dict[str, int]:
    counted = select(column, func.count()).select_from(table).group_by(column).order_by(column)
    return dict(session.execute(counted).all())


def _count(session: Session, table: Table) -> int:
    return session.execute(select(func.count()).select_from(table)).scalar_one()


def _most(counts: Counter[str]) -> dict[str, int]:
    # Equal counts by name: no two databases give their rows in the same order.
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_TOP])


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
