"""Views: arguments in, a query of the store called, the answer out. One module for each noun."""

from __future__ import annotations

from typing import cast

from flask import current_app

from api.protocol.keys import Caller, current_caller
from api.protocol.problems import unauthorized
from api.store.keys import find_good
from api.store.opening import Store


def current_store() -> Store:
    """Give the store of the app that answers this request."""
    return cast(Store, current_app.extensions["newsfacts"])


def find_caller(key: str) -> Caller | None:
    """Find whose key it is; None when it is good no more, or never was."""
    found = find_good(current_store(), key)
    return Caller(found.name, found.allows) if found else None


def may_read_texts() -> bool:
    """Tell whether the current request may read articles, or only what facts quote of them."""
    return current_app.config["ARTICLE_TEXT"] == "full" or current_caller() is not None


def require_texts() -> None:
    """See that the current request may read articles; raises ProblemError with 401."""
    if not may_read_texts():
        raise unauthorized(
            "Whole articles are read with a key here. Without one, read what facts quote of them: "
            "/v1/articles/{id}/facts."
        )
