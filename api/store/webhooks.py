"""Webhooks: who wants to be told of changes, of which ones, and up to where they were made deliveries of."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from api.store import tables
from api.store.reading import Reader


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver of changes. Times are RFC 3339; `filters` is a query string of the feed; `seq` a number of it."""

    id: str
    url: str
    description: str | None
    filters: str
    state: str
    reason: str | None
    created_at: str
    updated_at: str
    by: str | None
    secret: str
    previous_secret: str | None
    previous_until: str | None
    seq: int
    failing_since: str | None = None

    def secrets(self, now: str) -> list[str]:
        """List the secrets to sign with: the previous one too, until its end."""
        if self.previous_secret and self.previous_until and now < self.previous_until:
            return [self.secret, self.previous_secret]
        return [self.secret]


def find(reader: Reader, id_: str) -> Webhook | None:
    """Read one webhook."""
    row = reader.first(_one, (), {"id": id_})
    return Webhook(*row) if row else None


def every(reader: Reader) -> list[Webhook]:
    """Read all webhooks, the first one made first."""
    return [Webhook(*row) for row in reader.rows(_every, (), {})]


def behind(reader: Reader) -> list[Webhook]:
    """Read the active webhooks that deliveries of the last changes were not made for yet."""
    return [Webhook(*row) for row in reader.rows(_behind, (), {"state": "active"})]


def count(session: Session) -> int:
    """Count all webhooks."""
    return session.execute(select(func.count()).select_from(tables.webhooks)).scalar_one()


def create(session: Session, webhook: Webhook) -> None:
    """Store a new webhook."""
    session.execute(insert(tables.webhooks), asdict(webhook))


def revise(session: Session, id_: str, **values: Any) -> None:
    """Change some columns of a webhook; when it is not there, nothing."""
    session.execute(update(tables.webhooks).where(tables.webhooks.c.id == id_).values(**values))


def lock(session: Session, id_: str) -> Webhook | None:
    """Read a webhook in order to change it: there is one writer at a time, so it stays as it is until then."""
    row = session.execute(select(*_COLUMNS).where(tables.webhooks.c.id == id_)).first()
    return Webhook(*row) if row else None


def turn_off(session: Session, id_: str, reason: str, now: str) -> None:
    """Turn an active webhook off."""
    webhook = tables.webhooks
    active = update(webhook).where(webhook.c.id == id_, webhook.c.state == "active")
    session.execute(active.values(state="off", reason=reason, updated_at=now))


def note_success(session: Session, id_: str) -> None:
    """Note that the receiver answered well."""
    webhook = tables.webhooks
    failing = update(webhook).where(webhook.c.id == id_, webhook.c.failing_since.is_not(None))
    session.execute(failing.values(failing_since=None))


def note_failure(session: Session, id_: str, now: str) -> str:
    """Note that the receiver failed; tell since when it has done nothing else."""
    webhook = tables.webhooks
    since = func.coalesce(webhook.c.failing_since, now)
    noted = update(webhook).where(webhook.c.id == id_).values(failing_since=since).returning(webhook.c.failing_since)
    return session.execute(noted).scalar() or now


def remove(session: Session, id_: str) -> None:
    """Delete a webhook, its deliveries and their attempts."""
    for table in (tables.attempts, tables.deliveries):
        session.execute(delete(table).where(table.c.webhook_id == id_))
    session.execute(delete(tables.webhooks).where(tables.webhooks.c.id == id_))


_COLUMNS = [tables.webhooks.c[name] for name in Webhook.__slots__]


def _every() -> Select[Any]:
    webhook = tables.webhooks
    return select(*_COLUMNS).order_by(webhook.c.created_at, webhook.c.id)


def _one() -> Select[Any]:
    return select(*_COLUMNS).where(tables.webhooks.c.id == bindparam("id"))


def _behind() -> Select[Any]:
    webhook, last = tables.webhooks, select(tables.store.c.changes).scalar_subquery()
    return select(*_COLUMNS).where(webhook.c.state == bindparam("state"), webhook.c.seq < last)
