"""Streaming: whole lists as they are read, in the formats of exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import BoundedSemaphore
from typing import Any, cast

from flask import Response, current_app, request

from api.exports.formats import Format
from api.exports.parquet import ParquetMissingError
from api.exports.resources import Resource, Selection
from api.exports.streams import Lease, Stream
from api.protocol import cursors
from api.protocol.answers import composed_etag, is_current, not_modified
from api.protocol.problems import ProblemError
from api.store import changes
from api.store.opening import Store
from api.store.snapshots import Snapshot
from api.version import VERSION
from api.views import BINDING, current_store, may_read_texts

#: Where an app keeps its seats.
SEATS = "newsfacts.exports"
#: After how many seconds a stream is cut of which nobody has taken anything: nobody waits so long for some kilobytes.
IDLE_SECONDS = 60
#: When to come again, in seconds, if too many streams are under way.
_RETRY_AFTER = 30

#: Finds the place to go on from, given the store as the stream shows it and its secret.
Find = Callable[[Store, str], Any]


@dataclass(frozen=True, slots=True)
class Seats:
    """How many streams there may be at a time, and for how many seconds each."""

    free: BoundedSemaphore
    seconds: float


def answer_stream(
    resource: Resource,
    format_: Format,
    selection: Selection,
    address: str,
    find: Find,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer with a whole list, all of it as it is at one moment, sent as it is read.

    Its ETag is made of that moment, of `address` and of all else that decides the bytes. `find` says where to go on.
    """

    def etag(of: Store) -> str:
        store_id, _, revision = of.identity()
        return composed_etag(store_id, str(revision), VERSION, str(may_read_texts()), format_.content_type, address)

    if is_current(current := etag(current_store())):
        return not_modified(current, headers)
    seats = cast(Seats, current_app.extensions[SEATS])
    if not seats.free.acquire(blocking=False):
        detail = "As many exports are under way as this server sends at a time. Come again when one has ended."
        raise ProblemError("unavailable", detail, headers={"Retry-After": str(_RETRY_AFTER)})
    try:
        moment, stream = _open(resource, format_, selection, find)
    except BaseException:
        seats.free.release()
        raise
    lease = Lease(stream, seats.seconds, IDLE_SECONDS, seats.free.release)
    told = {"ETag": etag(moment), "Cache-Control": "no-cache", "Vary": "Accept", **(headers or {})}
    told |= _next_changes(moment)
    if request.method == "HEAD":
        lease.close()
        return Response(iter(()), content_type=format_.content_type, headers=told)
    return Response(lease, content_type=format_.content_type, headers=told)


def _open(resource: Resource, format_: Format, selection: Selection, find: Find) -> tuple[Store, Stream]:
    """Open a stream, with the store as it shows it."""
    store = current_store()
    snapshot = Snapshot(store.reader)
    try:
        moment = replace(store, reader=snapshot)
        _, secret, _ = moment.identity()
        return moment, Stream(snapshot, resource, format_, selection, find(moment, secret))
    except ParquetMissingError as error:
        snapshot.close()
        raise ProblemError("not-acceptable", f"{error} on the server.") from error
    except BaseException:
        snapshot.close()
        raise


def _next_changes(moment: Store) -> dict[str, str]:
    """Point to what will have changed since."""
    _, secret, _ = moment.identity()
    cursor = cursors.write(secret, BINDING, (changes.last_number(moment.reader),))
    return {"Link": f'</v1/changes?after={cursor}>; rel="monitor"'}
