"""Making deliveries: the feed is read on from where each webhook stands, and what it wants becomes a delivery."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

from marshmallow import ValidationError
from sqlalchemy.orm import Session

from api.store import changes, deliveries, filters, webhooks
from api.store.changes import Page, Wanted
from api.store.opening import Store
from api.store.times import Clock, now, written
from api.store.webhooks import Webhook
from schemas.webhook import read_filters

#: How many changes are made deliveries of at once, and how many deliveries may wait: more changes wait in the feed.
_STEP, _MOST_WAITING = 200, 1_000


class Making:
    """The round that makes deliveries."""

    def __init__(self, store: Store, clock: Clock = now) -> None:
        """Take the store whose changes are told."""
        self._store = store
        self._clock = clock

    def turn(self) -> bool:
        """Make deliveries of the next changes, for all webhooks in one transaction; tell whether any webhook moved."""
        pages: list[tuple[Webhook, Page]] = []
        unfit: list[Webhook] = []
        for webhook in webhooks.behind(self._store.reader):
            try:
                wanted = _wanted(webhook.filters)
            except ValidationError:  # an older version let them through
                unfit.append(webhook)
                continue
            if deliveries.waiting(self._store.reader, webhook.id) < _MOST_WAITING:
                pages.append((webhook, changes.after(self._store.reader, webhook.seq, _STEP, wanted)))
        if not pages and not unfit:
            return False
        moment = written(self._clock())

        def make(session: Session) -> None:
            for webhook, page in pages:
                deliveries.make(session, webhook, page.seq, page.changes, moment)
            for webhook in unfit:
                reason = "This version of newsfacts does not understand its filters: set them anew."
                webhooks.turn_off(session, webhook.id, reason, moment)

        self._store.write(make)
        return True

    def close(self) -> None:
        """Nothing is ever half done."""


@lru_cache(maxsize=256)
def _wanted(query: str) -> Wanted:
    return filters.changes(MappingProxyType(read_filters(query)))
