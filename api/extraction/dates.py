"""Dates: when it happened, in EDTF.

What the words leave open is left open: without the day of publication "Wednesday" has no EDTF.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from api.extraction import named_dates, relative_dates
from api.extraction.date_forms import FORMS, NO_DATE, Setting, Words
from api.extraction.date_words import spell
from api.extraction.story import Dating, Passage, Story

if TYPE_CHECKING:
    from spacy.tokens import Token

#: A year, a month or a day, from which others can be counted.
_PLAIN = re.compile(r"\d{4}(-(0\d|1[012])(-\d\d)?)?")
_JOINERS = frozenset({"to", "-", "–", "until", "till", "through"})

_NAMED: dict[str, Callable[[Words, date | None], str | None]] = {
    "iso": named_dates.read_iso,
    "day": named_dates.read_day,
    "days": named_dates.read_days,
    "holiday": named_dates.read_holiday,
    "month": named_dates.read_month,
    "year": named_dates.read_year,
    "years": named_dates.read_years,
    "decade": named_dates.read_decade,
    "season": named_dates.read_season,
    "quarter": named_dates.read_quarter,
    "anchored": relative_dates.read_anchored,
}
_RELATIVE: dict[str, Callable[[Words, date], str | None]] = {
    "today": relative_dates.read_today,
    "weekday": relative_dates.read_weekday,
    "ago": relative_dates.read_ago,
    "hence": relative_dates.read_hence,
    "recent": relative_dates.read_recent,
    "coming": relative_dates.read_coming,
    "stretch": relative_dates.read_stretch,
    "unit": relative_dates.read_unit,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A date as read: its first token and the one after its last, its form, and whether its words name no year."""

    start: int
    end: int
    form: str
    edtf: str | None
    yearless: bool


def find_dates(story: Story) -> list[Dating]:
    """Find them, in the order of the text."""
    setting = Setting(story.published)
    found: list[Dating] = []
    for passage in story.passages:
        tokens = [token for token in passage.doc if not token.is_space]
        readings = _joined(tokens, _readings(tokens, setting))
        found += [_dating(passage, tokens, reading, story.published) for reading in readings]
    return found


def _readings(tokens: Sequence[Token], setting: Setting) -> Iterator[Reading]:
    letters, values = spell(tokens)
    for match in FORMS.finditer(letters):
        reading = _read(tokens, match, values, setting)
        if reading is None:
            continue
        if reading.edtf and _PLAIN.fullmatch(reading.edtf):
            setting.anchor = reading.edtf
        yield reading


def _read(tokens: Sequence[Token], match: re.Match[str], values: list[str], setting: Setting) -> Reading | None:
    """Read what fits a form; None if it is no date, one with a null EDTF if it cannot be told which."""
    form, (start, end) = str(match.lastgroup), match.span()
    words = Words(tokens, start, match.group(), values[start:end], setting)
    try:
        if form in _NAMED:
            edtf = _NAMED[form](words, setting.published)
        else:
            edtf = _RELATIVE[form](words, setting.published) if setting.published else None
    except (ValueError, OverflowError):  # no calendar has such a day: "9999999 years ago"
        return None
    if edtf == NO_DATE or tokens[min(end, len(tokens) - 1)].lower_ == "old":
        return None
    return Reading(start, end, form, edtf, not words.has("YD"))


def _joined(tokens: Sequence[Token], readings: Iterable[Reading]) -> Iterator[Reading]:
    """Join two dates that are the ends of one stretch: "March to May 2022"."""
    before: Reading | None = None
    for reading in readings:
        joined = before and _join(tokens, before, reading)
        if before and not joined:
            yield before
        before = joined or reading
    if before:
        yield before


def _join(tokens: Sequence[Token], first: Reading, last: Reading) -> Reading | None:
    if last.start - first.end != 1 or first.form != last.form or not (first.edtf and last.edtf):
        return None
    between, before = tokens[first.end].lower_, tokens[first.start - 1].lower_ if first.start else ""
    if between not in _JOINERS and not (between == "and" and before == "between"):
        return None
    start, end = first.edtf, last.edtf
    if first.yearless and (start > end or not last.yearless):
        start = end[:4] + start[4:]
    if "/" in start + end or start >= end:
        return None
    return replace(last, start=first.start, edtf=f"{start}/{end}")


def _dating(passage: Passage, tokens: Sequence[Token], reading: Reading, published: date | None) -> Dating:
    start, edtf = reading.start, reading.edtf
    if start and tokens[start - 1].lower_ == "since" and edtf and published and edtf < published.isoformat():
        start, edtf = start - 1, f"{edtf.partition('/')[0]}/{published.isoformat()}"
    return Dating(passage.between(tokens[start], tokens[reading.end - 1]), edtf)
