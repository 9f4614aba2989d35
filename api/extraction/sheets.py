"""The fact sheet of a story that has been read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from api.extraction.confidence import confidence
from api.extraction.registry import shipped
from api.extraction.story import Dating, Draft, Story
from api.version import VERSION

#: Who drafted it: the version is that of the rules, which change with the product.
GENERATOR = {"name": "newsfacts", "version": VERSION}


def write_sheet(article: Mapping[str, Any], story: Story) -> dict[str, Any]:
    """Write down what was found in a story as a fact sheet about its article: every quotation with its offset."""
    drafts = story.events, story.proposals, story.statements
    return {
        "article": dict(article),
        "actors": [dict(each) for each in _named(story, [each for kind in drafts for each in kind])],
        "events": [_fact(story, each) for each in story.events],
        "proposals": [_fact(story, each) for each in story.proposals],
        "statements": [_fact(story, each) for each in story.statements],
        # What is stored of an actor is somebody's work: a draft adds to it and overwrites nothing.
        "on_conflict": "keep",
    }


def _fact(story: Story, draft: Draft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "date": draft.dating and _date(story, draft.dating),
        "actors": [
            {"actor": part.actor, "role": part.role, "named_as": part.named_as and story.words(part.named_as)}
            for part in draft.parts
        ],
        "places": [{"name": each.name, "country_code": each.country_code} for each in draft.places],
        "quantities": [
            {"value": each.value, "unit": each.unit, "qualifier": each.qualifier, "text": story.words(each.span)}
            for each in draft.quantities
        ],
        "evidence": [{"exact": story.words(span), "start": span.start} for span in draft.evidence],
        "review": {"status": "pending", "confidence": confidence(draft), "generator": GENERATOR},
        **draft.values,
    }


def _date(story: Story, dating: Dating) -> dict[str, Any]:
    return {"edtf": dating.edtf, "text": story.words(dating.span)}


def _named(story: Story, drafts: Iterable[Draft]) -> list[Mapping[str, Any]]:
    """Choose the actors that facts name, and the organisations that these are members of."""
    waiting = [part.actor for draft in drafts for part in draft.parts if part.actor]
    chosen: dict[str, Mapping[str, Any]] = {}
    while waiting:
        id_ = waiting.pop()
        # One that is in neither was found in the store, and is there already.
        actor = story.actors.get(id_) or shipped().actors.get(id_)
        if actor and id_ not in chosen:
            chosen[id_] = actor
            waiting += actor.get("member_of", ())
    return [chosen[id_] for id_ in sorted(chosen)]
