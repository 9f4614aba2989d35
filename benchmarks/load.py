"""Load: as many requests as a server takes from a few connections that are kept open. wrk, or Python where it lacks.

Python is slow enough to hold a fast server up, so that its requests per second say little; CPU per request is as good.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.connections import Connection, FailedError

#: A path with its query string, and an ETag for If-None-Match or "".
Request = tuple[str, str]

CONNECTIONS = 8
_SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a load; latencies in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def generator() -> str:
    """Name what makes the load."""
    return "wrk" if shutil.which("wrk") else "Python"


def run(port: int, requests: Sequence[Request], seconds: float, seed: int, connections: int = CONNECTIONS) -> Answered:
    """Send requests in random order for so long; raises FailedError."""
    # wrk knows whole seconds alone.
    make = _wrk if shutil.which("wrk") and seconds >= 1 else _python
    return make(port, requests, seconds, seed, connections)


def _wrk(port: int, requests: Sequence[Request], seconds: float, seed: int, connections: int) -> Answered:
    with tempfile.NamedTemporaryFile("w", suffix=".requests") as file:
        file.writelines(f"{path}\t{etag}\n" for path, etag in requests)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{round(seconds)}s", "-s", _SCRIPT, f"http://127.0.0.1:{port}"]
        done = subprocess.run([*command, "--", file.name, str(seed)], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.strip().splitlines()[-1])
    if told["errors"]:
        raise FailedError(f"{told['errors']} of {told['requests']} requests such as {requests[0][0]} failed")
    return Answered(told["requests"], told["microseconds"] / 1e6, told["p50"] / 1e3, told["p99"] / 1e3)


def _python(port: int, requests: Sequence[Request], seconds: float, seed: int, connections: int) -> Answered:
    took: list[list[float]] = [[] for _ in range(connections)]
    failed: list[str] = []
    began = time.perf_counter()

    def client(at: int) -> None:
        random, times = Random(seed * connections + at), took[at]
        with closing(Connection(port)) as connection:
            while (sent := time.perf_counter()) - began < seconds or not times:
                try:
                    connection.get(*random.choice(requests))
                except FailedError as error:
                    failed.append(str(error))
                    return
                times.append(time.perf_counter() - sent)

    threads = [threading.Thread(target=client, args=(at,)) for at in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    if failed:
        raise FailedError(failed[0])
    times = sorted(each for own in took for each in own)
    p50, p99 = (times[int(len(times) * share)] * 1e3 for share in (0.5, 0.99))
    return Answered(len(times), elapsed, p50, p99)
