"""The rules for tables, seen at work: what is stored and changed stays within a distributed PostgreSQL's shards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from sqlalchemy import Text, event

from api.ingest import ingest
from api.ingest.files import read_sheet
from api.ingest.seeding import seed_files
from api.store import search_index, tables
from api.store.distribution import COLUMNS
from api.store.opening import Store
from tests.conftest import NOW, Key
from tests.store.clients import client_of
from tests.store.sharding import flaws
from tests.views.desks import Desk

#: What stays on the machine that is asked: it is about the store as a whole, or numbers and counts what is elsewhere.
LOCAL = {
    *("store", "tallies", "keys", "answers", "replays", "imports"),
    *("jobs", "webhooks", "deliveries", "attempts"),
}
#: Changes that ask every shard, as there is no telling in which one the rows are: few rows, and seldom.
EVERYWHERE = {"aliases is changed without naming id"}


def test_every_table_is_spread_or_stays() -> None:
    assert {*tables.metadata.tables, search_index.entries.name} == {*COLUMNS, *LOCAL}
    assert not LOCAL & COLUMNS.keys()


@pytest.mark.parametrize("name", [name for name in COLUMNS if name in tables.metadata.tables])
def test_what_a_table_is_spread_by_is_an_id_in_its_key(name: str) -> None:
    """So a key is unique in all shards if it is in one; and all of them can stand side by side."""
    column = tables.metadata.tables[name].columns[COLUMNS[name]]
    assert column.primary_key
    assert isinstance(column.type, Text)


@pytest.fixture
def store(open_empty: Callable[[str], Store]) -> Iterator[Store]:
    store = open_empty("postgresql")
    yield store
    store.close()


@pytest.fixture
def statements(store: Store) -> list[str]:
    """What writers have run, as it comes."""
    seen: list[str] = []

    @event.listens_for(store.writers, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    return seen


def test_writing_joins_nothing_across_shards_and_names_the_shard(store: Store, statements: list[str], key: Key) -> None:
    for path in seed_files():
        store.write(partial(ingest, sheet=read_sheet(path), clock=lambda: NOW, may_review=True))
    desk = Desk(client_of(store), key("admin"))
    assert desk.patch("events/us-written-response-to-russia", {"note": "Checked"}).status_code == 200
    proposal = "facts/nato-proposes-civilian-hotline"
    reviewed = desk.send("POST", f"{proposal}/review", {"status": "rejected"}, match=desk.etag(proposal))
    assert reviewed.status_code == 200, reviewed.text
    for noun, one, other in (("facts", *desk.ids("events?limit=2")), ("actors", *desk.ids("actors?limit=2"))):
        merged = desk.send("POST", f"{noun}/{one}/merge", {"into": other}, match=desk.etag(f"{noun}/{one}"))
        assert merged.status_code == 200, merged.text
        parted = desk.send("POST", f"{noun}/{one}/unmerge", match=merged.headers["ETag"])
        assert parted.status_code == 200, parted.text
    assert desk.delete("articles/axios-us-nato-written-response", "?cascade=true").status_code == 204
    found = {flaw: statement for statement in statements for flaw in flaws(statement)}
    assert {flaw: found[flaw] for flaw in found.keys() - EVERYWHERE} == {}
    assert any("ON CONFLICT" in each for each in statements)
    assert any(each.startswith("DELETE FROM postings") for each in statements)


@pytest.mark.parametrize(
    "sql, says",
    [
        ("SELECT facts.id FROM facts JOIN postings ON postings.id = facts.id", []),
        ("SELECT facts.id FROM facts JOIN postings ON postings.term = facts.day", ["facts and postings"]),
        ("SELECT f.id FROM facts AS f JOIN claims ON claims.article_id = f.id", ["claims and f"]),
        ("SELECT facts.id FROM facts JOIN tallies ON tallies.value = facts.id", ["facts and tallies"]),
        ("SELECT facts.id FROM facts JOIN drafts ON drafts.version = 1", ["drafts is joined to all"]),
        (
            "SELECT n.id FROM (SELECT postings.id FROM postings) AS n LEFT OUTER JOIN facts ON facts.id = n.id",
            ["whole"],
        ),
        ("SELECT facts.id FROM facts WHERE facts.id IN (SELECT drafts.fact_id FROM drafts)", []),
        ("SELECT facts.id FROM facts WHERE facts.id IN (SELECT suggestions.other FROM suggestions)", ["meet across"]),
        ("SELECT jobs.id FROM jobs FOR UPDATE SKIP LOCKED", ["FOR UPDATE"]),
        ("UPDATE facts SET day = 1 WHERE facts.id = 'a'", []),
        ("INSERT INTO facts (id, day) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET day = excluded.day", []),
        ("UPDATE drafts SET fact_id=?, version=? WHERE drafts.fact_id = ?", ["fact_id is a key"]),
        ("UPDATE facts SET updated_at = now() WHERE facts.kind = 'a'", ["now()", "without naming id"]),
    ],
)
def test_this_test_sees_what_it_is_there_for(sql: str, says: list[str]) -> None:
    told = list(flaws(sql))
    assert len(told) == len(says)
    assert all(part in each for part, each in zip(says, told, strict=True))
