"""Nearness: stored facts that have labels in common with something that is not stored yet, found by posting lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from api.store import tables
from api.store.labels import split, term

Document = dict[str, Any]


def facts_of_articles(
    session: Session, actors: Iterable[str], first: int, last: int, *, most_articles: int, most_facts: int
) -> dict[str, set[str]]:
    """Read what the facts of some articles are filed under: of those from these days that name the most of the actors.

    Days count from 0001-01-01 as 1. Gives labels by the fact's id.
    """
    postings, facts = tables.postings, tables.facts
    terms = [term(f"articles/actor:{actor}") for actor in actors]
    articles = select(postings.c.id).where(postings.c.term.in_(terms), postings.c.key.between(first, last))
    articles = articles.group_by(postings.c.id).order_by(func.count().desc(), postings.c.id).limit(most_articles)
    told = [term(f"reading:{id_}") for id_ in session.execute(articles).scalars()]
    filed = select(facts.c.id, facts.c.labels).join(postings, postings.c.id == facts.c.id)
    rows = session.execute(filed.where(postings.c.term.in_(told)).limit(most_facts)) if told else ()
    return {id_: set(split(labels)) for id_, labels in rows}


def facts_sharing(
    session: Session, labels: Iterable[str], first: int, last: int, *, least: int, most: int
) -> list[tuple[str, int]]:
    """List the facts of these days that share the most labels, at least so many; each with how many it shares."""
    postings = tables.postings
    wanted = select(postings.c.id).where(postings.c.term.in_(sorted(map(term, labels))))
    # What is dated by a month or a year stands at its first day.
    day = date.fromordinal(first)
    beginnings = {day.replace(day=1).toordinal(), day.replace(month=1, day=1).toordinal()}
    around = union_all(
        wanted.where(postings.c.key.between(first, last)),
        wanted.where(postings.c.key.in_(sorted(each for each in beginnings if each < first))),
    ).subquery()
    shared = func.count()
    counted = select(around.c.id, shared).group_by(around.c.id).having(shared >= least)
    rows = session.execute(counted.order_by(shared.desc(), around.c.id).limit(most))
    return [(id_, number) for id_, number in rows]


def load_facts(session: Session, ids: Sequence[str]) -> dict[str, Document]:
    """Read the documents of a few facts."""
    facts = tables.facts
    rows = session.execute(select(facts.c.id, facts.c.document).where(facts.c.id.in_(ids)))
    return {id_: orjson.loads(document) for id_, document in rows}
