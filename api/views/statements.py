"""Statements."""

from __future__ import annotations

from api.protocol.operations import Operations
from api.views.facts import add_kind
from schemas.edit import StatementPatchSchema
from schemas.page import StatementPageSchema
from schemas.query import StatementListQuerySchema, StatementQuerySchema
from schemas.statement import StatementSchema

STATEMENTS = Operations(
    "statements", __name__, description="What somebody said, in quotation marks or in indirect speech."
)

add_kind(
    STATEMENTS,
    "statement",
    document=StatementSchema,
    page=StatementPageSchema,
    list_schema=StatementListQuerySchema,
    one_schema=StatementQuerySchema,
    patch=StatementPatchSchema,
)
