"""The seeds: which sheets there are, and in which order they are stored."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

#: The second sheet speaks of facts of the first one.
_SHEETS = ("axios-us-nato-written-response", "tms-us-responds-to-russia")


def seed_files() -> list[Path]:
    """List the seeds' sheets, in the order in which they are to be stored."""
    folder = Path(str(files("seeds")))
    return [folder / f"{name}.json" for name in _SHEETS]
