"""The servers that are measured, each as it is run in production, and what they use: CPU time and memory from /proc."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from sqlalchemy import make_url

from api.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
_VENV = Path(__file__).parent / "peers" / ".venv"
_REQUIREMENTS = Path(__file__).parent / "peers" / "requirements.txt"
_TICK = os.sysconf("SC_CLK_TCK")
_START_TIMEOUT_SECONDS = 60
_STOP_TIMEOUT_SECONDS = 15

#: Threads of a newsfacts worker, and so of Flask hello's: as many as newsfacts has unless told otherwise.
_THREADS = Settings().threads


@dataclass(frozen=True)
class Server:
    """A running server. `family` is what software, `database` what it reads from ('' for nothing)."""

    family: str
    database: str
    port: int
    pid: int
    #: The database server's process, whose time counts as well; None where there is none to be seen.
    database_pid: int | None = None

    @property
    def name(self) -> str:
        """Family and database."""
        return f"{self.family} {self.database}".strip()

    def cpu_seconds(self) -> tuple[float, float]:
        """Tell the CPU time used so far: (by the server, by the database server)."""
        return cpu_seconds(self.pid), cpu_seconds(self.database_pid) if self.database_pid else 0.0

    def get(self, path: str, etag: str = "") -> tuple[int, Mapping[str, str], bytes]:
        """Send one request: (status, headers with names in lower case, body)."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers={"If-None-Match": etag} if etag else {})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def memory(self) -> float:
        """Tell what the largest process of the server holds in memory, in MB (10^6 bytes)."""
        return max(_bytes(pid, "VmRSS:") for pid in _tree(self.pid)) / 1e6


def hello(workers: int) -> Starting:
    """A bare Flask view behind granian, with nothing in between."""
    port = _free_port()
    arguments = ["-m", "benchmarks.peers.hello", str(port), str(workers), str(_THREADS)]
    return Starting("hello", "", port, [sys.executable, *arguments], {}, "/hello")


def newsfacts(workers: int, database: str, url: str) -> Starting:
    """Newsfacts, by its own command."""
    port = _free_port()
    settings = {
        "NEWSFACTS_DATABASE_URL": url,
        "NEWSFACTS_PORT": str(port),
        "NEWSFACTS_WORKERS": str(workers),
        "NEWSFACTS_THREADS": str(_THREADS),
        "NEWSFACTS_ACCESS_LOG": "false",
        # The process that drafts facts is none of those that answer.
        "NEWSFACTS_EXTRACTION": "false",
    }
    return Starting("newsfacts", database, port, command("serve"), settings, "/readyz")


def command(*words: str) -> list[str]:
    """Give a newsfacts command as this Python runs it."""
    return [sys.executable, "-c", "from api.commands import main; main()", *words]


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Give the environment of a process that uses this repository's code."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def fastapi(workers: int, database: str, url: str) -> Starting:
    """FastAPI with SQLAlchemy and pydantic, behind uvicorn."""
    port = _free_port()
    uvicorn = _uvicorn("benchmarks.peers.fastapi_app:app", port, workers)
    return Starting("fastapi", database, port, uvicorn, {"DATABASE_URL": url}, "/facts?limit=1")


def datasette(workers: int, file: Path) -> Starting:
    """Datasette, behind uvicorn."""
    port = _free_port()
    uvicorn = _uvicorn("benchmarks.peers.datasette_app:app", port, workers)
    return Starting("datasette", "sqlite", port, uvicorn, {"DATABASE": str(file)}, "/-/versions.json")


@dataclass(frozen=True)
class Starting:
    """How to start a server, and a path that it answers once it is ready."""

    family: str
    database: str
    port: int
    command: list[str]
    environment: dict[str, str]
    ready: str

    @contextmanager
    def run(self, database_pid: int | None = None) -> Iterator[Server]:
        """Run it for as long as the block lasts."""
        process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=environment(self.environment),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            server = Server(self.family, self.database, self.port, process.pid, database_pid)
            _wait_until_ready(server, self.ready, process)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(_STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def cpu_seconds(pid: int) -> float:
    """Tell how much CPU time a process and its descendants have used, those that have ended included."""
    # User and system time of each, then the same of the children that it has waited for.
    return sum(int(time) for each in _tree(pid) for time in _stat(each)[11:15]) / _TICK


def peak_memory(pid: int) -> float:
    """Tell the most that a process has ever held in memory, in MB (10^6 bytes)."""
    return _bytes(pid, "VmHWM:") / 1e6


def cores() -> int:
    """Tell how many cores this process may run on."""
    return len(os.sched_getaffinity(0))


def postmaster_pid(url: str) -> int | None:
    """Find the process of the PostgreSQL server that a URL leads to; None when it runs elsewhere."""
    folder = make_url(url).query.get("host")
    file = Path(str(folder)) / "postmaster.pid"
    return int(file.read_text().split()[0]) if folder and file.exists() else None


def peers_python() -> Path:
    """Give the Python that the peers run on; made on first use and whenever their requirements have changed."""
    python, stamp = _VENV / "bin" / "python", _VENV / ".installed"
    wanted = _REQUIREMENTS.read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        print("installing the peers", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", _VENV], check=True)
        pip = [python, "-m", "pip", "--disable-pip-version-check", "-qq", "install"]
        subprocess.run([*pip, "--requirement", _REQUIREMENTS], check=True)
        stamp.write_text(wanted)
    return python


def _uvicorn(app: str, port: int, workers: int) -> list[str]:
    return [
        *(str(peers_python()), "-m", "uvicorn", app, "--port", str(port), "--workers", str(workers)),
        *("--no-access-log", "--log-level", "warning"),
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(server: Server, path: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_SECONDS
    while True:
        try:
            status, _, body = server.get(path)
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{server.name} did not start") from error
            time.sleep(0.02)
        else:
            if status != 200:
                raise RuntimeError(f"{server.name} answers {path} with {status}: {body[:500]!r}")
            return


def _tree(pid: int) -> list[int]:
    """List a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


def _stat(pid: int) -> list[str]:
    """Read what /proc says of a process, from its state on; nothing of one that is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _bytes(pid: int, name: str) -> int:
    """Read one of the sizes that /proc tells of a process; 0 of one that is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)
