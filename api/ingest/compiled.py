"""Compiled schemas: a marshmallow schema as JSON Schema and closures, for the many sheets with which nothing is wrong.

The schema stays the only description of a sheet. What it accepts, jsonschema-rs and the checks here accept and load to
the same; of anything else they say only that they do not know it to fit, and marshmallow says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import NoneType
from typing import Any, NamedTuple

from jsonschema_rs import Draft202012Validator
from marshmallow import RAISE, Schema, ValidationError, fields, missing, validate

from schemas.base import (
    Bounded,
    Id,
    Line,
    Number,
    Pattern,
    Text,
    Timestamp,
    WholeNumber,
    Word,
    refuse_surrogates,
)

Document = dict[str, Any]
Check = Callable[[Any], Any]

#: What JSON is read to. jsonschema-rs takes decimals and members of enumerations for numbers and strings as well.
_PLAIN = frozenset({dict, list, str, int, float, bool, NoneType})
#: The patterns that mean the same to Python, where it keeps to ASCII, and to JSON Schema.
_SAME_EVERYWHERE = re.compile(r"\^(?:[^\\^$.]|\[\^|\\[d.]|\\x[0-9A-F]{2})*\$")
_LOADING_HOOKS = ("pre_load", "validates", "validates_schema", "post_load")


class CompiledSchema:
    """Loads what fits a marshmallow schema, in a small part of marshmallow's time."""

    def __init__(self, schema: Schema) -> None:
        """Compile a closed schema; raises TypeError when there is something in it that is not known here."""
        said, self._load = _compile(schema)
        self._validator = Draft202012Validator(said)

    def load(self, data: object) -> Document | None:
        """Load a document just as the schema does; None where it may not fit, which marshmallow is to tell."""
        try:
            if type(data) is not dict or not self._validator.is_valid(data):
                return None
            loaded: Document = self._load(data)
        # A ValueError is jsonschema-rs's word for what is no JSON, such as bytes or a lone surrogate.
        except (ValidationError, ValueError):
            return None
        return loaded


class _Form(NamedTuple):
    """What JSON Schema can say of a value, and what loads a value of which that is true."""

    said: Document
    load: Check | None = None


def _compile(schema: Schema) -> tuple[Document, Check]:
    hooks = [hook for hook in _LOADING_HOOKS if schema._hooks.get(hook)]
    if hooks or schema.unknown != RAISE or schema.many or schema.partial:
        raise TypeError(f"{schema!r} cannot be compiled: it is not closed, or does more than its fields: {hooks}.")
    forms = {name: _form(field) for name, field in schema.load_fields.items()}
    said = {
        "type": "object",
        "properties": {name: form.said for name, form in forms.items()},
        "required": [name for name, field in schema.load_fields.items() if field.required],
        "additionalProperties": False,
    }
    return said, _loader(schema.load_fields, {name: form.load for name, form in forms.items()})


def _loader(of: Mapping[str, fields.Field[Any]], loads: Mapping[str, Check | None]) -> Check:
    """Make what loads an object: its defaults, overlaid with what was sent, and that converted."""
    makers = {name: field.load_default if callable(field.load_default) else None for name, field in of.items()}
    # In the order of the fields, which the names of a dictionary keep when others are laid over them.
    defaults = {name: None if field.required or makers[name] else field.load_default for name, field in of.items()}
    if missing in defaults.values():
        raise TypeError("A field that is neither required nor has a default cannot be compiled.")
    converted = [(name, loads[name], makers[name]) for name in of if loads[name] or makers[name]]

    def load(data: Document) -> Document:
        _refuse_strange(data.values())
        loaded = defaults | data
        for name, convert, make in converted:
            if name not in data:
                if make:
                    loaded[name] = make()
            elif convert and (value := data[name]) is not None:
                loaded[name] = convert(value)
        return loaded

    return load


def _refuse_strange(values: Any) -> None:
    if not _PLAIN.issuperset(map(type, values)):
        raise ValueError("not plain JSON")


def _form(field: fields.Field[Any]) -> _Form:
    make = _FORMS.get(type(field))
    if make is None or field.pre_load or field.post_load or field.data_key or field.attribute:
        raise TypeError(f"{field!r} cannot be compiled: say here what JSON Schema is to say of it.")
    form = make(field)
    said, checks = dict(form.said), []
    for validator in field.validators:
        keywords = _keywords(validator, said["type"])
        if keywords is None or said.keys() & keywords.keys():
            checks.append(validator)
        else:
            said |= keywords
    if field.allow_none:
        said["type"] = [said["type"], "null"]
        if "enum" in said:
            said["enum"] = [*said["enum"], None]
    return _Form(said, _checked(form.load, checks))


def _checked(load: Check | None, checks: Sequence[Check]) -> Check | None:
    """Make what loads a value and then runs the validators that JSON Schema has no words for."""
    if not checks:
        return load

    def load_and_check(value: Any) -> Any:
        loaded = load(value) if load else value
        for check in checks:
            check(loaded)
        return loaded

    return load_and_check


def _keywords(validator: Any, kind: str) -> Document | None:
    """Say in JSON Schema what a validator lets through; None when that cannot be said exactly."""
    said: Document | None = None
    if type(validator) is validate.Length:
        unit = "Items" if kind == "array" else "Length"
        least, most = (validator.min, validator.max) if validator.equal is None else (validator.equal, validator.equal)
        said = {f"min{unit}": least, f"max{unit}": most}
    elif type(validator) is validate.Range and validator.min_inclusive and validator.max_inclusive:
        said = {"minimum": validator.min, "maximum": validator.max}
    elif type(validator) is validate.OneOf:
        said = {"enum": list(validator.choices)}
    elif type(validator) is Pattern and _means_the_same(validator.regex):
        said = {"pattern": validator.regex.pattern}
    elif validator is refuse_surrogates:
        # What is not Unicode is no JSON, and refused before anything is said of it.
        said = {}
    return said and {name: value for name, value in said.items() if value is not None}


def _form_of_nested(field: Any) -> _Form:
    if field.unknown is not None:
        raise TypeError(f"{field!r} cannot be compiled: it may be open where it is nested.")
    return _Form(*_compile(field.schema))


def _form_of_list(field: Any) -> _Form:
    inner = _form(field.inner)
    convert = inner.load

    def load(values: list[Any]) -> list[Any]:
        _refuse_strange(values)
        return [None if value is None else convert(value) for value in values] if convert else list(values)

    return _Form({"type": "array", "items": inner.said}, load)


def _means_the_same(regex: Any) -> bool:
    return regex.flags == re.ASCII and _SAME_EVERYWHERE.fullmatch(regex.pattern) is not None


_STRING = _Form({"type": "string"})
#: By their very types: what inherits from them may do more.
_FORMS: Mapping[type[fields.Field[Any]], Callable[[Any], _Form]] = {
    **dict.fromkeys((fields.String, fields.Url, Id, Line, Timestamp, Word), lambda _: _STRING),
    Text: lambda _: _Form({"type": "string", "pattern": r"^[^\x00]*$"}),
    Number: lambda _: _Form({"type": "number"}),
    WholeNumber: lambda _: _Form({"type": "integer"}, int),
    fields.List: _form_of_list,
    Bounded: _form_of_list,
    fields.Nested: _form_of_nested,
}
