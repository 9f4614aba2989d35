"""The server: what granian serves, and how it waits for those who are slow or have to be kept waiting."""

from __future__ import annotations

import gc

from api import create_app
from api.server.front import Front, Limits
from api.settings import Settings
from api.store.opening import Store
from api.store.reading import UnavailableError


def create_server() -> Front:
    """Make what is served: the app and its front."""
    settings = Settings.from_environment()
    app = create_app(settings)
    store: Store = app.extensions["newsfacts"]

    def revision() -> int | None:
        try:
            # Of where reads go: a listener is to be woken when there is something to read.
            return store.for_reading().identity()[2]
        except UnavailableError:
            return None

    limits = Limits(
        largest_body=settings.largest_body,
        request_timeout=settings.request_timeout,
        # SQLite is hardly waited for, yet it lets go of Python's lock at every row, and a second reader would take it.
        readers=1 if store.is_embedded() else settings.threads,
        writers=settings.threads,
        most_threads=max(settings.pool_size, settings.threads),
    )
    # Whether the process lives is told even while its database holds everything else up.
    front = Front(app, revision, limits, apart=["/healthz"])
    # What is here now stays. To look through all of it for garbage would hold every request up, for 80 ms and more.
    gc.collect()
    gc.freeze()
    return front
