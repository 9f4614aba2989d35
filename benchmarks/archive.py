"""A large archive: lean fact sheets in order of publication, made fast and piece by piece.

`sheets.py` takes the seeds as models, for answers like real ones. This makes what ten million facts need: short texts,
documents of about 0.95 kB, 10,000 facts a second and more on one core. Phrases and circumstances are drawn once, and a
fact is put together of them; actors are drawn by Zipf's law. A part depends on nothing but the plan and its number, so
that any can be made anew without those before it.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from api.ingest.files import read_sheet
from api.ingest.seeding import seed_files
from benchmarks.prose import Prose

Json = dict[str, Any]

ACTORS, PUBLISHERS = 2_000, 40
FIRST_DAY, DAYS = date(2012, 1, 1), 12 * 365
#: Facts of an article, and of a part at the most.
TOGETHER, PART = 20, 100_000
_PHRASES = 5_000
#: How many different circumstances there are, such as the type of an event with its modality and contexts.
_CIRCUMSTANCES = 500

_TYPES = ("agree", "consult", "support", "aid", "cooperate", "accuse", "reject", "threaten", "mobilize", "assault")
_MODALITIES = ("actual", "actual", "actual", "ongoing", "planned", "possible")
_CONTEXTS = ("diplomatic", "military", "territory", "crime", "cyber", "health")
_CATEGORIES = ("talks", "sanctions", "ceasefire")
_STANCES = ("assert", "deny", "warn", "demand", "praise")


@dataclass(frozen=True)
class Archive:
    """What to make: so many facts; the same archive gives the same sheets."""

    facts: int
    seed: int = 20_220_126

    @property
    def parts(self) -> int:
        """How many parts it has."""
        return -(-self.facts // PART)

    def size(self, part: int) -> int:
        """Tell how many facts a part has, the first being 0."""
        return min(PART, self.facts - part * PART)


class Maker:
    """Makes the sheets of an archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        random = Random(archive.seed)
        prose = Prose(random, [read_sheet(path)["article"]["text"] for path in seed_files()])
        self.actors = [_actor(name.title(), rank) for rank, name in enumerate(prose.invent(ACTORS))]
        self._weights = list(accumulate(1 / (rank + 1) for rank in range(ACTORS)))
        self._publishers = [f"The {name.title()} Times" for name in prose.invent(PUBLISHERS)]
        self._heads = [prose.phrase(3) for _ in range(_PHRASES)]
        self._tails = [prose.phrase(4) for _ in range(_PHRASES)]
        self._quotations = [prose.phrase(8) for _ in range(_PHRASES)]
        self._circumstances = [_circumstances(random) for _ in range(_CIRCUMSTANCES)]

    def part(self, part: int) -> Iterator[Json]:
        """Give the sheets of a part, in order of publication; the first sheet of the first part brings all actors."""
        random = Random(self._archive.seed * 1_000_003 + part)
        first, size = part * PART, self._archive.size(part)
        for at in range(0, size, TOGETHER):
            day = FIRST_DAY + timedelta(days=(first + at) * DAYS // self._archive.facts)
            sheet = self._sheet(random, first + at, min(TOGETHER, size - at), day)
            sheet["actors"] = self.actors if first + at == 0 else []
            yield sheet

    def _sheet(self, random: Random, number: int, facts: int, day: date) -> Json:
        sheet: Json = {"events": [], "proposals": [], "statements": []}
        text = ""
        for at in range(number, number + facts):
            kind, fact, said = self._fact(random, at, len(text), day)
            sheet[kind].append(fact)
            text += said
        publisher = self._publishers[int(random.random() ** 2 * PUBLISHERS)]
        title = f"{self._heads[int(random.random() * _PHRASES)]} {self._tails[int(random.random() * _PHRASES)]}"
        sheet["article"] = {
            "id": f"article-{number:x}",
            "publisher": publisher,
            "title": title,
            "authors": [],
            "url": f"https://news.example/{number:x}",
            "language": "en",
            "published_at": {"edtf": day.isoformat()},
            "text": text,
        }
        return sheet

    def _fact(self, random: Random, number: int, start: int, day: date) -> tuple[str, Json, str]:
        """Make a fact: (its kind, the fact, what its article says there, from `start` on)."""
        draw, total = random.random, self._weights[-1]
        one = self.actors[bisect(self._weights, draw() * total)]
        other = self.actors[bisect(self._weights, draw() * total)]
        head, tail = self._heads[int(draw() * _PHRASES)], self._tails[int(draw() * _PHRASES)]
        exact = f"{one['name']} {head} {self._quotations[int(draw() * _PHRASES)]}"
        kind, role, circumstances = self._circumstances[int(draw() * _CIRCUMSTANCES)]
        named = [{"actor": one["id"], "role": role, "named_as": one["name"]}]
        if other is not one:
            named.append({"actor": other["id"], "role": "mentioned", "named_as": None})
        fact = {
            **circumstances,
            "id": f"fact-{number:x}",
            "title": f"{one['name']} {head} {tail}",
            "actors": named,
            "evidence": [{"exact": exact, "start": start}],
            "review": {"status": "approved", "by": "benchmarks"},
        }
        # One in ten has no date, as among the seeds.
        fact["date"] = {"edtf": day.isoformat(), "text": None} if draw() > 0.1 else None
        return kind, fact, f"{exact}. "


def _actor(name: str, rank: int) -> Json:
    return {
        "id": name.lower(),
        "name": name,
        "kind": ("person", "organization", "country")[rank % 3],
        "aliases": [],
        "country_code": ("UA", "RU", "US", "FR", "DE", "GB", "PL", "CN", "IN", "JP")[rank % 10],
    }


def _circumstances(random: Random) -> tuple[str, str, Json]:
    """Draw what kind of fact, the role of who acts in it, and its codes."""
    choice = random.random()
    if choice < 0.7:
        codes = {"type": random.choice(_TYPES), "modality": random.choice(_MODALITIES), "modes": []}
        return "events", "actor", {**codes, "contexts": [random.choice(_CONTEXTS)]}
    if choice < 0.9:
        return "statements", "speaker", {"attribution": "indirect", "stance": random.choice(_STANCES), "about": []}
    return "proposals", "proposer", {"category": random.choice(_CATEGORIES), "status": "tabled", "history": []}
