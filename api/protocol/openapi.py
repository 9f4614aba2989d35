"""The OpenAPI document: what flask-smorest gathers from the views, brought into the form that tools and people like.

Every schema and every vocabulary is a named component, parameters stand with their operation, nothing is left over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import yaml
from flask import Flask
from flask_smorest import Api
from marshmallow import Schema
from werkzeug.routing import BaseConverter, IntegerConverter

from api.protocol.arguments import LONGEST_QUERY
from api.protocol.problems import CONTENT_TYPE, KINDS, Kind
from schemas.base import GREATEST, ID_PATTERN, TEXT_LENGTH, TEXT_PATTERN, Number, Term, Union, WholeNumber, Word
from schemas.parameters import Fraction, Numeral
from schemas.problem import ProblemSchema

Document = dict[str, Any]

_VOCABULARY, _UNION = "x-vocabulary", "x-union"
#: In this order parameters stand: generated clients take their arguments as they come.
_PLACES = ("path", "query", "header")
#: The longest header is a link with a whole query.
_ASCII: Document = {"type": "string", "pattern": "^[ -~]*$", "maxLength": LONGEST_QUERY + 1000}
_REFERENCE: Document = _ASCII | {"format": "uri-reference"}
_SECONDS: Document = {"type": "integer", "format": "int32", "minimum": 0, "maximum": GREATEST}
#: The headers of answers: what they say, their schema, and whether each answer that may have one has it.
_HEADERS: Mapping[str, tuple[str, Document, bool]] = {
    "Access-Control-Allow-Origin": ("Pages of any origin may read the answer", _ASCII, True),
    "CurrentETag": ("That of the current version, if there is one", _ASCII, False),
    "Content-Disposition": ("What to call the file", _ASCII, False),
    "ETag": ("Strong validator, for If-None-Match; that of a whole resource serves If-Match as well", _ASCII, True),
    "Link": ('RFC 8288: rel="next" is the next page; of what is whole, rel="monitor" the changes since', _ASCII, False),
    "Location": ("Where it is now", _REFERENCE, True),
    "Newsfacts-Position": (
        "From servers with a replica: how far the store was written. What is read with it is at least as new",
        _ASCII,
        False,
    ),
    "RateLimit": ("What is left of each limit, and in how many seconds it is whole again", _ASCII, False),
    "RateLimit-Policy": ("The limits, where there are any: how many requests in how many seconds", _ASCII, False),
    "Retry-After": ("Seconds", _SECONDS, True),
    "WWW-Authenticate": ("What to send: a key as a bearer token", _ASCII, True),
}
_PLAIN: Document = {"type": "string", "pattern": TEXT_PATTERN, "maxLength": TEXT_LENGTH}
#: A stream ends when whoever sends it likes; the bound is the greatest that every generator reads.
_EVENTS: Document = _PLAIN | {"maxLength": GREATEST}
_LINES: Document = {"type": "string", "format": "binary", "maxLength": GREATEST, "description": "A value a line"}
_BYTES: Document = {"type": "string", "format": "binary", "maxLength": GREATEST, "description": "A file"}
#: The headers that any answer has.
_COMMON = ("Access-Control-Allow-Origin", "RateLimit", "RateLimit-Policy")
#: The headers that a problem comes with, by its status: the name of each, and of what describes it.
_PROBLEM_HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "WWW-Authenticate"},
    412: {"ETag": "CurrentETag"},
    429: {"Retry-After": "Retry-After"},
    503: {"Retry-After": "Retry-After"},
}


class IdConverter(BaseConverter):
    """The part of a path that is an id."""

    regex = ID_PATTERN.strip("^$")


class WordConverter(BaseConverter):
    """The part of a path that is a name given by the server, and no id."""

    regex = "[A-Za-z0-9_-]{1,200}"


class Contract(Api):  # type: ignore[misc]  # flask-smorest has no types
    """The app's OpenAPI document in the making; errors are answered elsewhere, as problems."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(
        self,
        app: Flask,
        unions: Mapping[str, Sequence[type[Schema]]],
        lists: Mapping[str, type[Schema]],
        **spec: Any,
    ) -> None:
        """Take the app, unions and lists of schemas by name, and what else stands in the document."""
        self._vocabularies: dict[str, type[Term]] = {}
        super().__init__(app, spec_kwargs=spec)
        for field, kind, form in (
            (Number, "number", None),
            (Fraction, "number", None),
            (WholeNumber, "integer", "int32"),
            (Numeral, "integer", "int32"),
        ):
            self.register_field(field, kind, form)
        self.register_converter(IdConverter, _describe_id)
        self.register_converter(IntegerConverter, _describe_number)
        self.register_converter(WordConverter, _describe_word)
        converter = self.ma_plugin.converter
        converter.add_attribute_function(lambda _, field, **__: self._mark(field))
        converter.add_parameter_attribute_function(_comma_separated)
        self.spec.components.schema("Problem", schema=ProblemSchema)
        for name, members in unions.items():
            self._add_union(name, members)
        for name, member in lists.items():
            self._add_list(name, member)

    def _register_error_handlers(self) -> None:
        """Leave errors to the problems module."""

    def _add_union(self, name: str, members: Sequence[type[Schema]]) -> None:
        for member in members:
            component = member.__name__.removesuffix("Schema")
            if component not in self.spec.components.schemas:
                self.spec.components.schema(component, schema=member)
        refs = {member.__name__.removesuffix("Schema"): _ref(member.__name__) for member in members}
        union: Document = {"description": f"One of {', '.join(refs)}.", "oneOf": list(refs.values())}
        if all("kind" in member().fields for member in members) and name == "Fact":
            mapping = {component.lower(): ref["$ref"] for component, ref in refs.items()}
            union["discriminator"] = {"propertyName": "kind", "mapping": mapping}
        self.spec.components.schema(name, component=union)

    def _add_list(self, name: str, member: type[Schema]) -> None:
        self.spec.components.schema(member.__name__.removesuffix("Schema"), schema=member)
        described = {"description": f"A list of these, in order: {_summary(member)}", "type": "array"}
        self.spec.components.schema(name, component={**described, "items": _ref(member.__name__), "maxItems": GREATEST})

    def _mark(self, field: Any) -> Document:
        """Leave a mark where a vocabulary or a union is to be named."""
        if isinstance(field, Word):
            self._vocabularies[field.vocabulary.__name__] = field.vocabulary
            return {_VOCABULARY: field.vocabulary.__name__}
        if isinstance(field, Union):
            return {_UNION: field.component} | ({"type": ["null"]} if field.allow_none else {})
        return {}

    def document(self, examples: Mapping[str, Any]) -> Document:
        """Make the whole document; `examples` are by component."""
        raw = self.spec.to_dict()
        schemas = {
            name: _without_defaults(_named(schema)) for name, schema in raw["components"].get("schemas", {}).items()
        }
        for key, name in self.ma_plugin.converter.refs.items():
            schemas[name] = {"description": _summary(key[0]), **schemas[name]}
        schemas |= {name: _describe(vocabulary) for name, vocabulary in self._vocabularies.items()}
        paths = {path: _operations(path, item, examples) for path, item in raw["paths"].items()}
        responses = {_response_name(kind): _describe_problem(kind) for kind in KINDS.values()}
        used = _reachable([paths, responses], schemas)
        for name in used:
            if name in examples:
                schemas[name]["examples"] = [examples[name]]
        return {
            "openapi": raw["openapi"],
            "info": raw["info"],
            "servers": raw["servers"],
            "security": raw["security"],
            "tags": raw["tags"],
            "paths": paths,
            "components": {
                "schemas": {name: schemas[name] for name in sorted(used)},
                "responses": {name: responses[name] for name in sorted(set(_references(paths)) & set(responses))},
                "headers": {name: _describe_header(name) for name in _HEADERS},
                "securitySchemes": raw["components"]["securitySchemes"],
            },
        }


