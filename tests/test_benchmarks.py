"""A benchmark runs from end to end; how fast anything is, no test can tell.

`python -m benchmarks --quick` does the same with all of them, and takes minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import orjson
import pytest

from benchmarks import load

ROOT = Path(__file__).resolve().parent.parent


def test_a_benchmark_runs_from_its_data_to_its_verdict(tmp_path: Path) -> None:
    command = ["-m", "benchmarks.bulk", "--facts", "200", "--rounds", "1", "--databases", "sqlite", "--without-readers"]
    folders = {"BENCHMARKS_DATA": str(tmp_path / "data"), "BENCHMARKS_RESULTS": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, **folders}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    (target,) = orjson.loads((tmp_path / "bulk.json").read_bytes())["targets"]
    assert target["value"] > 0
    assert target["verdict"] in ("yes", "NO")
    assert target["target"]["bar"] in done.stdout


@contextmanager
def answering(answer: bytes, keeps: int) -> Iterator[int]:
    """Answer every request alike and close a connection after so many of them, without a word; give the port."""

    class Peer(StreamRequestHandler):
        def handle(self) -> None:
            for _ in range(keeps):
                if not self.rfile.readline():
                    return
                while self.rfile.readline() not in (b"\r\n", b""):
                    pass
                self.wfile.write(answer)

    with ThreadingTCPServer(("127.0.0.1", 0), Peer) as server:
        serving = Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            serving.join()


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", b"HTTP/1.1 304 Not Modified\r\n"])
@pytest.mark.parametrize("told", [b"", b"Connection: close\r\n"])
def test_who_closes_a_connection_is_asked_again_on_another_one(answer: bytes, told: bytes) -> None:
    body = b"{}" if b"Content-Length" in answer else b""
    with answering(answer + told + b"\r\n" + body, keeps=1) as port:
        assert load.run(port, [("/", "")], seconds=0.05, seed=1, connections=2).requests > 2


@pytest.mark.parametrize(
    "answer, why",
    [
        (b"", "without an answer"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no answer in HTTP but b'SSH-2.0"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{", "within an answer"),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", "/facts: 503"),
    ],
)
def test_what_is_no_answer_with_success_ends_a_load(answer: bytes, why: str) -> None:
    with answering(answer, keeps=1) as port, pytest.raises(load.FailedError, match=why):
        load.run(port, [("/facts", "")], seconds=0.05, seed=1, connections=2)
