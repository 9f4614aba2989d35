"""Documents: what of a web page is its article, and what the page tells of that."""

from __future__ import annotations

import pytest

from api.extraction import UnreadableError
from api.extraction.documents import read_html

PARAGRAPHS = (
    "The ministers met in Geneva on Monday and agreed to go on with the talks, officials said.",
    "“We are not there yet,” the minister of one of the countries said after the meeting.",
    "They will meet again in a month, at the invitation of the Swiss government.",
)
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)


def page(body: str = BODY, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body><nav><a href=/>Home</a></nav>{body}</body></html>"


def test_the_text_of_a_page_is_its_paragraphs_a_line_each() -> None:
    assert read_html(page())["source"].splitlines() == list(PARAGRAPHS)


def test_a_part_of_a_page_is_read_too() -> None:
    assert read_html(BODY)["source"].splitlines() == list(PARAGRAPHS)


def test_what_the_page_says_of_its_article_is_taken_over() -> None:
    head = (
        '<meta property="og:title" content="Ministers  met &amp; agreed"><meta property="og:site_name" content="P">'
        '<meta name="author" content="Ann Other"><meta property="article:published_time" content="2024-03-05T23:30Z">'
    )
    told = read_html(page(head=head))
    assert (told["title"], told["publisher"], told["authors"]) == ("Ministers met & agreed", "P", ["Ann Other"])
    assert told["published_at"] == {"edtf": "2024-03-05"}


def test_what_the_page_does_not_say_is_not_guessed() -> None:
    told = read_html(page(f"{BODY}<footer>Copyright 2019</footer><p>On 3 May 2018 they had met before.</p>"))
    assert (told["authors"], told["publisher"], told["published_at"]) == ([], None, None)


@pytest.mark.parametrize("html", ["", " ", "<html></html>", page(""), "<p>…</p>", "<script>let a = 'text'</script>"])
def test_a_page_without_text_is_refused(html: str) -> None:
    with pytest.raises(UnreadableError, match="no text"):
        read_html(html)


def test_a_page_of_far_too_many_parts_is_not_read() -> None:
    with pytest.raises(UnreadableError, match="more than 50,000 tags"):
        read_html("<p>They met.</p>" * 30_000)


def test_characters_that_no_text_has_do_not_harm() -> None:
    told = read_html(page(f"<p>{PARAGRAPHS[0]}\x00\x0b\x1b[31m {PARAGRAPHS[1]}</p>"))
    assert not {"\x00", "\x0b", "\x1b"} & set(told["source"])
