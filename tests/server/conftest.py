"""Fixtures of the server; all of them are real processes:

- `tiny` is the front before an app that shows what the front does (see tiny.py); `impatient` is the same with a
  request timeout of one second, which also sends a comment on idle streams every second.
- `served` is `newsfacts serve` with the seeds on SQLite, and `key` a key for everything there.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.running import ROOT, Served, free_port, serving


@pytest.fixture(scope="session")
def tiny() -> Iterator[Served]:
    port = free_port()
    with serving(_tiny(port, 60), port) as served:
        yield served


@pytest.fixture(scope="session")
def impatient() -> Iterator[Served]:
    port = free_port()
    with serving(_tiny(port, 1), port) as served:
        yield served


@pytest.fixture
def fleeting() -> Iterator[Served]:
    """A tiny server of the test's own, to be stopped."""
    port = free_port()
    with serving(_tiny(port, 60), port) as served:
        yield served


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('served')}/served.db"


@pytest.fixture(scope="session")
def served(database: str) -> Iterator[Served]:
    port = free_port()
    command = [*_newsfacts(), "serve", "--seed", "--port", str(port)]
    with serving(command, port, NEWSFACTS_DATABASE_URL=database, NEWSFACTS_ACCESS_LOG="false") as served:
        yield served


@pytest.fixture(scope="session")
def key(served: Served, database: str) -> str:
    command = [*_newsfacts(), "keys", "create", "tests", "--scope", "admin"]
    environment = {"NEWSFACTS_DATABASE_URL": database, "PATH": ""}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _tiny(port: int, request_timeout: int) -> list[str]:
    return [sys.executable, "-m", "tests.server.tiny", str(port), str(request_timeout)]


def _newsfacts() -> list[str]:
    return [str(Path(sys.executable).with_name("newsfacts"))]
