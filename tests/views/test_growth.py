"""Whatever is asked, no table is read whole, no list is sorted whole, and a page reads no more than its steps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, insert

from api.ingest import ingest
from api.store import changes, keys, listing, searching, tables, totals
from api.store.opening import Store
from tests.store.clients import client_of
from tests.store.sharding import flaws
from tests.views.asking import ask
from tests.views.plans import Statement, catch, explaining
from tests.views.world import sheets

_MOMENT = "2022-03-02T00:00:00.000000Z"
#: How many rows there are of what no sheet brings.
_MANY = 1_000
#: Steps of a list, of a count and of everything else that has such a limit, for these tests.
_STEPS = 10
#: Rows that a statement may read for each step: those of three lists that are merged, and of what these lead to.
_ROWS_OF_A_STEP = 8


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, open_empty: Callable[[str], Store]) -> Iterator[Store]:
    """The world, with an actor and a fact that were merged, and much of what is kept beside it."""
    store = open_empty(request.param)
    for sheet, moment in sheets():
        store.write(partial(ingest, sheet=sheet, clock=lambda moment=moment: moment, may_review=True))
    fact = client_of(store).get("/v1/events?limit=1").json["items"][0]["id"]
    for table, rows in _beside(fact).items():
        store.write(lambda session, table=table, rows=rows: session.execute(insert(table), rows))
    yield store
    store.close()


@pytest.fixture(scope="module")
def admin(store: Store) -> dict[str, str]:
    return {"Authorization": f"Bearer {store.write(partial(keys.create, name='admin', scopes=['admin']))}"}


def _beside(fact: str) -> dict[Any, list[dict[str, Any]]]:
    """Make rows of suggestions, deliveries and jobs: many that are over, a few that are not."""
    states = ["dismissed"] * (_MANY - 2) + ["pending"] * 2
    facts = {"kind": "same_fact", "score": 0.9, "reasons": "same_words", "created_at": _MOMENT}
    webhook = {"url": "https://example.org", "filters": "", "state": "active", "secret": "whsec_AAAA", "seq": 0}
    message = {"webhook_id": "one", "type": "event.created", "attempts": 1, "created_at": _MOMENT, "due_at": _MOMENT}
    job = {"kind": "extract", "attempts": 1, "steps_done": 0, "steps": 1, "created_at": _MOMENT, "due_at": _MOMENT}
    return {
        tables.aliases: [
            {"resource": noun, "id": f"{target}-{at}" if at else "merged", "target": target}
            for noun, target in (("actors", "alba"), ("facts", "nothing"))
            for at in range(_MANY)
        ],
        tables.suggestions: [
            {"fact_id": f"fact-{at}" if at else fact, "id": "s-0", "other": f"fact-{at + 1}", "state": state} | facts
            for at, state in enumerate(states)
        ],
        tables.webhooks: [{"id": "one", "created_at": _MOMENT, "updated_at": _MOMENT} | webhook],
        tables.deliveries: [
            {"message": f"msg_one_{at:012d}", "seq": at, "state": "dead" if at < 2 else "delivered"} | message
            for at in range(_MANY)
        ],
        tables.attempts: [
            {"webhook_id": "one", "message": f"msg_one_{at:012d}", "number": 1, "at": _MOMENT, "milliseconds": 1}
            for at in range(_MANY)
        ],
        tables.jobs: [
            {"id": f"job-{at:06d}", "state": "failed" if at < 2 else "done", "updated_at": _MOMENT, "by": "admin"} | job
            for at in range(_MANY)
        ],
    }


@pytest.fixture(scope="module")
def ids(store: Store) -> dict[str, dict[str, str]]:
    """The parameters of each path that has some; under `noun/merged`, of what another resource took over."""
    client = client_of(store)
    first = {
        noun: {"id": client.get(f"/v1/{noun}?limit=1").json["items"][0]["id"]}
        for noun in ("events", "proposals", "statements", "articles")
    }
    return first | {
        "facts": first["events"],
        "actors": {"id": "alba"},
        "actors/merged": {"id": "merged"},
        "webhooks": {"id": "one"},
        "jobs": {"id": "job-000001"},
        "vocabularies": {"name": "roles"},
    }


@pytest.fixture(scope="module")
def statements(store: Store, admin: dict[str, str], ids: dict[str, dict[str, str]]) -> list[Statement]:
    """Every statement that the API reads with, while a page has few steps."""
    # What is answered is checked by all other tests; here it would take most of the time.
    app = client_of(store).application
    app.extensions["newsfacts"], client = store, app.test_client()
    with catch(store) as caught, pytest.MonkeyPatch.context() as patch:
        for module, name in ((listing, "STEPS"), (totals, "COUNT_CAP"), (searching, "NEWEST"), (changes, "STEPS")):
            patch.setattr(module, name, _STEPS)
        for address in ask(client, admin, ids):
            caught.address = address
    # Who asks for an exact count has everything counted.
    statements = [each for each in caught.different() if "count=exact" not in each.address]
    assert len(statements) > 190
    return statements


def test_nothing_reads_a_whole_table_or_sorts_a_whole_list(store: Store, statements: list[Statement]) -> None:
    with explaining(store) as explained:
        flaws = [(statement, found) for statement in statements if (found := explained.flaws(statement))]
    assert not flaws, "\n\n".join(f"{', '.join(found)}\n{statement}" for statement, found in flaws)


def test_no_page_reads_more_than_its_steps(store: Store, statements: list[Statement]) -> None:
    with explaining(store) as explained:
        # PostgreSQL's index of words gives all that have a word at once, whatever a page needs of them.
        bounded = [each for each in statements if store.reader.dialect == "sqlite" or "@@" not in each.sql]
        read = [(explained.rows_read(each), each) for each in bounded]
    assert max(rows for rows, _ in read) > _STEPS, "the limits are reached, or this would test nothing"
    wrong = [f"{rows} rows: {each}" for rows, each in read if rows > _STEPS * _ROWS_OF_A_STEP]
    assert not wrong, "\n\n".join(wrong)


def test_nothing_is_joined_that_a_distributed_postgresql_keeps_apart(store: Store, statements: list[Statement]) -> None:
    """What tests/store/test_distribution.py says of writing, of all that is read."""
    if store.is_embedded():
        return  # a file stands on one machine
    # README says that these read facts whole there: they join to the newest matches what these are of.
    known = re.compile(r"/v1/search\?.*(sort=relevance|facets=)")
    found = [(statement, told) for statement in statements if (told := list(flaws(statement.sql)))]
    assert [f"{told}\n{statement}" for statement, told in found if not known.match(statement.address)] == []


def test_a_store_that_is_up_to_date_is_opened_without_reading_what_is_in_it(store: Store) -> None:
    told: list[str] = []

    def tell(_: Any, __: Any, statement: str, *___: Any) -> None:
        told.append(statement)

    with ExitStack() as stack:
        for engine in (store.writers, store.reader.engine):
            event.listen(engine, "before_cursor_execute", tell)
            stack.callback(event.remove, engine, "before_cursor_execute", tell)
        store.upgrade()
        store.migration()
        store.database()
    large = [name for name in tables.metadata.tables if name != "store"]
    assert told
    assert not [each for each in told for name in large if re.search(rf"\b(FROM|JOIN|INTO|UPDATE) \"?{name}\b", each)]
