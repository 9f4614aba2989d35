"""TypeScript types are generated from openapi.yaml, compiled strictly, and used on the running app."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import Server
from tests.contract.running import run

SOURCES = Path(__file__).parent / "typescript"


@pytest.fixture(scope="module")
def client(openapi: Path, tool: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the program that uses the generated types, compiled."""
    folder = tmp_path_factory.mktemp("typescript") / "client"
    shutil.copytree(SOURCES, folder)
    compiler = tool("tsc")
    (folder / "node_modules").symlink_to(compiler.parents[1])
    run(tool("openapi-typescript"), openapi, "--output", folder / "schema.d.ts", cwd=folder)
    run(compiler, "--project", folder, cwd=folder)
    return folder


def test_tour(client: Path, server: Server, expected_tour: dict[str, Any]) -> None:
    assert json.loads(run("node", "built/tour.js", server.url, server.key, cwd=client)) == expected_tour
