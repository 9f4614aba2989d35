"""Actors: who is named in a text, in which words, and who is meant."""

from __future__ import annotations

from datetime import date

import pytest

from api.extraction import STEPS
from api.extraction.story import Story


def read(text: str, published: date | None = date(2022, 3, 1)) -> Story:
    """Read a text as far as its actors."""
    story = Story(text, published)
    for step in ("segment", "parse", "actors"):
        STEPS[step](story)
    return story


def meant(text: str, published: date | None = date(2022, 3, 1)) -> dict[str, str | None]:
    """Give whom each naming phrase of a text means; of one that stands there twice, the last."""
    story = read(text, published)
    return {story.words(each.span): each.actor for each in story.mentions}


NAMES = [
    ("The U.S. and France signed it.", {"The U.S.": "united-states", "France": "france"}),
    ("They told us that the UK would sign.", {"the UK": "united-kingdom"}),
    (
        "Officials of the World Health Organisation agreed.",
        {"the World Health Organisation": "world-health-organization"},
    ),
    ("Nato welcomed it, and so did Erdogan.", {"Nato": "nato", "Erdogan": "recep-tayyip-erdogan"}),
    ("Lithuania's demands were met.", {"Lithuania": "lithuania"}),
    ("The German ships sailed on.", {"German": "germany"}),
    ("Chancellor Angela Merkel left.", {"Chancellor Angela Merkel": "angela-merkel"}),
    (
        "Polish Interior Minister Jan Nowak left the room.",
        {"Polish": "poland", "Polish Interior Minister Jan Nowak": "jan-nowak"},
    ),
    (
        "The German chancellor, Olaf Scholz, agreed.",
        {"The German chancellor, Olaf Scholz": "olaf-scholz", "Olaf Scholz": "olaf-scholz"},
    ),
]


@pytest.mark.parametrize("text, expected", NAMES)
def test_a_name_means_whom_the_registry_knows_by_it_or_a_new_draft(text: str, expected: dict[str, str]) -> None:
    assert expected.items() <= meant(text).items()


CAPITALS = [
    ("Madrid rejected the offer.", {"Madrid": "spain"}),
    ("The talks between Madrid and Rabat failed.", {"Madrid": "spain", "Rabat": "morocco"}),
    ("The offer was handed to the Kremlin.", {"the Kremlin": "russia"}),
    ("They met in Madrid.", {}),
    ("Madrid's mayor opened the bridge.", {}),
    ("They visited Madrid.", {}),
]


@pytest.mark.parametrize("text, expected", CAPITALS)
def test_a_capital_means_the_government_only_where_it_acts(text: str, expected: dict[str, str]) -> None:
    assert {words: actor for words, actor in meant(text).items() if actor in ("spain", "morocco", "russia")} == expected


def test_a_surname_may_begin_with_small_words() -> None:
    assert meant("Mayor Piet van Dalen spoke.\n\nVan Dalen said little.")["Van Dalen"] == "piet-van-dalen"


def test_a_surname_means_whom_everybody_means_by_it_among_those_named() -> None:
    assert meant("Melania Trump met Donald Trump. Trump smiled.")["Trump"] == "donald-trump"


@pytest.mark.parametrize("text", ["President Ann Clinton left.", "West Street is closed."])
def test_a_known_word_in_a_name_is_not_taken_for_all_of_it(text: str) -> None:
    assert not {"bill-clinton", "hillary-clinton", "western-countries"} & set(meant(text).values())


AT_HOME = [
    ("The U.S. waited until the Senate agreed.", {"the Senate": "us-senate"}),
    ("Italy waited until the Senate agreed.", {"the Senate": "senate"}),
    ("The U.S. waited until the Italian Senate agreed.", {"Italian": "italy", "the Italian Senate": None}),
]


@pytest.mark.parametrize("text, expected", AT_HOME)
def test_a_body_known_at_home_by_a_common_word_is_meant_only_there(text: str, expected: dict[str, str]) -> None:
    found = meant(text)
    assert {words: found.get(words) for words in expected} == expected
    assert ("us-senate" in found.values()) == ("us-senate" in expected.values())


GROUPS = [
    ("Polish troops crossed the river.", {"Polish troops": "polish-armed-forces", "Polish": "poland"}),
    ("The Kenyan government resigned.", {"The Kenyan government": "kenya"}),
    ("Kenya's government resigned.", {"Kenya’s government": "kenya"}),
    ("NATO allies sent ships.", {"NATO allies": "nato-members", "NATO": "nato"}),
    ("U.S. citizens left.", {"U.S. citizens": "us-citizens"}),
    ("The American military left.", {"The American military": "us-armed-forces"}),
    ("Danish officials denied it.", {"Danish officials": "danish-officials"}),
]


