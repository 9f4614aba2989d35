"""Redrafting: what extraction drafted, and nobody has touched since, makes room for what it drafts now.

Whoever approves, rejects, edits or merges a fact, or states it in another article, makes a new version of it: from then
on it is his, and a later draft only adds what is new. So a draft is known by the version that was written last of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from api.store import tables
from api.store.drafts import find_drafted, note_drafted
from api.store.known import load_version
from api.store.labels import articles_of_fact
from api.store.writing import Writer


class Redrafting:
    """What becomes of one article's drafts while it is ingested anew."""

    def __init__(self) -> None:
        """Begin with nothing."""
        #: Drafts that may be replaced: those that stand, and those that an earlier run took away.
        self.replaceable: set[str] = set()
        #: Drafts that this run did not find again.
        self.removed: set[str] = set()
        self._standing: set[str] = set()

    def begin(self, writer: Writer, article: str, found: Iterable[str]) -> None:
        """Look up the untouched drafts of an article, and among the facts that were found now."""
        facts = writer.load(tables.facts, {*writer.facts_under(f"article:{article}"), *found})
        drafted = find_drafted(writer.session, {*facts, *found})
        untouched = {id_ for id_, fact in facts.items() if drafted.get(id_) == fact["version"]}
        self._standing = {id_ for id_ in untouched if set(articles_of_fact(facts[id_])) == {article}}
        self.replaceable = self._standing | self._taken_away(writer, drafted.keys() - facts.keys(), drafted)

    def finish(self, writer: Writer, outcomes: Collection[tuple[str, str]]) -> None:
        """Take away the drafts that were not found again, and note those that were written now."""
        found = {id_ for id_, _ in outcomes}
        self.removed = self._standing - found
        last = {id_: fact["version"] + 1 for id_, fact in writer.load(tables.facts, self.removed).items()}
        for id_ in sorted(self.removed):
            writer.remove(tables.facts, id_)
        writer.flush()
        mine = {id_ for id_, outcome in outcomes if outcome == "created" or id_ in self.replaceable}
        last |= {id_: fact["version"] for id_, fact in writer.load(tables.facts, mine).items()}
        note_drafted(writer.session, last)

    def _taken_away(self, writer: Writer, gone: Iterable[str], drafted: Mapping[str, int]) -> set[str]:
        """Tell which facts are gone because an earlier run did not find them, and not because somebody deleted them."""
        last: dict[str, Any] = {id_: load_version(writer.session, tables.facts, id_) for id_ in gone}
        return {id_ for id_, version in last.items() if version and version.version == drafted[id_]}
