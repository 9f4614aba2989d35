"""Sheets by the dozen: the same articles, actors and facts again and again, told otherwise each time."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.ingest.histories import TEXT, lonely, paper
from tests.ingest.sheets import Sheet, actor

COUNTRIES = ["AL", "GR", "IT", None]
ACTORS = ["alba", "borduria", "league", "alba-twin", "nobody", "syldavia"]


def archive(seed: int, size: int) -> list[Any]:
    """Make sheets at random: some new, some known, some at odds with what is stored, some that are none."""
    random = Random(seed)
    return [_line(random) for _ in range(size)]


def _line(random: Random) -> Any:
    if random.random() < 0.1:
        return random.choice([{"article": {}}, [], "no sheet", paper(1) | {"events": [{"title": "nothing else"}]}])
    how: dict[str, Any] = {"on_conflict": random.choice(["refuse", "keep", "replace", "replace"])}
    if random.random() < 0.4:
        return _lonely(random, how)
    return _paper(random, how)


def _lonely(random: Random, how: dict[str, Any]) -> Sheet:
    who = random.choice(ACTORS)
    known = [actor(who, country_code=random.choice(COUNTRIES), aliases=random.sample(["Al", "Bo", "Sy"], 2))]
    return lonely(random.choice(["alone", "alone-too", "once", "later"]), who, *known[: random.randint(0, 1)], **how)


def _paper(random: Random, how: dict[str, Any]) -> Sheet:
    number = random.randint(1, 12)
    about: Sheet = {}
    if random.random() < 0.5:
        about["publisher"] = random.choice([f"Paper {number}", "Paper One, renamed"])
    if random.random() < 0.4:
        about["origin_id"] = random.choice(["paper-1", "paper-5", None])
    if random.random() < 0.2:
        about["title"] = random.choice(["Talks", "No talks"])
    sheet = paper(number, about=about, **how)
    sheet["actors"][0]["country_code"] = random.choice(COUNTRIES)
    sheet["events"][0]["date"] = random.choice([{"edtf": "2022-01-31", "text": "Monday"}, {"edtf": "2022-01-24"}, None])
    sheet["proposals"][0]["category"] = random.choice(["hotline", "arms_control"])
    if random.random() < 0.2:
        del sheet["proposals"][0]["id"]
    if random.random() < 0.1:
        sheet["article"]["text"] = TEXT.format("somebody else")
        sheet["article"]["source"] = None
    return sheet