def to_yaml(document: Document) -> str:
    """Write the document for people: in its own order."""
    return yaml.dump(document, sort_keys=False, allow_unicode=True, width=110, Dumper=_Dumper)


def describe_headers(names: Iterable[str]) -> Document:
    """Describe the headers of an answer: these, and those that any answer has."""
    return _refer_to_headers({name: name for name in (*names, *_COMMON)})


def _refer_to_headers(names: Mapping[str, str]) -> Document:
    return {name: {"$ref": f"#/components/headers/{component}"} for name, component in names.items()}


def problem_response(status: int) -> str:
    """Name the component that describes the answer with a problem of some status."""
    return _response_name([kind for kind in KINDS.values() if kind.status == status][-1])


def _response_name(kind: Kind) -> str:
    return "".join(word.capitalize() for word in kind.slug.split("-"))


def _describe_header(name: str) -> Document:
    description, schema, always = _HEADERS[name]
    return {"description": description, "required": always, "schema": dict(schema)}


def _describe_problem(kind: Kind) -> Document:
    example = {
        "type": f"/problems/{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.meaning,
        "instance": "/v1/facts",
        "request_id": "5f0c9d1e2a-1b",
        "errors": [],
    }
    return {
        "description": f"{kind.title}. {kind.meaning} {kind.remedy}",
        "headers": _refer_to_headers(_PROBLEM_HEADERS.get(kind.status, {})) | describe_headers(()),
        "content": {CONTENT_TYPE: {"schema": _ref("ProblemSchema"), "example": example}},
    }


