"""Distribution: which tables a distributed PostgreSQL (Citus) spreads over its machines, and by what.

Everything that belongs to an id stands in the shard of that id: a resource, its versions, its places in lists and in
the index of words, the names of an actor, the text of an article. So what is joined is joined within a shard; a reading
by id asks one shard, and a list asks each for its own first rows. What is not named here is small, or numbers and
counts what is elsewhere, and stays on the machine that is asked: so there is one writer at a time there too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from api.store import search_index, tables
from api.store.opening import Store

#: The tables that are spread, and the column that says into which shard a row goes; the first one goes before.
COLUMNS: Mapping[str, str] = {
    tables.facts.name: "id",
    tables.articles.name: "id",
    tables.actors.name: "id",
    tables.article_texts.name: "article_id",
    tables.actor_names.name: "actor_id",
    tables.aliases.name: "id",
    tables.claims.name: "hash",
    tables.postings.name: "id",
    tables.changes.name: "id",
    tables.drafts.name: "fact_id",
    tables.fingerprints.name: "article_id",
    tables.suggestions.name: "fact_id",
    search_index.entries.name: "id",
}
_HAS_CITUS = text("SELECT EXISTS (SELECT FROM pg_proc WHERE proname = 'create_distributed_table')")
_SPREAD = text("SELECT logicalrelid::text FROM pg_dist_partition WHERE partmethod = 'h'")


class DistributionError(Exception):
    """The tables cannot be distributed; the message says why."""


def statements() -> Iterator[tuple[str, str]]:
    """List each table that is spread, and the SQL that does it."""
    first = next(iter(COLUMNS))
    for table, column in COLUMNS.items():
        # Shards of all of them with the same ids stand side by side.
        beside = "none" if table == first else first
        yield table, f"SELECT create_distributed_table('{table}', '{column}', colocate_with => '{beside}')"


def distribute(store: Store) -> Iterator[tuple[str, bool]]:
    """Spread the tables that are not yet; tell of each whether it was done now. Nobody writes meanwhile.

    Raises DistributionError; UnavailableError when the database does not answer.
    """
    if store.is_embedded():
        raise DistributionError("An SQLite file stands on one machine. This takes a PostgreSQL with Citus.")
    done = store.write(_spread)
    for table, statement in statements():
        if table not in done:
            try:
                store.write(partial(_execute, statement=statement))
            except DBAPIError as error:
                raise DistributionError(f"{table}: {str(error.orig).strip().splitlines()[0]}") from error
        yield table, table not in done


def _execute(session: Session, statement: str) -> None:
    session.execute(text(statement))


def _spread(session: Session) -> set[str]:
    if not session.execute(_HAS_CITUS).scalar_one():
        raise DistributionError("This PostgreSQL has no Citus. Where it is installed, run: CREATE EXTENSION citus")
    return set(session.execute(_SPREAD).scalars())
