"""The vocabularies as a resource: what every code means."""

from __future__ import annotations

from schemas.base import Line, ResourceSchema, Text, Word, described, listed, nested
from schemas.vocabulary import EventType, Mode, Quad


class TermSchema(ResourceSchema):
    """A word of a vocabulary."""

    value = Line()
    definition = Text()
    quad = Word(Quad, metadata=described("Of an event type", optional=True))
    modes = listed(Word(Mode), metadata=described("Of an event type: the modes that it may have", optional=True))
    types = listed(Word(EventType), metadata=described("Of a mode: the event types that it may go with", optional=True))


class VocabularySchema(ResourceSchema):
    """A vocabulary and its words."""

    name = Line()
    description = Text()
    terms = nested(TermSchema)


class VocabulariesSchema(ResourceSchema):
    """All vocabularies."""

    items = nested(VocabularySchema)
