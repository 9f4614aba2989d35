"""Sending: one POST to a receiver that nobody here vouches for.

The host is looked up once, its address checked, and the connection made to that very address; redirects are not
followed, nothing is taken from the environment (proxies, .netrc), and neither a slow nor an endless answer holds a
sender longer than the timeout.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.client import HTTPException
from ipaddress import ip_address
from threading import Timer
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectTimeout, SSLError, Timeout
from requests_hardened import Config, HTTPSession  # type: ignore[import-untyped]
from requests_hardened.ip_filter import InvalidIPAddress  # type: ignore[import-untyped]
from requests_hardened.ip_filter_adapter import IPFilterAdapter  # type: ignore[import-untyped]
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from api.delivery.hosts import OwnHosts, is_public
from api.delivery.retrying import seconds_asked_for
from api.version import VERSION

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
        self._config = Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(timeout, timeout),
            user_agent_override=f"newsfacts/{VERSION}",
        )

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Result:
        """Post a body of JSON; every failure is a result."""
        began = perf_counter()
        try:
            with self._session() as session, session.post(url, body, headers=dict(headers), stream=True) as response:
                result = _judge(response)
                _read_a_little(response)
        except (RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
            result = Result(None, self._explain(error, late=perf_counter() - began >= self._timeout))
        return replace(result, milliseconds=round((perf_counter() - began) * 1000))

    @contextmanager
    def _session(self) -> Iterator[Any]:
        with HTTPSession(self._config) as session:
            session.trust_env = False
            session.headers.update({"Content-Type": "application/json", "Connection": "close"})
            session.mount("http://", _Adapter(False, self._own_hosts))
            session.mount("https://", _Adapter(True, self._own_hosts))
            yield session

    def _explain(self, error: Exception, late: bool) -> str:
        """Say what went wrong in words of our own: an exception's may quote the URL, and that may hold a secret."""
        if isinstance(error, InvalidIPAddress):
            return "Not sent: the host is not at an address of the public internet."
        if isinstance(error, ConnectTimeout):
            return f"No connection within {self._timeout:g} s."
        if isinstance(error, Timeout) or late:
            return f"No answer within {self._timeout:g} s."
        if isinstance(error, SSLError):
            return "No secure connection: TLS failed, or the certificate is not good for this host."
        if isinstance(error.__cause__, socket.gaierror):
            return "The host has no address: its name does not resolve."
        if isinstance(error, ValueError):
            return "The URL cannot be used."
        return "The connection was refused, or broken off before there was an answer."


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


@contextmanager
def _hurried(connection: Any) -> Iterator[None]:
    """Cut a connection when the head of the answer takes longer than the timeout, which is else one of each packet."""
    timer = Timer(connection.timeout, _cut, [connection.sock])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(connected: socket.socket) -> None:
    with suppress(OSError):
        # Not the shutdown of a TLS socket, which takes its state away from under whoever reads.
        socket.socket.shutdown(connected, socket.SHUT_RDWR)


class _Connection(HTTPConnection):
    def getresponse(self) -> Any:
        with _hurried(self):
            return super().getresponse()


class _TlsConnection(HTTPSConnection):
    def getresponse(self) -> Any:
        with _hurried(self):
            return super().getresponse()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(IPFilterAdapter):  # type: ignore[misc]  # requests-hardened has no types
    """Connects to public addresses alone, and to hosts of one's own."""

    def __init__(self, tls: bool, own_hosts: OwnHosts) -> None:
        super().__init__(is_https_proto=tls)
        self._tls = tls
        self._own_hosts = own_hosts
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: bool | str, cert: Any = None
    ) -> tuple[Any, Any]:
        url = urlsplit(str(request.url))
        host = url.hostname or ""
        address = self._own_hosts.find(host, url.port)
        if address is None:
            checked, options = super().build_connection_pool_key_attributes(request, verify, cert)
            # What the library lets through and should not, such as ::127.0.0.1.
            if not is_public(ip_address(checked["host"].strip("[]"))):
                raise InvalidIPAddress(checked["host"])
            return checked, options
        found: tuple[Any, Any] = HTTPAdapter.build_connection_pool_key_attributes(self, request, verify, cert)
        place, options = found
        request.headers["Host"] = url.netloc
        if self._tls:
            options |= {"assert_hostname": host, "server_hostname": host}
        place["host"] = f"[{address}]" if ":" in address else address
        return place, options
