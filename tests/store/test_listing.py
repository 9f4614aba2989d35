"""Lists, counts, labels and the index of words stay those of the documents, whatever became of these."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from api.ingest import SheetRefusedError, ingest
from api.ingest.files import read_sheet
from api.ingest.seeding import seed_files
from api.store.opening import Store
from schemas.vocabulary import MODES_OF, EventType, ProposalCategory, ProposalStatus, Role, Stance
from tests.conftest import NOW, Ingest
from tests.ingest.sheets import Sheet, actor, event, proposal, sheet_of, statement
from tests.store.contents import derived, rows
from tests.store.rebuilding import rebuilt

WORDS = ["troops", "ships", "the U.S.", "100,000", "talks", "hotline", "北京", "président", "aircraft", "deliveries"]
DATES = [None, "2022-01-26", "2022-01", "2021", "2022-01-26/..", "../2022-01-26", "20XX", "2022-21"]
COUNTRIES = [None, "FR", "DE", "UA"]
SENTENCES = 5


class World:
    """Makes sheets at random, of a few articles, actors and facts, so that they meet all the time."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.texts = [self.text(n) for n in range(6)]

    def text(self, n: int) -> list[str]:
        return [f"In {n}.{at}: {' '.join(self.random.sample(WORDS, 3))}." for at in range(SENTENCES)]

    def some(self, values: Any, most: int = 3) -> list[Any]:
        values = list(values)
        return self.random.sample(values, self.random.randint(0, min(most, len(values))))

    def sheet(self) -> Sheet:
        pick = self.random.choice
        n = self.random.randrange(len(self.texts))
        about = {
            "publisher": pick(["One", "Two", "Three"]),
            "title": pick([None, "A headline", "Another headline of troops"]),
            "language": pick(["en", "fr"]),
            "published_at": pick([None, {"edtf": pick(["2022-01-27", "2021", "2022-01"])}]),
            "origin_id": pick([None, None, "wire", "article-0"]),
        }
        actors = [
            actor(
                f"actor-{each}",
                name=pick(["Name", "Other name", "Президент"]),
                kind="person",
                aliases=self.some(WORDS, 2),
                country_code=pick(COUNTRIES),
                sector_code=pick([None, "GOV", "MIL"]),
            )
            for each in range(4)
        ]
        sheet = sheet_of(" ".join(self.texts[n]), article=f"article-{n}", about=about, actors=actors)
        quoted = self.random.sample(self.texts[n], 3)
        kind = pick(list(EventType))
        sheet["events"] = [
            event(quoted[0], id=f"event-{pick('abc')}", type=kind.value, modes=self.some(MODES_OF[kind]), **self.fact())
        ]
        sheet["proposals"] = [
            proposal(
                quoted[1],
                id=f"proposal-{pick('abc')}",
                category=pick(list(ProposalCategory)).value,
                status=pick(list(ProposalStatus)).value,
                **self.fact(),
            )
        ]
        sheet["statements"] = [
            statement(quoted[2], id=f"statement-{pick('abc')}", stance=pick(list(Stance)).value, **self.fact())
        ]
        return sheet | {"on_conflict": pick(["keep", "replace", "replace"])}

    def fact(self) -> Sheet:
        pick = self.random.choice
        edtf = pick(DATES)
        return {
            "title": f"It was about {' and '.join(self.some(WORDS))}",
            "date": edtf and {"edtf": edtf},
            "actors": [
                {"actor": f"actor-{each}", "role": pick(list(Role)).value, "named_as": None}
                for each in self.some(range(4))
            ],
            "places": [{"name": name, "country_code": pick(COUNTRIES)} for name in self.some(["Paris", "Kyiv"])],
            "review": {
                "status": pick(["approved", "approved", "pending", "rejected"]),
                "confidence": pick([None, 0.5]),
            },
        }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_derived_after_many_updates_is_what_a_fresh_store_would_have(
    store: Store, open_empty: Callable[[str], Store], seed: int
) -> None:
    world = World(seed)
    outcomes: Counter[str] = Counter()
    for turn in range(40):
        clock = partial(lambda at: NOW + timedelta(minutes=at), turn)
        try:
            outcome = store.write(partial(ingest, sheet=world.sheet(), clock=clock, may_review=True))
        except SheetRefusedError as refused:
            pytest.fail(str(refused))
        outcomes.update(what for _, what in outcome.facts)
    assert outcomes["created"] > 5
    assert outcomes["updated"] > 20
    with closing(rebuilt(store, open_empty)) as fresh:
        kept, wanted = derived(store), derived(fresh)
    for table, content in wanted.items():
        assert kept[table] == content, table


def test_what_is_derived_of_the_seeds_is_the_same_on_both_databases(open_empty: Callable[[str], Store]) -> None:
    found = []
    for database in ("sqlite", "postgresql"):
        with closing(open_empty(database)) as store:
            for path in seed_files():
                store.write(partial(ingest, sheet=read_sheet(path), clock=lambda: NOW, may_review=True))
            found.append({name: content for name, content in derived(store).items() if name != "words"})
            found[-1]["documents"] = [
                (id_, bytes(document), tag)
                for table in ("facts", "articles", "actors")
                for id_, document, tag in rows(store, table, "id", "document", "etag")
            ]
    assert found[0] == found[1]


def test_the_order_in_which_two_sheets_come_changes_no_list(
    store: Store, open_empty: Callable[[str], Store], sheet: Sheet
) -> None:
    other = sheet_of("France received Germany.", event("France received Germany", id="france-received-germany"))
    other["events"][0] |= {"type": "consult", "title": sheet["events"][0]["title"]}
    for each in (sheet, other):
        store.write(partial(ingest, sheet=each))
    with closing(open_empty(store.reader.dialect)) as turned:
        for each in (other, sheet):
            turned.write(partial(ingest, sheet=each))
        one, two = derived(store), derived(turned)
    for table in ("postings", "tallies", "search_entries", "actor_names"):
        assert one[table] == two[table], table


def test_the_revision_rises_by_one_with_each_write_that_changes_something(
    store: Store, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    id_, secret, revision = store.identity()
    assert revision == 0
    ingest_sheet(sheet)
    assert store.identity() == (id_, secret, 1)
    ingest_sheet(sheet)
    assert store.identity() == (id_, secret, 1)
    ingest_sheet(sheet | {"events": [sheet["events"][0] | {"note": "A remark"}]})
    assert store.identity() == (id_, secret, 2)


def test_every_change_raises_the_version_by_one_and_moves_only_updated_at(
    ingest_sheet: Ingest, empty_client: Any, sheet: Sheet
) -> None:
    for version, note in enumerate(("one", "two", "three"), 1):
        at = datetime(2022, 3, version, tzinfo=UTC)
        changed = sheet | {"events": [sheet["events"][0] | {"note": note}], "on_conflict": "replace"}
        ingest_sheet(changed, clock=lambda at=at: at)
        fact = empty_client.get("/v1/facts/france-received-germany").json
        assert fact["version"] == version
        assert fact["created_at"] == "2022-03-01T00:00:00.000000Z"
        assert fact["updated_at"] == f"2022-03-0{version}T00:00:00.000000Z"
