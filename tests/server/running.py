"""Servers in processes of their own, and clients that speak HTTP as badly as a test needs."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self

import orjson

from benchmarks import servers

ROOT = Path(__file__).parents[2]
#: For whatever must happen, however busy the machine is.
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


class Client:
    """A connection that is used by hand."""

    def __init__(self, port: int, sent: str = "") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        self.received = b""
        self.send(sent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, text: str) -> None:
        self.socket.sendall(text.encode("latin-1"))

    def receive_until(self, wanted: bytes) -> bytes:
        """Receive until something has come; give all that has come up to then."""
        while wanted not in self.received:
            more = self.socket.recv(65536)
            assert more, f"the connection ended after {self.received!r}"
            self.received += more
        before, found, self.received = self.received.partition(wanted)
        return before + found

    def receive_to_the_end(self) -> bytes:
        while more := self.socket.recv(65536):
            self.received += more
        return self.received


@dataclass(frozen=True)
class Served:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]

    def ask(self, path: str, method: str = "GET", body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send a request as any client does."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body, headers or {}, encode_chunked=True)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def connect(self, sent: str = "") -> Client:
        """Connect and send some text, such as the beginning of a request."""
        return Client(self.port, sent)

    def stop(self) -> int:
        """Tell it to end; give its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)

    def usage(self) -> tuple[float, float]:
        """Tell what it uses: (MB of its largest process, seconds of CPU time so far)."""
        server = servers.Server("", "", self.port, self.process.pid)
        return server.memory(), server.cpu_seconds()[0]


@contextmanager
def serving(command: list[str], port: int, **environment: str) -> Iterator[Served]:
    """Run a server until the block ends."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("NEWSFACTS_")}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        # What drafts facts takes its time to load, and nothing here waits for it.
        env={**plain, "NEWSFACTS_EXTRACTION": "false", **environment},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        served = Served(port, process)
        eventually(lambda: served.ask("/healthz").status == 200, process)
        yield served
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        finally:
            process.kill()
            process.wait()


def eventually(happens: Any, process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until something has happened."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if happens():
                return
        except OSError:
            assert process is None or process.poll() is None, "the server died"
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def allow_files(wanted: int) -> None:
    """See that this process may hold so many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
