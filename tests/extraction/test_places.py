"""Places: where a text says that it happened."""

from __future__ import annotations

import pytest

from api.extraction import STEPS
from api.extraction.story import Story


def places(text: str) -> list[tuple[str, str | None]]:
    """Give the places of a text and their countries."""
    story = Story(text)
    for step in ("segment", "parse", "actors", "places"):
        STEPS[step](story)
    found = story.locations
    assert all(story.words(each.span) == each.name for each in found)
    return [(each.name, each.country_code) for each in found]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("They met in Madrid on Monday.", [("Madrid", "ES")]),
        ("A ship sank near Rotterdam.", [("Rotterdam", "NL")]),
        ("Farmers marched in northern France.", [("northern France", "FR")]),
        ("The dam is in Smallville, Poland.", [("Smallville", "PL")]),
        ("Protests were held across Kenya.", [("Kenya", "KE")]),
        ("The army invaded Norway.", [("Norway", "NO")]),
        ("Snow fell in Siberia and the Middle East.", [("Siberia", "RU"), ("Middle East", None)]),
    ],
)
def test_places_are_named_as_in_the_text_with_their_country(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert places(text) == expected


@pytest.mark.parametrize(
    "text", ["Madrid rejected the offer.", "Kenya sent help.", "It was sold to Kenya.", "Talks with Madrid failed."]
)
def test_who_acts_is_no_place(text: str) -> None:
    assert places(text) == []
