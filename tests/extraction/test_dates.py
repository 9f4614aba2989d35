"""Dates as they are read: words of an article and its day of publication in, EDTF out."""

from __future__ import annotations

from datetime import date

import pytest

from api.extraction import STEPS
from api.extraction.story import Story
from api.ingest.dates import bounds

WEDNESDAY = date(2022, 1, 26)


def read(text: str, published: date | None = WEDNESDAY) -> list[tuple[str, str | None]]:
    """Give the dates of a text: the words, and what they mean."""
    story = Story(text, published)
    for step in ("segment", "parse", "dates"):
        STEPS[step](story)
    for dating in story.datings:
        assert bounds(dating.edtf) if dating.edtf else True
    return [(story.words(dating.span), dating.edtf) for dating in story.datings]


@pytest.mark.parametrize(
    "text, words, edtf",
    [
        ("The ministers met on Wednesday.", "Wednesday", "2022-01-26"),
        ("The ministers met on Thursday.", "Thursday", "2022-01-20"),
        ("The ministers will meet on Thursday.", "Thursday", "2022-01-27"),
        ("The ministers agreed to meet on Monday.", "Monday", "2022-01-31"),
        ("The ministers were forced to leave on Monday.", "Monday", "2022-01-24"),
        ("A hearing is scheduled for Friday.", "Friday", "2022-01-28"),
        ("The minister resigned last Wednesday.", "last Wednesday", "2022-01-19"),
        ("The minister arrives next Tuesday.", "next Tuesday", "2022-02-01"),
        ("The court ruled late Monday.", "late Monday", "2022-01-24"),
        ("The court ruled on Monday morning.", "Monday morning", "2022-01-24"),
        ("The court ruled on Friday of last week.", "Friday of last week", "2022-01-21"),
    ],
)
def test_weekday_follows_the_tense(text: str, words: str, edtf: str) -> None:
    assert read(text) == [(words, edtf)]


@pytest.mark.parametrize(
    "text, words, edtf",
    [
        ("The bridge fell today.", "today", "2022-01-26"),
        ("The bridge fell yesterday.", "yesterday", "2022-01-25"),
        ("The bridge opens tomorrow morning.", "tomorrow morning", "2022-01-27"),
        ("The king speaks tonight.", "tonight", "2022-01-26"),
        ("The bridge fell last night.", "last night", "2022-01-25"),
        ("The bridge fell last week.", "last week", "2022-01-17/2022-01-23"),
        ("Three ships arrived this week.", "this week", "2022-01-24/2022-01-26"),
        ("The bridge will open next week.", "next week", "2022-01-31/2022-02-06"),
        ("The bridge fell last weekend.", "last weekend", "2022-01-22/2022-01-23"),
        ("The bridge fell last month.", "last month", "2021-12"),
        ("The bridge will open next year.", "next year", "2023"),
        ("The bridge fell two weeks ago.", "two weeks ago", "2022-01-10/2022-01-16"),
        ("The bridge fell three days ago.", "three days ago", "2022-01-23"),
        ("The bridge fell 20 years ago.", "20 years ago", "2002"),
        ("The bridge fell a decade ago.", "a decade ago", "2012~"),
        ("The bridge will open in two months.", "in two months", "2022-03"),
        ("Prices have doubled over the past two years.", "the past two years", "2020-01/2022-01-26"),
        ("The bridge could fall within days.", "within days", "2022-01-26/2022-02"),
        ("Help would come in the days to come.", "in the days to come", "2022-01-26/2022-02"),
        ("Attacks grew in recent weeks.", "in recent weeks", "2021-11/2022-01-26"),
        ("The bridge fell last summer.", "last summer", "2021-22"),
    ],
)
def test_time_told_from_today(text: str, words: str, edtf: str) -> None:
    assert read(text) == [(words, edtf)]
    assert read(text, None) == [(words, None)], "without a day of publication it is not known"


