"""The worker."""

from __future__ import annotations

import click

from api.commands.stores import read_settings, ready_store


@click.command()
@click.option("--parent", type=int, help="End when this process, which must have started the worker, has ended.")
def work(parent: int | None) -> None:
    """Deliver webhooks until told to end; several workers share what there is to do.

    `serve` with SQLite starts a worker of its own; beside a PostgreSQL server at least one is to run. Each delivery is
    logged as a line of JSON on standard error.

    \b
    Example:
      newsfacts work
    """
    from api.delivery.worker import work as work_on

    settings = read_settings()
    with ready_store() as store:
        work_on(store, settings, parent)
