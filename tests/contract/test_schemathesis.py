"""Schemathesis, with every check and every phase, finds nothing wrong with the running app.

`CONTRACT_EXAMPLES=400 .venv/bin/pytest tests/contract/test_schemathesis.py` makes the long run: that many cases of each
operation at random, besides every case of the phase "coverage", of which a short run leaves out what is much alike.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from tests.contract.conftest import Server
from tests.contract.exceptions import exceptions
from tests.contract.running import run

ROOT = Path(__file__).parents[2]
SETTINGS = Path(__file__).with_name("schemathesis.toml")
# One seed for all, so that a failure is met again by whoever looks for it.
SEED = 20220126
EXAMPLES = os.environ.get("CONTRACT_EXAMPLES", "5")


def test_schemathesis(server: Server, openapi: Path, tmp_path: Path) -> None:
    config = tmp_path / "schemathesis.toml"
    config.write_text(_configuration())
    run(
        *(Path(sys.executable).with_name("st"), "--config-file", config, "run", openapi, "--url", server.url),
        *("--header", f"Authorization: Bearer {server.key}"),
        *("--max-examples", EXAMPLES, "--seed", str(SEED)),
        # schemathesis.toml names a module of ours, which asks for ETags.
        cwd=ROOT,
        CONTRACT_KEY=server.key,
    )


def _configuration() -> str:
    """Join the settings with the exceptions, as TOML; a JSON scalar or list is one of TOML too."""
    general, operations = [], []
    for entry in exceptions("schemathesis"):
        lines = [f"{key} = {json.dumps(value)}" for key, value in entry["settings"].items()]
        if operation := entry.get("operation"):
            operations += ["[[operations]]", f"include-operation-id = {json.dumps(operation)}", *lines]
        else:
            general += lines
    # Keys that belong to no table must come first.
    return "\n".join([SETTINGS.read_text(encoding="utf-8"), *general, *operations])
