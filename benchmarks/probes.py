"""The questions that stores of different sizes are asked: the same ones, with as long an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from urllib.parse import urlencode

import orjson

from benchmarks.archive import DAYS, FIRST_DAY, Archive, Maker
from benchmarks.heaps import Heap
from benchmarks.load import Request
from benchmarks.servers import Server

MEANINGS = {
    "get": "one fact by its id; 5,000 ids from all of the store",
    "page": "50 facts of all by a cursor, pages 2 to 21",
    "page 1": "the newest 50 facts of all",
    "page 1,000": "page 1,000 of the same, by its cursor; in stores that have one",
    "range": "the newest 50 facts of an actor within three years, one of the actors that are named most",
    "search": "the newest 50 facts with a word",
    "count": "a capped count of an actor's facts within three years, the same actors",
    "count of two": "a capped count of an actor's facts of a kind, the same actors",
    "facet": "counts of all facts, or of an actor's, by kind, type, country and month",
}
PAGE = 50
_DEEP, _PAGES = 1_000, 21
_DRAWN, _FREQUENT = 200, 10
_SPAN = timedelta(days=3 * 365)
_COUNTED = {"count": "estimate", "limit": 1}


@dataclass(frozen=True)
class Common:
    """What all stores are asked alike: paths by question."""

    paths: dict[str, list[str]]


def draw(server: Server, heap: Heap) -> Common:
    """Draw questions, and keep those that the smallest store has a full page for, if there are any."""
    random = Random(heap.facts)
    actors = [actor["id"] for actor in Maker(Archive(heap.facts)).actors[:_FREQUENT]]
    days = [FIRST_DAY + timedelta(days=random.randrange(DAYS - _SPAN.days)) for _ in range(_DRAWN)]
    ranges = [{"actor": random.choice(actors), "date_from": day, "date_to": day + _SPAN} for day in days]
    words = {word.lower() for fact in heap.sample() for word in fact["title"].split() if word.isalpha()}
    searches = [{"q": word, "resource": "fact"} for word in sorted(words) if word.isascii() and len(word) > 3]
    random.shuffle(searches)
    kinds = [{"actor": actor, "kind": kind} for actor in actors for kind in ("event", "statement")]
    properties = ("kind", "type", "country", "month")
    return Common(
        {
            "range": _full(server, [_path("/v1/facts", {**each, "limit": PAGE}) for each in ranges]),
            "search": _full(server, [_path("/v1/search", {**each, "limit": PAGE}) for each in searches[: 3 * _DRAWN]]),
            "count": [_path("/v1/facts", {**each, **_COUNTED}) for each in ranges],
            "count of two": [_path("/v1/facts", {**each, **_COUNTED}) for each in kinds],
            "facet": [
                *(_path("/v1/facts/counts", {"by": by}) for by in properties),
                *(_path("/v1/facts/counts", {"by": by, "actor": actor}) for by in properties for actor in actors),
            ],
        }
    )


def requests(server: Server, heap: Heap, common: Common) -> dict[str, list[Request]]:
    """Give what a store is sent, by question."""
    pages = list(_pages(server))
    paths = {"get": [f"/v1/facts/{fact['id']}" for fact in heap.sample()], "page 1": pages[:1], **common.paths}
    paths["page"] = pages[1:_PAGES] or pages
    if len(pages) == _DEEP:
        paths["page 1,000"] = pages[-1:]
    return {question: [(path, "") for path in own] for question, own in paths.items()}


def _full(server: Server, paths: Sequence[str]) -> list[str]:
    full = [path for path in paths if len(_items(server, path)) == PAGE]
    return (full or list(paths))[:_DRAWN]


def _items(server: Server, path: str) -> list[object]:
    status, _, body = server.get(path)
    if status != 200:
        raise RuntimeError(f"{path}: {status} {body[:300]!r}")
    items: list[object] = orjson.loads(body)["items"]
    return items


def _pages(server: Server) -> Iterator[str]:
    """Walk through the pages of the list of all facts that are full."""
    first = path = _path("/v1/facts", {"limit": PAGE})
    for _ in range(_DEEP):
        answer = orjson.loads(server.get(path)[2])
        if len(answer["items"]) < PAGE and path != first:
            return
        yield path
        if answer["next_cursor"] is None:
            return
        path = f"{first}&{urlencode({'cursor': answer['next_cursor']})}"


def _path(path: str, values: dict[str, object]) -> str:
    return f"{path}?{urlencode(values)}"
