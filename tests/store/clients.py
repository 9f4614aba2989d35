"""Clients of many stores over one app: making an app takes longer than most tests, and it is the same for all of them.

They are for one thread at a time.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from api import create_app
from api.settings import Settings
from api.store.opening import Store
from tests.checked import CheckedClient


class StoreClient(CheckedClient):
    """Tells the app before each request which store it is about."""

    store: Store

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        self.application.extensions["newsfacts"] = self.store
        return super().open(*args, **kwargs)


def client_of(store: Store) -> StoreClient:
    """Speak HTTP to the app over a store; every answer is checked against openapi.yaml."""
    client = StoreClient(_app(store), use_cookies=False)
    client.store = store
    return client


_APPS: list[Flask] = []


def _app(store: Store) -> Flask:
    if not _APPS:
        _APPS.append(create_app(Settings(access_log=False), store))
    return _APPS[0]
