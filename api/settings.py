"""Every setting: its name, its default, and the reason for it. Each is read from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, Self

from limits import parse_many

from api.delivery.hosts import OwnHosts


def setting(
    default: Any, reason: str, *, low: float = 0, high: float = 0, check: Callable[[str], object] = lambda text: text
) -> Any:
    """Declare a setting with its default and the reason for it; a number with its bounds, a text with its check.

    A check raises ValueError with what the text must be.
    """
    return field(default=default, metadata={"reason": reason, "low": low, "high": high, "check": check})


def _full_or_quotes(text: str) -> None:
    if text not in ("full", "quotes"):
        raise ValueError("full or quotes")


def _limit_or_none(text: str) -> None:
    try:
        parse_many(text or "1/minute")
    except ValueError:
        raise ValueError("empty or a limit, such as 600/minute or 10/second;2000/hour") from None


def _url_or_none(text: str) -> None:
    if text and not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", text):
        raise ValueError("empty or a URL of http or https")


def _short_line(text: str) -> None:
    if len(text) > 90 or not text.isprintable():
        raise ValueError("a line of 90 characters at the most")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process. `NEWSFACTS_` and the name in capitals is the environment variable."""

    database_url: str = setting(
        "sqlite:///newsfacts.db",
        "SQLite needs no set-up and serves a laptop or a small team; "
        "name a PostgreSQL (postgresql+psycopg://user:password@host/name) for many writers.",
    )
    database_read_url: str = setting(
        "",
        "A replica of that PostgreSQL, which then answers what only reads; it may be a moment behind, and when it is "
        "away the other answers. None, because one server serves most teams.",
    )
    database_pooler: bool = setting(
        False,
        "Prepared statements are cheaper; true behind a pooler in transaction mode, such as PgBouncer, where they and "
        "all that is set for a session are for somebody else.",
    )
    read_timeout: float = setting(
        30.0,
        "Seconds that one statement of a request that reads may take in PostgreSQL: none needs nearly as many, and one "
        "that does holds up others. Behind a pooler set its query_timeout instead.",
        low=0.1,
        high=3600,
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
        "Threads of each server process that write, and as many that read, but one with SQLite. They overlap waiting "
        "for the database, which SQLite hardly makes them do; more only adds switching.",
        low=1,
        high=64,
    )
    pool_size: int = setting(
        5,
        "Most threads of each kind, as long as the usual ones are all held up. One that reads keeps a connection open, "
        "one that writes two: keep the sum under the server's. What breaks is replaced when it is needed, so nothing "
        "else is to be set.",
        low=1,
        high=1000,
    )
    connections: int = setting(
        10_000,
        "Clients that each process keeps connected, idle listeners included; the next one waits. "
        "One at rest costs some memory and no thread.",
        low=1,
        high=1_000_000,
    )
    request_timeout: int = setting(
        30,
        "Seconds that a request's headers may take to arrive, and then its body; of a batch, the next bytes. "
        "Slow ones keep nobody waiting, but must end some time.",
        low=1,
        high=3600,
    )
    access_log: bool = setting(
        True, "One JSON line for each request on standard error; false when a proxy logs already."
    )
    public_read: bool = setting(
        True, "Facts are there to be read; false asks for a key for everything but the pages for people and the probes."
    )
    article_text: str = setting(
        "full",
        "Your own texts may be read whole. With quotes, who has no key reads the quotations of facts alone, "
        "as many publishers allow no more.",
        check=_full_or_quotes,
    )
    largest_body: int = setting(
        16 * 1024 * 1024,
        "Bytes of a request's body; the longest article fits, and what a body costs in memory stays bounded.",
        low=1024,
        high=1024 * 1024 * 1024,
    )
    exports: int = setting(
        2,
        "Exports that each process sends at a time; the next one is told to come again. Each keeps a connection to "
        "the database, which shows the store as it was when the export began.",
        low=1,
        high=100,
    )
    export_timeout: int = setting(
        3600,
        "Seconds that an export over HTTP may take; then it is cut, and goes on with another request. As long as one "
        "runs, the database cannot clear away what has changed since.",
        low=1,
        high=86400,
    )
    rate_limit_read: str = setting(
        "",
        "Requests to read of each key, else address, in each server process. "
        "None, because a laptop needs none; set one, such as 600/minute, where strangers read.",
        check=_limit_or_none,
    )
    rate_limit_write: str = setting(
        "6000/minute",
        "Requests to write of each key, in each server process. No person reaches it; a program gone wild does.",
        check=_limit_or_none,
    )

    private_hosts: str = setting(
        "",
        "Webhooks, and the URLs of articles, lead to the public internet alone, so that nobody reaches what stands "
        "beside this server through it. Hosts of your own there are named here, by name, address or network, between "
        "commas.",
        check=OwnHosts.read,
    )
    webhook_timeout: float = setting(
        10.0, "Seconds that a webhook's receiver may take to connect, and again to answer.", low=0.1, high=60
    )
    webhook_backoff: float = setting(
        5.0,
        "Seconds before what failed is tried again, at the most; the nine delays after that grow with it, to a day.",
        low=0.01,
        high=600,
    )
    extraction: bool = setting(
        True,
        "Where newsfacts[extract] is installed, the facts of articles are drafted; false saves a worker its memory.",
    )
    fetch_timeout: float = setting(
        20.0, "Seconds that fetching the page at an article's URL may take, redirects included.", low=0.1, high=300
    )
    job_lease: float = setting(
        60.0,
        "Seconds without a sign of life after which a worker is taken for dead, and its job taken up again.",
        low=0.1,
        high=3600,
    )
    spacy_model: str = setting(
        "",
        "The shipped spaCy pipeline is the one that the rules were measured with, and its files are verified. "
        "A package or a folder named here is used instead, unverified: another size, another English.",
    )
    llm_url: str = setting(
        "",
        "A language model that is asked for what the rules have missed, behind any OpenAI-compatible endpoint, such as "
        "http://localhost:11434/v1. None, because articles are sent to it: drafts are made offline until you name one.",
        check=_url_or_none,
    )
    llm_model: str = setting(
        "", "The model's name, as its endpoint knows it; drafts bear it as their generator.", check=_short_line
    )
    llm_key: str = setting("", "The key of that endpoint, if it asks for one; it is sent nowhere else, and not logged.")
    llm_timeout: float = setting(
        120.0,
        "Seconds that the model may take for one article, all its parts together; then the draft is left as it is.",
        low=0.1,
        high=3600,
    )
    replay_key: str = setting(
        "", "The key by which newsfacts replay reads its source; on the command line others of this machine see it."
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
    if isinstance(each.default, float):
        low, high = each.metadata["low"], each.metadata["high"]
        if not (re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) and low <= float(text) <= high):
            raise ValueError(f"{variable} must be a number from {low} to {high}, not {text!r}.")
        return float(text)
    try:
        each.metadata["check"](text)
    except ValueError as error:
        raise ValueError(f"{variable} must be {error}, not {text!r}.") from None
    return text
