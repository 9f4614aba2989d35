"""Changes: every create, update, delete and merge in one order, by which another program stays in step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, request

from api.protocol import cursors
from api.protocol.answers import JSON, require
from api.protocol.operations import Operations
from api.protocol.waiting import FOLLOW, has_front, hold
from api.store import changes, filters
from api.store.changes import Change, Page, Wanted
from api.store.opening import Store
from api.store.reading import Reader
from api.views import BINDING, current_store, require_texts
from api.views.reading import Built, Query, answer_composed, next_address
from schemas.change import ChangePageSchema
from schemas.query import ChangesQuerySchema, ChangeStreamQuerySchema

CHANGES = Operations(
    "changes", __name__, description="What was created, updated, deleted, merged and restored, in one order."
)

EVENT_STREAM = "text/event-stream"
#: Bytes of one answer, which at least one change fits into: articles may be long.
_LARGEST = 8 * 1024 * 1024
#: Most changes of one part of a stream.
_PART = 100
#: After how many milliseconds a browser connects again.
_RETRY = 3000


@dataclass(frozen=True, slots=True)
class _Asked:
    """What of the feed was asked for, made once for each query string."""

    wanted: Wanted
    after: str | None
    limit: int = _PART
    wait: int = 0
    texts: bool = False


def _asked(query: Query) -> _Asked:
    given = {name: query[name] for name in ("limit", "wait", "texts") if name in query}
    return _Asked(filters.changes(query), query["after"], **given)


@CHANGES.operation(
    "/v1/changes",
    "listChanges",
    query=ChangesQuerySchema,
    make=_asked,
    answers=ChangePageSchema,
    headers=("ETag", "Link"),
)
def list_changes(asked: _Asked) -> Response:
    """Read the changes after a cursor, oldest first, each with the document as of then.

    There are no gaps: whoever has read up to a cursor has seen all that is before it. At the end of the feed the cursor
    stays as it is and may be sent again, at once with `wait` or at any later time. A page may be short; `more` tells
    whether there is more already. Filters look at a change as it is and as it was before, so what leaves a list is told
    too; they may differ from page to page.
    """
    require(JSON)
    if asked.texts:
        require_texts()
    store = current_store()
    seq = _place(store, asked.after, "after") if asked.after else 0

    def build(store: Store, secret: str) -> Built:
        page = changes.after(store.reader, seq, asked.limit, asked.wanted)
        items, last, more = _items(store.reader, page, asked.texts)
        cursor = cursors.write(secret, BINDING, (last,))
        link = {"Link": f'<{next_address("after", cursor)}>; rel="next"'} if more else None
        told = (b",".join(items), cursor.encode(), b"true" if more else b"false")
        return b'{"items":[%b],"next_cursor":"%b","more":%b}' % told, link

    return answer_composed(build, headers=hold(_watch(store.reader, seq, asked.wanted), asked.wait))


@CHANGES.operation(
    "/v1/changes/stream",
    "streamChanges",
    query=ChangeStreamQuerySchema,
    make=_asked,
    answers="text",
    content_types=(EVENT_STREAM,),
    request_headers=("Last-Event-ID",),
    conditional=False,
)
def stream_changes(asked: _Asked) -> Response:
    """Read the changes as they come, as server-sent events.

    An event is named like `event.updated`; its data are the entry of /v1/changes on one line, and its id is a cursor.
    What was read last is told by Last-Event-ID or, before that, by `after`; without either the stream begins with the
    next change. A connection may end at any time: a browser connects again by itself and goes on where it was.
    """
    require(EVENT_STREAM)
    store = current_store()
    _, secret, _ = store.identity()
    if last := request.environ.get("HTTP_LAST_EVENT_ID"):
        seq = _place(store, last, "Last-Event-ID")
    else:
        seq = _place(store, asked.after, "after") if asked.after else changes.last_number(store.reader)
    page = changes.after(store.reader, seq, asked.limit, asked.wanted)
    events = [_event(change, cursors.write(secret, BINDING, (change.seq,))) for change in page.changes]
    cursor = cursors.write(secret, BINDING, (page.seq,))
    # An id without data is no event: it moves the place to go on from past what was not wanted.
    body = b"retry: %d\n\n%bid: %b\n\n" % (_RETRY, b"".join(events), cursor.encode())
    headers = {"Cache-Control": "no-store"}
    if has_front():
        headers[FOLLOW] = next_address("after", cursor)
    # Given as an iterator it has no length, since a front goes on with it.
    return Response(iter([body]), content_type=EVENT_STREAM, headers=headers)


def _place(store: Store, cursor: str, parameter: str) -> int:
    _, secret, _ = store.identity()
    return int(cursors.read(secret, BINDING, cursor, parameter)[0])


def _watch(reader: Reader, seq: int, wanted: Wanted) -> Callable[[], bool]:
    """Make what tells whether anything wanted has come after a number of the feed."""
    looked_at = seq

    def has_come() -> bool:
        nonlocal looked_at
        more = True
        while more:
            page = changes.after(reader, looked_at, 1, wanted)
            if page.changes:
                return True
            looked_at, more = page.seq, page.more
        return False

    return has_come


def _items(reader: Reader, page: Page, with_texts: bool) -> tuple[list[bytes], int, bool]:
    """Write changes as far as they fit into an answer; tell the number of the last one, and whether there are more."""
    items: list[bytes] = []
    size = last = 0
    for change in page.changes:
        item = changes.serve(change, changes.texts_of(reader, change) if with_texts else None)
        size += len(item)
        if items and size > _LARGEST:
            return items, last, True
        items.append(item)
        last = change.seq
    return items, page.seq, page.more


def _event(change: Change, cursor: str) -> bytes:
    name = f"{change.noun}.{change.action}"
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (cursor.encode(), name.encode(), changes.serve(change))
