"""Cursors: opaque, checked, and bound to the query that they came from."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import blake2b
from hmac import compare_digest
from typing import Any

import orjson

from api.protocol.problems import ProblemError

_CHECK_SIZE = 9


def write(secret: str, query: str, place: tuple[Any, ...]) -> str:
    """Write the place where a list goes on, for one query of one store."""
    payload = orjson.dumps(place)
    return urlsafe_b64encode(_check(secret, query, payload) + payload).decode().rstrip("=")


def read(secret: str, query: str, cursor: str, parameter: str = "cursor") -> tuple[Any, ...]:
    """Read a cursor; raises ProblemError, naming its parameter, if it is cut, forged, or of another query or store."""
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (Base64Error, ValueError):
        raw = b""
    check, payload = raw[:_CHECK_SIZE], raw[_CHECK_SIZE:]
    if not payload or not compare_digest(check, _check(secret, query, payload)):
        detail = (
            "This is no cursor of this query. Send next_cursor as it was given, with the same path, filters and sort; "
            "leave it out to begin anew."
        )
        raise ProblemError("invalid-request", "The cursor does not fit.", parameters=[(parameter, detail)])
    return tuple(orjson.loads(payload))


def _check(secret: str, query: str, payload: bytes) -> bytes:
    return blake2b(query.encode() + b"\x00" + payload, key=secret.encode()[:64], digest_size=_CHECK_SIZE).digest()
