"""Dates that are named: days, months, seasons and years, with the year or without it."""

from __future__ import annotations

from datetime import date

from api.extraction.calendar_days import SEASON_BEGINS, day_in_year, edtf_month
from api.extraction.date_forms import NO_DATE, Words
from api.extraction.lexicons import word_lists
from api.extraction.tenses import Direction

#: Of a day some months from now one gives the year, so that the nearer one counts more than the tense does.
_DAYS_OFF = 12


def read_iso(words: Words, _: date | None) -> str | None:
    """Read "2022-01-26"."""
    year, month, day = words.values[0], words.values[2], words.values[4]
    return _checked(f"{year}-{month:>02}-{day:>02}")


def read_day(words: Words, published: date | None) -> str | None:
    """Read "26 January", "Jan. 26, 2022", "Wednesday, Jan. 26"."""
    year = words.value("Y")
    rule = f"{words.number('M'):02d}-{words.number('d'):02d}"
    if year:
        return _checked(f"{year}-{rule}")
    return _in_nearest_year(rule, words, published)


def read_days(words: Words, published: date | None) -> str | None:
    """Read "January 24-30"."""
    first = read_day(words, published)
    last_day = [value for letter, value in zip(words.letters, words.values, strict=True) if letter == "d"][1]
    last = _checked(f"{first[:8]}{last_day:>02}") if first else None
    return f"{first}/{last}" if first and last and first < last else NO_DATE


def read_holiday(words: Words, published: date | None) -> str | None:
    """Read "Christmas Eve", "Thanksgiving 2021"."""
    rule, year = words.value("h") or "", words.value("Y")
    if len(rule) == len("2001-09-11"):
        return rule
    if year:
        return day_in_year(rule, int(year)).isoformat()
    return _in_nearest_year(rule, words, published)


def _in_nearest_year(rule: str, words: Words, published: date | None) -> str | None:
    """Choose the year of a day by the tense; without one, the nearest, the past before the future."""
    if published is None:
        return None
    days = []
    for year in range(published.year - 1, published.year + 2):
        try:
            days.append(day_in_year(rule, year))
        except ValueError:  # 29 February
            continue
    side = words.direction()
    distances = [(_distance((day - published).days, side, _DAYS_OFF), day) for day in days]
    return min(distances)[1].isoformat() if days else NO_DATE


def _distance(units: int, side: Direction, wrong: int = 100) -> int:
    """Weigh how far a time is from publication: so many times as far where the tense puts it on the other side."""
    if units > 0:
        return units * {Direction.PAST: wrong, Direction.FUTURE: 1, Direction.UNKNOWN: 4}[side]
    return -units * {Direction.PAST: 1, Direction.FUTURE: wrong, Direction.UNKNOWN: 1}[side]


def read_month(words: Words, published: date | None) -> str | None:
    """Read "December", "late last March", "January 2022", "April next year"."""
    month, year = words.number("M"), words.value("Y")
    if year:
        return edtf_month(int(year), month)
    if published is None:
        return None
    ahead = (month - published.month) % 12
    if words.has("U"):
        return edtf_month(published.year + words.shift(), month) if words.unit() == "year" else NO_DATE
    if words.has("H"):
        return edtf_month(published.year, month)
    if words.has("LX"):
        ahead = ahead or 12
        return edtf_month(published.year, published.month + (ahead if words.has("X") else (ahead % 12) - 12))
    side = words.direction()
    return edtf_month(
        published.year, published.month + min((ahead, ahead - 12), key=lambda each: _distance(each, side))
    )


def read_year(words: Words, _: date | None) -> str | None:
    """Read "2014", where it is no number of things."""
    token = words.token("Y")
    before, contexts = words.before(), word_lists("date_contexts.tsv")
    if before in contexts["before_no_year"] or not ("1900" <= token.text < "2100" or before in contexts["before_year"]):
        return NO_DATE
    counts = token.dep_ == "nummod" and token.head.tag_ == "NNS" and before not in contexts["before_year"]
    if counts and token.ent_type_ != "DATE":
        return NO_DATE
    return token.text


def read_years(words: Words, _: date | None) -> str | None:
    """Read "2014-15"."""
    first, last = words.values[0], words.values[2]
    return f"{first}/{first[:2]}{last}" if len(last) == 2 and last > first[2:] else NO_DATE


def read_decade(words: Words, _: date | None) -> str | None:
    """Read "the 1990s"."""
    return f"{words.value('D')}X"


def read_season(words: Words, published: date | None) -> str | None:
    """Read "last summer", "the spring of 2014"; the season by itself is none."""
    season, year = words.number("s"), words.value("Y")
    if year:
        return f"{year}-{season}"
    token = words.token("s")
    if not words.has("LXH") and not (
        words.has("T") and words.before() in word_lists("date_contexts.tsv")["before_year"]
    ):
        return NO_DATE
    if token.pos_ not in ("NOUN", "PROPN") or words.before() == "-":
        return NO_DATE
    if published is None:
        return None
    begun = -((published.month - SEASON_BEGINS[season]) % 12)
    if begun > -3:  # it goes on
        ahead = begun + 12 * words.shift()
    elif words.has("H"):
        ahead = min((begun, begun + 12), key=abs)
    else:
        side = words.direction()
        ahead = min((begun, begun + 12), key=lambda each: _distance(each, side))
    return f"{edtf_month(published.year, published.month + ahead)[:4]}-{season}"


def read_quarter(words: Words, published: date | None) -> str | None:
    """Read "the first quarter", "the second half of 2022"."""
    months = 6 if words.has("Q") else 3
    if not words.has("Q") and words.value("U") != "quarter":
        return NO_DATE
    count, year = words.number("q"), words.value("Y")
    first = 1 + (count - 1) * months if count > 0 else 13 - months
    if first > 12:
        return NO_DATE
    if not year and published is None:
        return None
    if not year and published:
        begun = first <= published.month or words.has("LXH") or words.direction() is Direction.FUTURE
        year = str(published.year + words.shift() - (not begun))
    return f"{edtf_month(int(year or 0), first)}/{edtf_month(int(year or 0), first + months - 1)}"


def _checked(edtf: str) -> str | None:
    """Pass a day of the calendar; what is none is no date."""
    try:
        return date.fromisoformat(edtf).isoformat()
    except ValueError:
        return NO_DATE
