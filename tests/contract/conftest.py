"""What the contract tests share.

`openapi` is the committed document, `server` a real `newsfacts serve` over the seeds, with a key to write there, `tool`
finds the programs from npm, and `expected_tour` says what a client of any language must have read.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NEWSFACTS = Path(sys.executable).with_name("newsfacts")
NODE_MODULES = ROOT / "tests/tools/node_modules"
START_TIMEOUT_SECONDS = 30
STOP_TIMEOUT_SECONDS = 15


@pytest.fixture(scope="session")
def openapi() -> Path:
    return ROOT / "openapi.yaml"


@dataclass(frozen=True)
class Server:
    """A server over the seeds, and a key that allows everything there."""

    url: str
    key: str


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A database with the seeds, to be copied, and its key."""
    folder = tmp_path_factory.mktemp("seeded")
    for command in ("upgrade", "seed"):
        subprocess.run([NEWSFACTS, command], env=_environment(folder), cwd=folder, check=True)
    create = [NEWSFACTS, "keys", "create", "contract", "--scope", "admin"]
    made = subprocess.run(create, env=_environment(folder), cwd=folder, check=True, capture_output=True, text=True)
    return folder, made.stdout.strip()


def _environment(folder: Path) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSFACTS_")}
    return environment | {
        "NEWSFACTS_DATABASE_URL": f"sqlite:///{folder / 'contract.db'}",
        # So that a webhook can be made that leads nowhere else.
        "NEWSFACTS_PRIVATE_HOSTS": "127.0.0.1",
    }


@pytest.fixture(scope="module")
def server(seeded: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the seeds from an SQLite database of the module's own.

    The server must live to the end of the tests, write no traceback and end when it is told to.
    """
    folder = tmp_path_factory.mktemp("server")
    template, key = seeded
    shutil.copytree(template, folder, dirs_exist_ok=True)
    port = _free_port()
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [NEWSFACTS, "serve", "--port", str(port)],
            env=_environment(folder),
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for pytest alone, which then stops the server below.
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(url, process, log)
        yield Server(url, key)
        assert process.poll() is None, f"the server died: {_end_of(log)}"
    finally:
        process.terminate()
        process.wait(STOP_TIMEOUT_SECONDS)
    assert "Traceback" not in log.read_text(), f"the server met an error of its own: {log.read_text()}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server did not start: {_end_of(log)}"
        try:
            urllib.request.urlopen(f"{url}/readyz", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the server was not ready after {START_TIMEOUT_SECONDS} s: {_end_of(log)}")


def _end_of(log: Path) -> str:
    return log.read_text()[-4000:]


@pytest.fixture(scope="module")
def expected_tour(server: Server) -> dict[str, Any]:
    """Walk the API without any client, and say what is to be read there, and written.

    The programs in `python/` and `typescript/` print the same, read by a generated client and in other pages; and then
    store a sheet, correct its event, come too late with another correction, and follow the feed.
    """
    events = _get(f"{server.url}/v1/events?limit=200")["items"]
    facts = _get(f"{server.url}/v1/facts?limit=200")
    assert facts["next_cursor"] is None
    assert len(facts["items"]) > 2 * 7, "too few facts for pages of seven to mean anything"
    feed = _get(f"{server.url}/v1/changes?limit=200")
    assert len(feed["items"]) > 2 * 50, "too few changes for pages of fifty to mean anything"
    assert not feed["more"]
    with pytest.raises(urllib.error.HTTPError) as caught:
        _get(f"{server.url}/v1/events/no-such-event")
    with caught.value as answer:
        problem = json.load(answer)
    talks = "norway-received-denmark"
    return {
        "events": [event["id"] for event in events],
        "facts": [fact["id"] for fact in facts["items"]],
        "missing": {name: problem[name] for name in ("status", "type", "title")},
        "created": ["created", "unchanged"],
        "corrected": "Norway received Denmark in Oslo",
        "stale": {"status": 412, "type": "/problems/precondition-failed", "title": "Precondition failed"},
        "changes": [
            *(f"{each['resource']} {each['id']} {each['version']} {each['action']}" for each in feed["items"]),
            *("article talks 1 created", "actor norway 1 created", "actor denmark 1 created"),
            *(f"event {talks} 1 created", f"event {talks} 2 updated"),
        ],
        "later": [f"event {talks} 3 updated"],
        "versions": [
            [3, "updated", "contract", "Norway received Denmark"],
            [2, "updated", "contract", "Norway received Denmark in Oslo"],
            [1, "created", "contract", None],
        ],
    }


def _get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        document: dict[str, Any] = json.load(answer)
        return document


@pytest.fixture(scope="session")
def tool() -> Callable[[str], Path]:
    """Give the path of a program from `tests/tools`, or skip."""
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")

    def find(name: str) -> Path:
        program = NODE_MODULES / ".bin" / name
        if not program.exists():
            pytest.skip("the Node tools are not installed: npm ci --prefix tests/tools")
        return program

    return find
