"""Views: arguments in, a query of the store called, the answer out. One module for each noun."""

from __future__ import annotations

from typing import cast

from flask import current_app

from api.store.opening import Store


def current_store() -> Store:
    """Give the store of the app that answers this request."""
    return cast(Store, current_app.extensions["newsfacts"])
