"""The vocabularies as a resource: what every code means."""

from __future__ import annotations

from marshmallow import fields

from schemas.base import ResourceSchema, Word, described
from schemas.vocabulary import EventType, Mode, Quad


class TermSchema(ResourceSchema):
    """A word of a vocabulary."""

    value = fields.String()
    definition = fields.String()
    quad = Word(Quad, metadata=described("Of an event type", optional=True))
    modes = fields.List(Word(Mode), metadata=described("Of an event type: the modes that it may have", optional=True))
    types = fields.List(
        Word(EventType), metadata=described("Of a mode: the event types that it may go with", optional=True)
    )


class VocabularySchema(ResourceSchema):
    """A vocabulary and its words."""

    name = fields.String()
    description = fields.String()
    terms = fields.List(fields.Nested(TermSchema))


class VocabulariesSchema(ResourceSchema):
    """All vocabularies."""

    items = fields.List(fields.Nested(VocabularySchema))
