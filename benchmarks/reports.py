"""What a benchmark has found: printed as tables, and kept as JSON with every single figure."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from benchmarks import servers
from benchmarks.places import RESULTS
from benchmarks.targets import HEADINGS, Judged


def about(name: str, /, **more: Any) -> dict[str, Any]:
    """Say by which command, when and on what a benchmark was run."""
    return {
        "command": " ".join([f"python -m benchmarks.{name}", *sys.argv[1:]]),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {servers.cores()} cores, Python {platform.python_version()}",
        **more,
    }


def report(name: str, told: dict[str, Any], judged: Sequence[Judged], **more: Any) -> None:
    """Print what was asked and how it came out; write that and all else to a file."""
    print(", ".join(f"{key}: {value}" for key, value in told.items()), end="\n\n")
    print_table(HEADINGS, [each.row for each in judged])
    RESULTS.mkdir(parents=True, exist_ok=True)
    verdicts = [asdict(each) | {"verdict": each.verdict} for each in judged]
    content = {"about": told, "targets": verdicts, **more}
    (RESULTS / f"{name}.json").write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")


def read(name: str, folder: Path) -> tuple[list[Judged], str]:
    """Read how a benchmark came out the last time, its results being in a folder, and when and how that was.

    Nothing of either if it was not run.
    """
    file = folder / f"{name}.json"
    if not file.exists():
        return [], ""
    content = orjson.loads(file.read_bytes())
    return [
        Judged.read(each) for each in content["targets"]
    ], f"{content['about']['when']}  {content['about']['command']}"


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows below headings, in columns as wide as they need to be."""
    widths = [max(len(row[at]) for row in (headings, *rows)) for at in range(len(headings))]
    for row in (headings, ["-" * width for width in widths], *rows):
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
