"""Delivering: sending what is due, and keeping account of what became of it.

All that touches the database is done by the worker's own thread; the other threads only send.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from api.delivery.messages import body_of
from api.delivery.retrying import MOST_ATTEMPTS, PATIENCE_DAYS, delay_after
from api.delivery.sending import Result, Sender
from api.delivery.signing import signature_headers
from api.store import deliveries, times, webhooks
from api.store.deliveries import Attempt, Claimed
from api.store.opening import Store
from api.store.reading import UnavailableError
from api.store.times import Clock, written

#: How many messages are on their way at once, and how many of them to one webhook.
SENDERS, SENDERS_OF_ONE = 16, 4
#: How long the log of deliveries goes back.
KEPT = timedelta(days=30)

_log = logging.getLogger("newsfacts.delivery")


@dataclass(frozen=True, slots=True)
class _Sent:
    """A message on its way, or back: when it went and what became of it."""

    at: datetime
    result: Future[Result]


class Delivering:
    """The round that sends."""

    def __init__(
        self,
        store: Store,
        sender: Sender,
        *,
        backoff: float,
        lease: float,
        ring: Callable[[], None],
        clock: Clock = times.now,
    ) -> None:
        """Take the first delay before trying again and how long an attempt is waited for, both in seconds.

        `ring` is called whenever a message is back.
        """
        self._store = store
        self._sender = sender
        self._backoff = backoff
        self._lease = timedelta(seconds=lease)
        self._ring = ring
        self._clock = clock
        self._threads = ThreadPoolExecutor(SENDERS, thread_name_prefix="sender")
        self._under_way: dict[Claimed, _Sent] = {}

    def turn(self) -> bool:
        """Do what is due; tell whether anything was."""
        steps = (self._record, self._take_back, self._forget, self._send)
        return sum(step() for step in steps) > 0

    def close(self) -> None:
        """Wait for the messages that are on their way, no longer than one may take, and record what became of them."""
        self._threads.shutdown()
        try:
            self._record()
        except UnavailableError:
            _log.warning("what became of the last attempts is not known: they will be made again")

    def _record(self) -> bool:
        """Record what became of the messages that are back."""
        back = {claimed: sent for claimed, sent in self._under_way.items() if sent.result.done()}
        if not back:
            return False
        lines = self._store.write(lambda session: [self._finish(session, *each) for each in back.items()])
        for claimed in back:
            del self._under_way[claimed]
        for line in lines:
            _log.info("delivery", extra={"told": line})
        return True

    def _finish(self, session: Session, claimed: Claimed, sent: _Sent) -> Mapping[str, object]:
        result, now = _result_of(sent), self._clock()
        state, due_at, finished_at = self._fate(claimed, result, now)
        attempt = Attempt(claimed.attempts, written(sent.at), result.status, result.error, result.milliseconds)
        if deliveries.finish(session, claimed, attempt, state, due_at, finished_at):
            _judge(session, claimed.webhook_id, result, now)
        else:
            state = "superseded"
        return {
            "webhook": claimed.webhook_id,
            "message": claimed.message,
            "attempt": claimed.attempts,
            "state": state,
            "status": result.status,
            "error": result.error,
            "milliseconds": result.milliseconds,
        }

    def _fate(self, claimed: Claimed, result: Result, now: datetime) -> tuple[str, str, str | None]:
        """Say what a delivery is after an attempt, when it is next looked at, and when it was finished."""
        delay = None if result.final else delay_after(claimed.attempts, self._backoff, result.retry_after)
        if result.error is None or delay is None:
            return "dead" if result.error else "delivered", written(now + KEPT), written(now)
        return "pending", written(now + timedelta(seconds=delay)), None

    def _take_back(self) -> bool:
        """Take back what a worker claimed that is no more."""
        now = self._clock()
        if not deliveries.is_overdue(self._store.reader, ["sending"], written(now)):
            return False
        most, forget_at = MOST_ATTEMPTS, written(now + KEPT)
        lost = self._store.write(lambda session: deliveries.take_back(session, most, written(now), forget_at))
        _log.warning("attempts were lost with their worker", extra={"told": {"attempts": lost}})
        return lost > 0

    def _forget(self) -> bool:
        """Forget what is long over."""
        now = written(self._clock())
        if not deliveries.is_overdue(self._store.reader, ["delivered", "dead"], now):
            return False
        return self._store.write(lambda session: deliveries.forget(session, now)) > 0

    def _send(self) -> bool:
        """Claim what is due, as far as there are senders for it, and send it."""
        now = self._clock()
        busy = Counter(claimed.webhook_id for claimed in self._under_way)
        free = SENDERS - busy.total()
        due = deliveries.due(self._store.reader, written(now)) if free else []
        if not any(busy[id_] < SENDERS_OF_ONE for id_ in due):
            return False

        def claim(session: Session) -> list[Claimed]:
            found: list[Claimed] = []
            for id_ in due:
                if (limit := min(SENDERS_OF_ONE - busy[id_], free - len(found))) > 0:
                    found += deliveries.claim(session, id_, limit, written(now), written(now + self._lease))
            return found

        found = self._store.write(claim)
        for claimed in found:
            self._under_way[claimed] = _Sent(now, self._begin(claimed, now))
        return bool(found)

    def _begin(self, claimed: Claimed, now: datetime) -> Future[Result]:
        webhook = webhooks.find(self._store.reader, claimed.webhook_id)
        body = body_of(self._store.reader, claimed)
        if webhook is None or body is None:
            lost: Future[Result] = Future()
            lost.set_result(Result(None, "Not sent: the change is not in the feed any more.", final=True))
            return lost
        headers = signature_headers(claimed.message, body, now, webhook.secrets(written(now)))
        sent = self._threads.submit(self._sender.send, webhook.url, body, headers)
        sent.add_done_callback(lambda _: self._ring())
        return sent


def _result_of(sent: _Sent) -> Result:
    failure = sent.result.exception()
    if failure is None:
        return sent.result.result()
    # Its message may quote the URL, and that may hold a secret.
    _log.error("sending failed in a way that nobody thought of", extra={"told": {"error": type(failure).__name__}})
    return Result(None, "Not sent: something went wrong in newsfacts. Its log has more.")


def _judge(session: Session, webhook: str, result: Result, now: datetime) -> None:
    """Keep account of how a webhook does, and turn off one that does not do."""
    if result.error is None:
        webhooks.note_success(session, webhook)
        return
    since = webhooks.note_failure(session, webhook, written(now))
    if result.gone:
        webhooks.turn_off(session, webhook, "The receiver answered 410 Gone: it wants nothing more.", written(now))
    elif since <= written(now - timedelta(days=PATIENCE_DAYS)):
        reason = f"Every attempt since {since} has failed. The last one: {result.error}"
        webhooks.turn_off(session, webhook, reason, written(now))
