"""The store that the settings name, and failures in one line."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from api.settings import Settings
from api.store.engine import StoreUrlError
from api.store.opening import Store, latest_migration, open_store
from api.store.reading import UnavailableError


def read_settings() -> Settings:
    """Read the settings; one that does not fit ends the command."""
    try:
        return Settings.from_environment()
    except ValueError as error:
        fail(str(error))


@contextmanager
def configured_store() -> Iterator[Store]:
    """Open the store that the settings name; what goes wrong with it ends the command."""
    settings = read_settings()
    try:
        store = open_store(
            settings.database_url,
            settings.pool_size,
            read_url=settings.database_read_url,
            behind_pooler=settings.database_pooler,
        )
    except StoreUrlError as error:
        fail(str(error))
    try:
        yield store
    except UnavailableError as error:
        cause = str(error.__cause__ or error).splitlines()
        fail("The database does not answer" + (f": {cause[0]}" if cause else "."))
    finally:
        store.close()


@contextmanager
def ready_store(upgrade: bool = False) -> Iterator[Store]:
    """Open the store with the tables of this version: those of a file of our own are brought up to date unasked."""
    with configured_store() as store:
        if upgrade or store.is_embedded():
            store.upgrade()
        elif store.migration() != latest_migration():
            fail("The database's tables are not those of this version. Run: newsfacts upgrade")
        yield store


@contextmanager
def standing_store() -> Iterator[Store]:
    """Open the store with the tables of this version; where there is none, none is made."""
    with configured_store() as store:
        if (migration := store.migration()) is None:
            fail("There is no store yet. Run: newsfacts upgrade")
        if migration != latest_migration():
            fail("The database's tables are not those of this version. Run: newsfacts upgrade")
        yield store


@contextmanager
def migrated(store: Store) -> Iterator[Store]:
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


def fail(message: str) -> NoReturn:
    """End the command with a message of one line."""
    click.echo(f"newsfacts: {message}", err=True)
    sys.exit(1)
