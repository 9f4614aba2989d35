"""Proposals."""

from __future__ import annotations

from api.protocol.operations import Operations
from api.views.facts import add_kind
from schemas.edit import ProposalPatchSchema
from schemas.page import ProposalPageSchema
from schemas.proposal import ProposalSchema
from schemas.query import ProposalListQuerySchema, ProposalQuerySchema

PROPOSALS = Operations("proposals", __name__, description="What an actor offers, demands or stands ready to do.")

add_kind(
    PROPOSALS,
    "proposal",
    document=ProposalSchema,
    page=ProposalPageSchema,
    list_schema=ProposalListQuerySchema,
    one_schema=ProposalQuerySchema,
    patch=ProposalPatchSchema,
)
