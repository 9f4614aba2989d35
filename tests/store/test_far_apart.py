"""Searches find everything, newest first and oldest first, though FTS5 of SQLite 3.40 loses matches of two words.

It does so when it walks downwards, once the words fill some pages and stand far apart: as facts without a date do from
those of our days, and actors from both. No small store shows it, so here the index is written without the resources.
"""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from api.store import filters, listing, search_index, tables
from api.store.opening import Store
from api.store.positions import ABOVE_ALL_DAYS
from api.store.search_index import Entry

ENTRIES = 4_000
#: Every entry has a word that all have, and one of so many others.
WORDS = 200


def entries() -> list[Entry]:
    """Make entries in order of their positions, with the words in turn."""
    draw = Random(1)
    days = [draw.choice((tables.UNDATED, 738_000 + draw.randrange(1_000), ABOVE_ALL_DAYS)) for _ in range(ENTRIES)]
    nouns = ["actor" if day == ABOVE_ALL_DAYS else "fact" for day in days]
    made = [Entry(noun, f"{noun}-{n}", day, (), [], []) for n, (noun, day) in enumerate(zip(nouns, days, strict=True))]
    return [
        Entry(each.resource, each.id, each.day, (f"§{each.resource}",), ["harbor", f"rare{n % WORDS}"], ["harbor"])
        for n, each in enumerate(sorted(made, key=lambda each: each.base))
    ]


def write(session: Session, indexed: list[Entry]) -> None:
    search_index.write(session, [(each.base, each) for each in indexed])
    row = {"version": 1, "created_at": "", "updated_at": "", "labels": "\n", "kind": "event", "sources": 1}
    row |= {"confidence": 1.0, "etag": "", "document": b"{}"}
    facts = [row | {"id": each.id, "day": each.day} for each in indexed if each.resource == "fact"]
    session.execute(insert(tables.facts), facts)


@pytest.mark.parametrize("sort", ["-date", "date"])
def test_no_match_is_lost_in_either_direction(store: Store, sort: str) -> None:
    indexed = entries()
    store.write(lambda session: write(session, indexed))
    for word in range(0, WORDS, 10):
        having = [each for each in indexed[word::WORDS] if each.resource == "fact"]
        wanted = filters.facts({"q": f"harbor rare{word}", "sort": sort})
        found = listing.page(store.reader, wanted, ENTRIES)
        assert len(found.documents) == len(having), f"rare{word}"
