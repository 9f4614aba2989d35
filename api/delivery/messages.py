"""Messages: what a delivery says. It is put together when it is sent, so nothing is stored twice."""

from __future__ import annotations

import orjson

from api.store import changes
from api.store.deliveries import Claimed
from api.store.reading import Reader

#: The type of the message that only asks whether somebody is there.
PING = "ping"


def body_of(reader: Reader, delivery: Claimed) -> bytes | None:
    """Write the body of a message, the same at each attempt; None when the feed has the change no more."""
    if delivery.seq is None:
        return _body(delivery.type, delivery.created_at, orjson.dumps({"webhook": delivery.webhook_id}))
    found = changes.after(reader, delivery.seq - 1, 1).changes
    if not found or found[0].seq != delivery.seq:
        return None
    return _body(delivery.type, found[0].at, changes.serve(found[0]))


def _body(type_: str, timestamp: str, data: bytes) -> bytes:
    return b'{"type":"%b","timestamp":"%b","data":%b}' % (type_.encode(), timestamp.encode(), data)
