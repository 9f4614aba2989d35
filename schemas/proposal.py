"""Proposals: what an actor offers, demands or stands ready to do."""

from __future__ import annotations

from marshmallow import fields

from schemas.base import Id, InputSchema, Line, ResourceSchema, Word, described, nested, optional
from schemas.fact import FactInputSchema, FactSchema
from schemas.parts import DateInputSchema, DateSchema, EvidenceInputSchema, SpanSchema
from schemas.vocabulary import ProposalCategory, ProposalStatus


class StepSchema(ResourceSchema):
    """A step in the life of a proposal."""

    status = Word(ProposalStatus)
    date = fields.Nested(DateSchema, allow_none=True)
    by = optional(Id(metadata=described("Actor that took the step")))
    evidence = fields.Nested(SpanSchema)


class StepInputSchema(InputSchema):
    """A step in the life of a proposal, as sent."""

    status = Word(ProposalStatus, required=True)
    date = fields.Nested(DateInputSchema, allow_none=True, load_default=None)
    by = optional(Id())
    evidence = fields.Nested(EvidenceInputSchema, required=True)


class Proposal:
    """How a proposal is coded."""

    category = Word(ProposalCategory, required=True)
    status = Word(ProposalStatus, required=True)
    package = optional(Line(metadata=described("The written document that it is part of")))


class ProposalSchema(Proposal, FactSchema):
    """Something an actor offers, demands or stands ready to do, such as a hotline or a deployment."""

    history = nested(StepSchema)


class ProposalInputSchema(Proposal, FactInputSchema):
    """A proposal of a fact sheet."""

    history = nested(StepInputSchema)
