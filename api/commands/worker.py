"""The worker."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import click

from api.commands.stores import read_settings, ready_store
from api.settings import Settings
from api.store.opening import Store

if TYPE_CHECKING:
    from api.delivery.worker import Round


@click.command()
@click.option("--parent", type=int, help="End when this process, which must have started the worker, has ended.")
def work(parent: int | None) -> None:
    """Draft the facts of articles and deliver webhooks until told to end; several workers share what there is to do.

    `serve` with SQLite starts a worker of its own; beside a PostgreSQL server at least one is to run. Facts are drafted
    where newsfacts[extract] is installed. Each job and each delivery is logged as a line of JSON on standard error.

    \b
    Example:
      newsfacts work
    """
    from api.delivery.worker import work as work_on

    settings = read_settings()
    with ready_store() as store:
        work_on(store, settings, parent, _rounds(store, settings))


def _rounds(store: Store, settings: Settings) -> list[Callable[[Callable[[], None]], Round]]:
    """List the rounds of jobs: none where extraction is not installed, or turned off."""
    from api.extraction.model import SHIPPED, is_installed

    if not settings.extraction or not is_installed(settings.spacy_model or SHIPPED):
        return []
    from api.jobs.extracting import open_extracting

    return [partial(open_extracting, store, settings)]
