"""Keys: who may write. Only a key's hash is stored, so that nobody can use what stands in a copy of the database."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, update
from sqlalchemy.orm import Session

from api.store import tables
from api.store.opening import Store
from api.store.times import Clock, now, written
from schemas.vocabulary import Scope

_FORM = re.compile(r"nf_[A-Za-z0-9_-]{43}")
#: How exact `last_used_at` is: a write for each request would make reading with a key as dear as writing.
_USE_NOTED_EVERY = timedelta(minutes=1)


class NameTakenError(ValueError):
    """A key has this name already, perhaps a revoked one: the history still names it."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key. Times are as stored; None where it never expires, was never revoked or never used."""

    name: str
    scopes: tuple[str, ...]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None

    @property
    def allows(self) -> frozenset[str]:
        """Its scopes, and all others if it is an admin's."""
        return frozenset(scope.value for scope in Scope) if Scope.ADMIN.value in self.scopes else frozenset(self.scopes)

    def state(self, moment: datetime) -> str:
        """Tell whether it is good, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= written(moment) else "good"


def create(
    session: Session, name: str, scopes: Iterable[str], *, expires_at: datetime | None = None, clock: Clock = now
) -> str:
    """Make a key and give it: it can never be had again. Raises NameTakenError."""
    keys = tables.keys
    if session.execute(select(keys.c.name).where(keys.c.name == name)).first():
        raise NameTakenError(name)
    # 32 random bytes are 43 characters. So much chance needs no slow hash: nobody can try them all.
    key = f"nf_{secrets.token_urlsafe(32)}"
    row = {
        "name": name,
        "hash": _hash(key),
        "scopes": " ".join(scopes),
        "created_at": written(clock()),
        "expires_at": expires_at and written(expires_at),
    }
    session.execute(insert(keys), row)
    return key


def revoke(session: Session, name: str, *, clock: Clock = now) -> bool:
    """End a key at once; False when none of that name is left to revoke."""
    keys = tables.keys
    mine = keys.c.name == name, keys.c.revoked_at.is_(None)
    found = session.execute(select(keys.c.name).where(*mine)).first()
    session.execute(update(keys).where(*mine).values(revoked_at=written(clock())))
    return found is not None


def list_keys(store: Store) -> list[Key]:
    """List all keys, those too that are good no more, by name."""
    return [_key(row) for row in store.reader.rows(_all, (), {})]


def find_good(store: Store, key: str, *, clock: Clock = now) -> Key | None:
    """Find a key that is neither unknown nor expired nor revoked, and note that it was used."""
    if not _FORM.fullmatch(key):
        return None
    hashed = _hash(key)
    row = store.reader.first(_by_hash, (), {"hash": hashed})
    if row is None or not compare_digest(row[-1], hashed):
        return None
    found, moment = _key(row[:-1]), clock()
    if found.state(moment) != "good":
        return None
    if found.last_used_at is None or found.last_used_at < written(moment - _USE_NOTED_EVERY):
        store.write_unless_busy(lambda session: _note_use(session, found.name, written(moment)))
    return found


def _note_use(session: Session, name: str, moment: str) -> None:
    session.execute(update(tables.keys).where(tables.keys.c.name == name).values(last_used_at=moment))


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def _key(row: Iterable[Any]) -> Key:
    name, scopes, *times = row
    return Key(name, tuple(scopes.split()), *times)


def _columns() -> list[Any]:
    keys = tables.keys.c
    return [keys.name, keys.scopes, keys.created_at, keys.expires_at, keys.revoked_at, keys.last_used_at]


def _all() -> Select[Any]:
    return select(*_columns()).order_by(tables.keys.c.name)


def _by_hash() -> Select[Any]:
    return select(*_columns(), tables.keys.c.hash).where(tables.keys.c.hash == bindparam("hash"))
