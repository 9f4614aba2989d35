"""The database's tables."""

from __future__ import annotations

import click

from api.commands.stores import configured_store


@click.command()
def upgrade() -> None:
    """Bring the database's tables up to date; data stay.

    \b
    Example:
      NEWSFACTS_DATABASE_URL=postgresql+psycopg://user:password@host/name newsfacts upgrade
    """
    with configured_store() as store:
        before, after = store.upgrade()
        what = "are" if before == after else f"were at {before}, are now" if before else "were made"
        click.echo(f"{store.database()}: tables {what} at {after}.")
