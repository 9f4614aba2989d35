"""Keys: who calls, and what that lets them do. Where keys are kept is the affair of whoever makes the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, request

from api.protocol.limits import Limit
from api.protocol.problems import ProblemError, unauthorized
from api.protocol.requests import KEY_NAME
from api.protocol.waiting import REPEATED

_CALLER, _GATE = "newsfacts.caller", "newsfacts.gate"
#: Bad keys from one address. Nobody guesses 256 random bits; but a client whose key has ended should wait, not ask on
#: and on. A good key is let through all the same: many may share an address.
_BAD_KEYS = "60/minute"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a good key: its name, and its scopes, with those that they bring along."""

    name: str
    scopes: frozenset[str]


#: Finds whose key it is; None when it is unknown, revoked or expired.
Finder = Callable[[str], Caller | None]


class Gate:
    """What stands between a request and its view."""

    def __init__(self, find: Finder, *, public_read: bool = True, read_limit: str = "", write_limit: str = "") -> None:
        """Take where keys are found, whether reading needs one, and the limits of each caller; empty is none."""
        self._find = find
        self._public_read = public_read
        self._read_limit = Limit("read", read_limit) if read_limit else None
        self._write_limit = Limit("write", write_limit) if write_limit else None
        self._bad_keys = Limit("bad-keys", _BAD_KEYS)

    def admit(self, scope: str | None) -> None:
        """Let the request through if it may; raises ProblemError with 401, 403 or 429."""
        sent: str | None = request.environ.get("HTTP_AUTHORIZATION")
        caller = None if sent is None else self._caller(sent)
        if caller is None and (scope is not None or not self._public_read):
            raise unauthorized("Reading needs a key on this server." if scope is None else _needs(scope))
        if caller is not None and scope is not None and scope not in caller.scopes:
            raise ProblemError("forbidden", f"{_needs(scope)} The key '{caller.name}' has it not.")
        limit = self._read_limit if scope is None else self._write_limit
        if limit is not None and REPEATED not in request.environ:
            limit.count(f"key {caller.name}" if caller else _address())

    def _caller(self, sent: str) -> Caller:
        scheme, _, key = sent.partition(" ")
        caller = self._find(key.strip()) if scheme.lower() == "bearer" else None
        if caller is None:
            self._bad_keys.count(_address())
            raise unauthorized(
                "The Authorization header must be: Bearer, a space, and a key that is known, not revoked and not "
                "expired. Where no key is needed, leave it out."
            )
        request.environ[_CALLER], request.environ[KEY_NAME] = caller, caller.name
        return caller


def install(app: Flask, gate: Gate) -> None:
    """Put a gate before the guarded operations of an app."""
    app.extensions[_GATE] = gate


def admit(scope: str | None) -> None:
    """Let the current request through if it may, None being to read; raises ProblemError with 401, 403 or 429."""
    cast(Gate, current_app.extensions[_GATE]).admit(scope)


def current_caller() -> Caller | None:
    """Tell who sent the current request; None when it came without a key."""
    return cast(Caller | None, request.environ.get(_CALLER))


def _needs(scope: str) -> str:
    return f"This needs a key with the scope '{scope}'."


def _address() -> str:
    return f"address {request.remote_addr}"
