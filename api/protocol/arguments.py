"""Arguments: query strings and bodies, read strictly and said clearly what is wrong with them.

A query string is parsed once: what comes of it is immutable and remembered, because marshmallow takes longer to read
a query string than the database to answer it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

import orjson
from flask import request
from marshmallow import Schema, ValidationError, fields

from api.protocol.problems import ProblemError
from schemas.errors import flaws, nearest

Parsed = TypeVar("Parsed")

#: A longer query string is not read: 200 ids of the greatest length fit.
LONGEST_QUERY = 24_000
#: JSON may be nested so many levels deep. Nothing here needs half of it; what reads or writes deeper trees recursively
#: ends at some bound of its own, with an error of its own.
DEEPEST_BODY = 64
#: A body may have so many values, commas within texts included; 3,000 facts have. In memory each takes many times its
#: bytes, and what is wrong with it more.
MOST_VALUES = 100_000
#: So many flaws of a body are told.
_MOST_FLAWS = 1000
#: Query strings remembered for each operation, and the longest that is worth it.
_REMEMBERED, _LONGEST_REMEMBERED = 512, 400


class QueryReader(Generic[Parsed]):
    """Reads query strings by a schema and makes something of them, once for each query string."""

    def __init__(self, schema: Schema, make: Callable[[MappingProxyType[str, Any]], Parsed]) -> None:
        """Take the schema, and what to make of the arguments; its result must be immutable."""
        self._schema = schema
        self._make = make
        self._remembered = lru_cache(_REMEMBERED)(self._read)

    def read(self) -> Parsed:
        """Read the query string of the current request."""
        raw: bytes = request.query_string
        return self._remembered(raw) if len(raw) <= _LONGEST_REMEMBERED else self._read(raw)

    def _read(self, raw: bytes) -> Parsed:
        return self._make(MappingProxyType(read_query(raw, self._schema)))


def read_query(raw: bytes, schema: Schema) -> dict[str, Any]:
    """Read a query string by a schema; raises ProblemError that names each parameter which does not fit."""
    if len(raw) > LONGEST_QUERY:
        raise ProblemError(
            "uri-too-long", f"The query string has {len(raw)} bytes; {LONGEST_QUERY} are read at the most."
        )
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except UnicodeError as error:
        raise ProblemError("malformed-request", "The query string is not UTF-8, percent-encoded.") from error
    except ValueError as error:
        raise ProblemError("malformed-request", "The query string has more than 1000 parameters.") from error
    values, wrong = _collect(pairs, schema)
    try:
        loaded: dict[str, Any] = schema.load(values)
    except ValidationError as error:
        for flaw in flaws(error, schema):
            name, _, rest = flaw.pointer.removeprefix("/").partition("/")
            given = values.get(name)
            which = f"{given[int(rest)]!r}: " if rest.isdigit() and isinstance(given, list) else ""
            wrong.append((name, which + flaw.detail))
    if wrong:
        raise invalid_parameters(wrong)
    return loaded


def _collect(pairs: list[tuple[str, str]], schema: Schema) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Put parameters under their names, those that may be repeated as lists; and say what cannot be meant."""
    values: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for name, value in pairs:
        field = schema.fields.get(name)
        if field is None:
            wrong.append((name, f"Unknown parameter.{nearest(name, list(schema.fields))}"))
        elif isinstance(field, fields.List):
            parts = value.split(",") if field.metadata.get("comma_separated") else [value]
            values.setdefault(name, []).extend(parts)
        elif name in values:
            wrong.append((name, "Given twice; give it once."))
        else:
            values[name] = value
    return values, wrong


def invalid_parameters(wrong: list[tuple[str, str]]) -> ProblemError:
    """Say which parameters do not fit."""
    names = ", ".join(dict.fromkeys(name for name, _ in wrong))
    return ProblemError("invalid-request", f"These parameters do not fit: {names}."[:500], parameters=wrong)


def read_body(schema: Schema, types: Sequence[str] = ("application/json",), largest: int | None = None) -> Any:
    """Read the JSON body of the current request by a schema; raises ProblemError.

    `largest` is how many bytes it may have, where that is less than the setting says.
    """
    if largest is not None:
        request.max_content_length = min(largest, request.max_content_length or largest)
    value = read_json(types)
    try:
        return schema.load(value)
    except ValidationError as error:
        found = flaws(error, schema, most=_MOST_FLAWS)
        number = f"{len(found)} place{'s' if len(found) > 1 else ''}"
        detail = f"The body does not fit in {number}{' at least' if len(found) == _MOST_FLAWS else ''}."
        raise ProblemError("invalid-request", detail, pointers=list(found)) from error


def read_json(types: Sequence[str] = ("application/json",)) -> Any:
    """Read the JSON body of the current request as it is; raises ProblemError."""
    check_media_type(types)
    return parse_json(request.get_data())


def check_media_type(types: Sequence[str]) -> None:
    """See that the body of the current request is of one of these types; raises ProblemError with 415."""
    if request.mimetype not in types:
        got = request.mimetype[:100] or "none"
        raise ProblemError("unsupported-media-type", f"The body's type is {got}; send {' or '.join(types)}.")
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding.lower() != "identity":
        # A few bytes could unfold to gigabytes.
        raise ProblemError("unsupported-media-type", f"The body is encoded as {encoding[:50]}; send it plain.")


def parse_json(body: bytes) -> Any:
    """Parse JSON that no two programs could read differently; raises ProblemError with 400 or 413."""
    if sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise ProblemError("too-large", f"The body has more than {MOST_VALUES} values; send it in smaller parts.")
    try:
        # orjson refuses NaN, lone surrogates, what is not UTF-8, and more than 1,024 levels.
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _malformed(f"not JSON: {error}") from error
    # Of two members of one name orjson keeps the last; others keep the first. Colons after names are counted without
    # reading what else has such a look, so there are never too few: only when they seem too many it is read again.
    if _count_members(value) != sum(map(body.count, (b'":', b" :", b"\t:", b"\n:", b"\r:"))):
        json.loads(body, object_pairs_hook=_refuse_doubles, parse_int=str, parse_float=str)
    return value


def _count_members(value: Any) -> int:
    """Count the members of all objects in a parsed body, level by level; raises ProblemError when it is too deep."""
    count, level = 0, [value]
    for _ in range(DEEPEST_BODY + 1):
        objects = [each for each in level if type(each) is dict]
        arrays = [each for each in level if type(each) is list]
        if not objects and not arrays:
            return count
        count += sum(map(len, objects))
        level = [*chain.from_iterable(each.values() for each in objects), *chain.from_iterable(arrays)]
    raise _malformed(f"nested more than {DEEPEST_BODY} levels deep")


def _refuse_doubles(members: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in members:
        if name in seen:
            raise _malformed(f"ambiguous: an object in it has two members named {name[:100]!r}")
        seen.add(name)


def _malformed(what: str) -> ProblemError:
    return ProblemError("malformed-request", f"The body is {what}.")
