"""What happens around every request: its id, CORS, and one line in the log.

It is WSGI around the app and not Flask's hooks, which cost four times as much as all that is done here.
"""

from __future__ import annotations

import itertools
import re
import secrets
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any

import orjson
from flask import request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Where a request's id stands while it is answered, and the name of its key, for the log.
REQUEST_ID, KEY_NAME = "newsfacts.request_id", "newsfacts.key_name"

_HEADERS = "newsfacts.headers"

_OWN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_EXPOSED = (
    "ETag, Link, Location, Newsfacts-Position, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id"
)
_ALWAYS = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", _EXPOSED),
    ("X-Content-Type-Options", "nosniff"),
]
_ALLOWED = (
    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, Newsfacts-Position, "
    "X-Change-Note, X-Request-Id"
)
_PREFLIGHT = [
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    ("Access-Control-Allow-Headers", _ALLOWED),
    ("Access-Control-Max-Age", "86400"),
]


class Requests:
    """A WSGI application around another one."""

    def __init__(self, app: WSGIApplication, access_log: bool) -> None:
        """Take the app, and whether each request is logged."""
        self._app = app
        self._log = _log if access_log else None
        # Unique among processes by a random beginning, within one by counting: cheaper than a UUID each.
        self._boot, self._count = secrets.token_hex(5), itertools.count(1)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        began = perf_counter()
        # One that the front has held and asks again is the same request: it has its id, and stands in the log.
        held = environ.get(REQUEST_ID)
        sent = held or environ.get("HTTP_X_REQUEST_ID")
        request_id = sent if sent and _OWN_ID.fullmatch(sent) else f"{self._boot}-{next(self._count):x}"
        environ[REQUEST_ID] = request_id
        log = None if held else self._log

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], object]:
            headers += _ALWAYS
            headers.append(("X-Request-Id", request_id))
            if _HEADERS in environ:
                headers += environ[_HEADERS]
            if environ["REQUEST_METHOD"] == "OPTIONS":
                headers += _PREFLIGHT
            if log:
                log(environ, status, perf_counter() - began)
            return start_response(status, headers, error)

        return self._app(environ, start)


def add_header(name: str, value: str) -> None:
    """Add a header to the answer to the current request, whatever the answer will be."""
    request.environ.setdefault(_HEADERS, []).append((name, value))


def _log(environ: WSGIEnvironment, status: str, seconds: float) -> None:
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "request_id": environ[REQUEST_ID],
        "method": environ["REQUEST_METHOD"],
        # WSGI hands the path's bytes over as Latin-1.
        "path": environ["PATH_INFO"].encode("latin-1").decode(errors="replace"),
        "status": int(status[:3]),
        "key": environ.get(KEY_NAME),
        "milliseconds": round(seconds * 1000, 2),
    }
    # One write for each line, so that lines of two threads never mix.
    sys.stderr.write(orjson.dumps(line).decode() + "\n")
