"""The server: what granian serves, and how it waits for those who are slow or have to be kept waiting."""

from __future__ import annotations

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
            return store.identity()[2]
        except UnavailableError:
            return None

    limits = Limits(
        largest_body=settings.largest_body,
        request_timeout=settings.request_timeout,
        threads=settings.threads,
        most_threads=max(settings.pool_size, settings.threads),
    )
    # Whether the process lives is told even while its database holds everything else up.
    return Front(app, revision, limits, apart=["/healthz"])
