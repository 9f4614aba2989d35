"""The tables, for SQLite, PostgreSQL and a distributed PostgreSQL alike.

The document is the record: a resource's table holds its JSON representation as served, and beside it only what lists
filter and sort by, all of it derived from the document. Ids come from the client or from content; there is no
sequence, no trigger, and nothing outside of a resource refers to it by a foreign key.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

metadata = MetaData()

#: The sort key of what has no date: before every day, so that newest-first lists end with it.
UNDATED = 0
#: Dates that span more days than this are long: lists that begin at a date look them up apart.
SHORT_SPAN = 31


def _where(condition: str) -> dict[str, Any]:
    """Say which rows an index is of."""
    return {f"{dialect}_where": text(condition) for dialect in ("sqlite", "postgresql")}


def _resource(name: str, *derived: Column[Any] | Index) -> Table:
    """Make the table of a resource. The document stands last, so that filters read past it."""
    return Table(
        name,
        metadata,
        Column("id", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("created_at", Text, nullable=False),
        Column("updated_at", Text, nullable=False),
        # What the document is filed under, one label a line; see store/labels.py.
        Column("labels", Text, nullable=False),
        *derived,
        Column("etag", Text, nullable=False),
        Column("document", LargeBinary, nullable=False),
    )


facts = _resource(
    "facts",
    Column("kind", Text, nullable=False),
    # Days since 0001-01-01, that day being 1; UNDATED without a date. `last_day` is null for an open end.
    Column("day", Integer, nullable=False),
    Column("last_day", Integer),
    Column("sources", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    Index("facts_by_update", "updated_at", "id"),
)

articles = _resource(
    "articles",
    Column("publisher", Text, nullable=False),
    # The article itself, or the wire story that it copies: what counts as one source.
    Column("source_id", Text, nullable=False),
    Column("day", Integer, nullable=False),
    Column("last_day", Integer),
)

article_texts = Table(
    "article_texts",
    metadata,
    # The source is before + text + after: so the text is a slice of it by construction.
    Column("article_id", Text, primary_key=True),
    Column("before", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("after", Text, nullable=False),
)

actors = _resource(
    "actors",
    Column("name_key", Text, nullable=False),
    Column("country_code", Text),
    Column("wikidata_id", Text),
    Index("actors_by_name", "name_key", "id"),
    Index("actors_by_wikidata_id", "wikidata_id"),
)

actor_names = Table(
    "actor_names",
    metadata,
    # Every name and alias, folded: what `name=` is a prefix of.
    Column("name_key", Text, primary_key=True),
    Column("actor_id", Text, primary_key=True),
    Index("actor_names_by_actor", "actor_id", "name_key"),
    sqlite_with_rowid=False,
)

aliases = Table(
    "aliases",
    metadata,
    # The id of a resource that was merged into another stays an alias of it.
    Column("resource", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("target", Text, nullable=False),
    Index("aliases_by_target", "target", "resource", "id"),
    sqlite_with_rowid=False,
)

claims = Table(
    "claims",
    metadata,
    # What must be unique across ids: the hash of an article's natural key, and the article that has it.
    Column("hash", Text, primary_key=True),
    Column("article_id", Text, nullable=False),
    sqlite_with_rowid=False,
)

postings = Table(
    "postings",
    metadata,
    # One row for each list that a resource stands in, at its place there: a term is the hash of a label, a key the day
    # (the offset, in an article's reading order). Every list and filter walks this one table.
    Column("term", BigInteger, primary_key=True, autoincrement=False),
    Column("key", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, primary_key=True),
    sqlite_with_rowid=False,
)

tallies = Table(
    "tallies",
    metadata,
    # How many visible facts have a label (by its term) and a value of a facet; facet '' counts the label alone.
    Column("term", BigInteger, primary_key=True, autoincrement=False),
    Column("facet", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("facts", Integer, nullable=False),
    sqlite_with_rowid=False,
)

store = Table(
    "store",
    metadata,
    Column("name", Text, primary_key=True),
    # Who this store is (cursors and ETags of one are no good to another), and how often it was written to.
    Column("id", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    # The number of the last change.
    Column("changes", BigInteger, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    # Every version of every resource: the history of each, and, by `seq`, the feed of all.
    Column("id", Text, primary_key=True),
    # The name of the table that the resource stands in: an article and a fact may have the same id.
    Column("resource", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    # Without gaps: it is taken in the writing transaction, and there is one of these at a time.
    Column("seq", BigInteger, nullable=False),
    Column("noun", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("at", Text, nullable=False),
    # The name of the key that did it, null for the command line; and why, if that was told.
    Column("by", Text),
    Column("note", Text),
    # Of a merge: the id that took over, and which version it had before.
    Column("target", Text),
    Column("target_version", Integer),
    # What it is filed under, before or after: by these the feed is filtered.
    Column("labels", Text, nullable=False),
    # Null where nothing is left at the id.
    Column("etag", Text),
    Column("document", LargeBinary),
    Index("changes_by_seq", "seq"),
    # The few that ended something, to be counted among the many.
    Index("changes_that_delete", "id", "resource", "version", **_where("action = 'deleted'")),
)

keys = Table(
    "keys",
    metadata,
    Column("name", Text, primary_key=True),
    # SHA-256 of the key, hexadecimal: the key itself is shown once and kept nowhere.
    Column("hash", Text, nullable=False),
    # Words of the vocabulary Scope, between spaces.
    Column("scopes", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text),
    Column("revoked_at", Text),
    Column("last_used_at", Text),
    Index("keys_by_hash", "hash"),
)

answers = Table(
    "answers",
    metadata,
    # The first answer to an Idempotency-Key, to be given again: keyed by the hash of the key and of who sent it.
    Column("hash", Text, primary_key=True),
    # The hash of what was asked: method, path, query and body.
    Column("request", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("status", Integer, nullable=False),
    # A JSON object.
    Column("headers", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("answers_by_time", "at"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("description", Text),
    # The query string of the changes that it wants, as /v1/changes takes it.
    Column("filters", Text, nullable=False),
    Column("state", Text, nullable=False),
    # Why it is off, if it is.
    Column("reason", Text),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("by", Text),
    # The signing secrets, as Standard Webhooks writes them; the previous one is still signed with until its end.
    Column("secret", Text, nullable=False),
    Column("previous_secret", Text),
    Column("previous_until", Text),
    # The last change that deliveries were made of.
    Column("seq", BigInteger, nullable=False),
    # Since when no attempt has succeeded; null while the last one did.
    Column("failing_since", Text),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("webhook_id", Text, primary_key=True),
    # The `webhook-id` of the message: the same at every attempt.
    Column("message", Text, primary_key=True),
    # The change that it tells; null for a ping.
    Column("seq", BigInteger),
    Column("type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    # When the next attempt is due; while one is under way, when it may be taken for dead; once all is over, when this
    # row may be forgotten.
    Column("due_at", Text, nullable=False),
    Column("finished_at", Text),
    Index("deliveries_by_due", "state", "due_at", "webhook_id", "message"),
    Index("deliveries_by_state", "state", "webhook_id", "message"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("webhook_id", Text, primary_key=True),
    Column("message", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    # What the receiver answered, or else what went wrong.
    Column("status", Integer),
    Column("error", Text),
    Column("milliseconds", Integer, nullable=False),
)

replays = Table(
    "replays",
    metadata,
    # The store that this one is a copy of, and up to where of its feed.
    Column("url", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("at", Text, nullable=False),
    # How many changes this store had then: more of them are somebody else's.
    Column("changes", BigInteger, nullable=False),
)

imports = Table(
    "imports",
    metadata,
    # The hash of the line that a file begins with, and what it was called.
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    # So many lines of it are stored, and this is the hash of them.
    Column("lines", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    # How many bytes of the file of what was refused are about these lines.
    Column("refused", BigInteger, nullable=False),
    # How many changes this store had then.
    Column("changes", BigInteger, nullable=False),
    # JSON: what became of the lines.
    Column("tally", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    # Begins with the time at which it was made: in order of this they were sent.
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    # Counts the workers that took it up; who records something must be the last of them.
    Column("attempts", Integer, nullable=False),
    # What is being done, and how much of all is behind.
    Column("step", Text),
    Column("steps_done", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    # When it is to be taken up; while it runs, when its worker may be taken for dead; once all is over, when this row
    # may be forgotten.
    Column("due_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("by", Text),
    Column("note", Text),
    # JSON: what was sent, null when it is needed no more; what came of it, or else what went wrong.
    Column("request", LargeBinary),
    Column("result", LargeBinary),
    Column("problem", LargeBinary),
    Index("jobs_by_due", "state", "due_at", "id"),
    Index("jobs_by_state", "state", "id"),
    Index("jobs_by_key", "by", "state", "id"),
)

drafts = Table(
    "drafts",
    metadata,
    # The version of a fact that extraction wrote last: who changed the fact after that has made it his own.
    Column("fact_id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
)

fingerprints = Table(
    "fingerprints",
    metadata,
    # What near copies of a text have in common, and which article has it; see store/fingerprints.py.
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("article_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)

suggestions = Table(
    "suggestions",
    metadata,
    # The fact that it was made for; `other` was there before it. A pair of facts has one, whichever came first.
    Column("fact_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("other", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # From 0 to 1.
    Column("score", Float, nullable=False),
    # One a line.
    Column("reasons", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    # Who decided, and when.
    Column("by", Text),
    Column("at", Text),
    Index("suggestions_by_other", "other", "fact_id", "id"),
    Index("suggestions_by_state", "state", "created_at", "fact_id", "id"),
)
