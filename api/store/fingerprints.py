"""Fingerprints: numbers that two texts share when one is a copy of the other, so that an index finds copies.

Of the hashes of all runs of five words, the least of each of many bins is kept: texts have as many of them alike as
they have runs in common (one-permutation MinHash). Two at a time they are hashed to bands; one band alike makes two
texts worth comparing. A bin that a short text leaves empty makes no band.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from api.store import tables
from api.store.words import MOST_INDEXED

#: Words of a run.
_RUN = 5
#: With two of 48 bins to a band, of two texts that have half of their runs in common 99.9 % share a band, of those that
#: have a fiftieth in common 1 %.
_BANDS, _BINS_OF_A_BAND = 24, 2
#: A text of fewer runs says too little: a caption or a headline may be another one's by chance.
_FEWEST_RUNS = 30
#: So many articles are looked at of those that have a band: of a notice that is printed every day there are thousands.
_MOST_OF_A_BAND = 20

_WORD = re.compile(r"\w+")


def runs_of(text: str) -> set[int]:
    """List the hashes of all runs of words of a text; none of a text that is too short to tell."""
    words = _WORD.findall(text.casefold())[:MOST_INDEXED]
    found = {_hash(" ".join(words[at : at + _RUN]).encode()) for at in range(len(words) - _RUN + 1)}
    return found if len(found) >= _FEWEST_RUNS else set()


def bands_of(text: str) -> list[int]:
    """List the bands of a text, 64-bit signed integers, in order."""
    bins = _BANDS * _BINS_OF_A_BAND
    least: dict[int, int] = {}
    for run in sorted(runs_of(text), reverse=True):
        least[run % bins] = run
    return sorted(set(_hash_bands(least)))


def fingerprints_of(article: str, text: str) -> list[dict[str, object]]:
    """List the rows of `tables.fingerprints` of an article."""
    return [{"band": band, "article_id": article} for band in bands_of(text)]


def find_alike(session: Session, bands: Sequence[int], most: int) -> list[str]:
    """List articles that share a band with a text, those that share the most first."""
    if not bands:
        return []
    rows = tables.fingerprints
    looked_up = (
        select(select(rows.c.article_id).where(rows.c.band == band).limit(_MOST_OF_A_BAND).subquery()) for band in bands
    )
    shared = Counter(session.execute(union_all(*looked_up)).scalars())
    return [id_ for _, id_ in sorted((-number, id_) for id_, number in shared.items())[:most]]


def source_of(session: Session, article: str) -> str | None:
    """Tell what an article counts as: itself, or the story that it is a copy of; None of one that is not there."""
    articles = tables.articles
    source: str | None = session.execute(select(articles.c.source_id).where(articles.c.id == article)).scalar()
    return source


def _hash_bands(least: dict[int, int]) -> Iterator[int]:
    for band in range(_BANDS):
        bins: Iterable[int] = range(band * _BINS_OF_A_BAND, (band + 1) * _BINS_OF_A_BAND)
        values = [least[at] for at in bins if at in least]
        if len(values) == _BINS_OF_A_BAND:
            yield _hash(repr((band, *values)).encode())


def _hash(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), signed=True)
