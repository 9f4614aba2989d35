"""What extraction refuses to read."""

from __future__ import annotations


class UnreadableError(Exception):
    """There is no story to be read in a document; says what is wrong with it, and what can be done."""
