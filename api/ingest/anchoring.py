"""Anchoring: finding the exact words of a quotation in a text, or saying why they cannot be found.

Offsets are Unicode code points, half open. A quotation is there to the letter or it is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

#: How many code points around a quotation are kept (W3C TextQuoteSelector).
CONTEXT = 32
#: How like a passage must be, from 0 to 1, to be named as the nearest one.
_LIKE = 0.6
#: Comparing everything with everything takes its time: longer quotations and texts are not compared.
_LONGEST_QUOTE, _LONGEST_TEXT = 2_000, 200_000
#: How many positions an error lists.
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Near:
    """The passage most like a quotation that is not there."""

    exact: str
    start: int
    end: int
    similarity: float


class NotAnchoredError(ValueError):
    """A quotation is not in the text, or is there more than once; the message says where to look."""


def occurrences(text: str, exact: str) -> Iterator[int]:
    """List every position at which some words stand; they may overlap."""
    at = text.find(exact)
    while at >= 0:
        yield at
        at = text.find(exact, at + 1)


def anchor(
    text: str,
    exact: str,
    prefix: str | None = None,
    suffix: str | None = None,
    start: int | None = None,
    *,
    suggest: bool = True,
) -> int:
    """Find the one position at which some words stand, told apart by what stands around them or by `start`.

    Raises NotAnchoredError when there is none or more than one; when there is none it may `suggest` what is most like.
    """

    def fits(at: int) -> bool:
        return (prefix is None or (text.startswith(prefix, at - len(prefix)) and at >= len(prefix))) and (
            suffix is None or text.startswith(suffix, at + len(exact))
        )

    if start is not None and text.startswith(exact, start) and fits(start):
        return start
    everywhere = list(occurrences(text, exact))
    if not everywhere:
        near = _nearest_sentence(text, exact) if suggest else ""
        raise NotAnchoredError(f"These words are not in the article.{near}")
    fitting = [at for at in everywhere if start is None and fits(at)]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise NotAnchoredError(
            f"These words stand at {_positions(everywhere)}, but not with this prefix, suffix or start."
        )
    raise NotAnchoredError(
        f"These words stand {len(fitting)} times, at {_positions(fitting)}: "
        "give a prefix, a suffix or the start of the one that is meant."
    )


def around(text: str, start: int, end: int) -> tuple[str, str]:
    """Give what stands right before and right after a span, CONTEXT code points each."""
    return text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]


def nearest(text: str, exact: str) -> Near | None:
    """Find the passage most like some words that are not there; None when nothing is like them."""
    if len(exact) > _LONGEST_QUOTE or len(text) > _LONGEST_TEXT or len(exact) > len(text):
        return None
    from rapidfuzz import fuzz  # noqa: PLC0415 (most processes never need it)

    found = fuzz.partial_ratio_alignment(exact, text, score_cutoff=_LIKE * 100)
    if found is None or found.dest_end <= found.dest_start:
        return None
    start, end = _whole_words(text, found.dest_start, found.dest_end)
    return Near(text[start:end], start, end, round(found.score / 100, 3))


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a passage to whole words, without the space around them."""
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    passage = text[start:end]
    return start + len(passage) - len(passage.lstrip()), end - len(passage) + len(passage.rstrip())


def _nearest_sentence(text: str, exact: str) -> str:
    near = nearest(text, exact)
    return f" The nearest are {near.exact!r}, at {near.start}." if near else ""


def _positions(starts: list[int]) -> str:
    listed = ", ".join(str(at) for at in starts[:_LISTED])
    return listed if len(starts) <= _LISTED else f"{listed} and {len(starts) - _LISTED} more places"
