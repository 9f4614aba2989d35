"""The actors of the store as a registry for extraction: they go before those that come with the product."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from api.extraction.registry import Known, Registry, Stacked, shipped
from api.store.names import find_bearers
from api.store.reading import Reader

#: What an actor of the store has besides what a fact sheet tells of one.
_STORED = frozenset({"version", "created_at", "updated_at", "merged_into"})


class StoredActors:
    """The actors of a store."""

    def __init__(self, reader: Reader) -> None:
        """Take what reads the store; any thread may use it."""
        self._reader = reader

    def find(self, names: Collection[str]) -> Mapping[str, Sequence[Known]]:
        """Look up names."""
        return {
            name: [Known(_as_sent(actor), place=actor["kind"] == "country") for actor in actors]
            for name, actors in find_bearers(self._reader, names).items()
        }

    def holder(self, office: str, body: Mapping[str, Any], day: date) -> Known | None:
        """Say who holds an office: the store has no index of positions, so nobody it knows of."""
        return None


def registry_of(reader: Reader) -> Registry:
    """Put a store's actors in front of those that come with the product."""
    return Stacked(StoredActors(reader), shipped())


def _as_sent(actor: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in actor.items() if name not in _STORED}
