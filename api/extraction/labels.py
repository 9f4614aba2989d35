"""Labels: a speaker's name and a colon in front of a line, as in headlines and transcripts."""

from __future__ import annotations

from collections.abc import Mapping

from api.extraction.cues import is_document_word
from api.extraction.sayings import Saying
from api.extraction.story import Part, Span, Story

_LONGEST = 80


def names_of(story: Story) -> dict[str, str]:
    """Give the actors of a story by what a label may call them: their names, and the last word of a person's."""
    names: dict[str, str] = {}
    for id_, actor in story.actors.items():
        for name in (actor["name"], *actor.get("aliases", ())):
            names[name.lower()] = id_
        if actor["kind"] == "person":
            names.setdefault(actor["name"].lower().split()[-1], id_)
    return names


def read_label(story: Story, at: int, names: Mapping[str, str]) -> Saying | None:
    """Read a line whose label, which its passage leaves out, names an actor or a document that says what follows."""
    span = story.passages[at].segment.span
    low = max(span.start - _LONGEST, 0)
    before = story.text[low : span.start].splitlines()
    label = before[-1].strip() if before else ""
    if not label.endswith(":"):
        return None
    name = label.removesuffix(":").strip()
    actor = names.get(name.lower())
    if actor is None and not is_document_word(name.lower()):
        return None
    start = story.text.rindex(name, low, span.start)
    speaker = Part("speaker", actor, Span(start, start + len(name)))
    return Saying(at, "label", [span], "indirect", label=speaker)
