"""Problems: the one shape of every error, RFC 9457."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from api.protocol.requests import REQUEST_ID
from schemas.base import PASSAGE_LENGTH
from schemas.errors import MOST_FLAWS

CONTENT_TYPE = "application/problem+json"

_log = logging.getLogger("newsfacts")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: what it means and what to do about it."""

    slug: str
    status: int
    title: str
    meaning: str
    remedy: str


KINDS: Mapping[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind(
            "malformed-request",
            400,
            "Malformed request",
            "The request cannot be read: its body is not JSON, or its query string is not UTF-8.",
            "Correct the syntax; `detail` says where reading stopped.",
        ),
        Kind(
            "unauthorized",
            401,
            "Unauthorized",
            "The request needs a key, or the one that it brings is unknown, revoked or expired.",
            "Send Authorization: Bearer and a key; whoever runs this server makes one with `newsfacts keys create`.",
        ),
        Kind(
            "forbidden",
            403,
            "Forbidden",
            "The key is good, but not for this.",
            "Use a key with the scope that `detail` names.",
        ),
        Kind(
            "not-found",
            404,
            "Not found",
            "Nothing is at this address.",
            "Check the id: ids are lower-case letters, digits and hyphens. Lists and /v1/search find what there is.",
        ),
        Kind(
            "method-not-allowed",
            405,
            "Method not allowed",
            "What is at this address does not take this method.",
            "Use one of the methods that the Allow header names.",
        ),
        Kind(
            "not-acceptable",
            406,
            "Not acceptable",
            "The answer cannot be given in any format that the Accept header names.",
            "Send Accept: application/json, or leave the header out.",
        ),
        Kind(
            "request-timeout",
            408,
            "Request timeout",
            "The body of the request did not arrive in time.",
            "Send it again, over a better line or in smaller parts.",
        ),
        Kind(
            "conflict",
            409,
            "Conflict",
            "The request disagrees with what is stored.",
            "`errors` lists each disagreement; correct the request, or say which side is to win.",
        ),
        Kind(
            "gone",
            410,
            "Gone",
            "What was at this address has been deleted.",
            "Remove your copy; what it was may still be read under its versions.",
        ),
        Kind(
            "precondition-failed",
            412,
            "Precondition failed",
            "Somebody changed it since you read it; nothing was stored.",
            "Read it again, see whether your change still fits, and send that with the new ETag in If-Match.",
        ),
        Kind(
            "too-large",
            413,
            "Too large",
            "The body of the request is larger than this server takes.",
            "Send it in smaller parts.",
        ),
        Kind(
            "uri-too-long",
            414,
            "Address too long",
            "The query string is longer than this server reads.",
            "Ask for fewer ids or filters at a time.",
        ),
        Kind(
            "unsupported-media-type",
            415,
            "Unsupported media type",
            "The body of the request is of a type that is not understood here.",
            "Send JSON, with Content-Type: application/json.",
        ),
        Kind(
            "invalid-request",
            422,
            "Invalid request",
            "The request can be read but does not fit: a parameter is unknown, or a value is not allowed.",
            "`errors` lists everything that is wrong, each with the parameter or a JSON pointer into the body.",
        ),
        Kind(
            "precondition-required",
            428,
            "Precondition required",
            "A change must say which version it is a change of.",
            "Read what is there and send its ETag in If-Match.",
        ),
        Kind(
            "too-many-requests",
            429,
            "Too many requests",
            "More requests came than this server answers to one caller.",
            "Wait the seconds that the Retry-After header names; RateLimit says how many are left.",
        ),
        Kind(
            "internal-error",
            500,
            "Internal error",
            "Something went wrong here, and it is not your fault.",
            "Try again; if it stays, report the `request_id` to whoever runs this server.",
        ),
        Kind(
            "not-fetched",
            502,
            "Not fetched",
            "What is at the URL could not be fetched, or is no page that an article could be on.",
            "See `detail`; or send the text of the article, or the HTML of its page, instead.",
        ),
        Kind(
            "extraction-not-installed",
            503,
            "Extraction not installed",
            "This server does not draft facts: what that takes is not installed, or turned off.",
            "Tell whoever runs it: pip install 'newsfacts[extract]'. Or send extract=false to store the article alone.",
        ),
        Kind(
            "unavailable",
            503,
            "Unavailable",
            "The database does not answer at the moment.",
            "Try again after the seconds that the Retry-After header names.",
        ),
        Kind(
            "insufficient-storage",
            507,
            "Insufficient storage",
            "The disk of this server is full; nothing was stored.",
            "Tell whoever runs this server; reading goes on.",
        ),
    )
}
#: Of kinds with the same status the last one is what is meant when nothing more is known.
_BY_STATUS = {kind.status: kind for kind in KINDS.values()}