class _Dumper(yaml.SafeDumper):
    """Writes out what occurs twice, instead of pointing to it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _describe_id(_: IdConverter) -> Document:
    return {"type": "string", "pattern": ID_PATTERN, "minLength": 1, "maxLength": 96}


def _describe_number(converter: IntegerConverter) -> Document:
    return {"type": "integer", "format": "int32", "minimum": converter.min, "maximum": converter.max}


def _describe_word(converter: WordConverter) -> Document:
    return {"type": "string", "pattern": f"^{converter.regex}$", "minLength": 1, "maxLength": 200}


def _comma_separated(_: Any, field: Any, **__: Any) -> Document:
    return {"style": "form", "explode": False} if field.metadata.get("comma_separated") else {}


def _describe(vocabulary: type[Term]) -> Document:
    meanings = [f"- `{term.value}`: {term.definition}" for term in vocabulary]
    return {
        "type": "string",
        "enum": [term.value for term in vocabulary],
        "description": "\n".join([(vocabulary.__doc__ or "").strip(), "", *meanings]),
    }


def _summary(schema: type[Schema]) -> str:
    """Take what a schema's docstring says, in one line."""
    return " ".join((schema.__doc__ or "").split())


def _named(node: Any) -> Any:
    """Put references where marks are."""
    if isinstance(node, list):
        return [_named(each) for each in node]
    if not isinstance(node, dict):
        return node
    name = node.get(_VOCABULARY) or node.get(_UNION)
    if not isinstance(name, str):
        return {key: _named(value) for key, value in node.items()}
    rest = {key: node[key] for key in ("description", "default") if node.get(key) is not None}
    nullable = "null" in node.get("type", ())
    return ({"anyOf": [_ref(name), {"type": "null"}]} if nullable else _ref(name)) | rest


def _without_defaults(schema: Document) -> Document:
    """Say of no property what it is when it is left out: TypeScript's generator then thinks that it cannot be."""
    for each in schema.get("properties", {}).values():
        each.pop("default", None)
    return schema


def _ref(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name.removesuffix('Schema')}"}


