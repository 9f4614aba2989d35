"""Takedowns."""

from __future__ import annotations

import click
from sqlalchemy import Table
from sqlalchemy.orm import Session

from api.commands.stores import fail, standing_store
from api.curation.purging import Purged, purge
from api.curation.refusal import AbsentError, DisagreementError
from api.store import tables
from api.store.erasing import scrub, tables_of
from api.store.opening import Store
from api.store.times import now, written
from api.store.writing import Author, Writer
from schemas.vocabulary import Resource


@click.command("purge")
@click.argument("id_", metavar="ID")
@click.option(
    "--resource",
    type=click.Choice([resource.value for resource in Resource]),
    help="What it is; needed where one id is of several.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge_resource(id_: str, resource: str | None, yes: bool) -> None:
    """Erase an article, an actor or a fact, in every version: nothing but a tombstone stays.

    With an article go its text and all its quotations; a fact that has no other evidence is deleted. An SQLite file is
    rewritten, so that the words are nowhere in it. Backups that were made before still have them.

    \b
    Example:
      newsfacts purge axios-us-nato-written-response --resource article
    """
    with standing_store() as store:
        with store.rehearse() as session:
            table = _table(session, id_, resource)
            would = _purge(session, table, id_)
        noun = table.name.removesuffix("s")
        if not yes:
            click.confirm(f"Erase the {noun} '{id_}' for good? {_told(would, 'would be ')}", abort=True)
        done = store.write(lambda session: _purge(session, table, id_))
        click.echo(f"{noun} {id_}: purged. {_told(done)}")
        _scrub(store)


def _table(session: Session, id_: str, resource: str | None) -> Table:
    found = [f"{resource}s"] if resource else tables_of(session, id_)
    if not found:
        fail(f"There is nothing at '{id_}'.")
    if len(found) > 1:
        fail(f"'{id_}' is the id of several: {', '.join(found)}. Say which with --resource.")
    return tables.metadata.tables[found[0]]


def _purge(session: Session, table: Table, id_: str) -> Purged:
    try:
        return purge(Writer(session, Author(written(now()))), table, id_)
    except AbsentError as error:
        fail(f"There is no {error.what}.")
    except DisagreementError as error:
        fail(str(error))


def _told(purged: Purged, would: str = "") -> str:
    counted = (
        (purged.versions, "version", "erased"),
        (len(purged.changed), "fact", "changed"),
        (len(purged.deleted), "fact", "deleted"),
    )
    return ", ".join(f"{n} {noun}{'' if n == 1 else 's'} {would}{done}" for n, noun, done in counted) + "."


def _scrub(store: Store) -> None:
    if not store.is_embedded():
        click.echo(
            "PostgreSQL keeps what was erased on disk until VACUUM FULL, and in its write-ahead log for a while."
        )
    elif not scrub(store):
        fail("Readers still keep the words in the database's log. Stop them, and purge once more.")
