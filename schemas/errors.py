"""What marshmallow found wrong, as a list of places and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError, fields

_WHOLE = "_schema"


class Flaw(NamedTuple):
    """One thing that is wrong: a JSON pointer (RFC 6901) to it, and what to do."""

    pointer: str
    detail: str


def flaws(error: ValidationError, schema: Schema) -> list[Flaw]:
    """List everything that a schema found wrong; an unknown field is told the nearest known one."""
    return list(_flatten(error.messages, "", schema))


def pointer_to(*path: str | int) -> str:
    """Write a path as a JSON pointer."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def _flatten(messages: Any, at: str, schema: Any) -> Iterator[Flaw]:
    if isinstance(messages, dict):
        for key, value in messages.items():
            inner = at if key == _WHOLE else at + pointer_to(key)
            if value == ["Unknown field."]:
                yield Flaw(inner, f"Unknown field.{nearest(str(key), _names(schema))}")
            else:
                yield from _flatten(value, inner, _below(schema, key))
    else:
        yield from (Flaw(at, str(message)) for message in messages)


def nearest(word: str, known: list[str]) -> str:
    """Suggest the known word that is meant, as a sentence to append; empty when none is near."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return f" Did you mean '{close[0]}'?" if close else ""


def _names(schema: Any) -> list[str]:
    return list(schema.fields) if isinstance(schema, Schema) else []


def _below(schema: Any, key: Any) -> Any:
    """Find the schema of what stands under a key; an entry of a list has that of the list's entries."""
    if isinstance(key, int):
        return schema
    field = schema.fields.get(key) if isinstance(schema, Schema) else schema
    while isinstance(field, fields.List):
        field = field.inner
    return field.schema if isinstance(field, fields.Nested) else field
