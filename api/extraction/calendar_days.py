"""Days of the calendar, and stretches of them, written in EDTF."""

from __future__ import annotations

from datetime import date, timedelta

#: EDTF's number of a season in the northern half of the world, and the month in which it begins.
SEASON_BEGINS = {21: 3, 22: 6, 23: 9, 24: 12}


def edtf_month(year: int, month: int) -> str:
    """Write a month; numbers of months below 1 or over 12 run into the years beside."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return f"{year:04d}-{month:02d}"


def week(day: date, weeks: int = 0) -> tuple[date, date]:
    """Give Monday and Sunday of a day's week, or of one so many weeks later."""
    monday = day - timedelta(days=day.weekday() - 7 * weeks)
    return monday, monday + timedelta(days=6)


def months_later(day: date, months: int) -> date:
    """Give the day so many months later; the last of that month where it has no such day."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return min(date(year, month, 1) + timedelta(days=day.day - 1), _last(year, month))


def day_in_year(rule: str, year: int) -> date:
    """Say when a holiday is: "12-25", "11 thursday 4" (the fourth in November; -1 the last) or "easter -2" (in days).

    A rule such as "2001-09-11" is of that year alone. ValueError if the year has no such day.
    """
    words = rule.split()
    if words[0] == "easter":
        return _easter(year) + timedelta(days=int(words[1]))
    if len(words) == 3:
        return _nth_weekday(year, int(words[0]), words[1], int(words[2]))
    return date.fromisoformat(rule if len(rule) == 10 else f"{year:04d}-{rule}")


def _last(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _nth_weekday(year: int, month: int, weekday: str, count: int) -> date:
    wanted = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday").index(weekday)
    if count < 0:
        last = _last(year, month)
        return last - timedelta(days=(last.weekday() - wanted) % 7 - 7 * (count + 1))
    first = date(year, month, 1)
    return first + timedelta(days=(wanted - first.weekday()) % 7 + 7 * (count - 1))


def _easter(year: int) -> date:
    """Give Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    moon = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (b % 4) + 2 * (c // 4) - moon - c % 4) % 7
    month, day = divmod(moon + weekday - 7 * ((a + 11 * moon + 22 * weekday) // 451) + 114, 31)
    return date(year, month, day + 1)
