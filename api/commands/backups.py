"""Backups."""

from __future__ import annotations

from pathlib import Path

import click

from api.commands.stores import configured_store, fail, read_settings
from api.store.backups import BackupError, back_up


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
def backup(file: Path, force: bool) -> None:
    """Copy the whole store to FILE, as it is at one moment; others may read and write meanwhile.

    Of SQLite that is an SQLite file, ready for use; of PostgreSQL, an archive for pg_restore. There are the hashes of
    keys in it and the secrets of webhooks: only you may read it.

    \b
    Example:
      newsfacts backup newsfacts-2030-01-01.db
    """
    if file.exists() and not force:
        fail(f"{file} is there already. Name another file, or replace it with --force.")
    # Before the tables are brought up to date is the best time for a backup.
    with configured_store() as store:
        if store.migration() is None:
            fail("There is no store yet. Run: newsfacts upgrade")
        if read_settings().database_pooler and not store.is_embedded():
            # What pg_dump sets for its session would hold for whoever is lent the connection next.
            fail("pg_dump needs a session of its own: name the server itself, and set NEWSFACTS_DATABASE_POOLER=false.")
        try:
            made = back_up(store, file)
        except BackupError as error:
            fail(str(error))
    upto = "" if made.changes is None else f", up to change {made.changes}"
    click.echo(f"{file}: {made.size:,} bytes, {made.facts:,} facts{upto}")
