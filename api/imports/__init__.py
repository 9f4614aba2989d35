"""Imports: what others bring by the hundred thousand, as fact sheets or as the history of another store."""

from __future__ import annotations