def _operations(path: str, item: Document, examples: Mapping[str, Any]) -> Document:
    shared = item.get("parameters", [])
    return {
        method: _operation(path, operation, shared, examples)
        for method, operation in item.items()
        if method != "parameters"
    }


def _operation(path: str, operation: Document, shared: list[Document], examples: Mapping[str, Any]) -> Document:
    """Put an operation in order: what it is, what it takes, what it answers."""
    parameters = [dict(_named(each)) for each in (*shared, *operation.get("parameters", []))]
    parameters.sort(key=lambda each: _PLACES.index(each["in"]))
    for parameter in parameters:
        parameter["schema"] = _never_null(parameter["schema"])
        if parameter["in"] == "path":
            plural = path.partition(f"/{{{parameter['name']}}}")[0].rpartition("/")[2]
            parameter["description"] = "Which version" if plural == "versions" else f"Which of the {plural}"
            parameter["example"] = 1 if plural == "versions" else _example_of(plural, parameter["name"], examples)
        elif "example" in parameter["schema"]:
            parameter["example"] = parameter["schema"].pop("example")
    ordered = {
        "operationId": operation["operationId"],
        "tags": operation["tags"],
        "summary": operation["summary"].rstrip("."),
        "description": operation.get("description") or operation["summary"],
        "security": operation.get("security"),
        "parameters": parameters,
        "requestBody": _with_bodies(_named(operation["requestBody"])) if "requestBody" in operation else None,
        "responses": {
            status: _answers(answer) for status, answer in sorted(operation["responses"].items(), key=_by_status)
        },
    }
    return {name: value for name, value in ordered.items() if value not in (None, [])}


def _never_null(schema: Document) -> Document:
    """Say of a parameter that it may be left out; marshmallow calls that null."""
    if "anyOf" in schema:
        (schema,) = [each for each in schema["anyOf"] if each != {"type": "null"}]
    kept = {name: value for name, value in schema.items() if name != "default" or value is not None}
    if isinstance(kind := kept.get("type"), list):
        (kept["type"],) = [each for each in kind if each != "null"]
    return kept


def _by_status(entry: tuple[Any, Any]) -> str:
    return str(entry[0])


def _answers(answer: Document | str) -> Document:
    if isinstance(answer, str):
        return {"$ref": f"#/components/responses/{answer}"}
    return {key: value for key, value in _with_bodies(_named(answer)).items() if value}


def _with_bodies(described: Document) -> Document:
    """Describe each body by its type: JSON by its schema, a text by what it may have, lines as bytes."""
    content = {kind: _body(kind, value) for kind, value in described.get("content", {}).items() if value}
    return described | {"content": content}


def _body(kind: str, body: Document) -> Document:
    if kind.endswith(("/json", "+json")):
        return body
    if kind.startswith("text/"):
        return {"schema": dict(_PLAIN if kind == "text/plain" else _EVENTS)}
    if not body["schema"]:
        return {"schema": _BYTES | {"contentMediaType": kind}}
    return {"schema": _LINES | {"contentMediaType": kind, "contentSchema": body["schema"]}}


def _example_of(plural: str, name: str, examples: Mapping[str, Any]) -> Any:
    singular = {"facts": "event", "vocabularies": "vocabulary", "deliveries": "delivery"}
    noun = singular.get(plural, plural.removesuffix("s"))
    return examples.get(noun.capitalize(), {}).get("id" if name == noun else name, plural)


def _reachable(roots: list[Document], schemas: Document) -> set[str]:
    """Find the components that something refers to: no others are published."""
    found: set[str] = set()
    waiting = list(_references(roots))
    while waiting:
        name = waiting.pop()
        if name in schemas and name not in found:
            found.add(name)
            waiting += _references(schemas[name])
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(ref := node.get("$ref"), str):
            yield ref.rpartition("/")[2]
        if isinstance(mapping := node.get("mapping"), dict):
            yield from (str(ref).rpartition("/")[2] for ref in mapping.values())
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _references(each)
