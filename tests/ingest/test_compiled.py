"""The compiled form of a schema and marshmallow are of one mind: about what fits, and about what it is loaded to."""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from copy import deepcopy
from decimal import Decimal
from enum import Enum
from itertools import chain
from types import MappingProxyType
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import (
    EXCLUDE,
    Schema,
    ValidationError,
    fields,
    post_load,
    pre_load,
    validate,
    validates,
    validates_schema,
)

from api.ingest.compiled import CompiledSchema
from api.ingest.files import read_sheet
from api.ingest.seeding import seed_files
from benchmarks.sheets import Plan, Sheets
from schemas.base import InputSchema, Line, Pattern, WholeNumber, Word, listed, optional
from schemas.fact_sheet import FactSheetSchema, OnConflict

Json = dict[str, Any]


class Colour(Enum):
    RED = "a"


class Name(str):
    __slots__ = ()


def schemas_below(schema: Schema) -> Iterator[Schema]:
    """Give a schema and all that it nests."""
    yield schema
    for field in schema.fields.values():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from schemas_below(inner.schema)


SHEET = FactSheetSchema()
COMPILED_SHEET = CompiledSchema(SHEET)
SCHEMAS = {type(schema): schema for schema in schemas_below(SHEET)}
COMPILED = {kind: CompiledSchema(schema) for kind, schema in SCHEMAS.items()}
FIELDS = [(kind, name) for kind, schema in SCHEMAS.items() for name in schema.fields]

