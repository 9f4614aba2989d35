"""The seeds: which facts of the curated sheets extraction finds by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.extraction import extract
from api.ingest.files import read_sheet
from api.ingest.seeding import seed_files
from benchmarks.gold.spans import dice, evidence_of

#: What tells facts of a kind apart, besides the words that prove them.
_CODED_BY = {"events": "type", "proposals": "category", "statements": "kind"}


@dataclass(frozen=True, slots=True)
class Found:
    """How many facts of a kind are curated, how many were drafted, and how many of each are the other."""

    kind: str
    curated: int
    drafted: int
    both: int

    @property
    def recall(self) -> float:
        """Which share of the curated facts was drafted."""
        return self.both / self.curated

    @property
    def precision(self) -> float:
        """Which share of the drafts is among the curated facts."""
        return self.both / self.drafted if self.drafted else 0.0


def measure(least: float = 0.5) -> list[Found]:
    """Extract the seed articles, and pair the drafts with the curated facts, one to one, best fit first."""
    sheets = [read_sheet(path) for path in seed_files()]
    drafts = [_draft(sheet["article"]) for sheet in sheets]
    return [_found(kind, sheets, drafts, least) for kind in _CODED_BY]


def _draft(article: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "publisher", "published_at", "text")
    return extract({name: article[name] for name in kept})


def _found(kind: str, sheets: list[dict[str, Any]], drafts: list[dict[str, Any]], least: float) -> Found:
    both = sum(len(pairs(sheet, draft, kind, least)) for sheet, draft in zip(sheets, drafts, strict=True))
    return Found(kind, sum(len(each[kind]) for each in sheets), sum(len(each[kind]) for each in drafts), both)


def pairs(sheet: dict[str, Any], draft: dict[str, Any], kind: str, least: float) -> list[tuple[int, int]]:
    """Pair curated facts with drafts of the same code by their evidence."""
    text, code = sheet["article"]["text"], _CODED_BY[kind]
    curated = [(fact.get(code), evidence_of(fact, text)) for fact in sheet[kind]]
    drafted = [(fact.get(code), evidence_of(fact, draft["article"]["text"])) for fact in draft[kind]]
    fits = sorted(
        (
            (dice(words, other), at, to)
            for at, (coded, words) in enumerate(curated)
            for to, (recoded, other) in enumerate(drafted)
            if coded == recoded
        ),
        reverse=True,
    )
    taken: list[tuple[int, int]] = []
    for fit, at, to in fits:
        if fit >= least and all(at != one and to != other for one, other in taken):
            taken.append((at, to))
    return taken
