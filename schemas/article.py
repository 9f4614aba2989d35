"""Articles: published texts, as received."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from schemas.base import (
    TEXT_LENGTH,
    Id,
    InputSchema,
    Line,
    Pattern,
    ResourceSchema,
    StoredSchema,
    Text,
    Timestamp,
    WholeNumber,
    described,
    listed,
    nested,
    optional,
    position,
)
from schemas.included import IncludedSchema
from schemas.parts import DateInputSchema, DateSchema


def url() -> fields.Field[Any]:
    """Make the field of a web address."""
    return optional(
        fields.Url(
            schemes={"http", "https"},
            validate=[
                validate.Length(max=2000),
                Pattern(r"^[\x21-\x7E]+$", error="Write other characters than printable ASCII percent-encoded."),
            ],
            metadata=described("Where it was published"),
        )
    )


def language(**kwargs: Any) -> Line:
    """Make the field of a language: BCP 47."""
    return Line(
        longest=35,
        pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
        otherwise="Not a BCP 47 language tag, such as en or pt-BR.",
        **kwargs,
    )


class Medium:
    """A picture, chart or film that stands in an article."""

    caption = optional(Text(longest=5000))
    credit = optional(Line())


class MediumSchema(Medium, ResourceSchema):
    """A picture, chart or film that stands in an article."""

    date = fields.Nested(DateSchema, allow_none=True)


class MediumInputSchema(Medium, InputSchema):
    """A picture, chart or film that stands in an article, as sent."""

    date = fields.Nested(DateInputSchema, allow_none=True, load_default=None)


class Article:
    """What is known of an article besides its text."""

    publisher = Line(required=True)
    title = optional(Line(longest=1000, metadata=described("The headline; null when there is none, never made up")))
    subtitle = optional(Line(longest=2000))
    authors = listed(Line())
    url = url()
    language = optional(language(metadata=described("BCP 47 tag")))
    retrieved_at = optional(Timestamp(metadata=described("When it was fetched")))
    origin_id = optional(
        Id(metadata=described("The wire story that this is a copy of; copies of one story count as one source"))
    )
    revises = optional(Id(metadata=described("The earlier text at the same URL")))


class ArticleSchema(Article, StoredSchema):
    """A published text, as received. The text itself is at `/v1/articles/{id}/text`."""

    published_at = fields.Nested(DateSchema, allow_none=True)
    text_sha256 = Line(longest=64, metadata=described("SHA-256 of the text in UTF-8, hexadecimal"))
    received_sha256 = Line(longest=64, metadata=described("SHA-256 of the bytes received, hexadecimal"))
    story_start = position("Where the text begins in the source: source[story_start:][:len(text)] == text")
    word_count = WholeNumber(metadata=described("Words of the text"))
    media = nested(MediumSchema)
    included = fields.Nested(IncludedSchema, metadata={"optional": True})


class ArticleInputSchema(Article, InputSchema):
    """An article of a fact sheet: what is known of it, and its text."""

    id = optional(Id(metadata=described("Derived from publisher, URL and text when absent")))
    published_at = fields.Nested(DateInputSchema, allow_none=True, load_default=None)
    media = nested(MediumInputSchema)
    text = Text(shortest=1, longest=TEXT_LENGTH, required=True, metadata=described("The story, a slice of the source"))
    source = optional(
        Text(longest=TEXT_LENGTH, metadata=described("The document as received; the text itself when absent"))
    )
    story_start = optional(position("Where the text begins in the source, should it occur there more than once"))
    received_sha256 = optional(
        Line(
            shortest=64,
            longest=64,
            pattern="^[0-9a-f]{64}$",
            otherwise="Not a SHA-256 in lower-case hexadecimal.",
            metadata=described("SHA-256 of the bytes received; of the source in UTF-8 when absent"),
        )
    )