#: One of these fits any field that is not a list, an object or a word.
SPECIMENS = ("a", "UA", "Q159", "0" * 64, "2022-01-26T18:03:00Z", "https://news.example/1", 1)
TEXTS = (
    *("", " ", "a", "A", "A line", "-", "a-", "-a", "a ", " a", "a\n", "\na", "a\nb", "a\tb", "\r", "\x00", "a\x00b"),
    *("\x1f", "\x7f", "\x80", "\x85", "\u2028", "\u00a0", "\ufeff", "\ufffe", "\ud800", "a\udfffb", "é", "e\u0301"),
    *(
        "٣",
        "２",
        "\u212a",
        "ı",
        "ſ",
        "🕊️",
        "𠮷",
        "null",
        "true",
        "1",
        "1.0",
        "UA\n",
        "ua",
        "UAX",
        "U1",
        "Q0",
        "Q1\n",
        "q1",
    ),
    *("en", "en-", "en-GB", "EN-gb-1", "e", "en_GB", "٣n", "refuse", "Refuse", "refuse ", "agree", "0" * 64 + "\n"),
)
TIMES = (
    *("2022-01-26T18:03:00Z", "2022-01-26T18:03:00.1Z", "2022-01-26T18:03:00.123456Z", "2022-01-26T18:03:00.1234567Z"),
    *("2022-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "0000-01-01T00:00:00Z", "2022-01-26T24:00:00Z"),
    *("2022-01-26T23:59:60Z", "2022-01-26T18:03:00.Z", "2022-01-26T18:03:00z", "2022-01-26T18:03:00+00:00"),
    *("2022-01-26t18:03:00Z", "2022-01-26 18:03:00Z", "2022-01-26", "٢022-01-26T18:03:00Z", "2022-01-26T18:03:00Z\n"),
)
ADDRESSES = (
    *(
        "http://a.de",
        "HTTPS://a.de",
        "ftp://a.de",
        "http://",
        "http:///a",
        "//a.de",
        "a.de",
        "http://a",
        "http://a b.de",
    ),
    *(
        "https://a.de/\n",
        "https://a.de/ä",
        "https://ä.de",
        "https://user:pass@a.de:80/?q#f",
        "https://[::1]/",
        "x://a.de",
    ),
    *(
        "https://localhost",
        "https://1.2.3.4",
        "https://a.de/" + "a" * 1987,
        "https://a.de/" + "a" * 1988,
        "a://https://a.de",
    ),
)
NUMBERS = (
    0,
    1,
    -1,
    2,
    2.0,
    2.5,
    -0.0,
    0.1,
    1e300,
    -1e300,
    10**30,
    -(10**30),
    2**63,
    2**64,
    math.nan,
    math.inf,
    -math.inf,
)
OTHERS = (None, True, False, [], [[]], [None], ["a"], ["a", 1], [{}], {}, {"a": 1}, {"": None})
#: What JSON is never read to: marshmallow may take it, its compiled form need not.
STRANGE = (
    *(b"a", bytearray(b"a"), Decimal(1), Decimal("NaN"), Colour.RED, OnConflict.REFUSE, Name("a"), ("a",), {"a"}, 1j),
    *(OrderedDict(), MappingProxyType({}), iter([]), range(2), {1: 1}, {Colour.RED: 1}, {"\ud800": 1}, object()),
    *([Colour.RED], [OnConflict.REFUSE], [Decimal(1)], [Name("a")], [b"a"]),
)


def load(schema: Schema, document: Any) -> Json | None:
    """Have marshmallow load a document; None where it refuses."""
    try:
        return dict(schema.load(document))
    except ValidationError:
        return None


def assert_same(loaded: Json | None, expected: Json | None, document: Any) -> None:
    """Hold that two loaded documents are the same, down to types and the order of keys."""
    assert repr(loaded) == repr(expected), document


def specimen(field: Any) -> Any:
    """Make a value that fits a field."""
    if isinstance(field, fields.Nested):
        return whole(field.schema)
    if isinstance(field, fields.List):
        return [specimen(field.inner)]
    if isinstance(field, Word):
        return next(iter(field.vocabulary)).value
    return next(value for value in SPECIMENS if fits(field, value))


def fits(field: Any, value: Any) -> bool:
    try:
        field.deserialize(value)
    except ValidationError:
        return False
    return True


def whole(schema: Schema) -> Json:
    """Make a document with every field of a schema."""
    return {name: specimen(field) for name, field in schema.fields.items()}


def at_the_bounds(field: Any) -> Iterator[Any]:
    """Give values on either side of each bound that a field has."""
    for validator in field.validators:
        if isinstance(validator, validate.Range):
            for bound in (validator.min, validator.max):
                yield from (bound, bound + 1, bound - 1, bound + 0.5, bound - 0.5, float(bound), int(bound))
                yield from (math.nextafter(bound, math.inf), math.nextafter(bound, -math.inf))
        if isinstance(validator, validate.Length):
            for size in (validator.min and validator.min - 1, validator.min, validator.max, validator.max + 1):
                yield from long_values(field, size or 0)


def long_values(field: Any, size: int) -> Iterator[Any]:
    if isinstance(field, fields.List):
        yield [specimen(field.inner)] * size
    else:
        fit = str(specimen(field))
        yield from ("🕊" * size, (fit + fit[-1] * size)[:size])


@pytest.mark.parametrize("kind, name", FIELDS, ids=[f"{kind.__name__}.{name}" for kind, name in FIELDS])
def test_every_field_takes_the_same_values(kind: type[Schema], name: str) -> None:
    schema, compiled = SCHEMAS[kind], COMPILED[kind]
    standing = whole(schema)
    assert compiled.load(standing), "the specimen itself fits"
    field = schema.fields[name]
    inner = field.inner if isinstance(field, fields.List) else field
    plain = (*TEXTS, *TIMES, *ADDRESSES, *NUMBERS, *OTHERS, *at_the_bounds(inner))
    values = chain(plain, ([value] for value in plain), at_the_bounds(field)) if inner is not field else plain
    for value in values:
        document = standing | {name: value}
        assert_same(compiled.load(document), load(schema, document), value if len(repr(value)) < 200 else name)


@pytest.mark.parametrize("kind", SCHEMAS, ids=lambda kind: kind.__name__)
def test_fields_are_missed_and_unknown_ones_found_alike(kind: type[Schema]) -> None:
    schema, compiled = SCHEMAS[kind], COMPILED[kind]
    standing = whole(schema)
    documents: list[Any] = [{}, {"unknown": None}, standing | {"unknown": None}, standing | {"": 1}]
    for name in standing:
        rest = {key: value for key, value in standing.items() if key != name}
        documents += [
            rest,
            rest | {name.upper(): standing[name]},
            rest | {f"{name} ": standing[name]},
            {name: standing[name]},
        ]
    documents += [dict(reversed(standing.items())), [], [standing], "a", 1, None, True]
    for document in documents:
        assert_same(compiled.load(document), load(schema, document), document)


@pytest.mark.parametrize("kind, name", FIELDS, ids=[f"{kind.__name__}.{name}" for kind, name in FIELDS])
def test_what_is_no_json_is_left_to_marshmallow_or_loaded_like_it(kind: type[Schema], name: str) -> None:
    schema, compiled = SCHEMAS[kind], COMPILED[kind]
    standing = whole(schema)
    for value in STRANGE:
        document = standing | {name: value}
        loaded = compiled.load(document)
        if loaded is not None:
            assert_same(loaded, load(schema, document), value)


def test_a_document_is_a_dictionary_or_left_to_marshmallow() -> None:
    standing = whole(SHEET)
    assert COMPILED_SHEET.load(standing)
    assert COMPILED_SHEET.load(OrderedDict(standing)) is None
    assert COMPILED_SHEET.load(MappingProxyType(standing)) is None
    assert COMPILED_SHEET.load({Name(name): value for name, value in standing.items()}) is None


def fitting(field: Any) -> st.SearchStrategy[Any]:
    """Generate what fits a field, nearly always."""
    if isinstance(field, fields.Nested):
        found = documents(field.schema)
    elif isinstance(field, fields.List):
        found = st.lists(fitting(field.inner), min_size=1, max_size=2)
    elif isinstance(field, Word):
        found = st.sampled_from([term.value for term in field.vocabulary])
    else:
        tried = (*SPECIMENS, *TEXTS, *TIMES, *ADDRESSES, *NUMBERS, *at_the_bounds(field))
        found = st.sampled_from([value for value in tried if len(str(value)) < 600 and fits(field, value)])
    return st.none() | found if field.allow_none else found


def documents(schema: Schema) -> st.SearchStrategy[Json]:
    """Generate documents that fit a schema, with or without what is optional."""
    made = {name: fitting(field) for name, field in schema.fields.items()}
    required = {name: made[name] for name, field in schema.fields.items() if field.required}
    return st.fixed_dictionaries(required, optional={name: made[name] for name in made if name not in required})


SHEETS = documents(SHEET)


def places_in(node: Any) -> Iterator[tuple[Any, Any]]:
    """Give each place of a document, as what it is in and its key there."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from places_in(node[key])


ANYTHING = st.sampled_from((*TEXTS, *TIMES, *ADDRESSES, *NUMBERS, *OTHERS)) | st.text() | st.floats() | st.integers()


@st.composite
def broken(draw: Callable[..., Any]) -> Json:
    """Generate a sheet that fits, and change something in it."""
    sheet: Json = deepcopy(draw(SHEETS))
    places = list(places_in(sheet))
    within, key = places[draw(st.integers(0, len(places) - 1))]
    change = draw(st.sampled_from(("drop", "rename", "move", "set", "set")))
    if change == "drop":
        del within[key]
    elif change == "rename" and isinstance(within, dict):
        within[draw(st.text(max_size=3))] = within.pop(key)
    elif change == "move":
        there, at = places[draw(st.integers(0, len(places) - 1))]
        within[key] = deepcopy(there[at])
    else:
        within[key] = draw(ANYTHING)
    return sheet


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(SHEETS)
def test_sheets_that_fit_are_loaded_to_the_same(sheet: Json) -> None:
    expected = load(SHEET, sheet)
    assert expected is not None
    assert_same(COMPILED_SHEET.load(sheet), expected, sheet)


@settings(max_examples=250, derandomize=True, database=None, deadline=None)
@given(broken())
def test_sheets_broken_anywhere_are_judged_alike(sheet: Json) -> None:
    assert_same(COMPILED_SHEET.load(sheet), load(SHEET, sheet), sheet)


def test_the_seeds_and_the_sheets_of_the_benchmarks_never_need_marshmallow() -> None:
    for sheet in (*map(read_sheet, seed_files()), *Sheets(Plan(articles=20, facts=200))):
        assert_same(COMPILED_SHEET.load(sheet), load(SHEET, sheet), sheet)
        read_back = orjson.loads(orjson.dumps(sheet))
        assert COMPILED_SHEET.load(read_back) == COMPILED_SHEET.load(sheet)


def containers(node: Any) -> Iterator[int]:
    if isinstance(node, dict | list):
        yield id(node)
        for each in node.values() if isinstance(node, dict) else node:
            yield from containers(each)


def test_what_is_loaded_is_nobody_elses() -> None:
    sent = [whole(SHEET), {"article": {"publisher": "The Paper", "text": "Words."}}]
    loaded = [COMPILED_SHEET.load(sheet) for sheet in (*sent, *sent)]
    found = [at for document in (*sent, *loaded) for at in containers(document)]
    assert len(found) == len(set(found))


def schema_of(**content: Any) -> Schema:
    return type("MadeUpSchema", (InputSchema,), content)()


class Shouted(Line):
    """A line that does something of its own."""


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"a": fields.Integer(required=True)}, id="a field type"),
        pytest.param({"a": Shouted(required=True)}, id="a field type that inherits from a known one"),
        pytest.param({"a": fields.List(fields.Boolean(), required=True)}, id="a field type in a list"),
        pytest.param({"a": Line()}, id="no default"),
        pytest.param({"a": Line(required=True, data_key="b")}, id="another key"),
        pytest.param({"a": Line(required=True, attribute="b")}, id="another attribute"),
        pytest.param({"a": Line(required=True, pre_load=str.strip)}, id="what a field does first"),
        pytest.param({"a": Line(required=True, post_load=str.strip)}, id="what a field does last"),
        pytest.param({"a": fields.Nested(InputSchema, many=True, required=True)}, id="many"),
        pytest.param({"a": fields.Nested(InputSchema, unknown=EXCLUDE, required=True)}, id="open where it is nested"),
        pytest.param({"Meta": type("Meta", (), {"unknown": EXCLUDE})}, id="open"),
        pytest.param({"a": pre_load(lambda self, data, **_: data)}, id="what a schema does first"),
        pytest.param({"a": post_load(lambda self, data, **_: data)}, id="what a schema does last"),
        pytest.param({"a": validates_schema(lambda self, data, **_: None)}, id="what holds of several fields"),
        pytest.param(
            {"a": Line(required=True), "b": validates("a")(lambda self, value, **_: None)}, id="a method for a field"
        ),
    ],
)
def test_what_the_compiler_does_not_know_it_refuses(content: Json) -> None:
    with pytest.raises(TypeError, match="cannot be compiled"):
        CompiledSchema(schema_of(**content))
    with pytest.raises(TypeError, match="cannot be compiled"):
        CompiledSchema(schema_of(inner=fields.Nested(schema_of(**content), required=True)))


@pytest.mark.parametrize("options", [{"many": True}, {"partial": True}, {"unknown": EXCLUDE}])
def test_a_schema_with_options_is_refused(options: Json) -> None:
    with pytest.raises(TypeError, match="cannot be compiled"):
        CompiledSchema(FactSheetSchema(**options))


def refuse_shouting(text: str) -> None:
    if text.isupper():
        raise ValidationError("Not so loud.")


@pytest.mark.parametrize(
    "validators, values",
    [
        pytest.param([refuse_shouting], ["a", "A"], id="a function"),
        pytest.param([validate.Regexp("a")], ["a", "ab", "ba"], id="a pattern of the beginning"),
        pytest.param([Pattern(r"^\s*$", re.ASCII)], ["", " ", "\x1c", "\ufeff"], id="a class that differs elsewhere"),
        pytest.param([Pattern("^a.$", re.ASCII)], ["ab", "a\r", "a\n"], id="a dot that differs elsewhere"),
        pytest.param([Pattern("a", re.ASCII)], ["a", "ab", "ba"], id="a pattern without its ends"),
        pytest.param([Pattern("a$", re.ASCII)], ["a", "ab", "ba"], id="a pattern without its beginning"),
        pytest.param([Pattern("^[a-z]*$", re.IGNORECASE)], ["a", "A", "ſ"], id="a pattern with flags"),
        pytest.param([validate.Length(equal=2)], ["a", "ab", "abc"], id="a length"),
        pytest.param([validate.Length(min=1), validate.Length(max=1)], ["", "a", "ab"], id="two lengths"),
        pytest.param([validate.Length(max=2), validate.Length(max=1)], ["", "a", "ab"], id="two bounds"),
        pytest.param([validate.Length(max=1), validate.Length(max=2)], ["", "a", "ab"], id="two bounds, turned round"),
        pytest.param([validate.Range("b", "c", min_inclusive=False)], ["a", "b", "c", "d"], id="a range of texts"),
        pytest.param([validate.NoneOf(["a"])], ["a", "b"], id="what is not let through"),
        pytest.param([validate.OneOf(["a", "b"]), validate.OneOf(["b"])], ["a", "b", "c"], id="two choices"),
    ],
)
def test_what_json_schema_cannot_say_is_checked_all_the_same(validators: list[Any], values: list[str]) -> None:
    schema = schema_of(a=optional(fields.String(validate=validators)))
    compiled = CompiledSchema(schema)
    for value in (*values, None):
        assert_same(compiled.load({"a": value}), load(schema, {"a": value}), value)


def test_entries_may_be_null_where_the_schema_lets_them() -> None:
    schema = schema_of(a=listed(optional(WholeNumber())), b=listed(optional(Line())))
    compiled = CompiledSchema(schema)
    for document in ({"a": [1.0, None]}, {"b": [None, "b"]}, {"a": None}, {"a": [None, 0.5]}):
        assert_same(compiled.load(document), load(schema, document), document)
