"""The distribution of the tables over several machines."""

from __future__ import annotations

import click

from api.commands.stores import fail, standing_store
from api.store.distribution import DistributionError, distribute, statements


@click.command("distribute")
@click.option("--dry-run", is_flag=True, help="Print the SQL, and do nothing.")
def distribute_tables(dry_run: bool) -> None:
    """Spread the tables over the machines of a PostgreSQL with Citus.

    Run it after `newsfacts upgrade`, each time: what is spread already stays as it is.

    \b
    Example:
      newsfacts distribute --dry-run
    """
    if dry_run:
        for _, statement in statements():
            click.echo(f"{statement};")
        return
    with standing_store() as store:
        try:
            for table, is_new in distribute(store):
                click.echo(f"{table}: {'distributed' if is_new else 'is distributed already'}")
        except DistributionError as error:
            fail(str(error))
