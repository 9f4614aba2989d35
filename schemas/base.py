"""What all schemas share: the two directions of travel, and the fields that every noun is built from."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, Self

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, missing, validate

ID_PATTERN = r"^[a-z0-9][a-z0-9-]{0,95}$"
LINE_PATTERN = r"^[^\x00-\x1F\x7F]*$"
TEXT_PATTERN = r"^[^\x00]*$"

#: Where a title, a name or another single line ends: longer ones are mistakes, not news.
LINE_LENGTH = 500
#: The longest remark, quotation or caption.
PASSAGE_LENGTH = 20_000
#: The longest article, in code points: about a book.
TEXT_LENGTH = 2_000_000
#: The longest list of a document: of the evidence of a fact that every paper has, say.
LONGEST_LIST = 100_000
#: The longest cursor.
CURSOR_LENGTH = 400
#: The greatest number of anything counted: every language has a type for it.
GREATEST = 2**31 - 1


class Term(str, Enum):  # noqa: UP042 (its members carry more than their string)
    """A value of a vocabulary: a string with a definition."""

    _value_: str
    definition: str

    def __new__(cls, value: str, definition: str) -> Self:
        """Make a member of its value and its definition."""
        term = str.__new__(cls, value)
        term._value_ = value
        term.definition = definition
        return term

    @classmethod
    def of(cls, value: str) -> Self:
        """Find the member with a value; raises KeyError when there is none."""
        member: Self = _members(cls)[value]
        return member

    def __str__(self) -> str:
        return self._value_

    @property
    def value(self) -> str:
        """The value as plain text; told here because mypy cannot infer it through `__new__`."""
        return self._value_


@cache
def _members(vocabulary: type[Term]) -> Mapping[str, Any]:
    return {term.value: term for term in vocabulary}


class InputSchema(Schema):
    """What a client sends: closed, so that a misspelt field is an error and not a silence."""

    class Meta:
        unknown = RAISE


class ResourceSchema(Schema):
    """What is served: every field is in every answer, null where unknown, but for those marked `optional`.

    Published as open: clients must survive fields that later versions add.
    """

    class Meta:
        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Say so in the OpenAPI document, where `required` means present."""
        field_obj.required = not field_obj.metadata.get("optional", False)
        field_obj.load_default = missing


class Pattern(validate.Regexp):
    """A pattern that the whole text must have; marshmallow's own lets a line break pass at the end."""

    def __call__(self, value: Any) -> Any:
        """Check one text."""
        regex: Any = self.regex
        if regex.fullmatch(value) is None:
            raise ValidationError(self._format_error(value))
        return value


