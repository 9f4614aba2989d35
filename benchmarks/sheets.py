"""Fact sheets of any number, in the seeds' own shapes.

Each fact has one of the seeds' facts as its model: kind, codes, how many actors in which roles, quotations, places,
quantities, relations, and whether it is dated are those of the model. Who, when, where and the words are drawn: actors
and places by Zipf's law, days from three years, words from the seeds' stories. One seed, one result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from api.ingest.files import read_sheet
from api.ingest.seeding import seed_files
from benchmarks.prose import Prose, Zipf

Json = dict[str, Any]

ACTORS, PLACES, PUBLISHERS = 2_000, 500, 40
FIRST_DAY, DAYS = date(2022, 1, 1), 3 * 365
#: How often a sheet's fact is one that an earlier sheet has stated: so many of the seeds' facts have two articles.
_REPEATED = 0.08
#: How many earlier facts may be stated once more, or be spoken of.
_RECENT = 200

_KINDS = ("events", "proposals", "statements")
_COUNTRIES = (
    *("UA", "RU", "US", "BY", "FR", "DE", "GB", "PL", "CN", "IN", "JP", "TR", "IT", "ES", "RO"),
    *("HU", "CZ", "SK", "LT", "LV", "EE", "FI", "SE", "NO", "GE", "MD", "KZ", "IL", "IR", "EG"),
)
_HEADER = "Subscribe to our newsletter and get the stories of the day, every day, in your inbox. "


@dataclass(frozen=True)
class Plan:
    """What to generate; the same plan gives the same sheets."""

    articles: int = 10_000
    facts: int = 100_000
    seed: int = 20_220_126


@dataclass
class _Story:
    """An article's text while it is written."""

    parts: list[str] = field(default_factory=list)
    length: int = 0

    def write(self, words: str, after: str = " ") -> int:
        """Add some words; tell where they start."""
        start = self.length
        self.parts += (words, after)
        self.length += len(words) + len(after)
        return start

    @property
    def text(self) -> str:
        """All that was written."""
        return "".join(self.parts)


