"""The `newsfacts` command: one module for each noun."""

from __future__ import annotations

import click

from api.commands.backups import backup
from api.commands.contract import openapi
from api.commands.distribution import distribute_tables
from api.commands.exports import export
from api.commands.extracts import extract_files
from api.commands.findings import check
from api.commands.imports import import_files
from api.commands.keys import manage_keys
from api.commands.replays import replay_from
from api.commands.server import serve
from api.commands.sheets import ingest_files, seed, validate
from api.commands.statistics import stats
from api.commands.tables import upgrade
from api.commands.takedowns import purge_resource
from api.commands.worker import work
from api.version import VERSION


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="newsfacts")
def main() -> None:
    """Serve structured news facts, each with the words that prove it.

    Settings are environment variables; NEWSFACTS_DATABASE_URL names the database (default: newsfacts.db here).

    \b
    Example:
      newsfacts upgrade && newsfacts seed && newsfacts serve
    """


for command in (
    serve,
    upgrade,
    distribute_tables,
    seed,
    ingest_files,
    import_files,
    validate,
    extract_files,
    export,
    openapi,
    manage_keys,
    work,
    replay_from,
    backup,
    check,
    stats,
    purge_resource,
):
    main.add_command(command)
