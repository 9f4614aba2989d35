"""Documents: the text of a web page, and what the page tells of the article on it."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

from api.extraction.refusal import UnreadableError

#: The longest line that a page may give, as in the schema of articles, and how many authors.
_LONGEST, _MOST_AUTHORS = 500, 50
#: The end of a sentence, in any script; and so many words are a text without one.
_END, _WORDS = re.compile("[.!?…。！？؟।]"), 25
#: No article needs a tenth of so many; reading a page takes ever longer for each.
_MOST_TAGS = 50_000
#: What a part of a page, such as what was copied out of it, has not; trafilatura reads nothing but pages.
_PAGE = re.compile(r"<(html|body)\b", re.IGNORECASE)
#: What only stands in the text of a page by mistake: a tab and line breaks are no control characters.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]")


def read_html(html: str, url: str | None = None) -> dict[str, Any]:
    """Read a web page; `url` is where it was.

    Gives what a fact sheet tells of an article, as far as the page tells it: its `source` (the text without the
    furniture of the page, a paragraph a line), `title`, `authors`, `publisher` and `published_at`. Raises
    UnreadableError for a page without text, or of far too many parts.
    """
    if html.count("<") > _MOST_TAGS:
        raise UnreadableError(f"This HTML has more than {_MOST_TAGS:,} tags: send the text of the article instead.")
    # Loading it takes a third of a second.
    found = import_module("trafilatura").bare_extraction(
        _CONTROLS.sub(" ", html if _PAGE.search(html) else f"<html><body>{html}</body></html>"),
        url=url,
        with_metadata=True,
        include_comments=False,
        # Captions, teasers and tables of links are no story.
        favor_precision=True,
        # Only what the page says is its date: any other is a guess.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    told: dict[str, Any] = found.as_dict() if found is not None else {}
    text = (told.get("text") or "").strip()
    if not _is_told(text):
        raise UnreadableError("There is no text in this HTML that could be an article.")
    authors = [name for each in (told["author"] or "").split(";") if (name := _line(each))]
    return {
        "source": text,
        "title": _line(told["title"]),
        "authors": authors[:_MOST_AUTHORS],
        "publisher": _line(told["sitename"]),
        "published_at": {"edtf": told["date"]} if told["date"] else None,
    }


def _is_told(text: str) -> bool:
    """Tell a text from the labels of a page that has none: it has a sentence in it, or many words."""
    return len(text.split()) >= _WORDS or (_END.search(text) is not None and any(each.isalpha() for each in text))


def _line(text: str | None) -> str | None:
    """Make one line of a text; None of an empty one."""
    return " ".join((text or "").split())[:_LONGEST] or None
