"""Replays of other stores."""

from __future__ import annotations

import time

import click

from api.commands.stores import fail, read_settings, ready_store
from api.ingest.replaying import ReplayError, Source, replay

_TELL_SECONDS = 2.0


@click.command("replay")
@click.argument("url")
@click.option("--key", help="Key for the source, where it wants one; NEWSFACTS_REPLAY_KEY, else none.")
@click.option("--follow", is_flag=True, help="Stay in step with the source until this command is stopped.")
def replay_from(url: str, key: str | None, follow: bool) -> None:
    """Make the store a copy of another one: the same documents, byte for byte, with all their versions.

    URL is the address of the other newsfacts. The store must be empty, or a copy of the same source already: then the
    replay goes on where it was. It may be stopped at any time.

    \b
    Example:
      newsfacts replay http://127.0.0.1:8000
    """
    if not url.startswith(("http://", "https://")):
        fail(f"{url} is no address: it begins with http:// or https://.")
    source = Source(url.rstrip("/"), key or read_settings().replay_key)
    total, last_told = 0, time.monotonic()

    def tell(changes: int, at: str) -> None:
        nonlocal total, last_told
        total += changes
        if time.monotonic() - last_told >= _TELL_SECONDS:
            click.echo(f"{total} changes, up to {at}", err=True)
            last_told = time.monotonic()

    with ready_store() as store:
        try:
            replay(store, source, tell, follow)
        except ReplayError as error:
            fail(str(error))
        except KeyboardInterrupt:
            click.echo("Stopped; the same command goes on from here.", err=True)
    click.echo(f"{total} change{'' if total == 1 else 's'} replayed from {source.url}.")
