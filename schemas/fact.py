"""Facts: what events, proposals and statements have in common, and their union."""

from __future__ import annotations

from marshmallow import fields, validate

from schemas.base import (
    Id,
    InputSchema,
    Line,
    StoredSchema,
    Text,
    Word,
    described,
    nested,
    optional,
)
from schemas.included import IncludedSchema
from schemas.parts import (
    DateInputSchema,
    DateSchema,
    EvidenceInputSchema,
    EvidenceSchema,
    ParticipationInputSchema,
    ParticipationSchema,
    PlaceInputSchema,
    PlaceSchema,
    QuantityInputSchema,
    QuantitySchema,
    RelationInputSchema,
    RelationSchema,
    ReviewInputSchema,
    ReviewSchema,
    SourcesSchema,
)
from schemas.vocabulary import FactKind


class FactSchema(StoredSchema):
    """What every fact has: who, when, where, how many, and the words that prove it."""

    kind = Word(FactKind)
    title = Line(metadata=described("One sentence of our own, without opinion"))
    date = fields.Nested(DateSchema, allow_none=True, metadata=described("Null when the text gives none"))
    actors = nested(ParticipationSchema)
    places = nested(PlaceSchema)
    quantities = nested(QuantitySchema)
    evidence = nested(EvidenceSchema, metadata=described("At least one span"))
    sources = fields.Nested(SourcesSchema)
    relations = nested(RelationSchema)
    review = fields.Nested(ReviewSchema)
    note = optional(Text(longest=5000, metadata=described("An editor's remark, such as where a source is wrong")))
    included = fields.Nested(IncludedSchema, metadata={"optional": True})


class FactInputSchema(InputSchema):
    """What every fact of a sheet has."""

    id = optional(Id(metadata=described("Derived from the article and the evidence when absent")))
    title = Line(required=True, metadata=described("One sentence of your own, without opinion"))
    date = fields.Nested(DateInputSchema, allow_none=True, load_default=None)
    actors = nested(ParticipationInputSchema)
    places = nested(PlaceInputSchema)
    quantities = nested(QuantityInputSchema)
    evidence = fields.List(
        fields.Nested(EvidenceInputSchema),
        required=True,
        validate=validate.Length(min=1, max=50, error="A fact needs from {min} to {max} quotations as evidence."),
    )
    relations = nested(RelationInputSchema)
    review = fields.Nested(ReviewInputSchema, allow_none=True, load_default=None)
    note = optional(Text(longest=5000))
