"""Dates of TempEval-3: TIMEX3 values of type DATE, against the EDTF that is read in the same words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from api.extraction import STEPS
from api.extraction.story import Story
from benchmarks.gold import GOLD

_MARKUP = re.compile(r"<(?P<end>/?)(?P<name>\w+)(?P<attributes>[^>]*)>|(?P<text>[^<]+)")
_SEASONS = {"21": "SP", "22": "SU", "23": "FA", "24": "WI"}


@dataclass(frozen=True, slots=True)
class Timex:
    """An annotated date: where it stands in the text, and its value."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Found:
    """How many dates are annotated, in how many something was read, and in how many the annotated value."""

    annotated: int
    read: int
    right: int


def measure() -> Found:
    """Compare all dates but those without a day, such as PRESENT_REF."""
    annotated = read = right = 0
    for path in sorted((GOLD / "tempeval3").glob("*.tml")):
        published, text, dates = _read(path)
        story = Story(text, published)
        for name in ("segment", "parse", "dates"):
            STEPS[name](story)
        for each in dates:
            met = [found.edtf for found in story.datings if found.span.start < each.end and each.start < found.span.end]
            annotated += 1
            read += bool(met)
            right += any(each.value in _timex(edtf) for edtf in met if edtf)
    return Found(annotated, read, right)


def _read(path: Path) -> tuple[date, str, list[Timex]]:
    """Read an article: when it was made, its text, and its dates."""
    document = path.read_text(encoding="utf-8")
    made, body = (
        re.search(r'<DCT>.*?value="([\d-]{10})', document, re.DOTALL),
        re.search(r"<TEXT>(.*?)</TEXT>", document, re.DOTALL),
    )
    if not made or not body:
        raise ValueError(f"{path.name} has no creation time or no text.")
    text, dates = "", []
    opened: list[tuple[int, dict[str, str]]] = []
    for part in _MARKUP.finditer(body[1]):
        if part["text"]:
            text += html.unescape(part["text"])
        elif part["name"] == "TIMEX3" and not part["end"]:
            opened.append((len(text), dict(re.findall(r'(\w+)="([^"]*)"', part["attributes"]))))
        elif part["name"] == "TIMEX3":
            start, attributes = opened.pop()
            if attributes["type"] == "DATE" and not attributes["value"].endswith("_REF"):
                dates.append(Timex(start, len(text), _day(attributes["value"])))
    # The agencies break lines within sentences; the offsets stay.
    return date.fromisoformat(made[1]), re.sub(r"(?<!\n)\n(?!\n)", " ", text), dates


def _day(value: str) -> str:
    """Leave out the time of day, and what is unknown."""
    return re.sub(r"(T.*|TEV|TNI|TMO|TAF|(-XX)+)$", "", value)


def _timex(edtf: str) -> set[str]:
    """Give the TIMEX3 values that say the same as a date in EDTF."""
    edtf = edtf.rstrip("~?%")
    if "/" in edtf:
        return set(_period(*edtf.split("/", 1)))
    if season := re.fullmatch(r"(\d{4})-(2[1-4])", edtf):
        return {f"{season[1]}-{_SEASONS[season[2]]}"}
    return {edtf, edtf.replace("X", "")}


def _period(first: str, last: str) -> Iterator[str]:
    """Name the week, weekend, quarter or half that an interval is."""
    months = re.fullmatch(r"(\d{4})-(\d\d)/\1-(\d\d)", f"{first}/{last}")
    if months:
        year, start, end = months[1], int(months[2]), int(months[3])
        yield from (
            [f"{year}-Q{start // 3 + 1}"]
            if end - start == 2
            else [f"{year}-H{start // 6 + 1}"]
            if end - start == 5
            else []
        )
    if len(first) == len(last) == 10:
        begin, end_day = date.fromisoformat(first), date.fromisoformat(last)
        year_of_week, week, _ = begin.isocalendar()
        # "This week" goes from its Monday to today, or from today to its Sunday.
        if (end_day - begin).days < 7 and (begin.weekday() == 0 or end_day.weekday() == 6):
            yield from (f"{year_of_week}-W{week:02d}", f"{year_of_week}-W{week}")
        if begin.weekday() == 5 and (end_day - begin).days == 1:
            yield f"{year_of_week}-W{week:02d}-WE"
