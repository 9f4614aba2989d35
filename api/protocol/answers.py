"""Answers: bytes with an ETag, conditional requests, formats, links and sparse fields."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson
from flask import Response, request
from werkzeug.datastructures import MIMEAccept

from api.protocol.problems import ProblemError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"

_OK, _NOT_MODIFIED = "200 OK", "304 NOT MODIFIED"


class Answer(Response):
    """An answer of bytes, whose headers are sent as they are listed.

    Werkzeug's own response looks through its headers several times, for streams, ranges and relative locations, none
    of which an answer has; that costs more than reading a fact from the database.
    """

    def __init__(self, body: bytes, status: str, lines: list[tuple[str, str]]) -> None:
        """Take the body, the status with its phrase, and the headers but Content-Length."""
        self._body, self._status_line, self._lines = body, status, lines

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Send it: without the body to HEAD, without a length where there is none (RFC 9110)."""
        lines = list(self._lines)
        if self._status_line != _NOT_MODIFIED:
            lines.append(("Content-Length", str(len(self._body))))
        start_response(self._status_line, lines)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self._body]


def answer(body: bytes, etag: str, content_type: str = JSON, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a body, or with 304 when the client has it already."""
    if is_current(etag):
        return not_modified(etag, headers)
    return Answer(body, _OK, [("Content-Type", content_type), *_caching(etag, headers)])


def not_modified(etag: str, headers: Mapping[str, str] | None = None) -> Response:
    """Answer that the client's copy is current."""
    return Answer(b"", _NOT_MODIFIED, _caching(etag, headers))


def is_current(etag: str) -> bool:
    """Tell whether the client has this answer already, before any work is put into it."""
    condition = request.environ.get("HTTP_IF_NONE_MATCH")
    return condition is not None and matches(condition, etag)


def matches(condition: str, etag: str) -> bool:
    """Compare a condition such as If-None-Match with a strong ETag, weakly as RFC 9110 has it."""
    if condition in (etag, "*"):
        return True
    return etag in [each.strip().removeprefix("W/") for each in condition.split(",")]


def composed_etag(*parts: str) -> str:
    """Make the ETag of an answer put together from several things, out of all that decides it."""
    digest = blake2b("\x00".join(parts).encode(errors="surrogateescape"), digest_size=15).digest()
    return f'"{urlsafe_b64encode(digest).decode()}"'


def address() -> str:
    """The path and the query string of the request: what a composed answer answers."""
    environ = request.environ
    return f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"


def require(*content_types: str) -> str:
    """Give the one of these formats that the client likes best, the first of several that it likes as much.

    Raises ProblemError with 406 when it takes none of them.
    """
    accept = request.environ.get("HTTP_ACCEPT")
    if accept in (None, "", "*/*"):
        return content_types[0]
    if accept in content_types:
        return str(accept)
    formats = [each.partition(";")[0] for each in content_types]
    # Parameters such as charset=utf-8 ask for what is served anyway.
    taken = MIMEAccept([(each.partition(";")[0].strip(), quality) for each, quality in request.accept_mimetypes])
    liked = [taken.quality(each) for each in formats]
    if max(liked) <= 0:
        raise ProblemError("not-acceptable", f"This is served as {' or '.join(formats)}.")
    return content_types[liked.index(max(liked))]


def page(
    items: Iterable[bytes],
    next_cursor: str | None,
    extra: Mapping[str, Any] | None = None,
    included: bytes = b"",
) -> bytes:
    """Join documents to a page; none of them is parsed."""
    cursor = f'"{next_cursor}"'.encode() if next_cursor else b"null"
    parts = [b'{"items":[', b",".join(items), b'],"next_cursor":', cursor]
    for name, value in (extra or {}).items():
        parts += [b',"', name.encode(), b'":', orjson.dumps(value)]
    if included:
        parts += [b',"included":', included]
    parts.append(b"}")
    return b"".join(parts)


def with_included(document: bytes, included: bytes) -> bytes:
    """Add `included` to a document."""
    return document[:-1] + b',"included":' + included + b"}" if included else document


def keyed(documents: Mapping[str, Mapping[str, bytes]]) -> bytes:
    """Write documents keyed by resource and id."""
    return (
        b"{"
        + b",".join(
            b'"' + resource.encode() + b'":{' + b",".join(b'"%b":%b' % (k.encode(), v) for k, v in found.items()) + b"}"
            for resource, found in documents.items()
        )
        + b"}"
    )


def sparse(document: bytes, names: Collection[str]) -> bytes:
    """Keep only some fields of a document; its id always."""
    whole = orjson.loads(document)
    return orjson.dumps({name: whole[name] for name in whole if name in names or name == "id"})


def _caching(etag: str, headers: Mapping[str, str] | None) -> list[tuple[str, str]]:
    lines = [("ETag", etag), ("Cache-Control", "no-cache"), ("Vary", "Accept")]
    return [*lines, *headers.items()] if headers else lines
