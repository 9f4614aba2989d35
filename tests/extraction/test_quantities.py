"""Quantities as they are read: how many of what, how exactly, in the words of the article."""

from __future__ import annotations

from datetime import date

import pytest

from api.extraction import STEPS
from api.extraction.story import Story


def read(text: str) -> list[tuple[str, float, str, str]]:
    """Give the quantities of a text: the words, the value, the unit and the qualifier."""
    story = Story(text, date(2022, 1, 26))
    for step in ("segment", "parse", "dates", "quantities"):
        STEPS[step](story)
    return [(story.words(each.span), each.value, each.unit, each.qualifier) for each in story.countings]


@pytest.mark.parametrize(
    "text, words, value, unit",
    [
        ("Norway sent 8,500 Danish soldiers.", "8,500 Danish soldiers", 8500, "soldiers"),
        ("Norway sent five military helicopters.", "five military helicopters", 5, "helicopters"),
        ("Norway sent twenty-five riot police.", "twenty-five riot police", 25, "police"),
        ("Norway sent 32 officials and journalists.", "32 officials and journalists", 32, "officials and journalists"),
        ("Half a million people fled.", "Half a million people", 500_000, "people"),
        ("They sold 25m tonnes of grain.", "25m tonnes", 25_000_000, "tonnes"),
        ("They sold 3.5 million cubic metres of gas.", "3.5 million cubic metres", 3_500_000, "cubic metres"),
        ("The loan is worth $2.5 billion.", "$2.5 billion", 2_500_000_000, "USD"),
        ("The loan is worth £6.55bn.", "£6.55bn", 6_550_000_000, "GBP"),
        ("The loan is worth 10.4bn Swiss francs.", "10.4bn Swiss francs", 10_400_000_000, "CHF"),
        ("Exports fell by 40%.", "40%", 40, "percent"),
        ("Exports fell by 40 per cent.", "40 per cent", 40, "percent"),
        ("Support fell by three percentage points.", "three percentage points", 3, "percentage points"),
        ("They held an eight-hour meeting.", "eight-hour", 8, "hours"),
        ("They spoke to a 26-member council.", "26-member", 26, "members"),
        ("Its 100,000-strong troop presence worries us.", "100,000-strong troop presence", 100_000, "troops"),
        ("Three of the four vessels sank.", "Three of the four vessels", 3, "vessels"),
        ("The siege took two and a half years.", "two and a half years", 2.5, "years"),
        ("One person was killed.", "One person", 1, "person"),
    ],
)
def test_number_and_what_it_counts(text: str, words: str, value: float, unit: str) -> None:
    assert read(text) == [(words, value, unit, "exact")]


@pytest.mark.parametrize(
    "text, words, value, qualifier",
    [
        ("Around 5,000 troops came.", "Around 5,000 troops", 5000, "about"),
        ("Nearly 5,000 troops came.", "Nearly 5,000 troops", 5000, "about"),
        ("An estimated 100,000 troops came.", "An estimated 100,000 troops", 100_000, "estimated"),
        ("More than 40 troops came.", "More than 40 troops", 40, "at_least"),
        ("At least two troops came.", "At least two troops", 2, "at_least"),
        ("Up to 40 troops came.", "Up to 40 troops", 40, "at_most"),
        ("Fewer than 40 troops came.", "Fewer than 40 troops", 40, "at_most"),
        ("Some 300 troops or more came.", "Some 300 troops or more", 300, "about"),
        ("They saw 300 troops or more.", "300 troops or more", 300, "at_least"),
        ("Dozens of troops came.", "Dozens of troops", 24, "at_least"),
        ("Tens of thousands of troops came.", "Tens of thousands of troops", 20_000, "at_least"),
        ("Several hundred troops came.", "Several hundred troops", 200, "at_least"),
        ("More than a dozen troops came.", "More than a dozen troops", 12, "at_least"),
        ("They sent 20,000 to 30,000 troops.", "20,000 to 30,000 troops", 20_000, "at_least"),
        ("They sent 20 to 30 million troops.", "20 to 30 million troops", 20_000_000, "at_least"),
        ("They sent between 50 and 60 troops.", "between 50 and 60 troops", 50, "at_least"),
    ],
)
def test_words_that_loosen_a_number(text: str, words: str, value: float, qualifier: str) -> None:
    assert read(text) == [(words, value, "troops", qualifier)]


def test_bare_number_takes_up_what_was_counted_before() -> None:
    assert read("Two civilians were killed and seven wounded.") == [
        ("Two civilians", 2, "civilians", "exact"),
        ("seven", 7, "civilians", "exact"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "It happened on 25 January 2022, two weeks ago.",
        "A 30-year-old man, aged 30, was the second of his party.",
        "They won 3-1 at 7am.",
        "Call 555-0100, or come to 10 Downing Street.",
        "One of the ministers left, for one thing.",
        "Nord Stream 1 brings gas to G7 countries by F-16.",
        "More than one-third of their wheat is gone.",
        "They died 40 kilometre.",
        "There are 999999999999999999999999 stars.",
    ],
)
def test_other_numbers_are_no_quantities(text: str) -> None:
    assert read(text) == []
