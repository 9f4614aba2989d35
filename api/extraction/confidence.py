"""Confidence: how likely a draft is right, from 0 to 1, by the rule that made it.

Statements have the precision that was measured on annotated articles; the scores of other facts are not calibrated.
"""

from __future__ import annotations

from api.extraction.story import Draft


def confidence(draft: Draft) -> float:
    """Give the confidence of a draft."""
    return round(min(max(draft.score, 0.0), 1.0), 2)