class Sheets:
    """Writes the sheets of a plan, in order of publication as they would arrive."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._random = Random(plan.seed)
        seeds = [read_sheet(path) for path in seed_files()]
        self._prose = Prose(self._random, [seed["article"]["text"] for seed in seeds])
        self._models = [(kind, fact) for seed in seeds for kind in _KINDS for fact in seed[kind]]
        self._models = [(kind, fact) for kind, fact in self._models if fact.get("evidence")]
        self._media = [seed["article"].get("media", []) for seed in seeds]
        self._actors = self._invent_actors([actor for seed in seeds for actor in seed["actors"]])
        self._places = [name.title() for name in self._prose.invent(PLACES)]
        self._publishers = [f"The {name.title()} Times" for name in self._prose.invent(PUBLISHERS)]
        self._actor_rank = Zipf(self._random, len(self._actors))
        self._place_rank = Zipf(self._random, PLACES)
        self._publisher_rank = Zipf(self._random, PUBLISHERS)
        self._defined: set[str] = set()
        self._recent: list[tuple[str, Json]] = []
        self._number = 0

    def __iter__(self) -> Iterator[Json]:
        """Give each sheet, as it would be sent."""
        days = sorted(self._random.randrange(DAYS) for _ in range(self._plan.articles))
        sizes = [self._plan.facts // self._plan.articles] * self._plan.articles
        for at in range(self._plan.facts - sum(sizes)):
            sizes[at] += 1
        # Long and short articles: facts move from one to another.
        for _ in range(self._plan.facts // 3):
            giver, taker = self._random.randrange(len(sizes)), self._random.randrange(len(sizes))
            if giver != taker and sizes[giver] > 1:
                sizes[giver], sizes[taker] = sizes[giver] - 1, sizes[taker] + 1
        for number, (day, size) in enumerate(zip(days, sizes, strict=True)):
            yield self._sheet(number, FIRST_DAY + timedelta(days=day), size)

    def _sheet(self, number: int, day: date, size: int) -> Json:
        random, story = self._random, _Story()
        sheet: Json = {kind: [] for kind in _KINDS}
        ids: list[str] = []
        for _ in range(size):
            story.write(self._prose.phrase(random.randint(12, 24)).capitalize(), ". ")
            if self._recent and random.random() < _REPEATED:
                self._repeat(sheet, story, ids)
            kind, fact = self._fact(story, day, ids)
            sheet[kind].append(fact)
            ids.append(fact["id"])
            self._recent.append((kind, fact))
        del self._recent[:-_RECENT]
        story.write(self._prose.phrase(10).capitalize(), ".")
        publisher = self._publishers[self._publisher_rank.draw()]
        title = self._prose.phrase(random.randint(7, 12)).capitalize()
        article = {
            "id": f"{_slug(publisher)}-{_slug(title)[:30].strip('-')}-{number:x}",
            "publisher": publisher,
            "title": title,
            "subtitle": self._prose.phrase(12).capitalize() if random.random() < 0.5 else None,
            "authors": [random.choice(self._actors)["name"]],
            "url": f"https://news.example/{day:%Y/%m/%d}/{number:x}",
            "language": "en",
            "published_at": {"edtf": day.isoformat()},
            "text": story.text,
            "source": _HEADER + story.text,
            "story_start": len(_HEADER),
            "media": [{"caption": self._prose.phrase(14), "credit": "Example"}] if random.random() < 0.5 else [],
        }
        return {"article": article, "actors": self._definitions(sheet), **sheet}

    def _fact(self, story: _Story, day: date, ids: Sequence[str]) -> tuple[str, Json]:
        random = self._random
        kind, model = random.choice(self._models)
        actors = [self._actors[self._actor_rank.draw()] for _ in model["actors"]]
        names = [random.choice([actor["name"], *actor["aliases"][:1]]) for actor in actors]
        title = f"{names[0]} {self._prose.phrase(random.randint(7, 12))}"
        self._number += 1
        fact = {name: model[name] for name in _CODES if name in model}
        fact |= {
            "id": f"{_slug(title)[:30].strip('-')}-{self._number:x}",
            "title": title,
            "date": self._date(model.get("date"), day),
            "actors": [
                {"actor": actor["id"], "role": part["role"], "named_as": name if part.get("named_as") else None}
                for part, actor, name in zip(model["actors"], actors, names, strict=True)
            ],
            "places": [self._place(place) for place in model.get("places", [])],
            "quantities": [self._quantity(quantity) for quantity in model.get("quantities", [])],
            "relations": [
                {"type": relation["type"], "fact": other}
                for relation, other in zip(
                    model.get("relations", []), self._others(ids, model.get("relations", [])), strict=False
                )
            ],
            "review": {"status": "approved", "by": "benchmarks"},
        }
        if model.get("cue"):
            fact["cue"] = model["cue"]
        story.write(" and ".join(names), f" {model.get('cue') or 'met'} ")
        fact["evidence"] = [self._quotation(story, len(span["exact"].split()), names[0]) for span in model["evidence"]]
        for words in (quantity["text"] for quantity in fact["quantities"]):
            story.write(words)
        if fact["date"] and fact["date"]["text"]:
            story.write(fact["date"]["text"], "")
        story.write("", ". ")
        if kind == "statements":
            fact["about"] = list(dict.fromkeys(self._others(ids, model.get("about", []))))
        if kind == "proposals":
            fact["history"] = [
                {
                    "status": step["status"],
                    "date": fact["date"],
                    "by": actors[0]["id"],
                    "evidence": fact["evidence"][0],
                }
                for step in model.get("history", [])
            ]
        return kind, fact

    def _repeat(self, sheet: Json, story: _Story, ids: list[str]) -> None:
        """State an earlier fact once more, in other words."""
        kind, earlier = self._random.choice(self._recent)
        if earlier["id"] in ids:
            return
        names = [part["actor"] for part in earlier["actors"]]
        spans = [self._quotation(story, len(span["exact"].split()), names[0]) for span in earlier["evidence"][:1]]
        story.write("", ". ")
        again = earlier | {"evidence": spans, "date": None, "quantities": [], "cue": None, "history": []}
        again["actors"] = [part | {"named_as": None} for part in earlier["actors"]]
        if kind != "statements":
            del again["cue"]
        if kind != "proposals":
            del again["history"]
        sheet[kind].append(again)
        ids.append(earlier["id"])

    def _quotation(self, story: _Story, words: int, name: str) -> Json:
        exact = self._prose.phrase(words)
        if words > 5 and self._random.random() < 0.5:
            exact = f"{name} {exact}"
        return {"exact": exact, "start": story.write(exact)}

    def _date(self, model: Json | None, day: date) -> Json | None:
        """Give a date like the model's, near the day of publication."""
        if model is None:
            return None
        near = day - timedelta(days=self._random.randint(0, 2))
        month_before = day.replace(day=1) - timedelta(days=1)
        edtf: str | None = model.get("edtf")
        if edtf == "2022-01-26/2022-02":
            edtf = f"{near}/{day + timedelta(days=31):%Y-%m}"
        elif edtf and "/" in edtf:
            edtf = f"{near - timedelta(days=2)}/{near}"
        elif edtf:
            edtf = {
                4: str(day.year - self._random.randint(1, 9)),
                7: f"{month_before:%Y-%m}",
                10: near.isoformat(),
            }[len(edtf)]
        return {"edtf": edtf, "text": f"{near:%A}" if model.get("text") else None}

    def _place(self, model: Json) -> Json:
        rank = self._place_rank.draw()
        place = {"name": self._places[rank], "country_code": None}
        if model.get("country_code"):
            place["country_code"] = _COUNTRIES[rank % len(_COUNTRIES)]
        if model.get("lat"):
            place |= {"lat": round(rank / 7, 3), "lon": round(rank / 3, 3)}
        if model.get("geonames_id"):
            place["geonames_id"] = 690_000 + rank
        return place

    def _quantity(self, model: Json) -> Json:
        value = self._random.randint(1, 200) * 500
        return model | {"value": value, "text": f"{value:,} {model['unit']}"}

    def _others(self, ids: Sequence[str], wanted: Sequence[Any]) -> list[str]:
        """Choose facts to speak of, of this article or of recent ones."""
        known = ids or [fact["id"] for _, fact in self._recent]
        return [self._random.choice(known) for _ in wanted] if known else []

    def _definitions(self, sheet: Json) -> list[Json]:
        """Describe the actors that no sheet has named before."""
        named = {part["actor"] for kind in _KINDS for fact in sheet[kind] for part in fact["actors"]}
        new = [actor for actor in self._actors if actor["id"] in named - self._defined]
        self._defined |= named
        return new

    def _invent_actors(self, models: Sequence[Json]) -> list[Json]:
        """Give the seeds' own actors first, then invented ones like them."""
        actors = {actor["id"]: {**actor, "member_of": []} for actor in models}
        words = [word.title() for word in self._prose.invent(ACTORS * 2)]
        for at in range(ACTORS - len(actors)):
            model = models[at % len(models)]
            name = f"{words[2 * at]} {words[2 * at + 1]}"
            aliases = [words[2 * at + 1], *(f"{words[2 * at]} {word}" for word in ("Office", "House", "Group"))]
            actors[_slug(name)] = model | {
                "id": _slug(name),
                "name": name,
                "aliases": aliases[: len(model["aliases"])],
                "country_code": model["country_code"] and _COUNTRIES[at % len(_COUNTRIES)],
                "member_of": [],
                "wikidata_id": f"Q{900_000_000 + at}" if model["wikidata_id"] else None,
            }
        return list(actors.values())


_CODES = (
    *("type", "modes", "contexts", "modality", "category", "status", "package"),
    *("attribution", "stance"),
)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
