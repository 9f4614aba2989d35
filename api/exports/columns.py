"""Columns: documents as flat rows, derived from their schemas, so that no field is forgotten.

A column is named by the path of its field, such as `date.earliest`. What stands in a list of objects, such as
`actors.role`, is a list itself: the n-th values of all columns of `actors` belong together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import methodcaller
from typing import Any

from marshmallow import Schema, fields

from schemas.base import Number, WholeNumber

#: Only there on demand, and never stored.
NOT_STORED = "included"

Get = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, how to find its value in a document, whether that is a list, and whether of numbers."""

    name: str
    get: Get
    is_list: bool = False
    is_number: bool = False


@lru_cache
def columns(schemas: tuple[type[Schema], ...]) -> tuple[Column, ...]:
    """Give the columns of documents of any of these schemas, each once; a field that a document lacks is null."""
    found: dict[str, Column] = {}
    for schema in schemas:
        for column in _of_object(schema().fields, "", None):
            found.setdefault(column.name, column)
    return tuple(found.values())


def stored_fields(schema: Schema) -> Mapping[str, Any]:
    """Give the fields of a schema that stored documents have."""
    return {name: field for name, field in schema.fields.items() if name != NOT_STORED}


def _of_object(members: Mapping[str, Any], path: str, get: Get | None) -> Iterator[Column]:
    for name, field in members.items():
        if name != NOT_STORED:
            yield from _of_field(field, path + name, _member(get, name))


def _of_field(field: Any, path: str, get: Get) -> Iterator[Column]:
    if isinstance(field, fields.Nested):
        yield from _of_object(field.schema.fields, f"{path}.", get)
    elif isinstance(field, fields.List):
        yield from _of_list(field.inner, path, get)
    else:
        yield Column(path, get, is_number=isinstance(field, Number | WholeNumber))


def _of_list(inner: Any, path: str, get: Get) -> Iterator[Column]:
    if not isinstance(inner, fields.Nested):
        yield Column(path, get, is_list=True, is_number=isinstance(inner, Number | WholeNumber))
        return
    for column in _of_object(inner.schema.fields, f"{path}.", None):
        yield Column(column.name, _each(get, column.get), is_list=True, is_number=column.is_number)


def _member(get: Get | None, name: str) -> Get:
    """Say how to find a member of the document itself, or of what `get` finds in it."""
    if get is None:
        return methodcaller("get", name)

    def find(document: Any) -> Any:
        found = get(document)
        return None if found is None else found.get(name)

    return find


def _each(get: Get, of_entry: Get) -> Get:
    return lambda document: list(map(of_entry, get(document) or ()))


def joined(values: Sequence[str]) -> str:
    r"""Join several values with '|'; one of these within a value is written '\|', and a '\' as '\\'."""
    text = "|".join(values)
    if "\\" not in text and text.count("|") < max(len(values), 1):
        return text
    return "|".join([value.replace("\\", "\\\\").replace("|", "\\|") for value in values])


def as_text(value: Any) -> str:
    """Write a single value; null is empty."""
    return "" if value is None else str(value)
