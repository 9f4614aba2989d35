"""Keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import click

from api.commands.stores import fail, ready_store
from api.store import keys
from api.store.times import now
from schemas.vocabulary import Scope

_LONGEST_NAME = 100
_HEADINGS = ("NAME", "SCOPES", "CREATED", "EXPIRES", "LAST USED", "STATE")


class _Expiry(click.ParamType[datetime]):
    """A day of the calendar, or a number of days from now."""

    name = "date|days"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Give the moment from which a key is good no more."""
        try:
            if value.isascii() and value.isdigit():
                moment = now() + timedelta(days=int(value))
            else:
                moment = datetime.combine(date.fromisoformat(value), time(), UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is neither a day, such as 2030-12-31, nor a number of days.", param, ctx)
        if moment <= now():
            self.fail(f"{value!r} is over already.", param, ctx)
        return moment


@click.group("keys")
def manage_keys() -> None:
    """Make, list and revoke the keys with which others write.

    \b
    Example:
      newsfacts keys create newsroom --scope edit --scope review
    """


@manage_keys.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    required=True,
    help="What it allows besides reading; may be repeated. " + "; ".join(f"{s.value}: {s.definition}" for s in Scope),
)
@click.option(
    "--expires", type=_Expiry(), help="The day (UTC) from which it is good no more, or in how many days; else never."
)
def create_key(name: str, scopes: tuple[str, ...], expires: datetime | None) -> None:
    """Make a key and print it: only now, for only its hash is stored.

    NAME says who writes with it. It stands in the history of what is written, so no two keys ever have the same.

    \b
    Example:
      newsfacts keys create newsroom --scope edit --scope review --expires 365
    """
    if not (name.isprintable() and name == name.strip() and 0 < len(name) <= _LONGEST_NAME):
        fail(f"A name is one line of at most {_LONGEST_NAME} characters.")
    with ready_store() as store:
        chosen = dict.fromkeys(scopes)
        try:
            key = store.write(partial(keys.create, name=name, scopes=chosen, expires_at=expires))
        except keys.NameTakenError:
            fail(f"There is a key '{name}' already, or was. Choose another name.")
    click.echo(key)
    click.echo("Keep it: it is not shown again.", err=True)


@manage_keys.command("list")
def list_keys() -> None:
    """List the keys: what they allow, when they were made, end and were last used, and whether they are still good.

    \b
    Example:
      newsfacts keys list
    """
    with ready_store() as store:
        moment = now()
        rows = [
            (
                key.name,
                ",".join(key.scopes),
                *(_shown(each) for each in (key.created_at, key.expires_at, key.last_used_at)),
                key.state(moment),
            )
            for key in keys.list_keys(store)
        ]
    for line in _table([_HEADINGS, *rows]):
        click.echo(line)


@manage_keys.command("revoke")
@click.argument("name")
def revoke_key(name: str) -> None:
    """End a key at once. What was written with it stays, under its name.

    \b
    Example:
      newsfacts keys revoke newsroom
    """
    with ready_store() as store:
        if not store.write(partial(keys.revoke, name=name)):
            fail(f"There is no key '{name}' to revoke.")
    click.echo(f"{name}: revoked")


def _shown(moment: str | None) -> str:
    return f"{moment[:19]}Z" if moment else "never"


def _table(rows: list[tuple[str, ...]]) -> Iterable[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
