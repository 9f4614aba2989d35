"""Outcomes: what became of a fact sheet."""

from __future__ import annotations

from marshmallow import fields

from schemas.base import Id, InputSchema, ResourceSchema, Term, WholeNumber, Word, described, nested
from schemas.parameters import Flag
from schemas.problem import ProblemSchema


class OutcomeKind(Term):
    """What became of a resource that a sheet brought."""

    CREATED = "created", "it is new"
    UPDATED = "updated", "it said something new of what was there"
    UNCHANGED = "unchanged", "all that it says was there"
    DELETED = "deleted", "it was deleted before and stays so; on_conflict: replace brings it back"


class ResourceOutcomeSchema(ResourceSchema):
    """What became of one resource."""

    id = Id()
    outcome = Word(OutcomeKind)


class SheetOutcomeSchema(ResourceSchema):
    """What became of a fact sheet: every id, those derived included."""

    article = fields.Nested(ResourceOutcomeSchema)
    actors = nested(ResourceOutcomeSchema, most=2000)
    facts = nested(ResourceOutcomeSchema, most=6000, metadata=described("Events, proposals and statements, in order"))


class BatchLineSchema(ResourceSchema):
    """The result of one line of a batch: an outcome, or a problem."""

    line = WholeNumber(low=1, metadata=described("Number of the line, from 1"))
    status = WholeNumber(
        low=200, high=599, metadata=described("What the sheet alone would have been answered: 201, 200, 409, 422, ...")
    )
    outcome = fields.Nested(SheetOutcomeSchema, allow_none=True)
    problem = fields.Nested(ProblemSchema, allow_none=True)


class ArticlePostQuerySchema(InputSchema):
    """What is to be done with an article."""

    extract = Flag(
        load_default=True, metadata=described("Draft its facts; false stores the article alone", example=True)
    )
