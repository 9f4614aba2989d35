"""The parts that facts and articles are made of: dates, places, quantities, evidence, reviews."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from schemas.base import (
    LINE_LENGTH,
    PASSAGE_LENGTH,
    Id,
    InputSchema,
    Line,
    Number,
    ResourceSchema,
    Text,
    Timestamp,
    WholeNumber,
    Word,
    described,
    optional,
    position,
)
from schemas.vocabulary import QuantityQualifier, RelationType, ReviewStatus, Role


def country(**kwargs: Any) -> Line:
    """Make the field of a country: ISO 3166-1 alpha-2."""
    wrong = "Not an ISO 3166-1 alpha-2 code, such as UA."
    return Line(longest=2, shortest=2, pattern="^[A-Z]{2}$", otherwise=wrong, **kwargs)


def country_code() -> fields.Field[Any]:
    """Make the field of a country that may be unknown."""
    return optional(country(metadata=described("ISO 3166-1 alpha-2")))


class DateInputSchema(InputSchema):
    """A date as it was read: EDTF (ISO 8601-2), and the words it was read from."""

    edtf = optional(Line(longest=100, metadata=described("EDTF (ISO 8601-2); null when the words cannot be resolved")))
    text = optional(Line(metadata=described("The article's own words, such as 'Wednesday'")))


class DateSchema(ResourceSchema):
    """A date: EDTF, the days that it spans, and the words it was read from."""

    edtf = optional(Line(longest=100, metadata=described("EDTF (ISO 8601-2); null when the words are not resolved")))
    earliest = optional(
        Line(longest=10, metadata=described("First day that it may mean; null when open or unresolved", format="date"))
    )
    latest = optional(
        Line(longest=10, metadata=described("Last day that it may mean; null when open or unresolved", format="date"))
    )
    text = optional(Line(metadata=described("The article's own words, such as 'Wednesday'")))


class Participation:
    """An actor's part in a fact; the same coming and going."""

    actor = optional(Id(metadata=described("Null where the text names no one who can be told")))
    role = Word(Role, required=True)
    named_as = optional(Line(metadata=described("This place's own wording, such as 'He' or 'Moscow'")))


class ParticipationSchema(Participation, ResourceSchema):
    """An actor's part in a fact."""


class ParticipationInputSchema(Participation, InputSchema):
    """An actor's part in a fact, as sent."""


class Place:
    """Where it happened; what is unknown is null."""

    name = Line(required=True)
    country_code = country_code()
    lat = optional(
        Number(
            validate=validate.Range(min=-90, max=90),
            metadata=described("Degrees north, WGS 84"),
        )
    )
    lon = optional(
        Number(
            validate=validate.Range(min=-180, max=180),
            metadata=described("Degrees east, WGS 84"),
        )
    )
    geonames_id = optional(WholeNumber(low=1, metadata=described("geonames.org id")))


class PlaceSchema(Place, ResourceSchema):
    """A place that a fact names."""


class PlaceInputSchema(Place, InputSchema):
    """A place that a fact names, as sent."""


class Quantity:
    """How many of what, and how sure."""

    value = Number(
        required=True,
        validate=validate.Range(min=-1e15, max=1e15),
        metadata=described("The number"),
    )
    unit = Line(required=True, longest=100, metadata=described("What is counted or measured, such as 'troops'"))
    qualifier = Word(QuantityQualifier, required=True)
    text = optional(Line(metadata=described("The article's own words, such as 'around 5,000 troops'")))


class QuantitySchema(Quantity, ResourceSchema):
    """A quantity that a fact states."""


class QuantityInputSchema(Quantity, InputSchema):
    """A quantity that a fact states, as sent."""


class SpanSchema(ResourceSchema):
    """A stretch of an article's text, half open, in Unicode code points."""

    article = Id()
    start = position("Offset of the first code point in the article's text", required=True)
    end = position("Offset after the last code point", required=True)


class EvidenceSchema(SpanSchema):
    """The receipt of a fact: the exact words in an article, where they stand, and what stands around them.

    W3C Web Annotation's TextPositionSelector and TextQuoteSelector in one. Always article.text[start:end] == exact.
    """

    exact = Text(shortest=1, metadata=described("The words themselves, verbatim"))
    prefix = Text(longest=32, metadata=described("The 32 code points before, fewer at the start of the text"))
    suffix = Text(longest=32, metadata=described("The 32 code points after, fewer at the end of the text"))


class EvidenceInputSchema(InputSchema):
    """A quotation to be found in the sheet's article; its surroundings or `start` tell equal ones apart."""

    exact = Text(shortest=1, longest=PASSAGE_LENGTH, required=True, metadata=described("The words, verbatim"))
    prefix = optional(Text(metadata=described("Words right before it, where it occurs more than once")))
    suffix = optional(Text(metadata=described("Words right after it, where it occurs more than once")))
    start = optional(position("Its offset in the article's text, where it occurs more than once"))


class SourcesSchema(ResourceSchema):
    """How many independent sources support a fact; copies of one wire story count once."""

    articles = WholeNumber(metadata=described("Independent articles"))
    publishers = WholeNumber(metadata=described("Publishers of those"))


class Relation:
    """A tie to another fact."""

    type = Word(RelationType, required=True)
    fact = Id(required=True, metadata=described("Id of the other fact"))


class RelationSchema(Relation, ResourceSchema):
    """A tie from this fact to another."""


class RelationInputSchema(Relation, InputSchema):
    """A tie from this fact to another, of the same sheet or in the store."""


class FactGenerator:
    """The program that drafted a fact."""

    name = Line(required=True, longest=100)
    version = Line(required=True, longest=100)


class FactGeneratorSchema(FactGenerator, ResourceSchema):
    """The program that drafted a fact."""


class FactGeneratorInputSchema(FactGenerator, InputSchema):
    """The program that drafted a fact, as sent."""


def confidence() -> fields.Field[Any]:
    """Make the field of a generator's confidence."""
    return optional(
        Number(validate=validate.Range(min=0, max=1), metadata=described("0 to 1; null for a human's work"))
    )


class ReviewSchema(ResourceSchema):
    """What became of a fact under human eyes."""

    status = Word(ReviewStatus)
    by = optional(Line(metadata=described("Who decided")))
    at = optional(Timestamp(metadata=described("When")))
    confidence = confidence()
    generator = fields.Nested(FactGeneratorSchema, allow_none=True)


class ReviewInputSchema(InputSchema):
    """The review that a sheet brings with it; it counts only for those who may review."""

    status = Word(ReviewStatus, load_default="pending", metadata=described("`pending` when absent"))
    by = optional(Line(longest=LINE_LENGTH))
    at = optional(Timestamp())
    confidence = confidence()
    generator = fields.Nested(FactGeneratorInputSchema, allow_none=True, load_default=None)
