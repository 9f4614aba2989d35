"""Search: articles, actors and facts that have the words."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from schemas.base import (
    GREATEST,
    PASSAGE_LENGTH,
    Line,
    ResourceSchema,
    Term,
    Text,
    Union,
    WholeNumber,
    Word,
    described,
    nested,
    position,
)
from schemas.page import PageSchema, TotalRelation
from schemas.vocabulary import Resource


class SearchFacet(Term):
    """What search results can be counted by."""

    RESOURCE = "resource", "article, actor or fact"
    KIND = "kind", "event, proposal or statement"
    TYPE = "type", "PLOVER type of events"
    CATEGORY = "category", "category of proposals"
    ACTOR = "actor", "id of each actor that takes part"
    PUBLISHER = "publisher", "publisher of each article that gives evidence"
    COUNTRY = "country", "country of each place and actor, ISO 3166-1 alpha-2"


class MarkSchema(ResourceSchema):
    """A matched word: half open, in Unicode code points of the passage."""

    start = position("Offset of its first code point")
    end = position("Offset after its last one")


class HighlightSchema(ResourceSchema):
    """A passage in which words matched. Plain text and offsets: nothing to escape, nothing to trust."""

    field = Line(metadata=described("Where the passage is from, such as title, text or evidence/0"))
    passage = Text()
    marks = nested(MarkSchema, most=PASSAGE_LENGTH)


class HitSchema(ResourceSchema):
    """A resource that has the words."""

    resource = Word(Resource)
    document: fields.Field[Any] = Union("Document")
    highlights = nested(HighlightSchema, metadata=described("Only with highlight=true", optional=True))


class FacetValueSchema(ResourceSchema):
    """How many matches have a value."""

    value = Line()
    matches = WholeNumber()


class FacetSchema(ResourceSchema):
    """How the matches divide by one property."""

    by = Word(SearchFacet)
    items = nested(FacetValueSchema, most=GREATEST)


class HitPageSchema(PageSchema):
    """A page of search results."""

    items = nested(HitSchema)
    facets = nested(FacetSchema, metadata=described("Only with facets=", optional=True))
    facets_relation = Word(
        TotalRelation,
        metadata=described("gte when only the newest matches were counted; only with facets=", optional=True),
    )
