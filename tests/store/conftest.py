"""Besides the fixtures of all tests, those of tests/ingest: a quicker `store`, and one store for a whole module."""

from tests.ingest.conftest import emptied_store, empty_client, shared_client, shared_store, store

__all__ = ["emptied_store", "empty_client", "shared_client", "shared_store", "store"]
