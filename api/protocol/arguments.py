"""Arguments: query strings and bodies, read strictly and said clearly what is wrong with them.

A query string is parsed once: what comes of it is immutable and remembered, because marshmallow takes longer to read
a query string than the database to answer it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
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
#: A larger body is not read.
LARGEST_BODY = 16 * 1024 * 1024
#: Query strings remembered for each operation, and the longest that is worth it.
_REMEMBERED, _LONGEST_REMEMBERED = 512, 400


class QueryReader(Generic[Parsed]):
    """Reads query strings by a schema and makes something of them, once for each query string."""

    def __init__(self, schema: Schema, make: Callable[[MappingProxyType[str, Any]], Parsed]) -> None:
        """Take the schema, and what to make of the arguments; its result must be immutable."""
        self._schema = schema
        self._make = make
        self._known: OrderedDict[bytes, Parsed] = OrderedDict()
        self._lock = Lock()

    def read(self) -> Parsed:
        """Read the query string of the current request."""
        raw: bytes = request.query_string
        parsed = self._known.get(raw)
        if parsed is None:
            parsed = self._make(MappingProxyType(read_query(raw, self._schema)))
            if len(raw) <= _LONGEST_REMEMBERED:
                with self._lock:
                    self._known[raw] = parsed
                    if len(self._known) > _REMEMBERED:
                        self._known.popitem(last=False)
        return parsed


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


def read_body(schema: Schema) -> Any:
    """Read the JSON body of the current request by a schema; raises ProblemError."""
    if request.mimetype != "application/json":
        got = request.mimetype or "none"
        raise ProblemError("unsupported-media-type", f"The body's type is {got}; send application/json.")
    body = request.get_data(cache=False)
    try:
        # orjson refuses what must not be let in: NaN, lone surrogates, more than 1,024 levels.
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ProblemError("malformed-request", f"The body is not JSON: {error}.") from error
    try:
        return schema.load(value)
    except ValidationError as error:
        found = flaws(error, schema)
        detail = f"The body does not fit in {len(found)} place{'s' if len(found) > 1 else ''}."
        raise ProblemError("invalid-request", detail, pointers=list(found)) from error
