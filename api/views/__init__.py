"""Views: arguments in, a query of the store called, the answer out. One module for each noun."""

from __future__ import annotations

from typing import cast

from flask import current_app, request

from api.protocol.keys import Caller, current_caller
from api.protocol.preconditions import seen_position
from api.protocol.problems import unauthorized
from api.store.keys import find_good
from api.store.opening import Store

#: Where the environment of a request says which store it is answered from: all of it from one and the same.
_STORE = "newsfacts.store"

#: What cursors of the feed of changes are bound to: they serve whatever its filters are.
BINDING = "changes"


def current_store() -> Store:
    """Give the store to answer this request from: if it only reads, a copy, where there is one as new as asked for."""
    store = primary_store()
    if store.replica is None or request.method not in ("GET", "HEAD"):
        return store
    environ = request.environ
    if _STORE not in environ:
        environ[_STORE] = store.for_reading(seen_position())
    return cast(Store, environ[_STORE])


def primary_store() -> Store:
    """Give the store that is written to."""
    return cast(Store, current_app.extensions["newsfacts"])


def find_caller(key: str) -> Caller | None:
    """Find whose key it is; None when it is good no more, or never was."""
    found = find_good(primary_store(), key)  # a key that is revoked ends at once
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
