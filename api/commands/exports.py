"""Exports."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import click
import orjson

from api.commands.stores import fail, standing_store
from api.exports.files import can_go_on, plain_suffix, salvage, writing
from api.exports.formats import FORMATS, Format, formats_of
from api.exports.parquet import ParquetMissingError
from api.exports.resources import RESOURCES, Resource, Selection, SelectionError
from api.exports.streams import Stream
from api.store.opening import Store
from api.store.snapshots import Snapshot
from api.version import VERSION

_TELL_SECONDS = 1.0


@dataclass(frozen=True)
class _Wanted:
    """What is to be exported."""

    resource: Resource
    format: Format
    query: Mapping[str, Any]
    selection: Selection
    after: str | None


@click.command()
@click.argument("resource", type=click.Choice(list(RESOURCES)))
@click.option("--format", "as_format", type=click.Choice(list(FORMATS)), help="Else as FILE's name says, else ndjson.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to; else to standard output. Compressed if it ends with .gz or .zst.",
)
@click.option("--query", default="", help="Filters of the list, written as in a URL: 'actor=russia&type=consult'.")
@click.option("--after", help="Go on after the row with this id, without the heading.")
@click.option("--resume", is_flag=True, help="Go on with what a killed export left of FILE, if the store is the same.")
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
def export(
    resource: str, as_format: str | None, output: Path | None, query: str, after: str | None, resume: bool, force: bool
) -> None:
    """Write all facts, events, proposals, statements, articles, actors or changes, as they are at one moment.

    `changes` is the archive: every version of everything, with the articles' texts, which `newsfacts import` takes.
    FILE is there only when it is whole; until then, FILE with an ending of its own holds what there is.

    \b
    Example:
      newsfacts export facts --query 'actor=russia&date_from=2022-01-01' --output facts.csv
    """
    wanted = _read(RESOURCES[resource], as_format or _format_of(output), query, after)
    if resume and (output is None or after is not None):
        fail("--resume goes on with a FILE: name it with --output, without --after.")
    if output is not None and output.exists() and not force:
        fail(f"{output} is there already. Name another file, or replace it with --force.")
    with standing_store() as store, ExitStack() as ending:
        snapshot = Snapshot(store.reader)
        ending.callback(snapshot.close)
        try:
            rows = _export(replace(store, reader=snapshot), snapshot, wanted, output, resume)
        except ParquetMissingError as error:
            fail(f"{error}.")
        except OSError as error:
            if output is None:
                raise
            fail(f"{output} cannot be written: {error.strerror or error}.")
    if output is not None:
        click.echo(f"{output}: {rows:,} {resource}, {output.stat().st_size:,} bytes")


def _format_of(output: Path | None) -> str:
    suffix = plain_suffix(output) if output else ""
    return next((each.name for each in FORMATS.values() if each.suffix == suffix), next(iter(FORMATS)))


def _read(resource: Resource, format_: str, query: str, after: str | None) -> _Wanted:
    """Read what is wanted; what cannot be ends the command."""
    from api.protocol.arguments import read_query
    from api.protocol.problems import ProblemError

    if FORMATS[format_] not in formats_of(resource):
        fail(f"{resource.name} are exported as {' or '.join(resource.formats)}, not as {format_}.")
    asked = "&".join(each for each in (query, f"after={quote(after)}" if after is not None else "") if each)
    try:
        read = read_query(asked.encode(), resource.query(exclude=("format",)))
        selection = resource.select(read)
    except ProblemError as error:
        fail("; ".join(f"{flaw['parameter']}: {flaw['detail']}" for flaw in error.errors) or error.detail)
    except SelectionError as error:
        fail(f"{error.parameter}: {error}")
    return _Wanted(resource, FORMATS[format_], read, selection, read["after"])


def _export(moment: Store, snapshot: Snapshot, wanted: _Wanted, output: Path | None, resume: bool) -> int:
    """Export to a file or to standard output; tell how many rows."""
    if output is None:
        return _copy(_open(snapshot, wanted, wanted.after), sys.stdout.buffer)
    part = output.with_name(f"{output.name}.{_mark(moment, wanted)}.part")
    if not (resume and part.exists() and can_go_on(wanted.format)):
        if resume:
            click.echo("There is nothing to go on with: no part of this export, from the store as it is.", err=True)
        with writing(output, part) as file:
            return _copy(_open(snapshot, wanted, wanted.after), file)
    # What was left is copied, so that it is compressed as if nothing had happened.
    left = part.replace(part.with_suffix(".left"))
    after, rows = None, 0
    with writing(output, part) as file:
        for row, after in salvage(output, left, wanted.format):
            file.write(row)
            rows += after is not None
        rows = _copy(_open(snapshot, wanted, after), file, rows)
    left.unlink()
    return rows


def _open(snapshot: Snapshot, wanted: _Wanted, after: str | None) -> Stream:
    place = None if after is None else wanted.selection.find(snapshot, after)
    if after is not None and place is None:
        fail(f"There is no '{after}', or not any more.")
    return Stream(snapshot, wanted.resource, wanted.format, wanted.selection, place)


def _mark(moment: Store, wanted: _Wanted) -> str:
    """Mark the part of a file by all that decides its bytes."""
    store_id, _, revision = moment.identity()
    decides = [store_id, revision, VERSION, wanted.resource.name, wanted.format.name]
    return blake2b(orjson.dumps([*decides, sorted(wanted.query.items())]), digest_size=6).hexdigest()


def _copy(stream: Stream, file: BinaryIO, rows: int = 0) -> int:
    for chunk in _telling(stream, rows):  # noqa: FURB122 (what compresses with zstd has no writelines)
        file.write(chunk)
    file.flush()
    return rows + stream.rows


def _telling(stream: Stream, rows: int) -> Iterator[bytes]:
    """Tell how far it is now and then, on a terminal."""
    began = told = time.monotonic()
    is_watched = sys.stderr.isatty()
    for chunk in stream:
        yield chunk
        if is_watched and (now := time.monotonic()) - told >= _TELL_SECONDS:
            told = now
            rate = stream.rows / (now - began)
            click.echo(f"\r{rows + stream.rows:,} rows, {rate:,.0f} a second ", err=True, nl=False)
    if is_watched and told > began:
        click.echo(err=True)
