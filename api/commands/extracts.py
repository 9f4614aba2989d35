"""Extracts: fact sheets drafted from the texts of articles, without a store."""

from __future__ import annotations

import hashlib
import re
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import orjson

from api.commands.stores import fail, read_settings

Sheet = dict[str, Any]
Extract = Callable[[Sheet], Sheet]

_STDIN = Path("-")
_PAGES = frozenset({".html", ".htm", ".xhtml"})


@click.command("extract")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--published", metavar="DATE", help="When the articles were published, in EDTF: 2022-01-26.")
@click.option("--publisher", metavar="NAME", help="Who published them.  [default: what a page tells, else unknown]")
def extract_files(files: tuple[Path, ...], published: str | None, publisher: str | None) -> None:
    """Draft the facts of articles: one fact sheet a line, to be stored with `newsfacts ingest -`.

    A file holds one article, as text in UTF-8 or as HTML; - is standard input. A single one is printed for reading if
    this is a terminal. A file that cannot be read is reported, and the others go on. Needs newsfacts[extract].

    \b
    Example:
      newsfacts extract --published 2022-01-26 --publisher Axios seeds/axios-us-nato-written-response.txt
    """
    extract = _ready_to_extract()
    about = {"publisher": publisher, "published_at": published and {"edtf": published}}
    show = _print_readably if len(files) == 1 and sys.stdout.isatty() else _print_line
    failed = 0
    with click.progressbar(
        files, label="Extracting", file=sys.stderr, item_show_func=_name, hidden=_is_quiet()
    ) as each:
        for path in each:
            try:
                show(extract(_article(path, about)))
            except _UnreadableFileError as error:
                failed += 1
                click.echo(f"{path}: {error}", err=True)
    if failed:
        sys.exit(1)


class _UnreadableFileError(Exception):
    """A file with no article in it that can be read; says why."""


def _ready_to_extract() -> Extract:
    """Load what extraction needs, once for all files; where it is missing the command ends and says so."""
    from api.extraction import ModelError, UnreadableError, extract, load
    from api.extraction.language_model import ask
    from api.jobs.drafting import endpoint_of

    settings = read_settings()
    endpoint = endpoint_of(settings)
    try:
        load(settings.spacy_model or None)
    except ModelError as error:
        fail(str(error))

    def run(article: Sheet) -> Sheet:
        try:
            sheet = extract(article)
        except UnreadableError as error:
            raise _UnreadableFileError(str(error)) from error
        if endpoint:
            sheet, report = ask(sheet["article"], sheet, endpoint)
            if report.failure:
                click.echo(f"{article['id'] or '-'}: the language model was no help: {report.failure}", err=True)
        return sheet

    return run


def _article(path: Path, about: Sheet) -> Sheet:
    """Read a file as an article."""
    try:
        received = sys.stdin.buffer.read() if path == _STDIN else path.read_bytes()
        source = received.decode()
    except OSError as error:
        raise _UnreadableFileError(f"cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise _UnreadableFileError(f"is not text in UTF-8: {error.reason} at byte {error.start}.") from error
    told = _told(source, about) if path.suffix.lower() in _PAGES else {**about, "source": source}
    return {"id": _id_of(path), **told, "publisher": told["publisher"] or "unknown"}


def _told(html: str, about: Sheet) -> Sheet:
    """Read an article off its page; what the command line says of it counts more than what the page does."""
    from api.extraction import UnreadableError
    from api.extraction.documents import read_html

    try:
        told = read_html(html)
    except UnreadableError as error:
        raise _UnreadableFileError(str(error)) from error
    sha256 = hashlib.sha256(html.encode()).hexdigest()
    return {**told, **{name: value for name, value in about.items() if value}, "received_sha256": sha256}


def _id_of(path: Path) -> str | None:
    """Name an article after its file; standard input has no name, so the store will derive one."""
    return None if path == _STDIN else re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:96] or None


def _print_line(sheet: Sheet) -> None:
    sys.stdout.buffer.write(orjson.dumps(sheet, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def _print_readably(sheet: Sheet) -> None:
    """Print a sheet for a human: each fact with the words that prove it."""
    for kind in ("events", "proposals", "statements"):
        click.secho(f"{len(sheet[kind])} {kind if len(sheet[kind]) != 1 else kind[:-1]}", bold=True)
        for fact in sheet[kind]:
            click.echo(f"\n  {_plain(fact['title'])}")
            click.secho(f"    {_codes(fact)}", dim=True)
            for part in fact["actors"]:
                click.echo(
                    f"    {part['role']}: {_plain(part['actor'] or 'unknown')} ({_plain(part['named_as'] or '')})"
                )
            for each in fact["evidence"]:
                click.secho(f"    “{_plain(each['exact'])}”", italic=True)
        click.echo()


def _codes(fact: Sheet) -> str:
    """Say how a fact is coded, in one line."""
    codes = [fact.get(name) for name in ("type", "category", "status", "modality", "stance", "attribution")]
    date = (fact["date"] or {}).get("edtf")
    return ", ".join(filter(None, [*codes, date, f"confidence {fact['review']['confidence']}"]))


def _plain(text: str) -> str:
    """Leave out what an article could steer a terminal with."""
    return "".join(" " if unicodedata.category(each).startswith("C") else each for each in text)


def _name(path: Path | None) -> str:
    return path.name if path else ""


def _is_quiet() -> bool:
    """Tell whether nobody watches."""
    return not sys.stderr.isatty()
