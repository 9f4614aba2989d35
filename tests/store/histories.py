"""A store that has lived: two sources of one fact, corrections, reviews, merges, deletions, and things made anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from api.curation.deleting import delete
from api.curation.editing import edit_actor, edit_article, edit_fact
from api.curation.merging import merge_actors, merge_facts, unmerge
from api.curation.reviewing import review
from api.ingest import ingest
from api.store import tables
from api.store.opening import Store
from api.store.times import written
from api.store.writing import Author, Writer
from tests.ingest.sheets import Sheet, actor, event, proposal, sheet_of, statement

TEXT = "France received Germany on Monday. Both said that 5,000 troops would leave. Paris warned of delays."
MONDAY = {"edtf": "2022-01-31", "text": "Monday"}


def talks() -> Sheet:
    """An article with a fact of each kind, and another one that is rejected."""
    return sheet_of(
        TEXT,
        event(
            "France received Germany on Monday",
            id="visit",
            type="consult",
            modes=["visit"],
            date=MONDAY,
            actors=[
                {"actor": "france", "role": "host", "named_as": "France"},
                {"actor": "germany", "role": "participant", "named_as": "Germany"},
            ],
            evidence=[{"exact": "France received Germany on Monday"}, {"exact": "Both said"}],
            quantities=[{"value": 5000, "unit": "troops", "qualifier": "exact", "text": "5,000 troops"}],
            relations=[{"type": "part_of", "fact": "leaving"}],
        ),
        event("Both said", id="rumour", review={"status": "rejected", "by": "editor"}),
        article="talks",
        about={"publisher": "The Daily Test", "language": "en", "published_at": {"edtf": "2022-02-01"}},
        actors=[
            actor("france", kind="country", country_code="FR", aliases=["Paris"], member_of=["germany"]),
            actor("germany", kind="country", country_code="DE"),
        ],
        proposals=[
            proposal(
                "5,000 troops would leave",
                id="leaving",
                history=[
                    {"status": "floated", "date": MONDAY, "by": "france", "evidence": {"exact": "troops would leave"}}
                ],
            )
        ],
        statements=[
            statement(
                "delays",
                id="warning",
                cue="warned",
                about=["leaving"],
                actors=[{"actor": "france", "role": "speaker", "named_as": "Paris"}],
            )
        ],
    )


def echo(article: str = "echo", fact: str = "visit", **more: Any) -> Sheet:
    """Make another paper's article on the same visit."""
    return sheet_of(
        f"Germany was received by France, {article} writes.",
        event(
            "Germany was received by France",
            id=fact,
            type="consult",
            actors=[{"actor": "france", "role": "host", "named_as": "France"}],
        ),
        article=article,
        about={"publisher": article.capitalize(), "published_at": {"edtf": "2022-01/2022-04"}},
        actors=[actor("france", kind="country", country_code="FR")],
        **more,
    )


def lived(store: Store) -> None:
    """Fill a store by all ways in which one is changed, a second after the other."""
    ticks = iter(range(10_000))

    def tell(sheet: Sheet) -> None:
        store.write(partial(ingest, sheet=sheet, clock=clock, may_review=True))

    def clock() -> datetime:
        return datetime.fromtimestamp(1_643_700_000 + next(ticks), UTC)

    def do(work: Callable[[Writer], object]) -> None:
        def run(session: Any) -> None:
            writer = Writer(session, Author(written(clock()), by="editor", note="Because"))
            work(writer)
            writer.flush()

        store.write(run)

    tell(talks())
    tell(echo())
    for paper in ("twin", "copy", "late"):
        tell(echo(paper, fact=f"{paper}-visit", statements=[statement("received", id=f"{paper}-said")]))
    do(lambda writer: edit_fact(writer, "visit", {"title": "They met in Paris", "note": "Corrected"}))
    do(lambda writer: edit_actor(writer, "germany", {"aliases": ["Berlin"], "country_code": "DE"}))
    do(lambda writer: edit_article(writer, "echo", {"publisher": "The Echo", "title": "A visit"}))
    do(lambda writer: review(writer, "leaving", "approved"))
    do(lambda writer: review(writer, "copy-said", "rejected"))
    do(lambda writer: merge_facts(writer, "twin-visit", "visit"))
    do(lambda writer: merge_facts(writer, "copy-visit", "visit"))
    do(lambda writer: unmerge(writer, tables.facts, "copy-visit"))
    tell(sheet_of("Frankreich spoke.", article="bare", actors=[actor("frankreich"), actor("gaul"), actor("bonn")]))
    do(lambda writer: merge_actors(writer, "gaul", "frankreich"))
    do(lambda writer: merge_actors(writer, "frankreich", "france"))
    do(lambda writer: merge_actors(writer, "bonn", "germany"))
    do(lambda writer: unmerge(writer, tables.actors, "bonn"))
    do(lambda writer: delete(writer, tables.actors, "bonn", cascade=True))
    do(lambda writer: delete(writer, tables.articles, "late", cascade=True))
    do(lambda writer: delete(writer, tables.facts, "twin-said", cascade=False))
    do(lambda writer: delete(writer, tables.articles, "copy", cascade=True))
    tell(echo("copy", fact="copy-visit", on_conflict="replace"))
