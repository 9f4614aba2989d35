"""Make the tables by which known facts are met: fingerprints of texts, and suggestions.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.fingerprints import fingerprints_of

revision = "0004"
down_revision = "0003"

_AT_ONCE = 100


def upgrade() -> None:
    op.create_table(
        "fingerprints",
        sa.Column("band", sa.BigInteger, primary_key=True, autoincrement=False),
        text("article_id", key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "suggestions",
        text("fact_id", key=True),
        text("id", key=True),
        text("other"),
        text("kind"),
        sa.Column("score", sa.Float, nullable=False),
        text("reasons"),
        text("state"),
        text("created_at"),
        text("by", null=True),
        text("at", null=True),
    )
    op.create_index("suggestions_by_other", "suggestions", ["other", "fact_id", "id"])
    op.create_index("suggestions_by_state", "suggestions", ["state", "created_at", "fact_id", "id"])
    mark_texts()


def mark_texts() -> None:
    """Note the fingerprints of the articles that there are already, some at a time."""
    articles = sa.table("articles", sa.column("id"))
    texts = sa.table("article_texts", sa.column("article_id"), sa.column("text"))
    fingerprints = sa.table("fingerprints", sa.column("band"), sa.column("article_id"))
    standing = sa.select(texts.c.article_id, texts.c.text).join(articles, articles.c.id == texts.c.article_id)
    standing = standing.order_by(texts.c.article_id).limit(_AT_ONCE)
    last, connection = "", op.get_bind()
    while found := connection.execute(standing.where(texts.c.article_id > last)).all():
        rows = [row for id_, words in found for row in fingerprints_of(id_, words)]
        if rows:
            op.bulk_insert(fingerprints, rows)
        last = found[-1][0]


def text(name: str, *, key: bool = False, null: bool = False) -> sa.Column[str]:
    # Compared byte by byte, as SQLite compares, whatever the server's language.
    kind = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, kind, primary_key=key, nullable=null)
