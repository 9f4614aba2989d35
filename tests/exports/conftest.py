"""Fixtures of exports, besides those of all tests:

- `world` and `world_on` are those of tests/views: a store full of made-up facts, on either database.
- `store` and `empty_client` are those of tests/ingest, which are quicker.
"""

from __future__ import annotations

from tests.ingest.conftest import emptied_store, empty_client, store
from tests.views.conftest import world, world_on

__all__ = ["emptied_store", "empty_client", "store", "world", "world_on"]
