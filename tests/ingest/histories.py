"""A small store with a long life: everything that can become of an article, an actor and a fact becomes of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from api.curation.deleting import delete
from api.curation.merging import merge_actors, merge_facts, unmerge
from api.curation.reviewing import review
from api.ingest import ingest
from api.store import tables
from api.store.opening import Store
from api.store.times import written
from api.store.writing import Author, Writer
from tests.ingest.sheets import Sheet, actor, event, proposal, sheet_of, statement

BEGIN = datetime(2022, 2, 1, 12, tzinfo=UTC)
TEXT = "Alba met Borduria on Monday. Alba offered talks. “We agree”, Borduria said. Told by {}."

Step = Callable[[Session, datetime], None]


def live(store: Store) -> None:
    """Do all that there is to do, each step in a transaction and at a minute of its own."""
    for minute, step in enumerate(steps()):
        store.write(partial(step, at=BEGIN + timedelta(minutes=minute)))


def steps() -> Iterator[Step]:
    """List what is done, one after the other."""
    yield stores(paper(1), by="wire", note="First of all")
    yield stores(paper(2))
    yield stores(paper(3, about={"origin_id": "paper-1"}))
    yield curates(lambda writer: review(writer, "met", "approved"), note="Read twice – good")
    yield stores(paper(1, about={"publisher": "Paper One, renamed"}, on_conflict="replace"))
    # No source of its own any more: the facts that it tells have one less.
    yield stores(paper(2, about={"origin_id": "paper-1"}, on_conflict="replace"))
    yield stores(lonely("alone", "alba-twin", actor("alba-twin", country_code="AL")))
    yield curates(lambda writer: merge_actors(writer, "alba-twin", "alba"))
    yield stores(lonely("alone-too", "alba-twin"))
    yield curates(lambda writer: merge_actors(writer, "alba", "league"))
    yield curates(lambda writer: unmerge(writer, tables.actors, "alba"))
    yield curates(lambda writer: merge_facts(writer, "alone", "met"), note="The same meeting")
    yield curates(lambda writer: merge_facts(writer, "alone-too", "met"))
    yield curates(lambda writer: unmerge(writer, tables.facts, "alone-too"))
    yield curates(lambda writer: review(writer, "talks", "rejected"))
    yield curates(lambda writer: delete(writer, tables.facts, "agreed", cascade=False), by=None)
    yield stores(paper(1, about={"publisher": "Paper One, renamed"}, on_conflict="replace"))
    yield curates(lambda writer: delete(writer, tables.actors, "borduria", cascade=True))
    yield curates(lambda writer: delete(writer, tables.articles, "paper-3", cascade=True))
    yield stores(lonely("once", "nobody", actor("nobody")))
    yield curates(lambda writer: delete(writer, tables.articles, "paper-once", cascade=True), note="Withdrawn")
    yield stores(lonely("once", "nobody", actor("nobody"), on_conflict="replace"))


def paper(n: int, about: Sheet | None = None, **more: Any) -> Sheet:
    """Make a sheet that tells the same three facts as the others."""
    text = TEXT.format(n)
    parts = [{"actor": "alba", "role": "host", "named_as": "Alba"}, {"actor": "borduria", "role": "participant"}]
    said = [{"actor": "borduria", "role": "speaker", "named_as": "Borduria"}]
    return sheet_of(
        text,
        event("Alba met Borduria on Monday", id="met", actors=parts, date={"edtf": "2022-01-31", "text": "Monday"}),
        article=f"paper-{n}",
        about={"publisher": f"Paper {n}", "source": f"Header\n{text}\nFooter", "published_at": {"edtf": "2022-02-01"}}
        | (about or {}),
        actors=[actor("alba", kind="country", country_code="AL"), actor("borduria"), actor("league")],
        proposals=[proposal("Alba offered talks", id="talks", actors=[{"actor": "alba", "role": "proposer"}])],
        statements=[statement("We agree", id="agreed", actors=said, about=["talks"])],
        **more,
    )


def lonely(fact: str, who: str, *actors: Sheet, **more: Any) -> Sheet:
    """Make a sheet of one event in which one actor takes part."""
    part = [{"actor": who, "role": "actor"}]
    return sheet_of(
        f"They met, {fact}.",
        event("They met", id=fact, actors=part),
        article=f"paper-{fact}",
        actors=list(actors),
        **more,
    )


def stores(sheet: Sheet, **author: Any) -> Step:
    """Make the step that stores a sheet."""
    return lambda session, at: ingest(session, sheet, clock=lambda: at, may_review=True, **author)


def curates(work: Callable[[Writer], object], by: str | None = "desk", note: str | None = None) -> Step:
    """Make the step that does some work as a person at the desk does it."""

    def step(session: Session, at: datetime) -> None:
        writer = Writer(session, Author(written(at), by, note))
        work(writer)
        writer.flush()

    return step
