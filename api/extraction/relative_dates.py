"""Dates that are told from another day: that of publication, or the one that the text named last."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from api.extraction.calendar_days import edtf_month, months_later, week
from api.extraction.date_forms import NO_DATE, Words
from api.extraction.tenses import Direction

if TYPE_CHECKING:
    from spacy.tokens import Token

#: Fewer than so many days are spoken of as "days", "weeks", "months": the next unit is the word for more.
_VAGUE_DAYS = {"day": 14, "week": 61, "month": 365}
_MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}


def read_anchored(words: Words, _: date | None) -> str | None:
    """Read "two days later", "the next day", "that year", from the last date that was named."""
    anchor, unit = words.setting.anchor, words.unit()
    if anchor is None or words.value("X") == "coming" or (words.has("b") and _leads(words.token("b"))):
        return NO_DATE
    count = words.count()
    if words.has("S"):
        count = 0
    elif count is None:
        return None
    elif "-1" in (words.value("B"), words.value("b")):
        count = -count
    if unit in ("", "day", "week"):  # "" is that of "the next morning"
        if len(anchor) < len("2022-01-26"):
            return NO_DATE
        start = date.fromisoformat(anchor) + timedelta(days=count * (7 if unit == "week" else 1))
        return _interval(*week(start)) if unit == "week" else start.isoformat()
    return _months_from(date.fromisoformat((anchor + "-01-01")[:10]), unit, count)


def _leads(token: Token) -> bool:
    """Tell whether something depends on "before" or "after": "a year after they came"."""
    return token.dep_ == "mark" or any(each.dep_ != "punct" for each in token.rights)


def read_today(words: Words, published: date) -> str | None:
    """Read "yesterday", "tomorrow morning", "last night"."""
    shift = words.number("t") if words.has("t") else -int(words.has("L"))
    return (published + timedelta(days=shift)).isoformat()


def read_weekday(words: Words, published: date) -> str | None:
    """Read "Wednesday", "last Friday", "Tuesday of next week"."""
    weekday = words.number("W")
    behind, ahead = (published.weekday() - weekday) % 7, (weekday - published.weekday()) % 7
    if words.has("U"):
        if words.value("U") != "week":
            return NO_DATE
        return (week(published, words.shift())[0] + timedelta(days=weekday)).isoformat()
    if words.value("X") == "next":
        return (week(published, 1)[0] + timedelta(days=weekday)).isoformat()
    if words.has("L"):
        return (published - timedelta(days=behind or 7)).isoformat()
    forward = words.has("X") or words.direction() is Direction.FUTURE
    if words.token("W").ent_type_ == "ORG":  # a newspaper
        return NO_DATE
    return (published + timedelta(days=ahead if forward else -behind)).isoformat()


def read_ago(words: Words, published: date) -> str | None:
    """Read "two weeks ago"."""
    count = words.count()
    return _vague(words, published, -1) if count is None else _away(words.unit(), published, -count)


def read_hence(words: Words, published: date) -> str | None:
    """Read "in two weeks", "three days from now"."""
    count = words.count()
    if not words.has("F") and words.direction() is not Direction.FUTURE:
        return NO_DATE
    return _vague(words, published, 1) if count is None else _away(words.unit(), published, count)


def read_recent(words: Words, published: date) -> str | None:
    """Read "in recent days", "a few weeks ago"."""
    return _vague(words, published, -1)


def read_coming(words: Words, published: date) -> str | None:
    """Read "within days", "in the weeks to come"."""
    return _vague(words, published, 1)


def read_stretch(words: Words, published: date) -> str | None:
    """Read "the past two years", "the next three days": it ends, or begins, with publication."""
    count, side = words.count(), -1 if words.has("L") else 1
    if words.value("L") == "previous" or words.value("X") == "following":
        return NO_DATE
    if count is None:
        return _vague(words, published, side)
    unit = words.unit()
    if unit in ("day", "week"):
        end = (published + timedelta(days=side * count * (7 if unit == "week" else 1))).isoformat()
    elif unit in _MONTHS and count * _MONTHS[unit] < 12 * (published.year - 1):
        end = months_later(published, side * count * _MONTHS[unit]).isoformat()[:7]
    else:
        return NO_DATE
    return f"{published.isoformat()}/{end}" if side > 0 else f"{end}/{published.isoformat()}"


def read_unit(words: Words, published: date) -> str | None:
    """Read "last week", "earlier this year", "the end of the month"."""
    unit, shift = words.unit(), words.shift()
    if words.letters == "TU" and unit != "weekend":
        return NO_DATE
    if unit == "week":
        first, last = week(published, shift)
        if shift == 0:
            side = words.direction()
            first = published if words.value("B") == "1" else first
            last = published if words.value("B") == "-1" or (side is Direction.PAST and first < published) else last
        return _interval(first, last)
    if unit == "weekend":
        return _weekend(words, published, shift)
    if unit == "day":
        return (published + timedelta(days=shift)).isoformat() if shift else NO_DATE
    return _months_from(published, unit, shift)


def _weekend(words: Words, published: date, shift: int) -> str | None:
    saturday = week(published, min(shift, 0))[0] + timedelta(days=5)
    if shift > 0:
        saturday = week(published, int(published.weekday() >= 5))[0] + timedelta(days=5)
    elif shift == 0 and published < saturday and words.direction() is Direction.PAST:
        saturday -= timedelta(days=7)
    return _interval(saturday, saturday + timedelta(days=1))


def _away(unit: str, published: date, count: int) -> str | None:
    if unit == "day":
        return (published + timedelta(days=count)).isoformat()
    if unit == "week":
        return _interval(*week(published, count))
    if unit in ("decade", "century"):  # nobody counts these from their first year
        year = published.year + count * _MONTHS[unit] // 12
        return f"{year:04d}~" if 0 < year < 9999 else NO_DATE
    return _months_from(published, unit, count)


def _months_from(day: date, unit: str, count: int) -> str | None:
    """Give the month, quarter, year, decade or century that is so many of them later than a day's."""
    if unit not in _MONTHS:
        return NO_DATE
    months = _MONTHS[unit] * count
    if not 1 <= day.year + months // 12 < 9999:
        return NO_DATE
    then = months_later(day, months)
    if unit == "quarter":
        first = then.month - (then.month - 1) % 3
        return f"{edtf_month(then.year, first)}/{edtf_month(then.year, first + 2)}"
    length = {"month": 7, "year": 4, "decade": 3, "century": 2}[unit]
    return then.isoformat()[:length].ljust(4, "X")


def _vague(words: Words, published: date, side: int) -> str | None:
    """Read "within days": from publication to the month in which the next larger unit would be the word for it."""
    days = _VAGUE_DAYS.get(words.unit())
    if days is None:
        return None
    end = (published + timedelta(days=side * days)).isoformat()[:7]
    return f"{published.isoformat()}/{end}" if side > 0 else f"{end}/{published.isoformat()}"


def _interval(first: date, last: date) -> str:
    return f"{first.isoformat()}/{last.isoformat()}" if first < last else first.isoformat()
