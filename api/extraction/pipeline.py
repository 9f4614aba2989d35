"""The pipeline: what is done to an article, one step after the other.

Each step reads what those before it have found, and adds its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from api.extraction.actors import find_actors
from api.extraction.dates import find_dates
from api.extraction.events import read_events
from api.extraction.language import in_english
from api.extraction.model import load
from api.extraction.parsing import parse
from api.extraction.places import find_places
from api.extraction.proposals import read_proposals
from api.extraction.quantities import find_quantities
from api.extraction.refusal import UnreadableError
from api.extraction.registry import Registry
from api.extraction.segmenting import segment
from api.extraction.sheets import write_sheet
from api.extraction.statements import read_statements
from api.extraction.story import Story
from api.extraction.trimming import trim

#: Characters of the longest text that is read: some 60,000 words, in half a minute.
LONGEST = 400_000


def _segment(story: Story) -> None:
    story.segments = segment(story.text)


def _parse(story: Story) -> None:
    story.passages = parse(load(), story.text, story.segments)


def _places(story: Story) -> None:
    story.locations = find_places(story)


def _dates(story: Story) -> None:
    story.datings = find_dates(story)


def _quantities(story: Story) -> None:
    story.countings = find_quantities(story)


def _statements(story: Story) -> None:
    story.statements = read_statements(story)


def _events(story: Story) -> None:
    story.events = read_events(story)


def _proposals(story: Story) -> None:
    story.proposals = read_proposals(story)


STEPS: Mapping[str, Callable[[Story], None]] = {
    "segment": _segment,
    "parse": _parse,
    "actors": find_actors,
    "places": _places,
    "dates": _dates,
    "quantities": _quantities,
    "statements": _statements,
    "proposals": _proposals,
    "events": _events,
}


def extract(
    article: Mapping[str, Any], tell: Callable[[str], None] = lambda _: None, known: Registry | None = None
) -> dict[str, Any]:
    """Read an article and draft its facts; gives a fact sheet.

    `article` is that of a fact sheet. Its `text` is read as it is; where there is none, the story is found in its
    `source`. `tell` is called with the name of each step as it begins. `known` has the actors that are
    known by name; None is the registry that comes with the product. Raises UnreadableError for what has no story in
    it, and ModelError where extraction is not installed as it should be.
    """
    article = in_english(article if article.get("text") else _trimmed(article))
    story = Story(article["text"], _published(article), known)
    if len(story.text) > LONGEST:
        raise UnreadableError(
            f"The text has {len(story.text):,} characters, and no more than {LONGEST:,} are read as one article: "
            "send its parts as articles of their own."
        )
    for name, step in STEPS.items():
        tell(name)
        step(story)
    return write_sheet(article, story)


def _trimmed(article: Mapping[str, Any]) -> dict[str, Any]:
    """Find the story in the document as received."""
    source = article.get("source") or ""
    span = trim(source)
    if span.start == span.end:
        raise UnreadableError(
            "There is no story in it, only what a page says to its readers." if source.strip() else "It is empty."
        )
    return {**article, "text": source[span.start : span.end], "story_start": span.start}


def _published(article: Mapping[str, Any]) -> date | None:
    """Give the day of publication; None if it is not known to the day."""
    edtf = (article.get("published_at") or {}).get("edtf") or ""
    try:
        return date.fromisoformat(edtf[:10])
    except ValueError:
        return None
