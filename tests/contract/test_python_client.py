"""A Python client is generated from openapi.yaml, type-checked strictly, and used on the running app."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import Server
from tests.contract.running import run

BIN = Path(sys.executable).parent
TOUR = Path(__file__).parent / "python/tour.py"


@pytest.fixture(scope="module")
def client(openapi: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the generated package and the program that uses it."""
    folder = tmp_path_factory.mktemp("python-client")
    config = folder / "config.json"
    config.write_text(
        json.dumps(
            {
                # They would format the code, which nobody is going to read.
                "post_hooks": [],
                # Of bodies it knows JSON, forms and bytes; lines of JSON are bytes.
                "content_type_overrides": {"application/x-ndjson": "application/octet-stream"},
            }
        )
    )
    run(
        *(BIN / "openapi-python-client", "generate", "--path", openapi, "--config", config),
        *("--meta", "none", "--output-path", folder / "facts_client", "--fail-on-warning"),
        cwd=folder,
    )
    shutil.copy(TOUR, folder)
    return folder


def test_types(client: Path) -> None:
    run(BIN / "mypy", "--strict", "--config-file=", "facts_client", "tour.py", cwd=client)


def test_tour(client: Path, server: Server, expected_tour: dict[str, Any]) -> None:
    assert json.loads(run(sys.executable, "tour.py", server.url, server.key, cwd=client)) == expected_tour
