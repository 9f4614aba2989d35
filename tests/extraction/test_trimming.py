"""The story of a document: what a page says before and after it is left out, and every offset still counts."""

from __future__ import annotations

import pytest

from api.extraction import UnreadableError, extract

BEFORE = (
    "Sign up for our morning newsletter\n"
    "Get the latest news in your inbox. Subscribe now.\n"
    "Politics news worthy of your time\n"
    "Want a daily digest of the top Bergen news?\n"
    "Sign up for free.\n\n"
)
STORY = (
    "Norway and Sweden agree on a bridge\n\n"
    "Norway and Sweden agreed on Monday to build a bridge, both governments said.\n\n"
    "“It will stand for a hundred years,” said the Norwegian transport minister, Kari Dahl."
)
AFTER = "\n\nRead more: ten bridges to see before you die\nFollow us on social media\nAll rights reserved."


def read(source: str) -> dict[str, object]:
    article = extract({"publisher": "Example", "source": source})["article"]
    assert article["source"][article["story_start"] :].startswith(article["text"])
    return article["text"]


@pytest.mark.parametrize("before", ["", BEFORE])
@pytest.mark.parametrize("after", ["", AFTER])
def test_the_story_is_found_between_what_the_page_says(before: str, after: str) -> None:
    assert read(before + STORY + after) == STORY


def test_what_the_page_says_amid_the_story_stays_and_is_not_read() -> None:
    first, last = STORY.rsplit("\n\n", 1)
    source = f"{first}\n\n“Click here,” said the newsletter.\n\n{last}"
    sheet = extract({"publisher": "Example", "source": source})
    assert sheet["article"]["text"] == source
    assert "newsletter" not in str([fact["evidence"] for kind in ("events", "statements") for fact in sheet[kind]])


def test_a_story_that_speaks_of_newsletters_is_a_story() -> None:
    story = (
        "The publisher said on Tuesday that its newsletter had lost half of the readers who used to open it before "
        "breakfast, and that it would close the office in Oslo where twelve people write it.\n"
        "Nobody was surprised."
    )
    assert read(story) == story


def test_a_text_that_is_given_is_read_as_it_is() -> None:
    assert extract({"publisher": "Example", "text": BEFORE + STORY})["article"]["text"] == BEFORE + STORY


@pytest.mark.parametrize(
    "source, said",
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        (BEFORE, "no story"),
        ("Skip to content\n© 2026", "no story"),
        ("***\n---", "no story"),
    ],
)
def test_what_has_no_story_in_it_is_refused(source: str, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        extract({"publisher": "Example", "source": source})


def test_a_text_that_is_too_long_for_an_article_is_refused() -> None:
    with pytest.raises(UnreadableError, match="900,000 characters, and no more than 400,000"):
        extract({"publisher": "Example", "text": "The minister left. " * 47_368 + "The end."})
