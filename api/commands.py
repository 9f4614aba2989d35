"""The `newsfacts` command."""

from __future__ import annotations

import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import click

from api.ingest import Outcome, SheetRefusedError, ingest
from api.ingest.files import read_sheet
from api.ingest.seeding import seed_files
from api.settings import Settings
from api.store.engine import StoreUrlError
from api.store.opening import Store, latest_migration, open_store
from api.store.reading import UnavailableError
from api.version import VERSION

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="newsfacts")
def main() -> None:
    """Serve structured news facts, each with the words that prove it.

    Settings are environment variables; NEWSFACTS_DATABASE_URL names the database (default: newsfacts.db here).

    \b
    Example:
      newsfacts upgrade && newsfacts seed && newsfacts serve
    """


@main.command()
@click.option("--host", help="Address to listen on; NEWSFACTS_HOST, else 127.0.0.1.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; NEWSFACTS_PORT, else 8000.")
@click.option("--workers", type=click.IntRange(1, 64), help="Server processes; NEWSFACTS_WORKERS, else 1.")
@click.option("--seed", "with_seeds", is_flag=True, help="Bring the tables up to date and store the seeds first.")
def serve(host: str | None, port: int | None, workers: int | None, with_seeds: bool) -> None:
    """Serve the API, its OpenAPI document and Swagger UI.

    With SQLite the tables are brought up to date first; a PostgreSQL server is upgraded by `newsfacts upgrade` alone.

    \b
    Example:
      newsfacts serve --port 8080
    """
    from granian.constants import Interfaces, RuntimeModes
    from granian.log import LogLevels
    from granian.server import Server

    settings = _settings()
    host, port = host or settings.host, port or settings.port
    _refuse_taken_port(host, port)
    with _ready_store(upgrade=with_seeds) as store:
        if with_seeds:
            _seed(store)
    shown = f"http://{host}:{port}"
    click.echo(f"API         {shown}/v1/facts\nSwagger UI  {shown}/docs\nOpenAPI     {shown}/openapi.yaml")
    Server(
        "api:create_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers or settings.workers,
        blocking_threads=settings.threads,
        runtime_mode=RuntimeModes.mt,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        # A worker that is told to stop while it starts does not hear it.
        workers_kill_timeout=10,
    ).serve()


@main.command()
def upgrade() -> None:
    """Bring the database's tables up to date; data stay.

    \b
    Example:
      NEWSFACTS_DATABASE_URL=postgresql+psycopg://user:password@host/name newsfacts upgrade
    """
    with _store() as store:
        before, after = store.upgrade()
        what = "are" if before == after else f"were at {before}, are now" if before else "were made"
        click.echo(f"{store.database()}: tables {what} at {after}.")


@main.command()
def seed() -> None:
    """Store the two seed articles and their facts; a second time changes nothing.

    \b
    Example:
      newsfacts upgrade && newsfacts seed
    """
    with _ready_store() as store:
        _seed(store)


@main.command("ingest")
@FILES
@click.option("--with-review", is_flag=True, help="Take over the review that sheets bring; else facts are pending.")
def ingest_files(files: tuple[Path, ...], with_review: bool) -> None:
    """Store fact sheets, each whole or not at all.

    A sheet that is refused is told with everything that is wrong with it; the others are stored all the same.

    \b
    Example:
      newsfacts ingest seeds/axios-us-nato-written-response.json
    """
    with _ready_store() as store:
        _each(files, lambda sheet: store.write(partial(ingest, sheet=sheet, may_review=with_review)))


@main.command()
@FILES
def validate(files: tuple[Path, ...]) -> None:
    """Say what `ingest` would say of fact sheets, and store nothing.

    \b
    Example:
      newsfacts validate seeds/axios-us-nato-written-response.json
    """
    with _store() as store, _migrated(store) as ready, ready.rehearse() as session:

        def rehearse(sheet: dict[str, Any]) -> Outcome:
            # Each sheet finds what those before it would have stored, as with `ingest`.
            with session.begin_nested():
                return ingest(session, sheet, may_review=True)

        _each(files, rehearse, would="would be ")


@main.command()
@click.option("--format", "as_format", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
def openapi(as_format: str) -> None:
    """Print the OpenAPI document.

    \b
    Example:
      newsfacts openapi > openapi.yaml
    """
    from api import create_app

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(database_url=f"sqlite:///{folder}/none.db", access_log=False))
        click.echo(app.test_client().get(f"/openapi.{as_format}").text, nl=as_format == "json")


def _seed(store: Store) -> None:
    _each(seed_files(), lambda sheet: store.write(partial(ingest, sheet=sheet, may_review=True)))


def _each(files: Any, store_sheet: Callable[[dict[str, Any]], Outcome], would: str = "") -> None:
    """Take sheets one after the other; tell what became of each (or would), and fail at the end if one was refused."""
    refused = 0
    for path in files:
        try:
            outcome = store_sheet(read_sheet(path))
        except SheetRefusedError as error:
            refused += 1
            click.echo(f"{path}: refused, {len(error.flaws)} flaw{'s' if len(error.flaws) > 1 else ''}", err=True)
            for flaw in error.flaws:
                click.echo(f"  {flaw.pointer or '/'}: {flaw.detail}", err=True)
        else:
            click.echo(f"{path.name}: article {would}{outcome.article[1]}, {_tally(outcome, would)}")
    if refused:
        sys.exit(1)


def _tally(outcome: Outcome, would: str) -> str:
    counts = Counter(what for _, what in outcome.facts)
    told = ", ".join(f"{counts[what]} {would}{what}" for what in ("created", "updated", "unchanged") if counts[what])
    return f"{len(outcome.facts)} fact{'' if len(outcome.facts) == 1 else 's'}" + (f" ({told})" if told else "")


def _settings() -> Settings:
    try:
        return Settings.from_environment()
    except ValueError as error:
        _fail(str(error))


@contextmanager
def _store() -> Iterator[Store]:
    settings = _settings()
    try:
        store = open_store(settings.database_url, settings.pool_size)
    except StoreUrlError as error:
        _fail(str(error))
    try:
        yield store
    except UnavailableError as error:
        cause = str(error.__cause__ or error).splitlines()
        _fail("The database does not answer" + (f": {cause[0]}" if cause else "."))
    finally:
        store.close()


@contextmanager
def _ready_store(upgrade: bool = False) -> Iterator[Store]:
    """Open the store with the tables of this version: those of a file of our own are brought up to date unasked."""
    with _store() as store:
        if upgrade or store.is_embedded():
            store.upgrade()
        elif store.migration() != latest_migration():
            _fail("The database's tables are not those of this version. Run: newsfacts upgrade")
        yield store


def _refuse_taken_port(host: str, port: int) -> None:
    """See that nobody listens there: the server itself would share the port with another one of its kind."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            _fail(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port or NEWSFACTS_PORT.")


@contextmanager
def _migrated(store: Store) -> Iterator[Store]:
    """Give the store, or an empty one that is thrown away while this one has no tables yet."""
    if store.migration() == latest_migration():
        yield store
        return
    with tempfile.TemporaryDirectory() as folder:
        empty = open_store(f"sqlite:///{folder}/empty.db")
        empty.upgrade()
        try:
            yield empty
        finally:
            empty.close()


def _fail(message: str) -> NoReturn:
    click.echo(f"newsfacts: {message}", err=True)
    sys.exit(1)
