"""Dumping: what a schema's `dump` makes of a resource, made by closures in a small part of marshmallow's time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any

from marshmallow import Schema, fields, missing
from marshmallow.utils import ensure_text_type

from schemas.base import Bounded, Id, Line, Number, Text, Timestamp, WholeNumber, Word

Dump = Callable[[Any], Any]
#: How a field's value is dumped: of some types as it is, of all others by what converts it.
_Way = tuple[frozenset[type], Dump]


def dumper(schema: Schema) -> Dump:
    """Make what dumps as a schema does: itself, where there is something in it that is not known here."""
    if schema.many or schema._hooks.get("pre_dump") or schema._hooks.get("post_dump"):
        return schema.dump
    try:
        ways = [(name, *_way(name, field)) for name, field in schema.dump_fields.items()]
    except NotImplementedError:
        return schema.dump

    def dump(resource: Any) -> Any:
        # Anything else may have attributes, which marshmallow reads as well.
        if type(resource) is not dict:
            return schema.dump(resource)
        dumped = {}
        for name, kept, convert in ways:
            if name in resource:
                value = resource[name]
                dumped[name] = value if type(value) in kept else convert(value)
        return dumped

    return dump


def _way(name: str, field: fields.Field[Any]) -> _Way:
    special = field.data_key or field.attribute or field.dump_default is not missing
    # What a dictionary lacks, marshmallow looks for among its methods.
    if type(field) not in _WAYS or special or hasattr(dict, name):
        raise NotImplementedError(name)
    return _WAYS[type(field)](field)


def _way_of_list(field: Any) -> _Way:
    kept, convert = _way("", field.inner)
    return _NOTHING, lambda values: [value if type(value) in kept else convert(value) for value in values]


def _same(value: Any) -> Any:
    return value


_NOTHING: frozenset[type] = frozenset({NoneType})
_TEXT: _Way = frozenset({NoneType, str}), ensure_text_type
_NUMBER: _Way = frozenset({NoneType, int, float}), _same
#: By their very types: what inherits from them may do more.
_WAYS: Mapping[type[fields.Field[Any]], Callable[[Any], _Way]] = {
    **dict.fromkeys((fields.String, fields.Url, Id, Line, Text, Timestamp, Word), lambda _: _TEXT),
    **dict.fromkeys((Number, WholeNumber), lambda _: _NUMBER),
    **dict.fromkeys((fields.List, Bounded), _way_of_list),
    fields.Nested: lambda field: (_NOTHING, dumper(field.schema)),
}
