"""Completions: one question to a language model behind an OpenAI-compatible endpoint, and its answer as JSON.

Nothing that is raised here quotes what a library says: that may hold the key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from time import monotonic
from typing import Any

import orjson
from requests import PreparedRequest, RequestException, Response, Session
from requests.exceptions import ConnectTimeout, Timeout
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as LateError

from api.version import VERSION

#: Bytes of the longest answer that is read.
_LARGEST = 4 * 1024 * 1024
_CHUNK = 64 * 1024
_FAILURES = (RequestException, HTTPError, HTTPException, OSError, ValueError)
_STATUSES = {
    401: "It does not accept the key (401).",
    403: "It does not accept the key (403).",
    404: "It knows no such address or model (404).",
    429: "It is asked too often (429).",
}


class CompletionError(Exception):
    """There is no answer to be used; the message says why, for the user, without any secret."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a language model is asked: `url` ends before /chat/completions; an article may take `timeout` seconds."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    timeout: float = 120.0


def complete(endpoint: Endpoint, messages: Sequence[dict[str, str]], schema: dict[str, Any], end: float) -> Any:
    """Ask a model, which is to answer by a JSON Schema until a moment of the monotonic clock.

    Raises CompletionError for whatever goes wrong.
    """
    question = {
        "model": endpoint.model,
        "messages": list(messages),
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "fact_sheet", "strict": True, "schema": schema},
        },
    }
    try:
        return _content(_post(endpoint, orjson.dumps(question), end))
    except CompletionError:
        raise
    except _FAILURES as error:
        raise CompletionError(_explained(error, endpoint, end)) from None


def _post(endpoint: Endpoint, question: bytes, end: float) -> bytes:
    left = end - monotonic()
    if left <= 0:
        raise CompletionError(_too_slow(endpoint))
    with Session() as session:
        session.trust_env = False  # else a .netrc replaces the key
        headers = {"Content-Type": "application/json", "User-Agent": f"newsfacts/{VERSION}"}
        url = f"{endpoint.url.rstrip('/')}/chat/completions"
        with session.post(
            url,
            data=question,
            headers=headers,
            auth=_signed(endpoint.key),
            timeout=left,
            allow_redirects=False,
            stream=True,
        ) as response:
            if response.status_code != 200:
                status = response.status_code
                raise CompletionError(_STATUSES.get(status, f"It answered with status {status}."))
            return _body(response, endpoint, end)


def _signed(key: str) -> Callable[[PreparedRequest], PreparedRequest]:
    def sign(request: PreparedRequest) -> PreparedRequest:
        if key:
            request.headers["Authorization"] = f"Bearer {key}"
        return request

    return sign


def _body(response: Response, endpoint: Endpoint, end: float) -> bytes:
    body = b""
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > _LARGEST:
            raise CompletionError(f"Its answer is longer than {_LARGEST:,} bytes.")
        if monotonic() >= end:
            raise CompletionError(_too_slow(endpoint))
    return body


def _content(body: bytes) -> Any:
    """Take the model's own words out of the answer, which are JSON too."""
    try:
        choice = orjson.loads(body)["choices"][0]
        content, finished = choice["message"].get("content"), choice.get("finish_reason")
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        raise CompletionError("Its answer is not that of an OpenAI-compatible endpoint.") from None
    if finished == "length":
        raise CompletionError("Its answer was cut off: the model may write no more than that.")
    if not isinstance(content, str) or not content:
        raise CompletionError("It gave no answer.")
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise CompletionError("Its answer is not JSON.") from None


def _explained(error: Exception, endpoint: Endpoint, end: float) -> str:
    if isinstance(error, ConnectTimeout):
        return "It could not be reached in time."
    if isinstance(error, Timeout | LateError) or monotonic() >= end:
        return _too_slow(endpoint)
    if isinstance(error, RequestException | HTTPError | HTTPException | OSError) and not isinstance(error, ValueError):
        return "It could not be reached, or broke off."
    return "Its URL or its key cannot be used."


def _too_slow(endpoint: Endpoint) -> str:
    return f"It took longer than {endpoint.timeout:g} s."
