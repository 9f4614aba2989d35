"""NDJSON: documents as they are stored, one a line."""

from __future__ import annotations

from collections.abc import Sequence

from api.exports.encoding import Encoder


class LineEncoder(Encoder):
    """Writes a document a line, byte by byte what is stored."""

    def encode(self, documents: Sequence[bytes]) -> bytes:
        """Write the next documents."""
        return b"".join([document + b"\n" for document in documents])
