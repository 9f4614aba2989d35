"""Apps that are set up in some way of their own."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from api import create_app
from api.settings import Settings
from api.store.opening import Store


def client_with(store: Store, **settings: Any) -> FlaskClient:
    """Speak HTTP to an app over a store, with these settings."""
    return create_app(Settings(**{"access_log": False, **settings}), store).test_client()
