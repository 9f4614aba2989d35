"""Edits: what of a resource can be changed, and the merge patches (RFC 7396) that change it.

An edited resource must be whole again: its schema here is that of a sheet's entry, but for what never changes.
"""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, missing, validate

from schemas.actor import ActorInputSchema
from schemas.article import ArticleInputSchema, MediumInputSchema
from schemas.base import Id, InputSchema, Line, Text, Word, described, nested, optional, position
from schemas.event import EventInputSchema
from schemas.fact import FactInputSchema
from schemas.parts import DateInputSchema, EvidenceInputSchema
from schemas.proposal import ProposalInputSchema, StepInputSchema
from schemas.statement import StatementInputSchema
from schemas.vocabulary import ReviewStatus

#: The media type of merge patches.
MERGE_PATCH = "application/merge-patch+json"


class DateEditSchema(DateInputSchema):
    """A date as it was read. Its first and last day follow from `edtf`: sent back, they are not looked at."""

    earliest = optional(Line(longest=10))
    latest = optional(Line(longest=10))


class EvidenceEditSchema(EvidenceInputSchema):
    """A quotation to be found in one of the fact's articles. Its end follows: sent back, it is not looked at."""

    article = optional(Id(metadata=described("The article quoted; needed where the fact has several")))
    end = optional(position("Offset after the last code point"))


class MediumEditSchema(MediumInputSchema):
    """A picture, chart or film that stands in an article."""

    date = fields.Nested(DateEditSchema, allow_none=True, load_default=None)


class StepEvidenceEditSchema(EvidenceEditSchema):
    """The words that prove a step, themselves or by the place at which they were read."""

    exact: Any = optional(
        Text(shortest=1, metadata=described("The words, verbatim; not needed with article, start and end"))
    )


class StepEditSchema(StepInputSchema):
    """A step in the life of a proposal."""

    date = fields.Nested(DateEditSchema, allow_none=True, load_default=None)
    evidence = fields.Nested(StepEvidenceEditSchema, required=True)


class FactEditSchema(FactInputSchema):
    """What of every fact can be changed: all but its id and its review."""

    class Meta(InputSchema.Meta):
        exclude = ("id", "review")

    date = fields.Nested(DateEditSchema, allow_none=True, load_default=None)
    evidence: Any = fields.List(
        fields.Nested(EvidenceEditSchema),
        required=True,
        validate=validate.Length(min=1, max=200, error="A fact needs from {min} to {max} quotations as evidence."),
    )


class EventEditSchema(FactEditSchema, EventInputSchema):
    """What of an event can be changed; its quad follows from its type."""


class ProposalEditSchema(FactEditSchema, ProposalInputSchema):
    """What of a proposal can be changed."""

    history: Any = nested(StepEditSchema)


class StatementEditSchema(FactEditSchema, StatementInputSchema):
    """What of a statement can be changed; its text is what its evidence says."""

    class Meta(InputSchema.Meta):
        exclude = ("id", "review", "text")


class ActorEditSchema(ActorInputSchema):
    """What of an actor can be changed: all but its id."""

    class Meta(InputSchema.Meta):
        exclude = ("id",)


class ArticleEditSchema(ArticleInputSchema):
    """What of an article can be changed: all but its id, its text and its source."""

    class Meta(InputSchema.Meta):
        exclude = ("id", "text", "source", "story_start", "received_sha256")

    published_at: Any = fields.Nested(DateEditSchema, allow_none=True, load_default=None)
    media: Any = nested(MediumEditSchema)


class _PatchSchema(InputSchema):
    """A patch: what it does not name stays as it is."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = False
        field_obj.load_default = missing


def _patch(name: str, edit: type[Schema], noun: str) -> type[Schema]:
    body = {
        "__doc__": f"A JSON merge patch (RFC 7396) of {noun}: lists are replaced whole, null takes a value away.",
        "__module__": __name__,
    }
    return type(name, (_PatchSchema, edit), body)


ArticlePatchSchema = _patch("ArticlePatchSchema", ArticleEditSchema, "an article")
ActorPatchSchema = _patch("ActorPatchSchema", ActorEditSchema, "an actor")
EventPatchSchema = _patch("EventPatchSchema", EventEditSchema, "an event")
ProposalPatchSchema = _patch("ProposalPatchSchema", ProposalEditSchema, "a proposal")
StatementPatchSchema = _patch("StatementPatchSchema", StatementEditSchema, "a statement")


class ReviewDecisionSchema(InputSchema):
    """What a reviewer decides about a fact."""

    status = Word(ReviewStatus, required=True)
    note = optional(Line(metadata=described("Why, for the history; X-Change-Note says the same")))


class MergeInputSchema(InputSchema):
    """Which resource takes over."""

    into = Id(required=True, metadata=described("The id that stays"))
