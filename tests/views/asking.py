"""Asking the API everything: each reading route of openapi.yaml, with each parameter that it documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, cycle, product
from typing import Any

from flask.testing import FlaskClient

from tests.checked import document
from tests.views.conftest import written

Query = dict[str, Any]

#: What each parameter is asked with, one after the other; whoever adds a parameter says here what it is asked with.
VALUES: dict[str, tuple[Any, ...]] = {
    "actor": (["alba"], ["alba", "borduria"], ["merged"]),
    "article": (["article-4"], ["article-4", "article-5"]),
    "as_of": ("2023-03-01T09:00:00Z",),
    "attribution": (["direct"],),
    "by": ("kind", "type", "category", "actor", "publisher", "country", "day", "month", "year"),
    "category": (["hotline"],),
    "context": (["military", "legal"],),
    "count": ("estimate", "exact"),
    "country": (["SY"], ["AL", "BO", "SY"]),
    "date_from": ("2022-01-10",),
    "date_to": ("2022-01-31",),
    "facets": (["resource", "kind", "country"],),
    "fields": (["id"],),
    "from": (1,),
    "highlight": ("true",),
    "ids": (["a-1-1", "b-2-2"],),
    "include": (["actors"],),
    "kind": (["event"],),
    "language": (["en"], ["en", "de"]),
    "limit": (5,),
    "min_confidence": (0.6,),
    "min_sources": (2,),
    "modality": (["actual"],),
    "mode": (["visit"],),
    "name": ("a",),
    "published_from": ("2022-01-10",),
    "published_to": ("2022-01-31",),
    "publisher": (["Wire 24"], ["Wire 24", "The Daily Test"]),
    "q": ("violet", "violet copper", '"violet and the copper"', "vio*", "violet -copper"),
    "quad": (["verbal_cooperation"],),
    "relation": (["contradicts"],),
    "resource": (["article"],),
    "review": (["pending"], ["rejected"], ["approved", "rejected"]),
    "role": (["host"], ["host", "actor"]),
    "sector": (["GOV"],),
    "sort": ("-date", "date", "-updated", "updated"),
    "stance": (["deny"],),
    "state": (),  # each noun has states of its own
    "status": (["tabled"],),
    "texts": ("true",),
    "type": (["consult"], ["consult", "agree"]),
    "updated_since": ("2022-03-01T05:00:00Z",),
    "wait": (0,),
    "wikidata_id": (["Q1", "Q2"],),
}
#: Values that a route has of its own.
_OWN: dict[tuple[str, str], tuple[Any, ...]] = {
    ("/v1/actors", "kind"): (["person"],),
    ("/v1/actors", "ids"): (["alba", "borduria"],),
    ("/v1/actors", "q"): ("alba",),
    ("/v1/articles", "ids"): (["article-1", "article-2"],),
    ("/v1/articles", "include"): (["articles"],),
    ("/v1/articles/{id}", "include"): (["articles"],),
    ("/v1/actors", "sort"): ("name", "-name"),
    ("/v1/articles", "sort"): ("-published", "published"),
    ("/v1/changes", "resource"): (["article"], ["event"]),
    ("/v1/jobs", "state"): (["failed"], ["failed", "queued"]),
    ("/v1/search", "sort"): ("newest", "relevance"),
    ("/v1/suggestions", "state"): ("dismissed",),
    ("/v1/facts/{id}/suggestions", "state"): ("dismissed",),
    ("/v1/webhooks/{id}/deliveries", "state"): (["dead"], ["dead", "pending"]),
}
#: Facts of one kind are listed as all facts are.
_ALIKE = ("/v1/events", "/v1/proposals", "/v1/statements")
#: What some routes cannot do without.
_REQUIRED: dict[str, Query] = {"/v1/facts/counts": {"by": "kind"}, "/v1/search": {"q": "violet"}}
#: Whole lists as files, and the feed as a stream: they end when all has been read.
STREAMS = re.compile(r"/v1/exports/|/v1/changes/stream")


def ask(client: FlaskClient, headers: dict[str, str], ids: dict[str, dict[str, str]]) -> Iterator[str]:
    """Ask each reading route with each of its parameters, and for the next page where there is one.

    `ids` are the parameters of each path. What was asked is told right before it is.
    """
    for path, item in document()["paths"].items():
        if "get" not in item or STREAMS.match(path):
            continue
        for place in _places(path, ids):
            names = ["limit"] if path in _ALIKE else _parameters(item)
            for query in _queries(path, names):
                yield (address := f"{place}?{written(query)}")
                response = client.get(address, headers=headers)
                assert response.status_code in {200, 308} or "/merged" in address, (address, response.text)
                if following := response.headers.get("Link", "").partition(">")[0].removeprefix("<"):
                    yield following
                    assert client.get(following, headers=headers).status_code == 200


def any_two(path: str) -> Iterator[Query]:
    """Give queries of a list with each two of its parameters, and with the number of its members where it tells it."""
    names = _parameters(document()["paths"][path])
    required = _REQUIRED.get(path, {})
    ways = cycle([{"count": way} for way in VALUES["count"]] if "count" in names else [{}])
    for one, other in combinations(sorted({*names} - {"limit", "cursor", "after", "wait", "count"}), 2):
        for value, another in product(_values(path, one), _values(path, other)):
            yield required | {one: value, other: another} | next(ways)


def _places(path: str, ids: dict[str, dict[str, str]]) -> list[str]:
    named = re.findall(r"{(\w+)}", path)
    if not named:
        return [path]
    known = [values for noun, values in ids.items() if path.startswith(f"/v1/{noun.partition('/')[0]}/")]
    assert known, f"{path} has parameters that nobody gave"
    return [path.format_map({"version": "1", "suggestion": "s-0"} | values) for values in known]


def _queries(path: str, names: list[str]) -> Iterator[Query]:
    required = _REQUIRED.get(path, {})
    filters: list[Query] = [{}]
    for name in names:
        if name not in ("limit", "cursor", "after", *_WAYS, *required):
            filters += [{name: value} for value in _values(path, name)]
    filters += [each for each in _PAIRS if each.keys() <= set(names)]
    ways = [{name: value} for name in _WAYS if name in names for value in _values(path, name)]
    few = {"limit": 5} if "limit" in names else {}
    yield from (required | few | way for way in ways)
    turns = cycle(ways or [{}])
    for query in filters:
        yield required | few | query
        way = next(turns)
        if "q" not in query or way.get("sort") not in ("updated", "-updated"):
            yield required | few | query | way


def _values(path: str, name: str) -> tuple[Any, ...]:
    return _OWN.get((path, name), VALUES[name])


#: How a list is told: each filter in one of these ways, in turn.
_WAYS = ("sort", "count", "by")


#: What meets in one list, and is looked up in another way than each alone.
_PAIRS: tuple[Query, ...] = (
    {"date_from": "2022-01-10", "date_to": "2022-01-31"},
    {"actor": ["alba"], "date_from": "2022-01-10", "date_to": "2022-01-31"},
    {"actor": ["alba"], "role": ["host", "actor"]},
    {"actor": ["alba"], "country": ["AL"], "q": "violet"},
    {"q": "violet", "date_from": "2022-01-10"},
    {"q": "violet", "ids": ["a-1-1", "b-2-2"]},
    {"q": "violet", "review": ["rejected"]},
    {"date_from": "2022-01-10", "review": ["approved", "rejected"]},
    {"country": ["AL", "SY"], "stance": ["deny"]},
    {"name": "a", "kind": ["person"]},
    {"published_from": "2022-01-10", "published_to": "2022-01-31", "publisher": ["Wire 24"]},
    {"highlight": "true", "facets": ["kind"]},
)


def _parameters(item: Any) -> list[str]:
    listed = [*item.get("parameters", ()), *item["get"].get("parameters", ())]
    return [each["name"] for each in map(_resolved, listed) if each["in"] == "query"]


def _resolved(node: Any) -> Any:
    if "$ref" not in node:
        return node
    place, name = node["$ref"].split("/")[2:]
    return document()["components"][place][name]
