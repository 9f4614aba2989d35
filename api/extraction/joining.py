"""Joining: the facts of a language model with those of the rules.

The same kind and evidence that meets make one fact: what the rules have found of it stays, the model fills the gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.extraction.answers import KINDS
from schemas.vocabulary import MODES_OF, EventType

Document = dict[str, Any]

#: As many facts of a kind as a fact sheet takes.
_MOST = 2000
_KEPT = frozenset({"title", "evidence", "review"})


def join(drafts: Sequence[Document], found: Sequence[Document], review: Document) -> tuple[list[Document], int, int]:
    """Join what a model has found of one kind to drafts of that kind.

    New facts bear a review of their own. Gives all facts, the number of new ones, and that of those which met a draft.
    """
    facts, met = [dict(draft) for draft in drafts], 0
    added: dict[tuple[Any, ...], Document] = {}
    for fact in found:
        at = _nearest(drafts, fact)
        if at is not None:
            facts[at] = _filled(facts[at], fact)
            met += 1
        else:
            added.setdefault(tuple((each["start"], each["exact"]) for each in fact["evidence"]), fact)
    new = [{**_fitting(fact), "review": dict(review)} for fact in added.values()][: max(_MOST - len(facts), 0)]
    return facts + new, len(new), met


def join_all(sheet: Document, found: dict[str, list[Document]], review: Document) -> tuple[Document, int, int]:
    """Join what a model has found of all kinds to a sheet; gives a new sheet, and the sums of `join`."""
    joined, added, met = dict(sheet), 0, 0
    for kind in KINDS:
        joined[kind], new, old = join(sheet.get(kind, ()), found[kind], review)
        added, met = added + new, met + old
    return joined, added, met


def _nearest(drafts: Sequence[Document], fact: Document) -> int | None:
    """Find the draft whose evidence has most characters in common with a fact's; None if none has any."""
    shared = [(_shared(draft, fact), -at) for at, draft in enumerate(drafts)]
    most, at = max(shared, default=(0, 0))
    return -at if most else None


def _shared(draft: Document, fact: Document) -> int:
    return sum(
        max(min(_end(one), _end(other)) - max(one["start"], other["start"]), 0)
        for one in draft["evidence"]
        for other in fact["evidence"]
    )


def _end(span: Document) -> int:
    return int(span["start"]) + len(span["exact"])


def _filled(draft: Document, fact: Document) -> Document:
    gaps = {name: value for name, value in fact.items() if name not in _KEPT and draft.get(name) in (None, [])}
    known = {(each["role"], each["named_as"]): each["actor"] for each in fact["actors"]}
    parts = [
        each if each["actor"] else {**each, "actor": known.get((each["role"], each["named_as"]))}
        for each in draft["actors"]
    ]
    return _fitting({**draft, "actors": parts, **gaps})


def _fitting(fact: Document) -> Document:
    """Leave the modes that the type of an event can have."""
    if "modes" not in fact:
        return fact
    possible = {mode.value for mode in MODES_OF[EventType.of(fact["type"])]}
    return {**fact, "modes": [mode for mode in dict.fromkeys(fact["modes"]) if mode in possible]}
