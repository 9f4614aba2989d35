"""Make the tables of articles, actors and facts, of their lists and of the index of words.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    resource(
        "facts",
        text("kind"),
        number("day"),
        number("last_day", null=True),
        number("sources"),
        sa.Column("confidence", sa.Float, nullable=False),
    )
    op.create_index("facts_by_update", "facts", ["updated_at", "id"])
    resource("articles", text("publisher"), text("source_id"), number("day"), number("last_day", null=True))
    resource("actors", text("name_key"), text("country_code", null=True), text("wikidata_id", null=True))
    op.create_index("actors_by_name", "actors", ["name_key", "id"])
    op.create_index("actors_by_wikidata_id", "actors", ["wikidata_id"])
    op.create_table("article_texts", text("article_id", key=True), text("before"), text("text"), text("after"))
    keyed("actor_names", text("name_key", key=True), text("actor_id", key=True))
    keyed("aliases", text("resource", key=True), text("id", key=True), text("target"))
    keyed("claims", text("hash", key=True), text("article_id"))
    keyed("postings", term(), number("key", key=True), text("id", key=True))
    keyed("tallies", term(), text("facet", key=True), text("value", key=True), number("facts"))
    op.create_table(
        "store",
        text("name", key=True),
        text("id"),
        text("secret"),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.create_table(
            "search_entries",
            sa.Column("position", sa.Integer, primary_key=True),
            text("resource"),
            text("id"),
        )
        op.execute("CREATE VIRTUAL TABLE search_words USING fts5(title, body, content='', tokenize='ascii')")
    else:
        op.create_table(
            "search_entries",
            sa.Column("position", sa.BigInteger, nullable=False),
            text("resource", key=True),
            text("id", key=True),
            sa.Column("words", sa.dialects.postgresql.TSVECTOR, nullable=False),
        )
        op.create_index("search_entries_by_position", "search_entries", ["position"])
        op.create_index("search_entries_by_words", "search_entries", ["words"], postgresql_using="gin")


def resource(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        text("id", key=True),
        number("version"),
        text("created_at"),
        text("updated_at"),
        text("labels"),
        *columns,
        text("etag"),
        sa.Column("document", sa.LargeBinary, nullable=False),
    )


def keyed(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(name, *columns, sqlite_with_rowid=False)


def text(name: str, *, key: bool = False, null: bool = False) -> sa.Column[Any]:
    # Ids, keys and timestamps are compared byte by byte, as SQLite compares them, whatever the server's language.
    kind = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, kind, primary_key=key, nullable=null)


def number(name: str, *, key: bool = False, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, primary_key=key, nullable=null, autoincrement=False)


def term() -> sa.Column[Any]:
    return sa.Column("term", sa.BigInteger, primary_key=True, autoincrement=False)
