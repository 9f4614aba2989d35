"""What an article is drafted to state meets what is known: it joins it, or somebody is asked, or it stands alone."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from sqlalchemy import event as events

from api.curation.deleting import delete
from api.curation.merging import merge_actors
from api.curation.reviewing import review
from api.ingest import SheetRefusedError
from api.ingest.proofs import findings
from api.store import tables
from api.store.opening import Store
from api.store.writing import Author, Writer
from tests.conftest import Ingest
from tests.ingest.sheets import Sheet, actor, event, proposal, sheet_of, statement
from tests.matching.conftest import Draft, Suggested
from tests.matching.papers import AGAIN, ALIKE, DENIED, MONDAY, PARTS, WORDS, met, paper
from tests.store.contents import everything, rows


def curate(store: Store, verb: Any, *arguments: Any, **options: Any) -> None:
    """Do what a person at the desk does."""

    def work(session: Any) -> None:
        writer = Writer(session, Author("2030-02-01T00:00:00.000000Z", "desk"))
        verb(writer, *arguments, **options)
        writer.flush()

    store.write(work)


def read(store: Store, id_: str) -> Any:
    (found,) = (orjson.loads(body) for found, body in rows(store, "facts", "id", "document") if found == id_)
    return found


def only(outcome: Any) -> tuple[str, str]:
    (fact,) = outcome.facts
    return fact


# Joining.


def test_what_another_paper_tells_too_is_a_second_source(store: Store, draft: Draft, suggested: Suggested) -> None:
    first, _ = only(draft(paper("one", met())))
    assert only(draft(paper("two", met(AGAIN)))) == (first, "updated")
    fact = read(store, first)
    assert [(span["article"], span["exact"]) for span in fact["evidence"]] == [("one", WORDS), ("two", AGAIN)]
    assert fact["sources"] == {"articles": 2, "publishers": 2}
    assert suggested() == []
    assert list(findings(store)) == []


def test_what_differs_in_a_code_is_kept_as_it_was_first(store: Store, draft: Draft) -> None:
    first, _ = only(draft(paper("one", met(modality="actual", contexts=["diplomatic"]))))
    again = met(AGAIN, modality="ongoing", contexts=["economic"], on_conflict="refuse")
    again.pop("on_conflict")
    assert only(draft(paper("two", again, on_conflict="refuse"))) == (first, "updated")
    fact = read(store, first)
    assert (fact["modality"], fact["contexts"]) == ("actual", ["diplomatic", "economic"])


def test_the_same_sheet_once_more_changes_nothing(store: Store, draft: Draft) -> None:
    draft(paper("one", met()))
    sheets = [paper("two", met(AGAIN), met(ALIKE)), paper("three", met(DENIED, modality="denied"))]
    outcomes = [draft(sheet) for sheet in sheets]
    before = everything(store)
    for sheet, outcome in zip(sheets, outcomes, strict=True):
        again = draft(sheet)
        assert not again.changed
        assert [id_ for id_, _ in again.facts] == [id_ for id_, _ in outcome.facts]
    assert everything(store) == before


def test_it_joins_what_came_from_anywhere_as_long_as_it_is_pending(ingest_sheet: Ingest, draft: Draft) -> None:
    ingest_sheet(paper("one", met(id="meeting")))
    assert only(draft(paper("two", met(AGAIN)))) == ("meeting", "updated")


def test_of_two_drafts_of_an_article_only_one_joins(draft: Draft, suggested: Suggested) -> None:
    first, _ = only(draft(paper("one", met())))
    twice = paper("two", met(WORDS), met(AGAIN))
    (joined, became), (other, alone) = draft(twice).facts
    assert (joined, became, alone) == (first, "updated", "created")
    assert suggested() == [("same_fact", other, first)]


def test_no_two_facts_of_one_article_are_the_same(store: Store, draft: Draft, suggested: Suggested) -> None:
    assert len({id_ for id_, _ in draft(paper("one", met(), met(AGAIN))).facts}) == 2
    more = paper("one", met(), met(AGAIN))
    more["events"].append(met(f"{WORDS}. {AGAIN}"))
    assert len({id_ for id_, _ in draft(more).facts}) == 3
    assert suggested() == []


def test_whatever_speaks_of_a_draft_speaks_of_what_it_joined(store: Store, draft: Draft) -> None:
    first, _ = only(draft(paper("one", met())))
    sheet = paper(
        "two",
        met(AGAIN, id="mine"),
        event("Then they left", relations=[{"type": "follows", "fact": "mine"}]),
        statements=[statement("So two writes", about=["mine"])],
    )
    (joined, _), (left, _), (said, _) = draft(sheet).facts
    assert joined == first
    assert read(store, left)["relations"] == [{"type": "follows", "fact": first}]
    assert read(store, said)["about"] == [first]


def test_an_actor_is_known_under_its_former_id(store: Store, draft: Draft) -> None:
    draft(sheet_of("Old.", article="old", actors=[actor("alba"), actor("old-alba")]))
    curate(store, merge_actors, "old-alba", "alba")
    former = [{**PARTS[0], "actor": "old-alba"}, PARTS[1]]
    first, _ = only(draft(paper("one", met(actors=former))))
    assert only(draft(paper("two", met(AGAIN)))) == (first, "updated")


def test_statements_and_proposals_are_found_without_a_date(store: Store, draft: Draft) -> None:
    said = {"actors": [{"actor": "alba", "role": "speaker", "named_as": "Alba"}]}
    offered = {"actors": [{"actor": "alba", "role": "proposer", "named_as": "Alba"}]}

    def sheet(name: str, day: str) -> Sheet:
        text = f"“The canal will stay open to every ship,” Alba said. Alba offered two locks of the canal. {name}"
        return sheet_of(
            text,
            article=name,
            about={"publisher": name, "published_at": {"edtf": day}},
            actors=[actor("alba", kind="country")],
            proposals=[proposal("Alba offered two locks of the canal", **offered)],
            statements=[statement("The canal will stay open to every ship", **said)],
        )

    facts = draft(sheet("one", "2030-01-08")).facts
    assert draft(sheet("two", "2030-01-10")).facts == [(id_, "updated") for id_, _ in facts]
    assert {became for _, became in draft(sheet("late", "2030-03-10")).facts} == {"created"}


@pytest.mark.parametrize("day", ["2030-03-10", None])
def test_what_has_a_date_is_found_whenever_it_is_told(draft: Draft, day: str | None) -> None:
    first, _ = only(draft(paper("one", met(), day=None)))
    assert only(draft(paper("late", met(AGAIN), day=day))) == (first, "updated")


def test_what_is_dated_by_a_month_is_found_by_a_day_of_it(draft: Draft, suggested: Suggested) -> None:
    first, _ = only(draft(paper("one", met(date={"edtf": "2030-01"}), day=None)))
    second, became = only(draft(paper("late", met(AGAIN), day="2030-03-10")))
    assert (became, suggested()) == ("created", [("same_fact", second, first)])


# Asking.


def test_what_is_alike_is_suggested(store: Store, draft: Draft, suggested: Suggested) -> None:
    first, _ = only(draft(paper("one", met())))
    second, became = only(draft(paper("two", met(ALIKE))))
    assert (became, second != first) == ("created", True)
    assert suggested() == [("same_fact", second, first)]
    assert list(findings(store)) == []


@pytest.mark.parametrize("status", ["approved", "rejected"])
def test_nothing_joins_by_itself_what_somebody_decided_about(
    store: Store, draft: Draft, suggested: Suggested, status: str
) -> None:
    first, _ = only(draft(paper("one", met())))
    curate(store, review, first, status)
    before = read(store, first)
    second, became = only(draft(paper("two", met(AGAIN))))
    assert (became, read(store, first)) == ("created", before)
    # What was rejected is nothing to be compared with.
    assert suggested() == ([("same_fact", second, first)] if status == "approved" else [])


def test_a_denial_is_suggested_as_a_contradiction(draft: Draft, suggested: Suggested) -> None:
    first, _ = only(draft(paper("one", met())))
    second, _ = only(draft(paper("two", met(DENIED, modality="denied"))))
    assert suggested() == [("contradicts", second, first)]


def test_another_quantity_is_suggested_as_another_scope(draft: Draft, suggested: Suggested) -> None:
    def sent(words: str, ships: int, name: str) -> str:
        counted = [{"value": ships, "unit": "ships", "qualifier": "exact", "text": f"{ships} ships"}]
        return only(draft(paper(name, met(words, type="aid", quantities=counted))))[0]

    first = sent("Alba sent Borduria 5 ships on Monday", 5, "one")
    second = sent("On Monday, Alba sent Borduria 8 ships", 8, "two")
    assert suggested() == [("differs_in_scope", second, first)]


@pytest.mark.parametrize(
    "more",
    [
        {"date": {"edtf": "2030-01-01", "text": None}},
        {"actors": [{"actor": "celtia", "role": "actor", "named_as": "Alba"}]},
        {"actors": []},
        {"actors": [{"actor": None, "role": "actor", "named_as": "Alba"}]},
    ],
    ids=["another day", "another actor", "nobody", "nobody who can be told"],
)
def test_what_only_sounds_alike_stands_alone(draft: Draft, suggested: Suggested, more: Any) -> None:
    draft(paper("one", met()))
    assert only(draft(paper("two", met(AGAIN, **more))))[1] == "created"
    assert suggested() == []


def test_what_was_deleted_is_neither_joined_nor_suggested(store: Store, draft: Draft, suggested: Suggested) -> None:
    first, _ = only(draft(paper("one", met())))
    curate(store, delete, tables.facts, first, cascade=False)
    assert only(draft(paper("two", met(AGAIN))))[1] == "created"
    assert only(draft(paper("one", met()))) == (first, "deleted")
    assert suggested() == []


def test_an_article_that_was_deleted_stays_so(store: Store, draft: Draft, suggested: Suggested) -> None:
    draft(paper("one", met()))
    draft(paper("two", met(ALIKE)))
    curate(store, delete, tables.articles, "two", cascade=True)
    again = draft(paper("two", met(ALIKE)))
    assert (again.article, again.facts) == (("two", "deleted"), [])
    assert list(findings(store)) == []


def test_only_the_likeliest_are_suggested(draft: Draft, suggested: Suggested) -> None:
    for n in range(6):
        draft(paper(f"paper-{n}", met(f"{ALIKE}, number {n} tells")))
    before = len(suggested())
    draft(paper("last", met(ALIKE, modality="planned")))
    assert len(suggested()) == before + 3


# What is refused, and what it costs.


def test_a_sheet_is_refused_as_ingest_refuses_it(store: Store, draft: Draft) -> None:
    before = everything(store)
    for flaw in ({"type": "none"}, {"evidence": [{"exact": "Not there"}]}, {"date": {"edtf": "soon"}}):
        sheet = paper("one", met())
        sheet["events"][0] |= flaw
        with pytest.raises(SheetRefusedError):
            draft(sheet)
    assert everything(store) == before


def test_what_is_looked_up_does_not_grow_with_the_store(store: Store, draft: Draft) -> None:
    def cost(name: str) -> int:
        statements: list[str] = []

        def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            statements.append(statement)

        events.listen(store.writers, "before_cursor_execute", count)
        try:
            draft(paper(name, met(ALIKE, date={"edtf": "2030-01-07/2030-01-08", "text": "Monday"})))
        finally:
            events.remove(store.writers, "before_cursor_execute", count)
        return len(statements)

    draft(paper("one", met()))
    few = cost("two")
    for n in range(12):
        draft(paper(f"more-{n}", met(f"{ALIKE}, number {n} tells", date=MONDAY)))
    assert cost("last") <= few + 8  # the suggestions themselves, and filing a second article
