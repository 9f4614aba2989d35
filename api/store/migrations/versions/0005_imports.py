"""Make the table of imports, and drop counts that nobody asks for: by role, under anything but an actor.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from api.store.labels import term

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", text(), primary_key=True),
        sa.Column("name", text(), nullable=False),
        sa.Column("lines", sa.BigInteger, nullable=False),
        sa.Column("digest", text(), nullable=False),
        sa.Column("refused", sa.BigInteger, nullable=False),
        sa.Column("changes", sa.BigInteger, nullable=False),
        sa.Column("tally", sa.LargeBinary, nullable=False),
        sa.Column("at", text(), nullable=False),
    )
    connection = op.get_bind()
    actors = {term(f"actor:{id_}") for (id_,) in connection.execute(sa.text("SELECT id FROM actors"))}
    counted = connection.execute(sa.text("SELECT DISTINCT term FROM tallies WHERE facet = 'link'")).scalars().all()
    unasked = [{"term": each} for each in counted if each not in actors]
    if unasked:
        connection.execute(sa.text("DELETE FROM tallies WHERE facet = 'link' AND term = :term"), unasked)


def text() -> Any:
    # Compared byte by byte, as SQLite compares, whatever the server's language.
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
