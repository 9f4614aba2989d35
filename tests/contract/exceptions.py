"""Reads `exceptions.yaml`, the one place that says what the tools are told to overlook, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

EXCEPTIONS = Path(__file__).with_name("exceptions.yaml")


def exceptions(tool: str) -> list[dict[str, Any]]:
    """List what `tool` is to overlook; an entry without a reason is an error."""
    entries: list[dict[str, Any]] = yaml.safe_load(EXCEPTIONS.read_text(encoding="utf-8"))[tool] or []
    for entry in entries:
        if not entry.get("reason"):
            raise ValueError(f"{EXCEPTIONS.name}: no reason is given for {entry}")
    return entries


def disabled_rules(linter: str) -> dict[str, str]:
    """The rules that a linter is not to apply, as its configuration names them: {rule: "off"}."""
    return {entry["rule"]: "off" for entry in exceptions(linter)}
