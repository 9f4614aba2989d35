"""Quantities of Guardian articles, as we annotated them: value, unit and qualifier, by the article's row in the file.

The annotation was made before the rules had been run on these articles; what it then showed was mended, so that they
are not unseen any more.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import orjson

from api.extraction import STEPS
from api.extraction.story import Story
from benchmarks.gold import GOLD

_ANNOTATED = Path(__file__).with_name("quantities.json")


@dataclass(frozen=True, slots=True)
class Found:
    """How many quantities are annotated, how many were found, and how many of each are the other."""

    annotated: int
    found: int
    both: int


def measure() -> Found:
    """Compare value and unit."""
    with (GOLD / "news2022" / "guardian.csv").open(newline="", encoding="utf-8") as file:
        articles = list(csv.DictReader(file))
    annotated = found = both = 0
    for row, gold in orjson.loads(_ANNOTATED.read_bytes()).items():
        article = articles[int(row)]
        story = Story(article["articles"], date.fromisoformat(article["published"][:10]))
        for name in ("segment", "parse", "dates", "quantities"):
            STEPS[name](story)
        wanted = Counter((float(value), unit.lower()) for value, unit, _ in gold)
        read = Counter((each.value, each.unit.lower()) for each in story.countings)
        annotated, found, both = annotated + wanted.total(), found + read.total(), both + (wanted & read).total()
    return Found(annotated, found, both)
