"""Besides the fixtures of all tests, the quicker `store` and `empty_client` of tests/ingest."""

from tests.ingest.conftest import emptied_store, empty_client, store

__all__ = ["emptied_store", "empty_client", "store"]
