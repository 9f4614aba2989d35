"""Dates: EDTF (ISO 8601-2) to the days that it spans."""

from __future__ import annotations

import re
from calendar import monthrange
from contextlib import redirect_stdout
from datetime import date, timedelta
from functools import lru_cache
from io import StringIO
from time import struct_time
from typing import Any

from api.ingest.refusal import Flaws, Path

Document = dict[str, Any]


#: A year, a month or a day, without anything else: nearly all dates are such.
_PLAIN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_NO_EDTF = "is not an EDTF date, such as 2022-01-26, 2022-01 or 2022-01-26/2022-01-28."


class NotADateError(ValueError):
    """A text is no EDTF, or is of a time that no calendar of ours reaches."""


@lru_cache(maxsize=10_000)
def bounds(edtf: str) -> tuple[str | None, str | None]:
    """Give the first and the last day that an EDTF date may mean, as ISO dates; None for an open end.

    Raises NotADateError for what is no EDTF, no day of the calendar, or outside the years 1 to 9999.
    """
    if plain := _plain_bounds(edtf):
        return plain
    if edtf != edtf.strip():
        raise NotADateError(f"{edtf!r} {_NO_EDTF}")
    if winter := re.fullmatch(r"(\d{4})-2[48]", edtf):  # the library's ends with December
        year = int(winter[1])
        try:
            return date(year, 12, 1).isoformat(), (date(year + 1, 3, 1) - timedelta(days=1)).isoformat()
        except ValueError as error:
            raise NotADateError(f"{edtf!r} is outside of the years 1 to 9999.") from error
    first, slash, last = edtf.partition("/")
    if slash and bool(first) != bool(last):  # an unknown end is as good as an open one
        return (bounds(first)[0], None) if first else (None, bounds(last)[1])
    # Its grammar takes memory and time to load, and few dates need it.
    from edtf import parse_edtf  # noqa: PLC0415
    from edtf.parser.edtf_exceptions import EDTFParseException  # noqa: PLC0415

    try:
        with redirect_stdout(StringIO()):  # the library prints what it could not read
            parsed: Any = parse_edtf(edtf)
        lower, upper = parsed.lower_strict(), parsed.upper_strict()
    except (EDTFParseException, ValueError, AttributeError, TypeError, OverflowError) as error:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", edtf):
            raise NotADateError(f"{edtf!r} is no day of the calendar.") from error
        raise NotADateError(f"{edtf!r} {_NO_EDTF}") from error
    earliest, latest = _day(lower, edtf), _day(upper, edtf)
    if earliest and latest and earliest > latest:
        raise NotADateError(f"{edtf!r} ends before it begins.")
    return earliest, latest


def read_date(new: Document | None, path: Path, text: str, flaws: Flaws) -> Document | None:
    """Make a date as it is stored out of one of a sheet, whose words must be in the text; None for an empty one."""
    if new is None or (new["edtf"] is None and new["text"] is None):
        return None
    if new["text"] is not None and new["text"] not in text:
        flaws.add((*path, "text"), "These words are not in the article.")
    earliest, latest = read_bounds(new["edtf"], (*path, "edtf"), flaws)
    return {"edtf": new["edtf"], "earliest": earliest, "latest": latest, "text": new["text"]}


def read_bounds(edtf: str | None, path: Path, flaws: Flaws) -> tuple[str | None, str | None]:
    """Give the bounds of an EDTF date of a sheet; what is none is noted as a flaw."""
    if edtf is None:
        return None, None
    try:
        return bounds(edtf)
    except NotADateError as error:
        flaws.add(path, str(error))
        return None, None


def _plain_bounds(edtf: str) -> tuple[str, str] | None:
    """Give the bounds of a plain year, month or day, or of an interval between two; None for all else."""
    spans = [_span(part) for part in edtf.split("/", 1)]
    first, last = spans[0], spans[-1]
    return (first[0], last[1]) if first and last and first[0] <= last[1] else None


def _span(edtf: str) -> tuple[str, str] | None:
    plain = _PLAIN.fullmatch(edtf)
    if plain is None:
        return None
    year, month, day = plain.groups()
    try:
        first = date(int(year), int(month or 1), int(day or 1))
    except ValueError:  # a season, or no day of the calendar
        return None
    if day:
        return edtf, edtf
    last_month = first.month if month else 12
    return first.isoformat(), date(first.year, last_month, monthrange(first.year, last_month)[1]).isoformat()


def _day(moment: Any, edtf: str) -> str | None:
    if not isinstance(moment, struct_time):  # an end that is open or unknown is an infinity
        return None
    try:
        return date(moment.tm_year, moment.tm_mon, moment.tm_mday).isoformat()
    except ValueError as error:
        raise NotADateError(f"{edtf!r} is no day of the calendar between the years 1 and 9999.") from error
