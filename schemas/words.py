"""The vocabularies as a resource: what every code means."""

from __future__ import annotations

from marshmallow import fields, validate

from schemas.base import Line, Number, ResourceSchema, Text, WholeNumber, Word, described, listed, nested, optional
from schemas.vocabulary import EventType, Mode, Quad


class AccuracySchema(ResourceSchema):
    """How well extraction finds what is coded so, as measured on annotated articles."""

    precision = optional(
        Number(
            validate=validate.Range(min=0, max=1),
            metadata=described("Share of the drafts that are right; null where none was made"),
        )
    )
    recall = optional(
        Number(
            validate=validate.Range(min=0, max=1),
            metadata=described("Share of what is annotated that was drafted; null where nothing is"),
        )
    )
    cases = WholeNumber(metadata=described("How many it was measured on: few say little"))
    data = Line(metadata=described("What it was measured on"))


class TermSchema(ResourceSchema):
    """A word of a vocabulary."""

    value = Line()
    definition = Text()
    quad = Word(Quad, metadata=described("Of an event type", optional=True))
    modes = listed(Word(Mode), metadata=described("Of an event type: the modes that it may have", optional=True))
    types = listed(Word(EventType), metadata=described("Of a mode: the event types that it may go with", optional=True))
    accuracy = fields.Nested(
        AccuracySchema, metadata=described("Of what extraction drafts, where it was measured", optional=True)
    )


class VocabularySchema(ResourceSchema):
    """A vocabulary and its words."""

    name = Line()
    description = Text()
    terms = nested(TermSchema)


class VocabulariesSchema(ResourceSchema):
    """All vocabularies."""

    items = nested(VocabularySchema)
