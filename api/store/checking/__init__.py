"""Checking: everything that is stored is worked out anew, and what differs is told.

Nothing is kept in memory but what belongs to a few resources at a time, bounded caches, and of the index of words the
entries that are wrong. What is derived of all documents together (lists, counts, names, words) is collected in a
temporary file, as large as these are in the store, and compared with the store side by side in the order of their keys.
Documents are read many at a time, and what they name is looked up for all of these together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.store import tables
from api.store.checking.expected import Expected, open_expected
from api.store.checking.finding import Finding
from api.store.checking.history import check_feed, check_versions
from api.store.checking.lists import compare
from api.store.checking.references import References, check_aliases, check_claims, check_suggestions, check_texts
from api.store.checking.resources import Proofs, Resources
from api.store.checking.words import Words

__all__ = ["Finding", "Proofs", "findings"]


def findings(stored: Session, proofs: Proofs, seen: Callable[[str], None]) -> Iterator[Finding]:
    """List everything that is wrong in what a session sees, which must be the same all the time.

    `proofs` knows how documents are made of texts. `seen` is told the table of each resource and change that has been
    looked at, and now and then of what is compared.
    """
    with open_expected(stored) as session:
        expected = Expected(session)
        yield from check_versions(stored, seen)
        yield from check_feed(stored)
        words = Words(stored, session)
        resources = Resources(stored, References(stored), expected, words, proofs, seen)
        yield from resources.check_actors()
        yield from resources.check_facts()
        expected.write()
        yield from resources.check_articles()
        expected.write()
        yield from words.look_up()
        yield from check_texts(stored)
        yield from check_claims(stored)
        yield from check_aliases(stored)
        yield from check_suggestions(stored)
        for table in (tables.actor_names, tables.postings, tables.fingerprints):
            yield from compare(table, select(table), stored, session, seen)
        # A count that went back to nought stays as a row; whoever reads it takes it as if it were not there.
        counted = select(tables.tallies).where(tables.tallies.c.facts != 0)
        yield from compare(tables.tallies, counted, stored, session, seen)
        yield from words.compare()
