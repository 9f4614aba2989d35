"""The fact sheet: one article and all that it states. The only way in."""

from __future__ import annotations

from marshmallow import fields

from schemas.actor import ActorInputSchema
from schemas.article import ArticleInputSchema
from schemas.base import InputSchema, Term, Word, described, nested
from schemas.event import EventInputSchema
from schemas.proposal import ProposalInputSchema
from schemas.statement import StatementInputSchema


class OnConflict(Term):
    """What to do where a sheet disagrees with what is stored."""

    REFUSE = "refuse", "store nothing of the sheet and list every disagreement"
    KEEP = "keep", "keep what is stored, and add what is new"
    REPLACE = "replace", "let the sheet's values replace those stored"


class FactSheetSchema(InputSchema):
    """One article and all that it states; stored whole or not at all."""

    article = fields.Nested(ArticleInputSchema, required=True)
    actors = nested(ActorInputSchema, most=2000)
    events = nested(EventInputSchema, most=2000)
    proposals = nested(ProposalInputSchema, most=2000)
    statements = nested(StatementInputSchema, most=2000)
    on_conflict = Word(OnConflict, load_default=OnConflict.REFUSE.value, metadata=described("`refuse` when absent"))
