"""Encoders: what all formats have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence


class Encoder(ABC):
    """Writes documents in a format, some at a time.

    An export that goes on after some row is written by an encoder of its own, which is not told to begin.
    """

    def begin(self) -> bytes:
        """Give what stands before the first row."""
        return b""

    @abstractmethod
    def encode(self, documents: Sequence[bytes]) -> bytes:
        """Write the next documents; what is given may be less than all of it, or nothing yet."""

    def end(self) -> bytes:
        """Give what is left, and what stands after the last row."""
        return b""
