"""Make the tables of history, keys, kept answers and webhooks; what is stored already begins its history here.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "changes",
        text("id", key=True),
        text("resource", key=True),
        number("version", key=True),
        large("seq"),
        text("noun"),
        text("action"),
        text("at"),
        *(text(name, null=True) for name in ("by", "note", "target")),
        number("target_version", null=True),
        text("labels"),
        text("etag", null=True),
        sa.Column("document", sa.LargeBinary, nullable=True),
    )
    op.create_index("changes_by_seq", "changes", ["seq"])
    op.create_table(
        "keys",
        text("name", key=True),
        *(text(name) for name in ("hash", "scopes", "created_at")),
        *(text(name, null=True) for name in ("expires_at", "revoked_at", "last_used_at")),
    )
    op.create_index("keys_by_hash", "keys", ["hash"])
    op.create_table(
        "answers",
        text("hash", key=True),
        text("request"),
        text("at"),
        number("status"),
        sa.Column("headers", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("answers_by_time", "answers", ["at"])
    op.create_table(
        "webhooks",
        text("id", key=True),
        text("url"),
        text("description", null=True),
        text("filters"),
        text("state"),
        text("reason", null=True),
        text("created_at"),
        text("updated_at"),
        text("by", null=True),
        text("secret"),
        text("previous_secret", null=True),
        text("previous_until", null=True),
        large("seq"),
        text("failing_since", null=True),
    )
    op.create_table(
        "deliveries",
        text("webhook_id", key=True),
        text("message", key=True),
        large("seq", null=True),
        text("type"),
        text("state"),
        number("attempts"),
        text("created_at"),
        text("due_at"),
        text("finished_at", null=True),
    )
    op.create_index("deliveries_by_due", "deliveries", ["state", "due_at", "webhook_id", "message"])
    op.create_index("deliveries_by_state", "deliveries", ["state", "webhook_id", "message"])
    op.create_table(
        "attempts",
        text("webhook_id", key=True),
        text("message", key=True),
        number("number", key=True),
        text("at"),
        number("status", null=True),
        text("error", null=True),
        number("milliseconds"),
    )
    op.create_table("replays", text("url", key=True), text("cursor"), text("at"), large("changes"))
    # A default is needed while there is a row already; nothing relies on it later.
    op.add_column("store", sa.Column("changes", sa.BigInteger, nullable=False, server_default="0"))
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("store", "changes", server_default=None)
    begin_history()


def begin_history() -> None:
    """Tell of what there is already, in the order in which it may be read again: nothing before what it names."""
    first = "row_number() OVER (ORDER BY updated_at, id) + (SELECT coalesce(max(seq), 0) FROM changes)"
    columns = "id, resource, version, seq, noun, action, at, labels, etag, document"
    for table, noun in (("articles", "'article'"), ("actors", "'actor'"), ("facts", "kind")):
        selected = f"id, '{table}', version, {first}, {noun}, 'created', updated_at, labels, etag, document"
        op.execute(f"INSERT INTO changes ({columns}) SELECT {selected} FROM {table}")  # noqa: S608 (our own names)
    op.execute("UPDATE store SET changes = (SELECT coalesce(max(seq), 0) FROM changes)")


def text(name: str, *, key: bool = False, null: bool = False) -> sa.Column[Any]:
    # Compared byte by byte, as SQLite compares, whatever the server's language.
    kind = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, kind, primary_key=key, nullable=null)


def number(name: str, *, key: bool = False, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, primary_key=key, nullable=null, autoincrement=False)


def large(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=null, autoincrement=False)
