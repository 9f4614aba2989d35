"""What an EDTF date means, in days."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.ingest.dates import NotADateError, bounds

DATES = [
    ("2022-01-26", "2022-01-26", "2022-01-26"),
    ("2022-01", "2022-01-01", "2022-01-31"),
    ("2022-02", "2022-02-01", "2022-02-28"),
    ("2024-02", "2024-02-01", "2024-02-29"),
    ("2022", "2022-01-01", "2022-12-31"),
    ("0001", "0001-01-01", "0001-12-31"),
    ("9999-12-31", "9999-12-31", "9999-12-31"),
    # With a time of day.
    ("2022-01-26T23:30:00Z", "2022-01-26", "2022-01-26"),
    ("2022-01-26T10:00:00", "2022-01-26", "2022-01-26"),
    # Uncertain, approximate, both: the same days, said with less certainty.
    ("2022?", "2022-01-01", "2022-12-31"),
    ("2022-01~", "2022-01-01", "2022-01-31"),
    ("2022-01-26%", "2022-01-26", "2022-01-26"),
    ("2022-?01", "2022-01-01", "2022-01-31"),
    # Seasons, quarters, halves.
    ("2022-21", "2022-03-01", "2022-05-31"),
    ("2022-22", "2022-06-01", "2022-08-31"),
    ("2022-23", "2022-09-01", "2022-11-30"),
    ("2021-24", "2021-12-01", "2022-02-28"),
    ("0900-24", "0900-12-01", "0901-02-28"),
    ("2022-33", "2022-01-01", "2022-03-31"),
    ("2022-34", "2022-04-01", "2022-06-30"),
    ("2022-41", "2022-07-01", "2022-12-31"),
    # Unspecified digits.
    ("2022-01-XX", "2022-01-01", "2022-01-31"),
    ("2022-XX", "2022-01-01", "2022-12-31"),
    ("2022-XX-XX", "2022-01-01", "2022-12-31"),
    ("202X", "2020-01-01", "2029-12-31"),
    ("20XX", "2000-01-01", "2099-12-31"),
    ("1560-XX-25", "1560-01-25", "1560-12-25"),
    # Intervals, with ends that are open or unknown.
    ("2022-01-26/2022-01-28", "2022-01-26", "2022-01-28"),
    ("2022-01/2022-03", "2022-01-01", "2022-03-31"),
    ("2021/2022-01-26", "2021-01-01", "2022-01-26"),
    ("2022-01~/2022-03?", "2022-01-01", "2022-03-31"),
    ("2004-06-XX/2004-07-03", "2004-06-01", "2004-07-03"),
    ("2022-01-26/..", "2022-01-26", None),
    ("../2022-01-26", None, "2022-01-26"),
    ("2022-01-26/", "2022-01-26", None),
    ("/2022-01-26", None, "2022-01-26"),
    # Sets: from the first to the last.
    ("[2022-01-01,2022-01-03]", "2022-01-01", "2022-01-03"),
    ("{2022,2023}", "2022-01-01", "2023-12-31"),
]

NO_DATES = [
    "",
    " ",
    "Wednesday",
    "today",
    "2022-02-30",
    "2022-02-29",
    "2022-13",
    "2022-00",
    "2022-01-00",
    "2022-04-31",
    "2022-1-1",
    "20220126",
    "26.01.2022",
    "2022-W05",
    "2022-01-28/2022-01-26",
    "2022-01-26/2022-13",
    "2022-01-26/soon",
    "/",
    # A calendar of days has no place for these.
    "0000",
    "-0044-03-15",
    "Y12345",
    "99999-01-01",
    "9999-24",
    "0000-28",
    # Blanks belong to no date.
    "2022-01-26 ",
    " 2022-01-26",
    "2022-01-26\n",
    "２０２２-01-26",
]


@pytest.mark.parametrize("edtf, earliest, latest", DATES)
def test_an_edtf_date_spans_these_days(edtf: str, earliest: str | None, latest: str | None) -> None:
    assert bounds(edtf) == (earliest, latest)


@pytest.mark.parametrize("edtf", ["2021-24", "2021-28"])
def test_a_winter_is_longer_than_december(edtf: str) -> None:
    earliest, latest = bounds(edtf)
    assert (earliest, latest) == ("2021-12-01", "2022-02-28")


@pytest.mark.parametrize("text", NO_DATES, ids=repr)
def test_what_is_no_edtf_date_is_refused_by_name(text: str) -> None:
    with pytest.raises(NotADateError) as caught:
        bounds(text)
    assert repr(text) in str(caught.value)


def test_reading_a_date_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    bounds.cache_clear()
    with pytest.raises(NotADateError):
        bounds("2022-1X")
    assert capsys.readouterr() == ("", "")


@given(st.dates())
def test_every_day_spans_itself(day: date) -> None:
    assert bounds(day.isoformat()) == (day.isoformat(), day.isoformat())


@given(st.dates(), st.dates())
def test_every_interval_spans_its_ends(one: date, other: date) -> None:
    first, last = sorted((one.isoformat(), other.isoformat()))
    assert bounds(f"{first}/{last}") == (first, last)


#: What looks like a year, a month or a day, and may be in no calendar.
PLAIN = st.from_regex(r"[0-9]{4}(-[01][0-9](-[0-3][0-9])?)?", fullmatch=True)
REAL = st.builds(lambda day, size: day.isoformat()[:size], st.dates(), st.sampled_from([4, 7, 10]))


@settings(deadline=None)
@given(PLAIN | REAL)
def test_saying_that_a_date_is_uncertain_does_not_change_its_days(edtf: str) -> None:
    """Plain dates are read by a calendar of our own, all others by the library: they agree."""
    assert _read(edtf) == _read(f"{edtf}?")


@settings(deadline=None)
@given(REAL, REAL)
def test_saying_that_an_interval_is_uncertain_does_not_change_its_days(first: str, last: str) -> None:
    assert _read(f"{first}/{last}") == _read(f"{first}?/{last}?")


def _read(edtf: str) -> tuple[str | None, str | None] | str:
    try:
        return bounds(edtf)
    except NotADateError:
        return "refused"


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_is_refused(text: str) -> None:
    try:
        earliest, latest = bounds(text)
    except NotADateError:
        return
    assert not (earliest and latest) or date.fromisoformat(earliest) <= date.fromisoformat(latest)
