"""What marshmallow found wrong, as a list of places and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import islice
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError, fields

#: Nobody reads more, and to write millions of them would take more than what was sent.
MOST_FLAWS = 1000

_WHOLE = "_schema"
_LONGEST_COMPARED = 200


class Flaw(NamedTuple):
    """One thing that is wrong: a JSON pointer (RFC 6901) to it, and what to do."""

    pointer: str
    detail: str


def flaws(error: ValidationError, schema: Schema, most: int = MOST_FLAWS) -> list[Flaw]:
    """List what a schema found wrong, the first so many; an unknown field is told the nearest known one."""
    return list(islice(_flatten(error.messages, "", schema), most))


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
    # What is far longer than any known word is near none, and comparing it would take long.
    close = get_close_matches(word, known, n=1, cutoff=0.6) if len(word) <= _LONGEST_COMPARED else []
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
