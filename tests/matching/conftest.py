"""Fixtures of matching, besides those of all tests:

- `draft` stores what a program drafted of an article, at NOW; it takes what `ingest_drafts` takes besides the session.
- `suggested` reads what is suggested in a store: of each pair the kind, the fact it was made for and the other one.
- `store` is that of tests/ingest, which is quicker.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from api.ingest import Outcome
from api.matching import ingest_drafts
from api.store import suggestions
from api.store.opening import Store
from tests.conftest import NOW
from tests.ingest.conftest import emptied_store, store

__all__ = ["emptied_store", "store"]

Draft = Callable[..., Outcome]
Suggested = Callable[[], list[tuple[str, str, str]]]


@pytest.fixture
def draft(store: Store) -> Draft:
    def run(sheet: dict[str, Any], **options: Any) -> Outcome:
        return store.write(partial(ingest_drafts, sheet=sheet, **({"clock": lambda: NOW} | options)))

    return run


@pytest.fixture
def suggested(store: Store) -> Suggested:
    def read() -> list[tuple[str, str, str]]:
        found = suggestions.page(store.reader, "pending", 100)
        return sorted((each.kind, each.fact_id, each.other) for each in found)

    return read