@pytest.mark.parametrize(
    "text, words, edtf",
    [
        ("The bridge fell on January 25, 2022.", "January 25, 2022", "2022-01-25"),
        ("The bridge fell on 25 January 2022.", "25 January 2022", "2022-01-25"),
        ("The bridge fell on the 25th of January 2022.", "the 25th of January 2022", "2022-01-25"),
        ("The bridge fell on Jan. 25, 2022.", "Jan. 25, 2022", "2022-01-25"),
        ("The bridge fell on 2022-01-25.", "2022-01-25", "2022-01-25"),
        ("The bridge fell in 2014.", "2014", "2014"),
        ("The bridge fell in early 2021.", "early 2021", "2021"),
        ("The bridge was built in the 1990s.", "the 1990s", "199X"),
        ("The bridge was built in the mid-1990s.", "the mid-1990s", "199X"),
        ("The bridge fell in October 2021.", "October 2021", "2021-10"),
        ("The bridge fell in the spring of 2014.", "the spring of 2014", "2014-21"),
        ("Exports fell in the first quarter of 2020.", "the first quarter of 2020", "2020-01/2020-03"),
        ("The war of 1941-45 was long.", "1941-45", "1941/1945"),
        ("The bridge fell on 9/11.", "9/11", "2001-09-11"),
    ],
)
def test_date_with_its_year_needs_no_publication(text: str, words: str, edtf: str) -> None:
    assert read(text) == [(words, edtf)]
    assert read(text, None) == [(words, edtf)]


@pytest.mark.parametrize(
    "text, words, edtf",
    [
        ("The bridge fell on Jan. 25.", "Jan. 25", "2022-01-25"),
        ("The bridge fell on 30 March.", "30 March", "2021-03-30"),
        ("The bridge will open on 30 January.", "30 January", "2022-01-30"),
        ("The bridge will open on 3 November.", "3 November", "2022-11-03"),
        ("The bridge fell last Oct. 23.", "last Oct. 23", "2021-10-23"),
        ("The bridge fell in December.", "December", "2021-12"),
        ("The bridge will open in December.", "December", "2022-12"),
        ("The bridge fell last November.", "last November", "2021-11"),
        ("The bridge fell in October last year.", "October last year", "2021-10"),
        ("The bridge fell on Christmas Eve.", "Christmas Eve", "2021-12-24"),
        ("The family met on Thanksgiving.", "Thanksgiving", "2021-11-25"),
        ("The family will meet at Easter.", "Easter", "2022-04-17"),
        ("The bridge has been closed since December.", "since December", "2021-12/2022-01-26"),
    ],
)
def test_year_is_that_which_fits_the_tense(text: str, words: str, edtf: str) -> None:
    assert read(text) == [(words, edtf)]
    assert read(text, None)[0][1] is None


@pytest.mark.parametrize(
    "text, words, edtf",
    [
        ("The bridge was closed from March to May 2021.", "March to May 2021", "2021-03/2021-05"),
        ("The bridge was closed from November to January.", "November to January", "2021-11/2022-01"),
        ("The bridge was closed between 2014 and 2019.", "2014 and 2019", "2014/2019"),
        ("The court sat from Monday to Wednesday.", "Monday to Wednesday", "2022-01-24/2022-01-26"),
        ("The court sat on January 24-26, 2022.", "January 24-26, 2022", "2022-01-24/2022-01-26"),
    ],
)
def test_two_ends_are_one_stretch(text: str, words: str, edtf: str) -> None:
    assert read(text) == [(words, edtf)]


def test_later_days_are_counted_from_the_last_one_named() -> None:
    assert read("The bridge fell on 3 May 2019. Two days later, the mayor resigned. The next day a new one came.") == [
        ("3 May 2019", "2019-05-03"),
        ("Two days later", "2019-05-05"),
        ("The next day", "2019-05-06"),
    ]
    assert read("Three days earlier, the mayor resigned.") == []


@pytest.mark.parametrize(
    "text",
    [
        "We may march with them.",
        "Theresa May spoke to a 30-year-old woman.",
        "The workers march for hours a day.",
        "It cost $2014 and sold 1950 copies.",
        "He read the Sunday Times in room 2014.",
        "They spring into action and fall over.",
        "The bridge stood for 70 years.",
        "The dam broke 9999999 years ago.",
        "It was 31 February 2020-13-45.",
    ],
)
def test_other_words_are_no_dates(text: str) -> None:
    assert [edtf for words, edtf in read(text) if len(words) > len("February")] == []


def test_every_date_of_a_text_stands_where_it_says() -> None:
    text = "• On Monday, the court sat.\n\nWhy it matters: In 2019,  on 3  May, it did not — “not on Friday”."
    assert [words for words, _ in read(text)] == ["Monday", "2019", "3  May", "Friday"]
