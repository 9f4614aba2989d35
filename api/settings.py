"""Every setting: its name, its default, and the reason for it. Each is read from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, Self


def setting(default: Any, reason: str, *, low: int = 0, high: int = 0) -> Any:
    """Declare a setting with its default and the reason for it; a number with its bounds."""
    return field(default=default, metadata={"reason": reason, "low": low, "high": high})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process. `NEWSFACTS_` and the name in capitals is the environment variable."""

    database_url: str = setting(
        "sqlite:///newsfacts.db",
        "SQLite needs no set-up and serves a laptop or a small team; "
        "name a PostgreSQL (postgresql+psycopg://user:password@host/name) for many writers.",
    )
    host: str = setting(
        "127.0.0.1", "Only this machine, until someone decides to open it; 0.0.0.0 listens on all addresses."
    )
    port: int = setting(8000, "Where the API listens.", low=1, high=65535)
    workers: int = setting(
        1,
        "Server processes. One keeps memory low; one for each core serves the most requests a second.",
        low=1,
        high=64,
    )
    threads: int = setting(
        2,
        "Threads of each server process. They overlap waiting for the database; more only adds switching.",
        low=1,
        high=64,
    )
    pool_size: int = setting(
        5,
        "Most connections that each process keeps open to read, and as many to write: keep the sum under the server's.",
        low=1,
        high=1000,
    )
    access_log: bool = setting(
        True, "One JSON line for each request on standard error; false when a proxy logs already."
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; a value that does not fit raises ValueError naming the variable."""
        given = {each.name: _read(each, environment) for each in fields(cls) if _variable(each) in environment}
        return cls(**given)


def described_settings() -> list[tuple[str, Any, str]]:
    """List every setting as (environment variable, default, reason)."""
    return [(_variable(each), each.default, each.metadata["reason"]) for each in fields(Settings)]


def _variable(each: Field[Any]) -> str:
    return f"NEWSFACTS_{each.name.upper()}"


def _read(each: Field[Any], environment: Mapping[str, str]) -> Any:
    variable, text = _variable(each), environment[_variable(each)]
    if isinstance(each.default, bool):
        if text.lower() not in ("true", "false"):
            raise ValueError(f"{variable} must be true or false, not {text!r}.")
        return text.lower() == "true"
    if isinstance(each.default, int):
        low, high = each.metadata["low"], each.metadata["high"]
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise ValueError(f"{variable} must be a whole number from {low} to {high}, not {text!r}.")
        return int(text)
    return text
