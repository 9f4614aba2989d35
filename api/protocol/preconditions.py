"""What is said besides the body: which version is changed, why, and if it is asked again; how new an answer must be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import request

from api.protocol.problems import ProblemError
from schemas.base import LINE_LENGTH, LINE_PATTERN

#: How far the database was written, as it names places of its log.
POSITION = "Newsfacts-Position"
_PLACE = re.compile("^[0-9A-F]{16}$")

#: The headers of requests that operations take: what they say and their schema.
REQUEST_HEADERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "If-Match": (
        "The ETag of the version that is to be changed, as it was read; not *",
        {"type": "string", "pattern": '^"[!#-~]*"$', "maxLength": 200},
    ),
    "Idempotency-Key": (
        "A word of your own for this request, such as a UUID. Sent again within a day, it gets the first answer again",
        {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 255},
    ),
    "X-Change-Note": (
        "Why it is changed, for the history: one line, in UTF-8 and percent-encoded where it is not ASCII",
        {"type": "string", "pattern": "^[ -~]*$", "maxLength": LINE_LENGTH},
    ),
    POSITION: (
        "What an answer to a write had in this header: what is read is then at least as new",
        {"type": "string", "pattern": _PLACE.pattern, "maxLength": 16},
    ),
    "Last-Event-ID": (
        "The id of the last event that was read; a browser sends it by itself",
        {"type": "string", "pattern": "^[A-Za-z0-9_-]*$", "maxLength": 500},
    ),
}

_ENTITY_TAG = re.compile(r'(?:W/)?"[^"]*"')
_VISIBLE_ASCII = re.compile(r"[!-~]{1,255}")


def require_match(current_etag: str) -> None:
    """See that the request changes the version that is current; raises ProblemError with 428 or 412."""
    sent = request.environ.get("HTTP_IF_MATCH", "").strip()
    if not sent:
        raise ProblemError("precondition-required", "GET it first, and send its ETag in If-Match with your change.")
    if sent == "*":
        raise ProblemError(
            "precondition-required",
            "If-Match: * would overwrite a colleague's change unseen. GET it first, and send the ETag that you read.",
        )
    # A weak one is never equal: a change is made of bytes that were read, not of something like them.
    if current_etag not in _ENTITY_TAG.findall(sent):
        raise ProblemError(
            "precondition-failed",
            f"If-Match names {sent[:200]}; the current version is {current_etag}. GET it again, and see whether your "
            "change still fits.",
            headers={"ETag": current_etag},
        )


def names_version() -> bool:
    """Tell whether the request says that it changes something that is there."""
    return bool(request.environ.get("HTTP_IF_MATCH"))


def change_note() -> str | None:
    """Read why something is changed; raises ProblemError with 422."""
    # WSGI hands the header's bytes over as Latin-1.
    sent = request.environ.get("HTTP_X_CHANGE_NOTE", "").encode("latin-1")
    try:
        note = unquote_to_bytes(sent).decode().strip()
    except UnicodeDecodeError as error:
        raise _invalid("X-Change-Note", "Not UTF-8, plain or percent-encoded.") from error
    if len(note) > LINE_LENGTH:
        raise _invalid("X-Change-Note", f"Longer than {LINE_LENGTH} characters.")
    if not re.fullmatch(LINE_PATTERN, note):
        raise _invalid("X-Change-Note", "Must be one line without control characters.")
    return note or None


def idempotency_key() -> str | None:
    """Read the client's own word for this request; raises ProblemError with 422."""
    sent: str | None = request.environ.get("HTTP_IDEMPOTENCY_KEY")
    if sent is not None and not _VISIBLE_ASCII.fullmatch(sent):
        raise _invalid("Idempotency-Key", "Must be 1 to 255 visible ASCII characters, without spaces.")
    return sent


def seen_position() -> str | None:
    """Read how new that must be which is read; raises ProblemError with 422."""
    sent: str | None = request.environ.get("HTTP_NEWSFACTS_POSITION")
    if sent is not None and not _PLACE.fullmatch(sent):
        raise _invalid(POSITION, "Must be what an answer had in this header, such as 00000000016B3748.")
    return sent


def _invalid(name: str, detail: str) -> ProblemError:
    return ProblemError("invalid-request", f"The header {name} does not fit.", parameters=[(name, detail)])
