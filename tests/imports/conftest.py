"""Besides the fixtures of all tests, the quicker `store` of tests/ingest."""

from __future__ import annotations

from tests.ingest.conftest import emptied_store, store

__all__ = ["emptied_store", "store"]
