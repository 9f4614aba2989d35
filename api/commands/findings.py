"""What is wrong in the store."""

from __future__ import annotations

import sys
from collections import Counter

import click

from api.commands.stores import standing_store
from api.ingest.proofs import findings

_TABLES = ("articles", "actors", "facts", "changes")
#: How often progress is shown: each so many rows.
_EACH = 100


@click.command()
def check() -> None:
    """Work everything in the store out anew and list what is wrong; fails when something is.

    Every quotation is looked up in its text; every hash, label, list, count, word and version is compared with what
    follows from the documents. Others may read and write meanwhile.

    \b
    Example:
      newsfacts check
    """
    seen, wrong = _Seen(), 0
    with standing_store() as store:
        for found in findings(store, seen.look):
            wrong += 1
            seen.clear()
            click.echo(str(found))
        seen.clear()
    if wrong:
        click.echo(f"newsfacts: {wrong:,} finding{'' if wrong == 1 else 's'} in {seen}", err=True)
        sys.exit(1)
    click.echo(f"Nothing is wrong with {seen}.")


class _Seen:
    """Counts what has been looked at, and shows it to whoever sits at a terminal."""

    def __init__(self) -> None:
        self._rows: Counter[str] = Counter()
        self._shown = sys.stderr.isatty()

    def __str__(self) -> str:
        return ", ".join(f"{self._rows[table]:,} {table}" for table in _TABLES)

    def look(self, table: str) -> None:
        self._rows[table] += 1
        if not self._shown:
            return
        if table not in _TABLES:
            # By now all documents have been looked at; what follows from them is compared some thousands at a time.
            click.echo(f"\r\x1b[K{self}; comparing {table.replace('_', ' ')}", nl=False, err=True)
        elif self._rows[table] % _EACH == 0:
            click.echo(f"\r{self}", nl=False, err=True)

    def clear(self) -> None:
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)
