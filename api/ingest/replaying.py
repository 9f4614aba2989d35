"""Replaying: this store becomes a copy of another one, and stays in step with it, by reading its feed over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from api.ingest.archives import entry_of
from api.store.opening import Store
from api.store.restoring import RestoreError, count_stored, find_position, keep_position, restore
from api.store.times import now, written
from schemas.change import ChangePageSchema

#: Changes of a page, which is stored in one transaction.
_LIMIT = 200
#: Seconds for which the source holds an answer while nothing is new, and for which its answers are waited for at all.
_HOLD, _TIMEOUT = 30, (10, 90)
#: How often, and after how many seconds, a source is asked again that answers 429 or 503 and does not say when to.
_TRIES, _PAUSE = 5, 5
_PAGE = ChangePageSchema()


class ReplayError(Exception):
    """A replay cannot begin or go on: why, and what to do about it."""


class UnreachableError(ReplayError):
    """The source does not answer at the moment."""


@dataclass(frozen=True)
class Source:
    """The store that is copied: the address of its API, and a key where it wants one."""

    url: str
    key: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    def read(self, after: str | None, hold: int) -> dict[str, Any]:
        """Read the page of the feed after a cursor. Raises ReplayError."""
        asked = {"texts": "true", "limit": _LIMIT, "wait": hold, **({"after": after} if after else {})}
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        answer = self._ask(asked, headers)
        tries = 1
        while answer.status_code in (429, 503) and tries < _TRIES:
            time.sleep(_seconds(answer))
            answer = self._ask(asked, headers)
            tries += 1
        if answer.status_code != requests.codes.ok:
            raise self._refusal(answer)
        try:
            page: dict[str, Any] = _PAGE.load(answer.json())
        except (ValueError, ValidationError) as error:
            raise ReplayError(
                f"{self.url} answers, but not with a feed of changes: is it the address of a newsfacts?"
            ) from error
        return page

    def _ask(self, query: Mapping[str, Any], headers: Mapping[str, str]) -> requests.Response:
        try:
            return self.session.get(f"{self.url}/v1/changes", params=query, headers=headers, timeout=_TIMEOUT)
        except requests.RequestException as error:
            raise UnreachableError(f"{self.url} does not answer: {_cause(error)}") from error

    def _refusal(self, answer: requests.Response) -> ReplayError:
        told = _detail(answer)
        if answer.status_code == requests.codes.unauthorized:
            what = "refuses the key" if self.key else "wants a key"
            return ReplayError(f"{self.url} {what}. {told} Send one with --key or NEWSFACTS_REPLAY_KEY.")
        if answer.status_code == requests.codes.unprocessable:
            return ReplayError(f"{self.url} does not know how far it was replayed: another store must be there now.")
        if answer.status_code >= 500 or answer.status_code == requests.codes.too_many:
            return UnreachableError(f"{self.url} answers {answer.status_code}. {told}".strip())
        return ReplayError(f"{self.url}/v1/changes answers {answer.status_code}. {told}".strip())


def replay(store: Store, source: Source, tell: Callable[[int, str], None], follow: bool = False) -> None:
    """Make a store a copy of its source, up to the end of the feed, or for ever with `follow`.

    Each page is stored in one transaction together with the place where to go on, so a replay may be killed at any
    time. `tell` is told how many changes were stored, and the time of the last one. Raises ReplayError.
    """
    cursor = store.write(lambda session: _begin(session, source.url))
    reached = False
    while True:
        try:
            page = source.read(cursor, _HOLD if follow and reached else 0)
        except UnreachableError:
            if not (follow and reached):
                raise
            time.sleep(_PAUSE)
            continue
        reached = True
        if page["items"]:
            _store_page(store, source.url, cursor, page)
            cursor = page["next_cursor"]
            tell(len(page["items"]), page["items"][-1]["at"])
        if not (page["more"] or follow):
            return


def _begin(session: Session, url: str) -> str | None:
    """Tell where to go on. Raises ReplayError when the store has changes that did not come from there."""
    position = find_position(session, url)
    if count_stored(session) != position.changes:
        raise ReplayError(
            f"This store has content of its own, or of another source, so it cannot become a copy of {url}. Replay "
            "into an empty one: name a new database in NEWSFACTS_DATABASE_URL, and run newsfacts upgrade."
        )
    return position.cursor


def _store_page(store: Store, url: str, cursor: str | None, page: Mapping[str, Any]) -> None:
    def work(session: Session) -> None:
        if _begin(session, url) != cursor:
            raise ReplayError(f"Another replay of {url} into this store is under way.")
        restore(session, map(entry_of, page["items"]))
        keep_position(session, url, page["next_cursor"], written(now()))

    try:
        store.write(work)
    except RestoreError as error:
        raise ReplayError(f"{url} sent what does not fit here. {error}") from error


def _seconds(answer: requests.Response) -> int:
    told = answer.headers.get("Retry-After", "")
    return min(int(told), 60) if told.isdigit() else _PAUSE


def _detail(answer: requests.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return ""


def _cause(error: requests.RequestException) -> str:
    """Say in a few words what went wrong: the innermost reason, without addresses in memory."""
    inner: BaseException = error
    while (deeper := inner.__cause__ or inner.__context__) is not None:
        inner = deeper
    return str(inner).splitlines()[0] if str(inner) else type(inner).__name__
