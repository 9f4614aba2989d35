"""Copies: whether an article is a syndicated copy of one that is stored, told by its text."""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.store.fingerprints import bands_of, find_alike, runs_of, source_of
from api.store.known import load_texts

#: So many texts are compared word by word.
_COMPARED = 5
#: A copy has so much of the shorter text in common with it, and so much of both together: whoever prints a wire story
#: cuts its end and changes its beginning, while two articles that quote the same speech at length share far less.
_OF_THE_SHORTER, _OF_BOTH = 0.6, 0.3


def find_origin(session: Session, text: str) -> str | None:
    """Find the story that a new text is a copy of, as `origin_id` names it; None when it is like no stored text."""
    runs = runs_of(text)
    for id_ in find_alike(session, bands_of(text), _COMPARED):
        stored = load_texts(session, id_)
        if stored and _is_copy(runs, runs_of(stored.text)):
            return source_of(session, id_)
    return None


def _is_copy(one: set[int], other: set[int]) -> bool:
    shared = len(one & other)
    return shared >= _OF_THE_SHORTER * min(len(one), len(other)) and shared >= _OF_BOTH * len(one | other)
