"""Search over articles, actors and facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response

from api.protocol import cursors
from api.protocol.answers import page
from api.protocol.arguments import invalid_parameters
from api.protocol.operations import Operations
from api.store import searching
from api.store.documents import find_text
from api.store.opening import Store
from api.store.reading import Reader
from api.store.searching import Hit
from api.store.words import SearchQuery, SearchQueryError, marks, parse
from api.views import may_read_texts
from api.views.reading import Built, Query, answer_composed, binding, next_link
from schemas.query import SearchQuerySchema, SearchSort
from schemas.search import HitPageSchema
from schemas.vocabulary import Resource

SEARCH = Operations("search", __name__, description="Articles, actors and facts by their words.")

#: How much of an article's text stands around the first word that matched.
_AROUND = 120


@dataclass(frozen=True, slots=True)
class _Asked:
    words: SearchQuery
    tags: tuple[str, ...]
    by_relevance: bool
    highlight: bool
    facets: tuple[str, ...]
    limit: int
    cursor: str | None
    binding: str


def _asked(query: Query) -> _Asked:
    try:
        words = parse(query["q"])
    except SearchQueryError as error:
        raise invalid_parameters([("q", str(error))]) from error
    return _Asked(
        words,
        tags=tuple(f"§{resource}" for resource in query.get("resource", [each.value for each in Resource])),
        by_relevance=query["sort"] == SearchSort.RELEVANCE.value,
        highlight=query["highlight"],
        facets=tuple(query.get("facets", ())),
        limit=query["limit"],
        cursor=query["cursor"],
        binding=binding("search", {key: query[key] for key in query if key not in ("highlight", "facets")}),
    )


@SEARCH.operation(
    "/v1/search",
    "searchNews",
    query=SearchQuerySchema,
    make=_asked,
    answers=HitPageSchema,
    headers=("ETag", "Link"),
)
def search(query: _Asked) -> Response:
    """Search articles, actors and facts: newest first, or the newest matches by relevance."""

    def build(store: Store, secret: str) -> Built:
        place: Any = cursors.read(secret, query.binding, query.cursor) if query.cursor else None
        hits, more = searching.find(
            store.reader, query.words, query.tags, query.limit, by_relevance=query.by_relevance, after=place
        )
        following = cursors.write(secret, query.binding, hits[-1].place) if more and hits else None
        items = [_item(hit, _highlights(store.reader, hit, query.words) if query.highlight else None) for hit in hits]
        return page(items, following, _facets(store.reader, query)), next_link(following)

    return answer_composed(build)


def _facets(reader: Reader, query: _Asked) -> dict[str, Any] | None:
    if not query.facets:
        return None
    counts, complete = searching.facets(reader, query.words, query.tags, query.facets)
    return {
        "facets": [
            {
                "by": name,
                "items": [
                    {"value": value, "matches": number}
                    for value, number in sorted(counted.items(), key=lambda cell: (-cell[1], cell[0]))
                ],
            }
            for name, counted in counts.items()
        ],
        "facets_relation": "eq" if complete else "gte",
    }


def _item(hit: Hit, highlights: list[dict[str, Any]] | None) -> bytes:
    marked = b',"highlights":' + orjson.dumps(highlights) if highlights is not None else b""
    return b'{"resource":"%b","document":%b%b}' % (hit.resource.encode(), hit.document, marked)


def _highlights(reader: Reader, hit: Hit, words: SearchQuery) -> list[dict[str, Any]]:
    document = orjson.loads(hit.document)
    found = []
    for name, passage in _passages(reader, hit, document, words):
        if passage and (marked := marks(passage, words)):
            spans = [{"start": start, "end": end} for start, end in marked]
            found.append({"field": name, "passage": passage, "marks": spans})
    return found


def _passages(reader: Reader, hit: Hit, document: dict[str, Any], words: SearchQuery) -> list[tuple[str, str | None]]:
    if hit.resource == "actor":
        aliases = [(f"aliases/{at}", alias) for at, alias in enumerate(document["aliases"])]
        offices = [(f"positions/{at}/title", office["title"]) for at, office in enumerate(document["positions"])]
        return [("name", document["name"]), *aliases, *offices]
    if hit.resource == "article":
        heading = [(name, document[name]) for name in ("title", "subtitle")]
        return [*heading, ("text", _excerpt(reader, hit.id, words))]
    return [
        ("title", document["title"]),
        *((f"evidence/{at}", span["exact"]) for at, span in enumerate(document["evidence"])),
        *((f"actors/{at}/named_as", part["named_as"]) for at, part in enumerate(document["actors"])),
        *((f"places/{at}/name", place["name"]) for at, place in enumerate(document["places"])),
    ]


def _excerpt(reader: Reader, article: str, words: SearchQuery) -> str | None:
    """Cut out what stands around the first word that matched."""
    texts = find_text(reader, article) if may_read_texts() else None
    marked = marks(texts[1], words) if texts else []
    if not texts or not marked:
        return None
    text, (start, end) = texts[1], marked[0]
    begin = text.rfind(" ", 0, max(0, start - _AROUND)) + 1
    stop = text.find(" ", end + _AROUND)
    return text[begin : stop if stop >= 0 else len(text)]
