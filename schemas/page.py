"""Pages: what a list answers, a cursor at a time."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, fields

from schemas.actor import ActorSchema
from schemas.article import ArticleSchema
from schemas.base import (
    CURSOR_LENGTH,
    Id,
    Line,
    ResourceSchema,
    Term,
    Union,
    WholeNumber,
    Word,
    described,
    listed,
    nested,
    optional,
)
from schemas.event import EventSchema
from schemas.included import IncludedSchema
from schemas.proposal import ProposalSchema
from schemas.statement import StatementSchema


class TotalRelation(Term):
    """How a total is to be read."""

    EQ = "eq", "the total is exact"
    GTE = "gte", "counting stopped there: there are at least as many"


class PageSchema(ResourceSchema):
    """A page of a list. A page may be short; only `next_cursor: null` ends the list."""

    next_cursor = optional(
        Line(longest=CURSOR_LENGTH, metadata=described("Ask again with cursor= this; null at the end of the list"))
    )
    total = WholeNumber(metadata=described("How many there are in all; only with count=", optional=True))
    total_relation = Word(TotalRelation, metadata={"optional": True})
    included = fields.Nested(IncludedSchema, metadata={"optional": True})


class ArticlePageSchema(PageSchema):
    """A page of articles."""

    items = nested(ArticleSchema)


class ActorPageSchema(PageSchema):
    """A page of actors."""

    items = nested(ActorSchema)


class EventPageSchema(PageSchema):
    """A page of events."""

    items = nested(EventSchema)


class ProposalPageSchema(PageSchema):
    """A page of proposals."""

    items = nested(ProposalSchema)


class StatementPageSchema(PageSchema):
    """A page of statements."""

    items = nested(StatementSchema)


class FactPageSchema(PageSchema):
    """A page of facts of all kinds."""

    items: fields.List[Any] = listed(Union("Fact"))


class SparseSchema(ResourceSchema):
    """A resource of which only the fields asked for with `fields=` are there; `id` always is."""

    class Meta:
        unknown = INCLUDE

    id = Id()


class SparsePageSchema(PageSchema):
    """A page of resources of which only the fields asked for with `fields=` are there."""

    items = nested(SparseSchema)
