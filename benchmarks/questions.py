"""The questions that servers are asked: drawn once, put to each in its own words, and their answers compared."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import orjson

from api.store.words import normal
from benchmarks.load import Request
from benchmarks.peers.fields import NESTED
from benchmarks.servers import Server
from benchmarks.sheets import DAYS, FIRST_DAY

Json = dict[str, Any]
Values = Mapping[str, Any]

#: What each question is, for the report. The first five are put to every peer.
MEANINGS = {
    "get": "one fact by its id; ids drawn at random from all",
    "list": "50 facts of an actor, newest first; actors drawn as often as facts name them, of those with 50 or more",
    "list all": "the newest 50 facts of all",
    "range": "up to 50 facts of such an actor that overlap a year drawn at random",
    "search": "the newest 50 facts with a word; words drawn from the titles of facts drawn at random",
    "304 get": "one fact that the client has already (If-None-Match)",
    "304 list": "50 facts of an actor that the client has already",
    "page 1": "the first page of all facts, 50 to the page",
    "deep page": "the 1,000th page of the same, by its cursor (the last full one when there are fewer)",
}
COMMON = ("get", "list", "list all", "range", "search")
PAGE = 50
_DEEP = 1_000
_DRAWN = 5_000
_CONDITIONAL = 500
_CHECKED = 20


@dataclass(frozen=True)
class Questions:
    """What is asked, by question: the values of each request, such as an id or a word."""

    common: Mapping[str, Sequence[Values]]


class NotAnsweredError(Exception):
    """A server does not answer a question."""


def draw(facts: Path, actors: Path, seed: int) -> Questions:
    """Draw questions about the facts of newsfacts' file; the peers' file knows how often actors are named."""
    random = Random(seed)
    with sqlite3.connect(facts) as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM facts ORDER BY id")]
    asked_ids = random.choices(ids, k=_DRAWN * 4)
    with sqlite3.connect(actors) as connection:
        named = connection.execute("SELECT actor_id, count(*) FROM actor_facts GROUP BY 1 ORDER BY 1").fetchall()
        titles = dict(connection.execute("SELECT id, title FROM facts"))
    frequent = [(actor, facts) for actor, facts in named if facts >= PAGE] or named
    drawn = random.choices([actor for actor, _ in frequent], [facts for _, facts in frequent], k=_DRAWN)
    years = [FIRST_DAY + timedelta(days=random.randrange(DAYS - 365)) for _ in drawn]
    return Questions(
        {
            "get": [{"id": id_} for id_ in asked_ids],
            "list": [{"actor": actor} for actor in drawn],
            "list all": [{}],
            "range": [
                {"actor": actor, "date_from": day, "date_to": day + timedelta(days=365)}
                for actor, day in zip(drawn, years, strict=True)
            ],
            "search": [{"q": word} for word in islice(_words(titles, ids, random), _DRAWN)],
        }
    )


def requests(server: Server, questions: Questions, names: Sequence[str]) -> dict[str, list[Request]]:
    """Put questions into a server's own words; ETags and cursors are asked of it."""
    if server.family == "hello":
        return {"hello": [("/hello", "")]}
    made: dict[str, list[Request]] = {}
    for variant, put in _FAMILIES[server.family].items():
        for name in (name for name in COMMON if name in names):
            values = questions.common[name]
            made[name + variant] = [(put(name, each), "") for each in values]
    if server.family == "newsfacts":
        for name in ("get", "list"):
            if f"304 {name}" in names:
                paths = [_newsfacts(name, each) for each in questions.common[name][:_CONDITIONAL]]
                made[f"304 {name}"] = [(path, server.get(path)[1]["etag"]) for path in paths]
        if "deep page" in names:
            made["page 1"] = [(_newsfacts("list all", {}), "")]
            made["deep page"] = [(_deep_page(server), "")]
    return made