class ProblemError(Exception):
    """Ends a request with a problem. `errors` are (pointer or None, parameter or None, detail)."""

    def __init__(
        self,
        slug: str,
        detail: str,
        *,
        pointers: list[tuple[str, str]] | None = None,
        parameters: list[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Take the kind, what went wrong this time, and each single flaw as (pointer or parameter, detail)."""
        super().__init__(detail)
        self.kind = KINDS[slug]
        self.detail = detail
        self.errors = [{"pointer": at, "detail": text} for at, text in pointers or ()]
        self.errors += [{"parameter": name, "detail": text} for name, text in parameters or ()]
        self.headers = dict(headers or {})


def not_found(what: str) -> ProblemError:
    """Say that something is not there."""
    return ProblemError("not-found", f"There is no {what}.")


def gone(what: str) -> ProblemError:
    """Say that something was deleted."""
    return ProblemError("gone", f"There is no {what} any more: it was deleted.")


def unauthorized(detail: str) -> ProblemError:
    """Say that a key is needed, or a better one."""
    return ProblemError("unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})


def describe(problem: ProblemError, status: int | None = None) -> dict[str, Any]:
    """Say what a problem is, as RFC 9457 has it."""
    kind = problem.kind
    return {
        "type": f"/problems/{kind.slug}",
        "title": kind.title,
        "status": status or kind.status,
        "detail": _told(problem.detail),
        "instance": _told(request.path),
        "request_id": request.environ[REQUEST_ID],
        "errors": [{name: _told(text) for name, text in error.items()} for error in problem.errors[:MOST_FLAWS]],
    }


def _told(text: str) -> str:
    """Keep what came from the client within what the document says of a problem's texts."""
    return text[:PASSAGE_LENGTH].replace("\0", "\N{REPLACEMENT CHARACTER}")


def render(problem: ProblemError, status: int | None = None) -> Response:
    """Make the answer that tells a problem."""
    body = orjson.dumps(describe(problem, status))
    response = Response(body, status or problem.kind.status, content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(problem.headers)
    return response


def install(app: Flask) -> None:
    """Answer every error of the app as a problem."""

    @app.errorhandler(ProblemError)
    def answer_problem(problem: ProblemError) -> Response:
        return render(problem)

    @app.errorhandler(HTTPException)
    def answer_http_error(error: HTTPException) -> Response:
        status = error.code or 500
        if error.response is not None or status < 400:  # a redirect, which is no error
            return error.get_response()  # type: ignore[return-value]
        headers = {}
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            headers["Allow"] = ", ".join(sorted(error.valid_methods))
        kind = _BY_STATUS.get(status, KINDS["malformed-request" if status < 500 else "internal-error"])
        detail = kind.meaning
        if isinstance(error, RequestEntityTooLarge):
            detail = f"The body is larger than the {request.max_content_length} bytes that this server takes."
        return render(ProblemError(kind.slug, detail, headers=headers), status)

    @app.errorhandler(Exception)
    def answer_failure(error: Exception) -> Response:
        # Logged whole here, and nowhere else: nothing of it may leave in the answer.
        _log.error("request %s failed", request.environ[REQUEST_ID], exc_info=error)
        kind = KINDS["internal-error"]
        return render(ProblemError(kind.slug, f"{kind.meaning} {kind.remedy}"))
