"""Fact sheets."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click

from api.commands.stores import configured_store, migrated, ready_store
from api.ingest import Outcome, SheetRefusedError, ingest
from api.ingest.files import parse_sheet, read_sheet
from api.ingest.seeding import seed_files
from api.store.opening import Store

FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, allow_dash=True)
)
#: The path that stands for standard input.
STDIN = Path("-")


@click.command()
def seed() -> None:
    """Store the two seed articles and their facts; a second time changes nothing.

    \b
    Example:
      newsfacts upgrade && newsfacts seed
    """
    with ready_store() as store:
        store_seeds(store)


@click.command("ingest")
@FILES
@click.option("--with-review", is_flag=True, help="Take over the review that sheets bring; else facts are pending.")
def ingest_files(files: tuple[Path, ...], with_review: bool) -> None:
    """Store fact sheets, each whole or not at all.

    A sheet that is refused is told with everything that is wrong with it; the others are stored all the same.
    For - sheets are read from standard input, one a line.

    \b
    Example:
      newsfacts ingest seeds/axios-us-nato-written-response.json
    """
    with ready_store() as store:
        _each(files, lambda sheet: store.write(partial(ingest, sheet=sheet, may_review=with_review)))


@click.command()
@FILES
def validate(files: tuple[Path, ...]) -> None:
    """Say what `ingest` would say of fact sheets, and store nothing.

    \b
    Example:
      newsfacts validate seeds/axios-us-nato-written-response.json
    """
    with configured_store() as store, migrated(store) as ready, ready.rehearse() as session:

        def rehearse(sheet: dict[str, Any]) -> Outcome:
            # Each sheet finds what those before it would have stored, as with `ingest`.
            with session.begin_nested():
                return ingest(session, sheet, may_review=True)

        _each(files, rehearse, would="would be ")


def store_seeds(store: Store) -> None:
    """Store the seeds, and tell what became of each."""
    _each(seed_files(), lambda sheet: store.write(partial(ingest, sheet=sheet, may_review=True)))


def _each(files: Iterable[Path], store_sheet: Callable[[dict[str, Any]], Outcome], would: str = "") -> None:
    """Take sheets one after the other; tell what became of each (or would), and fail at the end if one was refused."""
    refused = 0
    for name, read in _sheets(files):
        try:
            outcome = store_sheet(read())
        except SheetRefusedError as error:
            refused += 1
            click.echo(f"{name}: refused, {len(error.flaws)} flaw{'s' if len(error.flaws) > 1 else ''}", err=True)
            for flaw in error.flaws:
                click.echo(f"  {flaw.pointer or '/'}: {flaw.detail}", err=True)
        else:
            click.echo(f"{Path(name).name}: article {would}{outcome.article[1]}, {_tally(outcome, would)}")
    if refused:
        sys.exit(1)


def _sheets(files: Iterable[Path]) -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """Name each sheet, and say how to read it."""
    for path in files:
        if path != STDIN:
            yield str(path), partial(read_sheet, path)
            continue
        for number, line in enumerate(sys.stdin.buffer, start=1):
            if line.strip():
                yield f"line {number}", partial(parse_sheet, line)


def _tally(outcome: Outcome, would: str) -> str:
    counts = Counter(what for _, what in outcome.facts)
    told = ", ".join(f"{counts[what]} {would}{what}" for what in ("created", "updated", "unchanged") if counts[what])
    return f"{len(outcome.facts)} fact{'' if len(outcome.facts) == 1 else 's'}" + (f" ({told})" if told else "")