def check(servers: Sequence[Server], questions: Questions, names: Sequence[str]) -> tuple[dict[str, float], list[str]]:
    """See that all servers give the same facts: (how many facts an answer has, by question; every difference).

    Compared are whole facts, field by field. Datasette has a column for every field of every kind, and so has nulls
    where other servers leave out what a kind does not have.
    """
    sizes: dict[str, float] = {}
    differences: list[str] = []
    asked = [(server, put) for server in servers for put in _FAMILIES.get(server.family, {}).values()]
    for name in (name for name in COMMON if name in names):
        found = 0
        for values in questions.common[name][:_CHECKED]:
            expected: list[Json] | None = None
            for server, put in asked:
                path = put(name, values)
                facts = _facts(server, path)
                if expected is None:
                    expected, found = facts, found + len(facts)
                elif difference := _difference(facts, expected):
                    differences.append(f"{server.name} {path.partition('&_')[0]}: {difference}")
        sizes[name] = found / len(questions.common[name][:_CHECKED])
    conditional = [name for name in names if name.startswith("304")]
    for server in servers:
        for name in conditional if server.family == "newsfacts" else ():
            for path, etag in requests(server, questions, [name])[name][:_CHECKED]:
                if server.get(path, etag)[0] != 304:
                    differences.append(f"{server.name} {path}: no 304")
    return sizes, differences


def _difference(facts: list[Json], expected: list[Json]) -> str:
    """Say how an answer differs from what was expected; nothing when it does not."""
    if [fact["id"] for fact in facts] != [fact["id"] for fact in expected]:
        others = {fact["id"] for fact in facts} ^ {fact["id"] for fact in expected}
        return (
            f"{len(facts)} facts, {len(expected)} expected; {len(others)} in one of the two alone, else another order"
        )
    for fact, other in zip(facts, expected, strict=True):
        surplus = [name for name in fact if name not in other and fact[name] is not None]
        different = [name for name in other if fact.get(name) != other[name]]
        if surplus or different:
            return f"{fact['id']} differs in {', '.join(surplus + different)}"
    return ""


def _facts(server: Server, path: str) -> list[Json]:
    status, _, body = server.get(path)
    if status != 200:
        raise NotAnsweredError(f"{server.name} {path}: {status} {body[:200]!r}")
    answer = orjson.loads(body)
    if server.family == "datasette":
        return [row.get("document", row) for row in answer]
    if "items" not in answer:
        return [answer]
    return [item.get("document", item) for item in answer["items"]]


def _newsfacts(name: str, values: Values) -> str:
    if name == "get":
        return f"/v1/facts/{values['id']}"
    if name == "search":
        return f"/v1/search?{urlencode({**values, 'resource': 'fact', 'limit': PAGE})}"
    return f"/v1/facts?{urlencode({**values, 'limit': PAGE})}"


def _fastapi(name: str, values: Values) -> str:
    if name == "get":
        return f"/facts/{values['id']}"
    place = "search" if name == "search" else "facts"
    return f"/{place}?{urlencode({**_day_numbers(values), 'limit': PAGE})}"


def _datasette_columns(name: str, values: Values) -> str:
    asked = [*_day_numbers(values).items(), ("_shape", "array"), *(("_json", column) for column in NESTED)]
    return f"/peers/{_query_name(name)}.json?{urlencode(asked)}"


def _datasette_documents(name: str, values: Values) -> str:
    asked = [*_day_numbers(values).items(), ("_shape", "array"), ("_json", "document")]
    return f"/peers/{_query_name(name)}_document.json?{urlencode(asked)}"


def _query_name(name: str) -> str:
    return name.rpartition(" ")[2]


def _day_numbers(values: Values) -> Json:
    """The peers take days as numbers, which saves them from reading dates."""
    return {name: value.toordinal() if isinstance(value, date) else value for name, value in values.items()}


_FAMILIES: Mapping[str, Mapping[str, Callable[[str, Values], str]]] = {
    "newsfacts": {"": _newsfacts},
    "fastapi": {"": _fastapi},
    "datasette": {"": _datasette_columns, " (documents)": _datasette_documents},
}


def _words(titles: Mapping[str, str], ids: Sequence[str], random: Random) -> Iterator[str]:
    """Draw words to search for that no language processing changes, so that all servers look for the same."""
    while True:
        words = [word.lower() for word in titles[random.choice(ids)].split()]
        words = [word for word in words if word.isascii() and word.isalpha() and len(word) > 3]
        words = [word for word in words if normal(word, "word") == word]
        if words:
            yield random.choice(words)


def _deep_page(server: Server) -> str:
    first = path = _newsfacts("list all", {})
    for _ in range(_DEEP - 1):
        answer = orjson.loads(server.get(path)[2])
        cursor = answer["next_cursor"]
        if cursor is None:
            break
        following = f"{first}&{urlencode({'cursor': cursor})}"
        last, path = path, following
        if len(answer["items"]) < PAGE:
            return last
    return path
