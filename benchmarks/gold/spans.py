"""Comparing words with words: how well a predicted stretch of text fits the annotated one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_WORD = re.compile(r"\w+")


def positions(text: str, spans: Iterable[tuple[int, int]]) -> frozenset[int]:
    """Give the offsets of the words inside spans."""
    return frozenset(found.start() + start for start, end in spans for found in _WORD.finditer(text[start:end]))


def dice(one: frozenset[int], other: frozenset[int]) -> float:
    """Say how much two sets of words have in common, from 0 to 1."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def evidence_of(fact: dict[str, Any], text: str) -> frozenset[int]:
    """Give the words of a sheet's fact that prove it."""
    return positions(
        text, ((start, start + len(each["exact"])) for each in fact["evidence"] for start in _starts(each, text))
    )


def _starts(evidence: dict[str, Any], text: str) -> list[int]:
    """Find where a quotation stands: as told, or where its surroundings say."""
    if evidence.get("start") is not None:
        return [evidence["start"]]
    prefix = evidence.get("prefix") or ""
    return [text.index(prefix + evidence["exact"] + (evidence.get("suffix") or "")) + len(prefix)]
