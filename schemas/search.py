"""Search: articles, actors and facts that have the words."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from schemas.base import ResourceSchema, Term, Union, WholeNumber, Word, described
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

    start = WholeNumber()
    end = WholeNumber()


class HighlightSchema(ResourceSchema):
    """A passage in which words matched. Plain text and offsets: nothing to escape, nothing to trust."""

    field = fields.String(metadata=described("Where the passage is from, such as title, text or evidence/0"))
    passage = fields.String()
    marks = fields.List(fields.Nested(MarkSchema))


class HitSchema(ResourceSchema):
    """A resource that has the words."""

    resource = Word(Resource)
    document: fields.Field[Any] = Union("Document")
    highlights = fields.List(
        fields.Nested(HighlightSchema), metadata=described("Only with highlight=true", optional=True)
    )


class FacetValueSchema(ResourceSchema):
    """How many matches have a value."""

    value = fields.String()
    matches = WholeNumber()


class FacetSchema(ResourceSchema):
    """How the matches divide by one property."""

    by = Word(SearchFacet)
    items = fields.List(fields.Nested(FacetValueSchema))


class HitPageSchema(PageSchema):
    """A page of search results."""

    items = fields.List(fields.Nested(HitSchema))
    facets = fields.List(fields.Nested(FacetSchema), metadata=described("Only with facets=", optional=True))
    facets_relation = Word(
        TotalRelation,
        metadata=described("gte when only the newest matches were counted; only with facets=", optional=True),
    )