class Text(fields.String):
    """Text that every database and every JSON parser gives back as it was: no NUL, no lone surrogate."""

    def __init__(self, *, longest: int = PASSAGE_LENGTH, shortest: int = 0, **kwargs: Any) -> None:
        """Take the bounds in code points; they are published as minLength and maxLength."""
        # The pattern is published only: what breaks it is told below, by its place.
        metadata = {"pattern": TEXT_PATTERN, **kwargs.pop("metadata", {})}
        super().__init__(validate=validate.Length(min=shortest, max=longest), metadata=metadata, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if "\x00" in text:
            raise ValidationError(f"A NUL character stands at position {text.index(chr(0))}; remove it.")
        if surrogate := re.search("[\ud800-\udfff]", text):
            raise ValidationError(f"A lone surrogate stands at position {surrogate.start()}; send whole characters.")
        return text


class Line(fields.String):
    """One line of text: no line break and no other control character; or text of a stricter pattern."""

    def __init__(
        self,
        *,
        longest: int = LINE_LENGTH,
        shortest: int = 1,
        pattern: str = LINE_PATTERN,
        otherwise: str = "Must be one line without control characters.",
        **kwargs: Any,
    ) -> None:
        """Take the bounds in code points, and a pattern with what to say of text that is `otherwise`."""
        super().__init__(
            validate=[
                validate.Length(min=shortest, max=longest),
                Pattern(pattern, flags=re.ASCII, error=otherwise),
                refuse_surrogates,
            ],
            **kwargs,
        )


def refuse_surrogates(text: str) -> None:
    """Raise ValidationError for text that is not whole in Unicode, which neither a database nor JSON can hold."""
    if re.search("[\ud800-\udfff]", text):
        raise ValidationError("A lone surrogate cannot be stored; send whole characters.")


class Id(fields.String):
    """The id of an article, actor or fact: chosen by the client or derived from content, never a sequence."""

    def __init__(self, **kwargs: Any) -> None:
        """Take what any field takes."""
        super().__init__(
            validate=[
                validate.Length(min=1, max=96),
                Pattern(
                    ID_PATTERN,
                    flags=re.ASCII,
                    error="An id is 1 to 96 of a-z, 0-9 and '-', not starting with '-'.",
                ),
            ],
            **kwargs,
        )


class Word(fields.String):
    """A word of a vocabulary, kept as its plain value; the OpenAPI document names the vocabulary once."""

    def __init__(self, vocabulary: type[Term], **kwargs: Any) -> None:
        """Take the vocabulary whose words are let through."""
        self.vocabulary = vocabulary
        words = [term.value for term in vocabulary]
        super().__init__(
            validate=validate.OneOf(words, error="'{input}' is not one of: {choices}."),
            **kwargs,
        )


class Number(fields.Field[float]):
    """A finite JSON number, as it was sent: 8500 stays an integer. A string or a boolean is none."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValidationError("Not a finite number.")
        return value


class WholeNumber(fields.Field[int]):
    """A whole number. 2.0 is one, as JSON Schema has it; 2.5, true and "2" are none."""

    def __init__(self, *, low: int = 0, high: int = GREATEST, **kwargs: Any) -> None:
        """Take the bounds; they are published as minimum and maximum."""
        super().__init__(validate=validate.Range(min=low, max=high), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value % 1:
            raise ValidationError("Not a whole number.")
        return int(value)


class Timestamp(fields.String):
    """A moment in UTC, RFC 3339 with microseconds: 2022-01-26T18:03:00.000000Z."""

    OTHERWISE = "Not an RFC 3339 time in UTC, such as 2022-01-26T18:03:00Z."
    PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$"

    def __init__(self, **kwargs: Any) -> None:
        """Take what any field takes."""
        metadata = {"format": "date-time", **kwargs.pop("metadata", {})}
        super().__init__(
            validate=[
                validate.Length(max=27),
                Pattern(self.PATTERN, flags=re.ASCII, error=self.OTHERWISE),
                self._refuse_impossible,
            ],
            metadata=metadata,
            **kwargs,
        )

    def _refuse_impossible(self, text: str) -> None:
        try:
            datetime.fromisoformat(text)
        except ValueError:
            raise ValidationError(self.OTHERWISE) from None


class Bounded(fields.List[Any]):
    """A list that is refused for its length before any of its entries is looked at: there could be very many."""

    def __init__(self, inner: fields.Field[Any], most: int, **kwargs: Any) -> None:
        """Take what its entries are, and how many there may be."""
        self._length = validate.Length(max=most)
        super().__init__(inner, validate=self._length, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        if isinstance(value, list):
            self._length(value)
        return super()._deserialize(value, attr, data, **kwargs)


class Union(fields.Field[Any]):
    """One of several nouns, told apart by a property; the OpenAPI document names the union as a component."""

    def __init__(self, component: str, **kwargs: Any) -> None:
        """Take the component's name, such as Fact."""
        self.component = component
        super().__init__(**kwargs)


class StoredSchema(ResourceSchema):
    """What every stored resource begins with; its lists may be longer than anybody may send at once."""

    id = Id()
    version = WholeNumber(low=1, metadata={"description": "Starts at 1 and rises by one with each change"})
    created_at = Timestamp()
    updated_at = Timestamp()

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Bound lists by what can come together, from many sheets or by merging."""
        super().on_bind_field(field_name, field_obj)
        if isinstance(field_obj, Bounded):
            field_obj.validators = [validate.Length(max=LONGEST_LIST)]


def position(description: str, **kwargs: Any) -> WholeNumber:
    """Make the field of a place in a text, counted in Unicode code points from 0."""
    return WholeNumber(high=TEXT_LENGTH, metadata={"description": description}, **kwargs)


def listed(inner: fields.Field[Any], *, most: int = 200, **kwargs: Any) -> fields.List[Any]:
    """Make a list field; an absent list is an empty one."""
    return Bounded(inner, most, load_default=list, **kwargs)


def nested(schema: type[Schema], *, most: int = 200, **kwargs: Any) -> fields.List[Any]:
    """Make a list of nested objects; an absent list is an empty one."""
    return listed(fields.Nested(schema), most=most, **kwargs)


def optional(field: fields.Field[Any]) -> fields.Field[Any]:
    """Let a field be null or absent on its way in and null on its way out."""
    field.allow_none = True
    field.load_default = None
    field.required = False
    return field


def described(description: str, **more: Any) -> dict[str, Any]:
    """Make the metadata of a field: its description, and what else OpenAPI is to say of it."""
    return {"description": description, **more}
