"""Events for tools that read ICEWS, GDELT or PLOVER: tab-separated, a row for each source and target of an event.

Who acts is a source, who is acted on or plays host a target; those who take part on the same footing are sources and
targets of each other. An event of which only one side is known has one row. Nothing is invented: there is no
Goldstein score, because the text states none. CAMEO's root code is read from cameo.tsv, where each type has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from api.exports.columns import as_text, joined
from api.exports.encoding import Encoder
from api.exports.spreadsheets import defused
from api.store import tables
from api.store.documents import fetch
from api.store.reading import Reader

_PARTY = ("id", "name", "code", "sector", "country")
COLUMNS = (
    "event_id",
    "event_date",
    "event_date_latest",
    *(f"source_{name}" for name in _PARTY),
    *(f"target_{name}" for name in _PARTY),
    "event_type",
    "event_modes",
    "contexts",
    "quad_code",
    "quad",
    "cameo_root",
    "modality",
    "location",
    "location_country",
    "latitude",
    "longitude",
    "geonames_id",
    "sources",
    "review",
    "publisher",
    "url",
    "article_id",
    "evidence",
)
#: The numbers that GDELT gives the four groups of types.
_QUADS = {"verbal_cooperation": "1", "material_cooperation": "2", "verbal_conflict": "3", "material_conflict": "4"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")

Row = list[str]


class EventEncoder(Encoder):
    """Writes events with the names and codes of their actors, which it reads."""

    def __init__(self, reader: Reader) -> None:
        """Take where actors and articles are read."""
        self._reader = reader

    def begin(self) -> bytes:
        """Give the header."""
        return _line(COLUMNS)

    def encode(self, documents: Sequence[bytes]) -> bytes:
        """Write the next events."""
        events = [orjson.loads(document) for document in documents]
        actors = self._fetch(tables.actors, {part["actor"] for event in events for part in event["actors"]} - {None})
        articles = self._fetch(tables.articles, {event["evidence"][0]["article"] for event in events})
        return b"".join([_line(row) for event in events for row in _rows(event, actors, articles)])

    def _fetch(self, table: Any, ids: set[str]) -> Mapping[str, Any]:
        return {id_: orjson.loads(document) for id_, document in fetch(self._reader, table, ids).items()}


def cameo_root(type_: str, modes: Sequence[str]) -> str:
    """Give the root code of CAMEO for a type of PLOVER, by the first of its modes that has one of its own."""
    roots = _cameo()
    return next((roots[type_, mode] for mode in modes if (type_, mode) in roots), roots[type_, ""])


@cache
def _cameo() -> Mapping[tuple[str, str], str]:
    return {(type_, mode): root for type_, mode, root, _ in _read_table("cameo.tsv")}


@cache
def _countries() -> Mapping[str, str]:
    return dict(_read_table("countries.tsv"))


def _read_table(name: str) -> Iterator[Any]:
    lines = files("api.exports").joinpath(name).read_text(encoding="utf-8").splitlines()
    return (line.split("\t") for line in lines if not line.startswith("#"))


def _rows(event: Any, actors: Mapping[str, Any], articles: Mapping[str, Any]) -> Iterator[Row]:
    head = [event["id"], *_dates(event)]
    tail = [
        event["type"].upper(),
        joined(event["modes"]),
        joined(event["contexts"]),
        _QUADS[event["quad"]],
        event["quad"],
        cameo_root(event["type"], event["modes"]),
        event["modality"],
        *_location(event),
        as_text(event["sources"]["articles"]),
        event["review"]["status"],
        *_source(event, articles),
    ]
    for source, target in _pairs(event["actors"]):
        yield [*head, *_party(source, actors), *_party(target, actors), *tail]


def _pairs(parts: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Pair who acts with whom it is done to; None where there is nobody on a side."""
    equals = _in_roles(parts, "participant")
    sources = _in_roles(parts, "actor") or equals
    targets = _in_roles(parts, "recipient", "host") or equals
    pairs = [(source, target) for source in sources for target in targets if not _same(source, target)]
    if pairs:
        yield from pairs
    else:
        yield from [(source, None) for source in sources] or [(None, target) for target in targets] or [(None, None)]


def _in_roles(parts: Sequence[Any], *roles: str) -> list[Any]:
    return [part for part in parts if part["role"] in roles]


def _same(one: Any, other: Any) -> bool:
    return one is other or (one["actor"] is not None and one["actor"] == other["actor"])


def _party(part: Any, actors: Mapping[str, Any]) -> Row:
    if part is None:
        return [""] * len(_PARTY)
    actor = actors.get(part["actor"])
    if actor is None:
        return ["", defused(part["named_as"] or ""), "", "", ""]
    country = _countries().get(actor["country_code"] or "", "")
    sector = actor["sector_code"] or ""
    return [actor["id"], defused(actor["name"]), country + sector, sector, country]


def _dates(event: Any) -> Row:
    date = event["date"] or {}
    return [date.get("earliest") or "", date.get("latest") or ""]


def _location(event: Any) -> Row:
    """Tell the first place; those after it are in other formats."""
    if not event["places"]:
        return [""] * 5
    place = event["places"][0]
    country = _countries().get(place["country_code"] or "", "")
    return [defused(place["name"]), country, *(as_text(place[name]) for name in ("lat", "lon", "geonames_id"))]


def _source(event: Any, articles: Mapping[str, Any]) -> Row:
    """Tell the first evidence and where it was published."""
    span = event["evidence"][0]
    article = articles[span["article"]]
    return [defused(article["publisher"]), article["url"] or "", article["id"], defused(span["exact"])]


def _line(cells: Sequence[str]) -> bytes:
    line = "\t".join(cells)
    if not line.isprintable() and (line.count("\t") >= len(cells) or _CONTROL.search(line.replace("\t", ""))):
        line = "\t".join([_CONTROL.sub(" ", cell) for cell in cells])
    return line.encode() + b"\n"
