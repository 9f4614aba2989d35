"""Extraction stays as good as it was, on annotated data that stand beside the repository where there are any.

The floors lie a little below what `python -m benchmarks.extraction` measured: they catch a rule that was broken.
"""

from __future__ import annotations

import pytest

from benchmarks.gold import GOLD, dates, seeds, sentences

annotated = pytest.mark.skipif(
    not GOLD.exists(), reason="there are no annotated data beside the repository (shared/gold)"
)


@annotated
def test_events_are_typed_as_annotated() -> None:
    found = sentences.events()
    assert found["event type right"] >= 0.70
    assert found["source right"] >= 0.70
    assert found["target right"] >= 0.55


@annotated
def test_dates_are_read_as_annotated() -> None:
    found = dates.measure()
    assert found.right / found.read >= 0.85


@pytest.mark.parametrize("kind", ["events", "proposals", "statements"])
def test_the_facts_of_the_seeds_are_found(kind: str) -> None:
    (found,) = [each for each in seeds.measure() if each.kind == kind]
    assert found.recall >= 0.5
    assert found.precision >= 0.6
