"""What a dumper dumps is what its schema dumps, to the byte and whatever it is given."""

from __future__ import annotations

import re
from collections import OrderedDict, UserDict, defaultdict
from collections.abc import Iterator
from types import MappingProxyType, SimpleNamespace
from typing import Any

import orjson
import pytest
from marshmallow import Schema, fields, post_dump, pre_dump

from api.store.dumping import dumper
from schemas.actor import ActorSchema
from schemas.article import ArticleSchema
from schemas.base import Line, Number, ResourceSchema
from schemas.event import EventSchema
from schemas.included import IncludedSchema
from schemas.proposal import ProposalSchema
from schemas.statement import StatementSchema
from schemas.vocabulary import FactKind

STORED = (ActorSchema, ArticleSchema, EventSchema, ProposalSchema, StatementSchema)


def schemas_below(schema: Schema) -> Iterator[Schema]:
    """Give a schema and all that are stored within it."""
    yield schema
    for field in schema.fields.values():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested) and not isinstance(inner.schema, IncludedSchema):
            yield from schemas_below(inner.schema)


SCHEMAS = {type(schema): schema for kind in STORED for schema in schemas_below(kind())}
#: Whatever a field may be given, be it right or wrong.
ANYTHING = (
    *(None, "", "a", "\x00", "\ud800", 0, 1, 2.0, -1.5, 10**30, True, b"a", b"\xff", FactKind.EVENT, object),
    *([], [None], ["a", 1, None, FactKind.EVENT], [[]], [{}], ("a",), {"a"}, range(2), {}, {"unknown": 1}),
    *(
        OrderedDict(name="a"),
        defaultdict(str),
        MappingProxyType({"name": "a"}),
        UserDict(name="a"),
        SimpleNamespace(name="a", id="b"),
    ),
)


def outcome(dump: Any, resource: Any) -> str:
    """Tell what comes of dumping something: the result with its types and order, or the error."""
    try:
        dumped = repr(dump(resource))
    except Exception as error:  # noqa: BLE001 (both ways must fail alike, whatever the error is)
        return repr(error)
    return re.sub("0x[0-9a-f]+", "somewhere", dumped)


def specimen(field: Any) -> Any:
    if isinstance(field, fields.Nested):
        return whole(field.schema)
    if isinstance(field, fields.List):
        return [specimen(field.inner), specimen(field.inner)]
    return 1 if isinstance(field, Number) else "a"


def whole(schema: Schema) -> dict[str, Any]:
    """Make a resource with every field that is stored, in another order than the schema's."""
    names = [name for name in reversed(schema.fields) if name != "included"]
    return {name: specimen(schema.fields[name]) for name in names}


@pytest.mark.parametrize("kind", SCHEMAS, ids=lambda kind: kind.__name__)
def test_a_dumper_does_what_its_schema_does(kind: type[Schema]) -> None:
    schema = SCHEMAS[kind]
    dump = dumper(schema)
    assert dump != schema.dump, "no field is unknown to it"
    standing = whole(schema)
    assert orjson.dumps(dump(standing)) == orjson.dumps(schema.dump(standing))
    resources = [*ANYTHING, standing | {"unknown": 1, "items": 2}, SimpleNamespace(**standing), UserDict(standing)]
    for name in schema.fields:
        resources.append({key: value for key, value in standing.items() if key != name})
        resources += [standing | {name: value} for value in ANYTHING]
    for resource in resources:
        assert outcome(dump, resource) == outcome(schema.dump, resource), resource


def test_what_is_included_is_dumped_as_well() -> None:
    schema = ActorSchema()
    resource = whole(schema) | {"included": {"actors": {"a": whole(schema)}, "facts": {"b": {"c": 1}}}}
    assert repr(dumper(schema)(resource)) == repr(schema.dump(resource))


class Shouted(Line):
    """A line that is served in capitals."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return str(value).upper()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"a": Shouted()}, id="a field type that inherits from a known one"),
        pytest.param({"a": fields.List(Shouted())}, id="a field type in a list"),
        pytest.param({"a": Line(data_key="b")}, id="another key"),
        pytest.param({"a": Line(attribute="b")}, id="another attribute"),
        pytest.param({"a": Line(dump_default="c")}, id="a default"),
        pytest.param({"items": Number()}, id="the name of a method"),
        pytest.param({"a": Line(), "b": fields.Method("get_attribute")}, id="a method"),
        pytest.param({"a": Line(), "b": pre_dump(lambda self, data, **_: {"a": 2})}, id="what a schema does first"),
        pytest.param({"a": Line(), "b": post_dump(lambda self, data, **_: {"a": 2})}, id="what a schema does last"),
        pytest.param({"a": fields.Nested(ResourceSchema, many=True)}, id="many"),
    ],
)
def test_what_a_dumper_does_not_know_it_leaves_to_the_schema(content: dict[str, Any]) -> None:
    schema = type("MadeUpSchema", (ResourceSchema,), content)()
    outer = type("OuterSchema", (ResourceSchema,), {"inner": fields.Nested(type(schema))})()
    for resource in ({}, {"a": "x"}, {"b": "y"}, {"a": [{}]}, {"a": ["x", "y"]}):
        assert outcome(dumper(schema), resource) == outcome(schema.dump, resource)
        assert outcome(dumper(outer), {"inner": resource}) == outcome(outer.dump, {"inner": resource})
