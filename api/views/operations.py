"""What the operator's tools ask: does the process live, can it serve."""

from __future__ import annotations

import orjson
from flask import Response

from api.protocol.answers import JSON, require
from api.protocol.operations import Operations
from api.protocol.problems import ProblemError
from api.store.opening import latest_migration
from api.store.reading import OverdueError, StorageFullError, UnavailableError
from api.version import VERSION
from api.views import primary_store
from api.views.reading import Query
from schemas.operations import HealthSchema, ReadinessSchema
from schemas.query import NoQuerySchema

OPERATIONS = Operations("operations", __name__, description="Whether the server lives and can serve.")

RETRY_AFTER = 5
_FRESH = {"Cache-Control": "no-store"}


@OPERATIONS.operation("/healthz", "getHealth", query=NoQuerySchema, answers=HealthSchema, conditional=False)
def get_health(_: Query) -> Response:
    """Tell that the process lives."""
    require(JSON)
    return Response(orjson.dumps({"status": "ok"}), content_type=JSON, headers=_FRESH)


@OPERATIONS.operation("/readyz", "getReadiness", query=NoQuerySchema, answers=ReadinessSchema, conditional=False)
def get_readiness(_: Query) -> Response:
    """Tell whether the database answers and has the tables of this version."""
    require(JSON)
    store = primary_store()
    migration = store.migration()
    if migration != latest_migration():
        raise ProblemError(
            "unavailable",
            f"The tables are at revision {migration or 'none'}; this version needs {latest_migration()}. "
            "Run newsfacts upgrade.",
            headers={"Retry-After": str(RETRY_AFTER)},
        )
    body = {"status": "ready", "database": store.database(), "migration": migration, "version": VERSION}
    return Response(orjson.dumps(body), content_type=JSON, headers=_FRESH)


def unavailable(error: UnavailableError) -> ProblemError:
    """Turn a database that does not answer, or has no room left, into the problem that says so."""
    if isinstance(error, StorageFullError):
        return ProblemError("insufficient-storage", "The database has no room left. Nothing was stored.")
    late = "This took longer than a read may take. Narrow it down, or try again later."
    return ProblemError(
        "unavailable",
        late if isinstance(error, OverdueError) else "The database does not answer at the moment.",
        headers={"Retry-After": str(RETRY_AFTER)},
    )
