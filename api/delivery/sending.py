"""Sending: one POST to a receiver that nobody here vouches for.

Neither a slow nor an endless answer holds a sender longer than the timeout.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.client import HTTPException
from time import perf_counter

from requests import RequestException, Response
from urllib3.exceptions import HTTPError

from api.delivery.connecting import FAILURES, explain, open_session
from api.delivery.hosts import OwnHosts
from api.delivery.retrying import seconds_asked_for

#: How much of an answer's body is read, in bytes: enough to let a connection end in peace. It is not kept.
_MOST_READ = 4096
_GONE = 410
_ASKED_TO_WAIT = (429, 503)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of sending. It went well when `error` is None; when it is `final`, nobody need try again."""

    status: int | None
    error: str | None
    milliseconds: int = 0
    retry_after: float | None = None
    final: bool = False

    @property
    def gone(self) -> bool:
        """Whether the receiver says that it wants nothing more, ever."""
        return self.status == _GONE


class Sender:
    """Sends messages; to be shared by threads."""

    def __init__(self, own_hosts: OwnHosts, timeout: float) -> None:
        """Take the hosts of one's own that may be sent to, and how many seconds connecting and answering may take."""
        self._own_hosts = own_hosts
        self._timeout = timeout

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Result:
        """Post a body of JSON; every failure is a result."""
        began = perf_counter()
        sent = {"Content-Type": "application/json", **headers}
        try:
            with (
                open_session(self._own_hosts, self._timeout) as session,
                session.post(url, body, headers=sent, stream=True) as response,
            ):
                result = _judge(response)
                _read_a_little(response)
        except FAILURES as error:
            result = Result(None, explain(error, self._timeout, late=perf_counter() - began >= self._timeout).detail)
        return replace(result, milliseconds=round((perf_counter() - began) * 1000))


def _judge(response: Response) -> Result:
    status = response.status_code
    if 200 <= status < 300:
        return Result(status, None)
    if 300 <= status < 400:
        return Result(status, f"Answered {status}, a redirect: none is followed. Give the webhook its new URL.")
    if status == _GONE:
        return Result(status, "Answered 410: it wants nothing more.", final=True)
    asked = response.headers.get("Retry-After") if status in _ASKED_TO_WAIT else None
    return Result(status, f"Answered {status}.", retry_after=seconds_asked_for(asked, datetime.now(UTC)))


def _read_a_little(response: Response) -> None:
    # The status has been told; whatever goes wrong from here on changes nothing.
    with suppress(RequestException, HTTPError, HTTPException, OSError):
        response.raw.read1(_MOST_READ, decode_content=False)
