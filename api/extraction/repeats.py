"""Repeats: one event told twice in a story is one draft."""

from __future__ import annotations

from api.extraction.story import Draft, SegmentKind, Span, Story

_MOST_EVIDENCE = 3


def without_repeats(drafts: list[Draft], weak: set[int]) -> list[Draft]:
    """Join drafts that tell the same, and drop the `weak` ones (by their place in the list) that add nothing.

    A mention in passing ("the invasion of Ukraine") or in a headline is weak.
    """
    kept: list[Draft] = []
    known: dict[tuple[object, ...], Draft] = {}
    told = {_gist(each) for at, each in enumerate(drafts) if at not in weak}
    for at, draft in enumerate(drafts):
        if at in weak and (_gist(draft) in told or _is_within(draft, drafts)):
            continue
        told.add(_gist(draft))
        key = _key(draft)
        same = known.get(key)
        if same is None or same.dating != draft.dating:
            known[key] = draft
            kept.append(draft)
        elif len(same.evidence) < _MOST_EVIDENCE:
            same.evidence = (*same.evidence, *draft.evidence)
    return kept


def _is_within(draft: Draft, drafts: list[Draft]) -> bool:
    """Tell whether the words of a longer draft of the same type tell it already."""
    span, type_ = draft.evidence[0], draft.values["type"]
    return any(each is not draft and each.values["type"] == type_ and each.evidence[0].covers(span) for each in drafts)


def in_headings(story: Story, spans: list[Span]) -> set[int]:
    """Say which spans, by their place in the list, stand in headings."""
    headings = [each.span for each in story.segments if each.kind is SegmentKind.HEADING]
    return {at for at, span in enumerate(spans) if any(each.covers(span) for each in headings)}


def _parties(draft: Draft) -> frozenset[tuple[str, str | None]]:
    return frozenset((each.role, each.actor) for each in draft.parts if each.role != "attributed_to")


def _gist(draft: Draft) -> tuple[object, ...]:
    return draft.values["type"], _parties(draft)


def _key(draft: Draft) -> tuple[object, ...]:
    parties = _parties(draft)
    if not parties or any(actor is None for _, actor in parties):
        return (id(draft),)
    return draft.title.casefold(), draft.values["type"], draft.values["modality"], parties
