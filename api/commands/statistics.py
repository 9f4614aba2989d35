"""Statistics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
import orjson

from api.commands.stores import standing_store
from api.store.statistics import measure
from api.store.times import now


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def stats(as_json: bool) -> None:
    """Tell how much of what is in the store.

    \b
    Example:
      newsfacts stats
    """
    with standing_store() as store:
        measured = measure(store, now())
    if as_json:
        click.echo(orjson.dumps(measured, option=orjson.OPT_INDENT_2))
        return
    for noun, counts in measured.items():
        for name, value in counts.items() or [("total", 0)]:
            click.echo(f"{noun:<12}{name.replace('_', ' '):<18}{_shown(value)}".rstrip())


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {count:,}" for name, count in value.items()) or "none"
    return f"{value:,}" if isinstance(value, int) else value or "none"
