"""Imports."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import click

from api.commands.sheets import FILES, STDIN
from api.commands.stores import fail, ready_store
from api.imports.importing import ImportStoppedError, Terms, import_input
from api.imports.inputs import Input, InputError, open_input
from api.store.opening import Store
from api.store.reading import StorageFullError, UnavailableError

#: An import fills every core for as long as it takes: whoever reads meanwhile goes first.
_NICENESS = 19
#: Seconds between two lines about how far it is: for somebody who watches, and for a log.
_WATCHED, _LOGGED = 0.5, 30.0


@click.command("import")
@FILES
@click.option("--with-review", is_flag=True, help="Take over the review that sheets bring; else facts are pending.")
@click.option(
    "--refused",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where refused sheets go, with the reasons; the file's name and .refused.ndjson, if not told.",
)
@click.option(
    "--batch", default=500, show_default=True, type=click.IntRange(1, 100_000), help="Lines of one transaction."
)
@click.option(
    "--processes",
    type=click.IntRange(0, 64),
    help="Processes that read sheets beside the one that stores them; the cores but one, if not told.",
)
@click.option("--again", is_flag=True, help="From the first line, whatever of the file was imported before.")
def import_files(
    files: tuple[Path, ...],
    with_review: bool,
    refused: Path | None,
    batch: int,
    processes: int | None,
    again: bool,
) -> None:
    """Store many fact sheets, one a line (NDJSON), plain or compressed by gzip or zstd.

    The same comes of it as of `ingest`, at many times the speed. It may be stopped or killed at any time: the same
    command goes on after the last line that is stored, also where a file has grown since. A sheet that is refused is
    written to a file with everything that is wrong with it. The server need not be stopped, and goes first.
    A file that `export changes` has written is stored as it is, versions, times and all, in an empty store.
    For - lines are read from standard input.

    \b
    Example:
      newsfacts import archive.ndjson.zst
      jq -c .sheet archive.ndjson.zst.refused.ndjson | sed s/Untied/United/ | newsfacts import -
    """
    beside = max(len(os.sched_getaffinity(0)) - 1, 0) if processes is None else processes
    terms = Terms(may_review=with_review, batch=batch, processes=beside, again=again)
    os.nice(_NICENESS)
    with ready_store() as store:
        store.expect_bulk()
        told = [_import(store, path, refused, terms) for path in files]
    if any(tally["sheets refused"] for tally in told):
        sys.exit(1)


def _import(store: Store, path: Path, refused: Path | None, terms: Terms) -> Counter[str]:
    name = "standard input" if path == STDIN else str(path)
    place = refused or Path(("standard-input" if path == STDIN else str(path)) + ".refused.ndjson")
    try:
        source = open_input(name, sys.stdin.buffer if path == STDIN else None)
        progress = _Progress(source)
        with closing(source), closing(progress):
            known, tally = import_input(store, source, place, terms, progress.tell)
    except (ImportStoppedError, InputError) as error:
        fail(str(error))
    except StorageFullError:
        fail(
            f"No room is left on the disk. {progress.stored}; nothing of what came after that is. "
            "Make room, and run the same command again: it goes on from there."
        )
    except UnavailableError as error:
        cause = str(error.__cause__ or error).splitlines()[0]
        fail(f"The database does not answer: {cause}. {progress.stored}. Run the same command again to go on.")
    except OSError as error:
        fail(
            f"Refused sheets cannot be written to {place}: {error.strerror}. {progress.stored}. "
            "Run the same command again to go on, with another --refused if need be."
        )
    except KeyboardInterrupt:
        fail(f"Stopped. {progress.stored}. Run the same command again to go on.")
    if known:
        click.echo(f"{name}: {known} line{_s(known)} had been imported before")
    click.echo(f"{name}: {_summary(tally)}")
    if tally["sheets refused"]:
        click.echo(f"{name}: what was refused, and why, is in {place}", err=True)
    return tally


class _Progress:
    """Tells how far an import is, how fast it goes and how long it will take, to whoever watches."""

    def __init__(self, source: Input) -> None:
        self._source = source
        self._began = self._told = time.monotonic()
        self._line = 0
        self._watched = sys.stderr.isatty()

    @property
    def stored(self) -> str:
        """Say up to where lines are stored."""
        return f"All up to line {self._line} is stored" if self._line else "Nothing new is stored"

    def tell(self, line: int, tally: Counter[str]) -> None:
        self._line = line
        moment = time.monotonic()
        if moment - self._told < (_WATCHED if self._watched else _LOGGED):
            return
        self._told = moment
        seconds = moment - self._began
        facts = sum(n for name, n in tally.items() if name.startswith("facts "))
        what, number = ("facts", facts) if "sheets" in tally else ("changes", tally["changes"])
        parts = [f"line {line:,}", f"{number:,} {what}", f"{number / seconds:,.0f} a second"]
        if done := self._source.done:
            parts += [f"{done:.0%}", f"{_duration(seconds / done - seconds)} left"]
        click.echo(("\r\x1b[K" if self._watched else "") + ", ".join(parts), err=True, nl=not self._watched)

    def close(self) -> None:
        """Leave the line that is written over and over."""
        if self._watched:
            click.echo("\r\x1b[K", err=True, nl=False)


def _summary(tally: Counter[str]) -> str:
    if "changes" in tally:
        return f"{tally['changes']} change{_s(tally['changes'])} stored"
    parts = [f"{tally['sheets']} sheet{_s(tally['sheets'])} stored, {tally['sheets refused']} refused"]
    for noun in ("articles", "actors", "facts"):
        outcomes = ("created", "updated", "unchanged", "deleted")
        told = ", ".join(f"{tally[f'{noun} {what}']} {what}" for what in outcomes if tally[f"{noun} {what}"])
        parts += [f"{noun}: {told}"] if told else []
    return "; ".join(parts)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02} h" if minutes >= 60 else f"{minutes}:{rest:02} min"


def _s(number: int) -> str:
    return "" if number == 1 else "s"
