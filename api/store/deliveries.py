"""Deliveries: what is sent to webhooks, when, and what became of each attempt.

A delivery is `pending` until it is due, `sending` while an attempt is under way, and ends as `delivered` or `dead`. An
attempt is claimed with a lease: whoever claimed it may record what became of it only while nobody else has claimed it
since, and once the lease has run out the delivery is taken up again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, literal, select, tuple_, update
from sqlalchemy.orm import Session

from api.store import tables
from api.store.changes import Change
from api.store.documents import in_parameters, in_size, in_values
from api.store.engine import upsert
from api.store.logs import last_of_states
from api.store.reading import Reader
from api.store.webhooks import Webhook

#: How many deliveries that are finished long since are forgotten at once.
_FORGOTTEN = 500
_LOST = "The worker that made this attempt ended before it knew what became of it."


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that an attempt is under way of, the attempt's number from 1, and until when it is waited for."""

    webhook_id: str
    message: str
    seq: int | None
    type: str
    attempts: int
    due_at: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as its log tells it. `due_at` is when the next attempt is due, if there is to be one."""

    message: str
    seq: int | None
    type: str
    state: str
    created_at: str
    due_at: str
    finished_at: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: what the receiver answered and what was wrong with that; nothing was when `error` is None."""

    number: int
    at: str
    status: int | None
    error: str | None
    milliseconds: int


def message_id(webhook: str, seq: int) -> str:
    """Name the message that tells a webhook of a change: always the same, and in the order of the feed as text."""
    return f"msg_{webhook}_{seq:012d}"


def make(session: Session, webhook: Webhook, upto: int, wanted: Iterable[Change], now: str) -> bool:
    """Make deliveries of the changes that a webhook wants, and move it on to where these were looked for.

    Whoever else moved or changed it meanwhile has made them, or has other wishes: then nothing is done, and False told.
    """
    table = tables.webhooks
    same = (table.c.id == webhook.id, table.c.seq == webhook.seq, table.c.filters == webhook.filters)
    moved = update(table).where(*same, table.c.state == "active").values(seq=upto).returning(table.c.id)
    if session.execute(moved).first() is None:
        return False
    rows = [_new(webhook.id, message_id(webhook.id, each.seq), each.seq, _type(each), now) for each in wanted]
    if rows:
        # After a replay the same messages are sent again, with attempts anew.
        tried, messages = tables.attempts, [row["message"] for row in rows]
        session.execute(delete(tried).where(tried.c.webhook_id == webhook.id, tried.c.message.in_(messages)))
        upsert(session, tables.deliveries, rows)
    return True


def add(session: Session, webhook: str, message: str, type_: str, now: str) -> Delivery:
    """Add a delivery that tells no change."""
    row = _new(webhook, message, None, type_, now)
    session.execute(insert(tables.deliveries), row)
    return Delivery(**{name: row[name] for name in Delivery.__slots__})


def waiting(reader: Reader, webhook: str) -> int:
    """Count the deliveries of a webhook that are not finished."""
    row = reader.first(_waiting, (), {"id": webhook})
    return int(row[0]) if row else 0


def due(reader: Reader, now: str) -> list[str]:
    """List the active webhooks that something is to be sent to."""
    return [row[0] for row in reader.rows(_due, (), {"active": "active", "pending": "pending", "now": now})]


def claim(session: Session, webhook: str, limit: int, now: str, until: str) -> list[Claimed]:
    """Claim some deliveries that are due, for one attempt each that is waited for until some time."""
    table = tables.deliveries
    mine = (table.c.webhook_id == webhook, table.c.state == "pending")
    first = select(table.c.message).where(*mine, table.c.due_at <= now).order_by(table.c.due_at, table.c.message)
    claimed = update(table).where(*mine, table.c.message.in_(first.limit(limit)))
    claimed = claimed.values(state="sending", attempts=table.c.attempts + 1, due_at=until)
    rows = session.execute(claimed.returning(*(table.c[name] for name in Claimed.__slots__)))
    return sorted((Claimed(*row) for row in rows), key=lambda each: each.message)


def finish(
    session: Session, claimed: Claimed, attempt: Attempt, state: str, due_at: str, finished_at: str | None = None
) -> bool:
    """Record what became of an attempt, unless it was taken for dead meanwhile; tell whether it was recorded."""
    table = tables.deliveries
    fence = (
        table.c.webhook_id == claimed.webhook_id,
        table.c.message == claimed.message,
        table.c.state == "sending",
        table.c.attempts == claimed.attempts,
        table.c.due_at == claimed.due_at,
    )
    done = update(table).where(*fence).values(state=state, due_at=due_at, finished_at=finished_at)
    if session.execute(done.returning(table.c.message)).first() is None:
        return False
    session.execute(insert(tables.attempts), _attempt(claimed.webhook_id, claimed.message, attempt))
    return True


def is_overdue(reader: Reader, states: Sequence[str], now: str) -> bool:
    """Tell whether there are deliveries in some of these states for which the time has come."""
    return any(reader.first(_overdue, (), {"state": state, "now": now}) for state in states)


