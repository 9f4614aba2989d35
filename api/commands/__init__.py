"""The `newsfacts` command: one module for each noun, loaded when a command of it is run."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

from api.version import VERSION

#: Each command, its module and its function.
_COMMANDS: Mapping[str, tuple[str, str]] = {
    "backup": ("backups", "backup"),
    "check": ("findings", "check"),
    "distribute": ("distribution", "distribute_tables"),
    "export": ("exports", "export"),
    "extract": ("extracts", "extract_files"),
    "import": ("imports", "import_files"),
    "ingest": ("sheets", "ingest_files"),
    "keys": ("keys", "manage_keys"),
    "openapi": ("contract", "openapi"),
    "purge": ("takedowns", "purge_resource"),
    "replay": ("replays", "replay_from"),
    "seed": ("sheets", "seed"),
    "serve": ("server", "serve"),
    "stats": ("statistics", "stats"),
    "upgrade": ("tables", "upgrade"),
    "validate": ("sheets", "validate"),
    "work": ("worker", "work"),
}


class _Commands(click.Group):
    """Loads a command when it is asked for: all of them together take memory and time that no single one needs."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module, function = _COMMANDS[name]
        command: click.Command = getattr(import_module(f"api.commands.{module}"), function)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="newsfacts")
def main() -> None:
    """Serve structured news facts, each with the words that prove it.

    Settings are environment variables; NEWSFACTS_DATABASE_URL names the database (default: newsfacts.db here).

    \b
    Example:
      newsfacts upgrade && newsfacts seed && newsfacts serve
    """
