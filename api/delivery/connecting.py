"""Connecting: requests that stay out of the network that this server stands in.

Each connection goes to an address that was checked a moment before, and to no other one. Redirects are not followed,
nothing is taken from the environment (proxies, .netrc), and an answer's head that comes byte by byte is cut off.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import ip_address
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, RequestException
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectTimeout, SSLError, Timeout
from requests_hardened import Config, HTTPSession  # type: ignore[import-untyped]
from requests_hardened.ip_filter import InvalidIPAddress  # type: ignore[import-untyped]
from requests_hardened.ip_filter_adapter import IPFilterAdapter  # type: ignore[import-untyped]
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from api.delivery.hosts import OwnHosts, is_public
from api.version import VERSION

#: All that a request may raise.
FAILURES = (RequestException, HTTPError, HTTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there was no answer; when it is `final`, trying again would not help."""

    detail: str
    final: bool = False


def explain(error: Exception, timeout: float, late: bool) -> Failure:
    """Say what went wrong in words of our own: an exception's may quote the URL, and that may hold a secret."""
    if isinstance(error, InvalidIPAddress):
        return Failure("Not sent: the host is not at an address of the public internet.", final=True)
    if isinstance(error, ConnectTimeout):
        return Failure(f"No connection within {timeout:g} s.")
    if isinstance(error, Timeout) or late:
        return Failure(f"No answer within {timeout:g} s.")
    if isinstance(error, SSLError):
        return Failure("No secure connection: TLS failed, or the certificate is not good for this host.")
    if isinstance(error.__cause__, socket.gaierror):
        return Failure("The host has no address: its name does not resolve.")
    if isinstance(error, ValueError):
        return Failure("The URL cannot be used.", final=True)
    return Failure("The connection was refused, or broken off before there was an answer.")


@contextmanager
def open_session(own_hosts: OwnHosts, timeout: float) -> Iterator[Any]:
    """Open a session of requests; connecting, each packet and the head of an answer may take so many seconds.

    Raises InvalidIPAddress, when it is used, for a host that is neither public nor one's own.
    """
    config = Config(
        ip_filter_enable=True,
        ip_filter_allow_loopback_ips=False,
        never_redirect=True,
        default_timeout=(timeout, timeout),
        user_agent_override=f"newsfacts/{VERSION}",
    )
    with HTTPSession(config) as session:
        session.trust_env = False
        session.headers["Connection"] = "close"
        session.mount("http://", _Adapter(False, own_hosts))
        session.mount("https://", _Adapter(True, own_hosts))
        yield session


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
