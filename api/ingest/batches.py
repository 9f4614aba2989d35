"""Batches: many sheets in one transaction, each stored as if it had come alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.ingest.facts import facts_named
from api.ingest.foreseeing import Expected, store_expected
from api.ingest.identity import id_of_sent_actor
from api.ingest.preparing import Prepared
from api.ingest.refusal import SheetRefusedError
from api.ingest.storing import Outcome, store
from api.store import tables
from api.store.known import Known
from api.store.times import Clock, now, written
from api.store.writing import Author, Writer


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it is expected to be stored, and how to prepare it in case that it is otherwise."""

    expected: Expected
    prepare: Callable[[], Prepared]


def ingest_batch(
    session: Session,
    sheets: Sequence[Prepared | Sheet],
    *,
    clock: Clock = now,
    may_review: bool = False,
    by: str | None = None,
    note: str | None = None,
) -> list[Outcome | SheetRefusedError]:
    """Store sheets one after the other in the session's transaction; tell of each what became of it.

    The same comes of it as of `ingest` sheet by sheet. One that is refused leaves nothing behind, and the others are
    stored all the same.
    """
    session.connection()
    writer = Writer(session, Author("", by, note))
    _look_up(writer.known, sheets)
    outcomes: list[Outcome | SheetRefusedError] = []
    for sheet in sheets:
        writer.author = Author(written(clock()), by, note)
        try:
            outcomes.append(_store(writer, sheet, may_review))
        except SheetRefusedError as refusal:  # it is refused before anything of it is written
            outcomes.append(refusal)
    writer.flush()
    return outcomes


def _store(writer: Writer, sheet: Prepared | Sheet, may_review: bool) -> Outcome:
    if isinstance(sheet, Sheet):
        if outcome := store_expected(writer, sheet.expected):
            return outcome
        sheet = sheet.prepare()
    return store(writer, sheet, may_review=may_review)


def _look_up(known: Known, sheets: Sequence[Prepared | Sheet]) -> None:
    """Read at once what the sheets will ask for one by one."""
    prepared = [sheet.expected.actors if isinstance(sheet, Sheet) else sheet for sheet in sheets]
    foreseen = [sheet.expected.foreseen for sheet in sheets if isinstance(sheet, Sheet)]
    holders = known.holders(sheet.claim for sheet in prepared)
    articles = {sheet.article["id"] for sheet in prepared if sheet.article} | {each.article for each in foreseen}
    actors = {id_ for sheet in sheets if isinstance(sheet, Sheet) for id_ in sheet.expected.countries}
    facts = {id_ for each in foreseen for id_ in each.facts}
    named = {
        tables.articles: articles | {id_ for id_ in holders.values() if id_},
        tables.actors: actors | {id_ for sheet in prepared for id_ in _actors_of(sheet)},
        tables.facts: facts | {id_ for sheet in prepared for id_ in _facts_of(sheet)},
    }
    for table, ids in named.items():
        moved = known.resolve(table, ids)
        known.load(table, {moved.get(id_, id_) for id_ in ids})


def _actors_of(sheet: Prepared) -> Iterator[str]:
    for actor in sheet.sheet.actors.values():
        yield id_of_sent_actor(actor)
        yield from actor["member_of"]
    for _, fact in sheet.facts:
        yield from (part["actor"] for part in fact["actors"] if part["actor"])


def _facts_of(sheet: Prepared) -> Iterator[str]:
    for _, fact in sheet.facts:
        yield fact["id"]
        yield from (id_ for _, id_ in facts_named(fact))
