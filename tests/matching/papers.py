"""Papers that tell of one meeting: sheets as a program drafts them, without ids of facts."""

from __future__ import annotations

from typing import Any

from tests.ingest.sheets import Sheet, actor, event, sheet_of

ACTORS = [actor(name, kind="country") for name in ("alba", "borduria", "celtia")]
PARTS = [
    {"actor": "alba", "role": "host", "named_as": "Alba"},
    {"actor": "borduria", "role": "participant", "named_as": "Borduria"},
]
MONDAY = {"edtf": "2030-01-07", "text": "Monday"}
WORDS = "On Monday, Alba received Borduria for talks on the canal"
#: The same words in another order: a second source that needs nobody's decision.
AGAIN = "Alba received Borduria for talks on the canal on Monday"
#: What can only be asked about: the words are other ones.
ALIKE = "Alba played host to Borduria on Monday, with the canal on the table"
DENIED = "On Monday, Alba did not receive Borduria for talks on the canal"


def met(words: str = WORDS, **more: Any) -> Sheet:
    """Draft the meeting, as some words tell it."""
    return event(words, **{"type": "consult", "actors": PARTS, "date": MONDAY} | more)


def paper(name: str, *events: Sheet, day: str | None = "2030-01-08", **more: Any) -> Sheet:
    """Make the article of a paper that tells some events in so many words."""
    text = " ".join(f"{span['exact']}." for each in events for span in each["evidence"])
    about = {"publisher": name.capitalize(), "published_at": day and {"edtf": day}, **more.pop("about", {})}
    return sheet_of(f"{text} So {name} writes.", *events, article=name, about=about, actors=ACTORS, **more)