def take_back(session: Session, most: int, now: str, forget_at: str) -> int:
    """Take back the deliveries whose attempt nobody finished in time: due now, or dead after `most` attempts."""
    table = tables.deliveries
    lost = (table.c.state == "sending", table.c.due_at <= now)
    rows: list[tuple[Any, ...]] = []
    for ended, values in (
        (table.c.attempts >= most, {"state": "dead", "due_at": forget_at, "finished_at": now}),
        (table.c.attempts < most, {"state": "pending", "due_at": now}),
    ):
        found = update(table).where(*lost, ended).values(**values)
        found = found.returning(table.c.webhook_id, table.c.message, table.c.attempts)
        rows += [tuple(row) for row in session.execute(found)]
    told = [_attempt(row[0], row[1], Attempt(row[2], now, None, _LOST, 0)) for row in rows]
    if told:
        session.execute(insert(tables.attempts), told)
    return len(told)


def forget(session: Session, now: str) -> int:
    """Delete some of the deliveries that finished long enough ago; tell how many."""
    table = tables.deliveries
    over = select(table.c.webhook_id, table.c.message).where(table.c.state.in_(("delivered", "dead")))
    rows = session.execute(over.where(table.c.due_at <= now).limit(_FORGOTTEN)).all()
    keys = [tuple(row) for row in rows]
    for each in (tables.attempts, tables.deliveries) if keys else ():
        session.execute(delete(each).where(tuple_(each.c.webhook_id, each.c.message).in_(keys)))
    return len(keys)


def lock(session: Session, webhook: str, message: str) -> Delivery | None:
    """Read a delivery in order to change it: there is one writer at a time, so it stays as it is until then."""
    table = tables.deliveries
    row = session.execute(_told().where(table.c.webhook_id == webhook, table.c.message == message)).first()
    return Delivery(*row) if row else None


def revive(session: Session, webhook: str, delivery: Delivery, now: str) -> Delivery:
    """Make a dead letter due once more."""
    table = tables.deliveries
    this = update(table).where(table.c.webhook_id == webhook, table.c.message == delivery.message)
    session.execute(this.values(state="pending", due_at=now, finished_at=None))
    return replace(delivery, state="pending", due_at=now, finished_at=None)


def log(reader: Reader, webhook: str, states: Sequence[str], limit: int, before: str | None) -> list[Delivery]:
    """Read the deliveries of a webhook, those of the last changes first; those in some states if any are given."""
    wanted = sorted(set(states))
    values = {"webhook": webhook, "limit": limit, **({"before": before} if before else {})}
    shape = (len(wanted), before is not None)
    return [Delivery(*row) for row in reader.rows(_log, shape, values | in_values("state", wanted, len(wanted)))]


def attempts_of(reader: Reader, webhook: str, messages: Sequence[str]) -> dict[str, list[Attempt]]:
    """Read the attempts of some deliveries, in order, by message."""
    found: dict[str, list[Attempt]] = {message: [] for message in messages}
    if messages:
        size = in_size(len(messages))
        values = {"webhook": webhook, **in_values("message", messages, size)}
        for message, *row in reader.rows(_attempts, (size,), values):
            found[message].append(Attempt(*row))
    return found


def _type(change: Change) -> str:
    return f"{change.noun}.{change.action}"


def _new(webhook: str, message: str, seq: int | None, type_: str, now: str) -> dict[str, Any]:
    return {
        "webhook_id": webhook,
        "message": message,
        "seq": seq,
        "type": type_,
        "state": "pending",
        "attempts": 0,
        "created_at": now,
        "due_at": now,
        "finished_at": None,
    }


def _attempt(webhook: str, message: str, attempt: Attempt) -> dict[str, Any]:
    return {"webhook_id": webhook, "message": message, **asdict(attempt)}


def _waiting() -> Select[Any]:
    table = tables.deliveries
    unfinished = table.c.state.in_([literal("pending"), literal("sending")])
    return select(func.count()).where(table.c.webhook_id == bindparam("id"), unfinished)


def _due() -> Select[Any]:
    webhook, table = tables.webhooks, tables.deliveries
    first = select(table.c.message).where(
        table.c.state == bindparam("pending"), table.c.webhook_id == webhook.c.id, table.c.due_at <= bindparam("now")
    )
    return select(webhook.c.id).where(webhook.c.state == bindparam("active"), first.exists()).order_by(webhook.c.id)


def _overdue() -> Select[Any]:
    table = tables.deliveries
    return (
        select(table.c.message).where(table.c.state == bindparam("state"), table.c.due_at <= bindparam("now")).limit(1)
    )


def _log(states: int, going_on: bool) -> Select[Any]:
    table = tables.deliveries
    statement = _told().where(table.c.webhook_id == bindparam("webhook"))
    if going_on:
        statement = statement.where(table.c.message < bindparam("before"))
    return last_of_states(statement, table.c.state, table.c.message, states)


def _told() -> Select[Any]:
    return select(*(tables.deliveries.c[name] for name in Delivery.__slots__))


def _attempts(size: int) -> Select[Any]:
    table = tables.attempts
    statement = select(table.c.message, *(table.c[name] for name in Attempt.__slots__))
    return statement.where(
        table.c.webhook_id == bindparam("webhook"), table.c.message.in_(in_parameters("message", size))
    ).order_by(table.c.message, table.c.number)
