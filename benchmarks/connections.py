"""Connections that are kept open, and made again when the server has closed them.

http.client does the same, but reads headers by the parser of mails, which would be a part of every latency.
"""

from __future__ import annotations

import socket

_PATIENCE_SECONDS = 60


class FailedError(Exception):
    """Some requests were not answered, or not with success."""


class Connection:
    """A connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        """Take the port; nothing is opened before it is needed."""
        self._address = ("127.0.0.1", port)
        self._socket: socket.socket | None = None

    def get(self, path: str, etag: str = "") -> None:
        """Ask for a path and read the whole answer; raises FailedError unless that is a success, or not modified."""
        condition = f"If-None-Match: {etag}\r\n" if etag else ""
        try:
            first = self._send(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._address[1]}\r\n{condition}\r\n".encode())
            if not first.startswith(b"HTTP/1."):
                raise FailedError(f"{path}: no answer in HTTP but {first[:100]!r}")
            status = first.split()[1]
            if status not in (b"200", b"304"):
                raise FailedError(f"{path}: {status.decode()}")
            self._read(has_body=status == b"200")
        except (OSError, EOFError) as error:
            raise FailedError(f"{path}: {error}") from error

    def close(self) -> None:
        """Close it; it is opened again when it is needed."""
        if self._socket is not None:
            self._answers.close()
            self._socket.close()
            self._socket = None

    def _send(self, request: bytes) -> bytes:
        """Send a request and give the first line of the answer."""
        if self._socket is not None:
            try:
                return self._ask(self._socket, request)
            except (ConnectionError, EOFError):
                self.close()  # by the server, since the answer before
        self._socket = socket.create_connection(self._address, _PATIENCE_SECONDS)
        self._answers = self._socket.makefile("rb")
        return self._ask(self._socket, request)

    def _ask(self, opened: socket.socket, request: bytes) -> bytes:
        opened.sendall(request)
        return self._line()

    def _read(self, has_body: bool) -> None:
        length, closes = 0, False
        while (line := self._line()) != b"\r\n":
            name, _, value = line.lower().partition(b":")
            if name == b"content-length":
                length = int(value)
            elif name == b"connection":
                closes = value.strip() == b"close"
        if has_body and len(self._answers.read(length)) < length:
            raise EOFError("the server closed the connection within an answer")
        if closes:
            self.close()

    def _line(self) -> bytes:
        if not (line := self._answers.readline()):
            raise EOFError("the server closed the connection without an answer")
        return line
