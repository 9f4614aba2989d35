"""Answers: bytes with an ETag, conditional requests, formats, links and sparse fields."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b
from typing import Any

import orjson
from flask import Response, request
from werkzeug.datastructures import MIMEAccept

from api.protocol.problems import ProblemError

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


def answer(body: bytes, etag: str, content_type: str = JSON, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a body, or with 304 when the client has it already."""
    if (condition := request.environ.get("HTTP_IF_NONE_MATCH")) and matches(condition, etag):
        return not_modified(etag, headers)
    response = Response(body, 200, content_type=content_type)
    _caching(response, etag, headers)
    return response


def not_modified(etag: str, headers: Mapping[str, str] | None = None) -> Response:
    """Answer that the client's copy is current."""
    response = Response(status=304)
    del response.headers["Content-Type"]
    _caching(response, etag, headers)
    return response


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


def require(*content_types: str) -> None:
    """See that the client takes one of these formats; raises ProblemError with 406 when not."""
    accept = request.environ.get("HTTP_ACCEPT")
    if accept in (None, "", "*/*", *content_types):
        return
    formats = [each.partition(";")[0] for each in content_types]
    # Parameters such as charset=utf-8 ask for what is served anyway.
    taken = MIMEAccept([(each.partition(";")[0].strip(), quality) for each, quality in request.accept_mimetypes])
    if not any(taken.quality(each) > 0 for each in formats):
        raise ProblemError("not-acceptable", f"This is served as {' or '.join(formats)}.")


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


def _caching(response: Response, etag: str, headers: Mapping[str, str] | None) -> None:
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept"
    if headers:
        response.headers.update(headers)
