"""Refusals: a file of what was not stored and why, that can be mended and imported."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import orjson

from schemas.errors import Flaw


class Refusals:
    """Writes lines that were refused, with their reasons, to a file; there is none while nothing was refused."""

    def __init__(self, path: Path, size: int) -> None:
        """Go on after so many bytes: what stands behind them is of lines that are read once more."""
        self.path = path
        self._waiting: list[bytes] = []
        if size and path.exists():
            os.truncate(path, size)
        else:
            path.unlink(missing_ok=True)
            size = 0
        self.size = size

    def add(self, number: int, line: bytes, flaws: Sequence[Flaw]) -> None:
        """Note a line, and everything that is wrong with it."""
        told = [{"pointer": flaw.pointer, "detail": flaw.detail} for flaw in flaws]
        head = orjson.dumps({"line": number, "flaws": told})[:-1]
        self._waiting.append(head + b',"sheet":' + _as_json(line) + b"}\n")

    def write(self) -> int:
        """Write what was noted, safe from a power failure; give the size of the file."""
        if self._waiting:
            with self.path.open("ab") as file:
                file.writelines(self._waiting)
                file.flush()
                os.fsync(file.fileno())
            self.size += sum(map(len, self._waiting))
            self._waiting = []
        return self.size

    def forget(self) -> None:
        """Drop what was noted of lines that are not stored after all."""
        self._waiting = []


def _as_json(line: bytes) -> bytes:
    """Give a line as it is where it is JSON, else as a text."""
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return orjson.dumps(line.decode(errors="replace"))
    return line.strip()
