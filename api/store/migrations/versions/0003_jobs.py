"""Make the tables of jobs, and of what extraction drafted.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "jobs",
        text("id", key=True),
        text("kind"),
        text("state"),
        number("attempts"),
        text("step", null=True),
        number("steps_done"),
        number("steps"),
        *(text(name) for name in ("created_at", "updated_at", "due_at")),
        *(text(name, null=True) for name in ("finished_at", "by", "note")),
        *(sa.Column(name, sa.LargeBinary, nullable=True) for name in ("request", "result", "problem")),
    )
    op.create_index("jobs_by_due", "jobs", ["state", "due_at", "id"])
    op.create_index("jobs_by_key", "jobs", ["by", "id"])
    op.create_table("drafts", text("fact_id", key=True), number("version"))


def text(name: str, *, key: bool = False, null: bool = False) -> sa.Column[Any]:
    # Compared byte by byte, as SQLite compares, whatever the server's language.
    kind = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, kind, primary_key=key, nullable=null)


def number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=False)
