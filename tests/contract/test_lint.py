"""The linters find nothing to say about openapi.yaml: no error, no warning."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.contract.conftest import NODE_MODULES
from tests.contract.exceptions import disabled_rules
from tests.contract.running import run


def test_spectral(openapi: Path, tool: Callable[[str], Path], tmp_path: Path) -> None:
    """With the rules that OWASP has for APIs."""
    spectral = tool("spectral")
    ruleset = tmp_path / "spectral.json"
    extends = ["spectral:oas", str(NODE_MODULES / "@stoplight/spectral-owasp-ruleset/dist/ruleset.mjs")]
    ruleset.write_text(json.dumps({"extends": extends, "rules": disabled_rules("spectral")}))
    run(spectral, "lint", openapi, "--ruleset", ruleset, "--fail-severity", "hint", cwd=tmp_path)


def test_redocly(openapi: Path, tool: Callable[[str], Path], tmp_path: Path) -> None:
    # "recommended-strict" is "recommended" with its warnings turned into errors.
    config = tmp_path / "redocly.yaml"
    config.write_text(yaml.safe_dump({"extends": ["recommended-strict"], "rules": disabled_rules("redocly")}))
    run(tool("redocly"), "lint", openapi, "--config", config, cwd=tmp_path)


def test_openapi_spec_validator(openapi: Path) -> None:
    document = yaml.safe_load(openapi.read_text(encoding="utf-8"))
    errors = OpenAPIV31SpecValidator(document).iter_errors()
    assert [f"{list(error.absolute_path)}: {error.message}" for error in errors] == []
