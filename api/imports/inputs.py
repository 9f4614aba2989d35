"""Inputs: files and standard input, plain or compressed, line by line."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import zstandard

#: What compressed data begin with.
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
#: The longest line, in bytes: larger than any sheet that its schema lets through, and still no danger to memory.
LONGEST_LINE = 256 * 1024 * 1024


class InputError(ValueError):
    """An input cannot be read on: why, and where."""


class Input:
    """Lines of bytes, with how much of the whole is behind."""

    def __init__(self, name: str, raw: IO[bytes]) -> None:
        """Take a stream, and what it is called; whether it is compressed is told by how it begins."""
        self.name = name
        self._raw = raw
        self._size = Path(name).stat().st_size if Path(name).is_file() else None
        buffered = io.BufferedReader(cast(Any, raw), 1 << 20)
        begin = buffered.peek(4)[:4]
        self._lines: IO[bytes] = buffered
        if begin.startswith(_GZIP):
            self._lines = cast(IO[bytes], gzip.GzipFile(fileobj=buffered))
        elif begin == _ZSTD:
            plain = zstandard.ZstdDecompressor().stream_reader(buffered, read_across_frames=True)
            self._lines = io.BufferedReader(cast(Any, plain), 1 << 20)

    def __iter__(self) -> Iterator[bytes]:
        """Give each line without its end. Raises InputError."""
        number = 0
        try:
            while line := self._lines.readline(LONGEST_LINE):
                number += 1
                if len(line) == LONGEST_LINE:
                    raise InputError(f"{self.name}, line {number}: longer than {LONGEST_LINE >> 20} MiB.")
                yield line
        except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
            raise InputError(f"{self.name}, after line {number}: cannot be read on: {error}.") from error

    def close(self) -> None:
        """Read no more of it."""
        self._lines.close()
        self._raw.close()

    @property
    def done(self) -> float | None:
        """How much of the input was read, from 0 to 1; None where that is not known."""
        return min(self._raw.tell() / self._size, 1.0) if self._size else None


def open_input(name: str, raw: IO[bytes] | None = None) -> Input:
    """Open a file, or take a stream that is open already. Raises InputError."""
    try:
        return Input(name, raw or Path(name).open("rb", buffering=0))
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}.") from error
