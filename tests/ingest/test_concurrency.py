"""Writers that meet lose nothing of each other's, and none of them fails for having met another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from api.ingest import Outcome, ingest
from api.store.opening import Store
from tests.ingest.sheets import Sheet, actor, event, sheet_of
from tests.store.contents import derived, everything
from tests.store.rebuilding import rebuilt

#: How many writers meet, and how often.
WRITERS, ROUNDS = 4, 3


def together(store: Store, sheets: Iterable[Sheet]) -> list[Outcome]:
    """Store sheets at once, each in a thread of its own; whatever one of them meets is raised here."""
    sheets = list(sheets)
    barrier = Barrier(len(sheets))

    def run(sheet: Sheet) -> Outcome:
        barrier.wait(30)
        return store.write(partial(ingest, sheet=sheet))

    with ThreadPoolExecutor(len(sheets)) as threads:
        return list(threads.map(run, sheets))


def paper(n: int, *facts: Sheet, **more: Any) -> Sheet:
    about = {"publisher": f"Paper {n}"}
    return sheet_of(f"They met and agreed. Told by {n}.", *facts, article=f"paper-{n}", about=about, **more)


def names(n: int, reverse: bool) -> list[Sheet]:
    """Name the same new actors, each writer in its own order and with an alias of its own."""
    found = [actor(f"actor-{each}", aliases=[f"alias {n}"]) for each in range(8)]
    return found[::-1] if reverse else found


def test_one_new_actor_of_many_writers_has_all_their_aliases(store: Store, empty_client: FlaskClient) -> None:
    outcomes = together(store, (paper(n, actors=[actor("both", aliases=[f"alias {n}"])]) for n in range(WRITERS)))
    both = empty_client.get("/v1/actors/both").json
    assert sorted(both["aliases"]) == [f"alias {n}" for n in range(WRITERS)]
    assert both["version"] == WRITERS
    assert sorted(what for outcome in outcomes for _, what in outcome.actors) == ["created", *["updated"] * 3]


def test_writers_who_name_the_same_actors_in_other_orders_do_not_stop_each_other(
    store: Store, empty_client: FlaskClient
) -> None:
    for turn in range(ROUNDS):
        first = turn * WRITERS
        together(store, (paper(n, actors=names(n, reverse=n % 2 == 1)) for n in range(first, first + WRITERS)))
    for known in empty_client.get("/v1/actors").json["items"]:
        assert len(known["aliases"]) == known["version"] == WRITERS * ROUNDS


def test_one_new_fact_of_many_writers_has_all_their_evidence(store: Store, empty_client: FlaskClient) -> None:
    together(store, (paper(n, event("They met", id="met")) for n in range(WRITERS)))
    met = empty_client.get("/v1/facts/met").json
    assert sorted(span["article"] for span in met["evidence"]) == [f"paper-{n}" for n in range(WRITERS)]
    assert met["sources"] == {"articles": WRITERS, "publishers": WRITERS}
    assert met["version"] == WRITERS


def test_writers_who_join_the_same_facts_in_other_orders_lose_nothing(store: Store, empty_client: FlaskClient) -> None:
    facts = [event(exact, id=id_) for exact, id_ in (("They met", "met"), ("agreed", "agreed"), ("Told by", "told"))]
    store.write(partial(ingest, sheet=paper(0, *facts)))
    for turn in range(ROUNDS):
        first = 1 + turn * WRITERS
        together(store, (paper(n, *(facts if n % 2 else facts[::-1])) for n in range(first, first + WRITERS)))
    papers = 1 + WRITERS * ROUNDS
    for fact in empty_client.get("/v1/facts").json["items"]:
        assert fact["sources"] == {"articles": papers, "publishers": papers}
        assert fact["version"] == len(fact["evidence"]) == papers
    assert empty_client.get("/v1/facts/counts?by=publisher").json["items"] == [
        {"value": publisher, "facts": 3} for publisher in sorted(f"Paper {n}" for n in range(papers))
    ]


def test_what_is_derived_is_right_after_writers_have_met(store: Store, open_empty: Callable[[str], Store]) -> None:
    for turn in range(ROUNDS):
        first = turn * WRITERS
        part = [{"actor": f"actor-{turn % 3}", "role": "actor"}]
        together(
            store,
            (
                paper(n, event("They met", id=f"met-{n % 2}", actors=part), actors=names(n, reverse=n % 2 == 1))
                for n in range(first, first + WRITERS)
            ),
        )
    with closing(rebuilt(store, open_empty)) as fresh:
        assert derived(store) == derived(fresh)


def test_a_fact_that_others_join_follows_its_articles_publisher(store: Store, empty_client: FlaskClient) -> None:
    """One writer renames the publisher while the others join its fact: both locks are wanted by both."""
    store.write(partial(ingest, sheet=paper(0, event("They met", id="met"))))
    for turn in range(ROUNDS):
        renamed = paper(0, event("They met", id="met"), on_conflict="replace")
        renamed["article"]["publisher"] = f"Renamed {turn}"
        first = 1 + turn * 3
        together(store, [renamed, *(paper(n, event("They met", id="met")) for n in range(first, first + 3))])
    met = empty_client.get("/v1/facts/met").json
    assert met["sources"] == {"articles": 1 + 3 * ROUNDS, "publishers": 1 + 3 * ROUNDS}
    assert met["version"] == 1 + 3 * ROUNDS


def test_the_same_sheet_at_once_is_stored_once(store: Store, empty_client: FlaskClient) -> None:
    sheet = paper(1, event("They met"), actors=[actor("both")])
    del sheet["article"]["id"]
    outcomes = together(store, [sheet] * WRITERS)
    assert sorted(outcome.changed for outcome in outcomes) == [False, False, False, True]
    assert len({outcome.article[0] for outcome in outcomes}) == 1
    assert len(empty_client.get("/v1/facts").json["items"]) == 1


def test_a_transaction_that_fails_at_its_end_leaves_nothing(store: Store) -> None:
    store.write(partial(ingest, sheet=paper(1, event("They met", id="met"))))
    before = everything(store)

    def fail(session: Session) -> None:
        assert ingest(session, paper(2, event("They met", id="met"), actors=[actor("both")])).changed
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write(fail)
    assert everything(store) == before


def test_a_rehearsal_leaves_nothing(store: Store) -> None:
    before = everything(store)
    with store.rehearse() as session:
        assert ingest(session, paper(1, event("They met"))).changed
    assert everything(store) == before