@pytest.mark.parametrize("text, expected", GROUPS)
def test_people_and_bodies_are_told_by_whose_they_are(text: str, expected: dict[str, str]) -> None:
    assert expected.items() <= meant(text.replace("'", "’")).items()


def test_a_surname_means_whom_the_text_named_in_full() -> None:
    text = "Ingrid Vestergaard opened the meeting in Oslo.\n\nVestergaard said little."
    assert meant(text)["Vestergaard"] == "ingrid-vestergaard"


def test_a_surname_of_two_people_means_nobody() -> None:
    text = "Ingrid Vestergaard and Nils Vestergaard opened the meeting.\n\nVestergaard said little."
    assert meant(text)["Vestergaard"] is None


def test_an_acronym_means_what_the_text_says_it_is_short_for() -> None:
    found = meant("The Baltic Fishing Association (BFA) was founded in May.\n\nThe BFA has forty members.")
    assert found["The Baltic Fishing Association (BFA)"] == found["The BFA"] == "baltic-fishing-association"


POSITIONS = [
    ("The Ukrainian foreign minister agreed.", {"The Ukrainian foreign minister": "dmytro-kuleba"}),
    ("The president of France agreed.", {"The president of France": "emmanuel-macron"}),
    (
        "Secretary of State Antony Blinken called his Russian counterpart.",
        {"his Russian counterpart": "sergey-lavrov", "his": "antony-blinken"},
    ),
    ("Governor Mary Hill spoke. The governor left early.", {"The governor": "mary-hill"}),
]


@pytest.mark.parametrize("text, expected", POSITIONS)
def test_an_office_means_who_holds_it_that_day(text: str, expected: dict[str, str]) -> None:
    assert expected.items() <= meant(text).items()


UNCERTAIN = [
    ("The Ukrainian foreign minister agreed.", None),
    ("The Ukrainian foreign minister agreed.", date(1999, 1, 1)),
    ("Governor Mary Hill met Governor John Pond. The governor left early.", date(2022, 3, 1)),
    ("A governor agreed.", date(2022, 3, 1)),
]


@pytest.mark.parametrize("text, published", UNCERTAIN)
def test_an_office_that_many_may_hold_means_nobody(text: str, published: date | None) -> None:
    assert not {"The Ukrainian foreign minister", "The governor", "A governor"} & meant(text, published).keys()


PRONOUNS = [
    ("Angela Merkel arrived early. She said nothing.", {"She": "angela-merkel"}),
    ("Angela Merkel met Olaf Scholz. She said nothing, and he left.", {"She": "angela-merkel", "he": "olaf-scholz"}),
    ("Olaf Scholz met Emmanuel Macron. He said nothing.", {"He": "olaf-scholz"}),
    ("Mr. Reed and Mr. Long arrived. He said nothing.", {"He": None}),
    ("Olaf Scholz arrived. A man shouted. He was arrested.", {"He": None}),
    ("“Olaf Scholz must go,” a voter said. “He knows it.”", {"He": None}),
    ("Norway said it would sell its ships.", {"it": "norway", "its": "norway"}),
    (
        "Italian fishermen said they were ready, and Norwegian officials said they were not.",
        {"they": "norwegian-officials"},
    ),
]


@pytest.mark.parametrize("text, expected", PRONOUNS)
def test_a_pronoun_means_whom_the_text_leaves_no_doubt_about(text: str, expected: dict[str, str | None]) -> None:
    found = meant(text)
    assert {words: found.get(words) for words in expected} == expected


@pytest.mark.parametrize(
    "text", ["It is up to Norway to decide.", "Norway heard that it was raining.", "It seems that Norway lost."]
)
def test_it_may_mean_nobody(text: str) -> None:
    assert not {"It", "it"} & meant(text).keys()


def test_drafts_say_what_the_text_tells_of_them() -> None:
    story = read("Polish Interior Minister Jan Nowak met Володимир Шевчук and the Ålesund Harbour Company.")
    assert story.actors["jan-nowak"] == {
        "id": "jan-nowak",
        "name": "Jan Nowak",
        "kind": "person",
        "country_code": "PL",
        "positions": [{"title": "Interior minister", "organization": "Poland", "start": None, "end": None}],
    }
    assert all(id_.isascii() for id_ in story.actors)


def test_every_mention_quotes_the_text_and_knows_its_actor_and_its_head() -> None:
    text = "\n".join(each[0] for each in NAMES + CAPITALS + GROUPS + POSITIONS + PRONOUNS)
    story = read(text)
    assert len(story.mentions) > len(text.splitlines())
    for mention in story.mentions:
        passage = story.passages[mention.passage]
        assert passage.segment.span.covers(mention.span)
        assert mention.span.covers(passage.span(passage.doc[mention.head]))
        assert mention.actor is None or mention.actor in story.actors
