"""Deliveries: what was sent to webhooks, and sending it again."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict

import orjson
from flask import Response
from sqlalchemy.orm import Session

from api.delivery.messages import PING
from api.protocol import cursors
from api.protocol.answers import JSON, answer, page, require
from api.protocol.operations import Operations
from api.protocol.problems import ProblemError, not_found
from api.store import changes, deliveries, webhooks
from api.store.deliveries import Attempt, Delivery
from api.store.documents import etag
from api.store.times import now, written
from api.store.webhooks import Webhook
from api.views import BINDING, current_store
from api.views.reading import Query, binding, next_link
from api.views.webhooks import ONE, change_webhook
from api.views.writing import Written
from schemas.query import NoQuerySchema
from schemas.webhook import DeliveryPageSchema, DeliveryQuerySchema, DeliverySchema

DELIVERIES = Operations("deliveries", __name__, description="What was sent to webhooks, and sending it again.")

_SERVED = DeliverySchema()


@DELIVERIES.operation(
    f"{ONE}/ping",
    "pingWebhook",
    method="POST",
    scope="admin",
    query=NoQuerySchema,
    answers=DeliverySchema,
    statuses=(202,),
    request_headers=("Idempotency-Key",),
    errors=(404, 409),
)
def ping_webhook(_: Query, id: str) -> Response:  # noqa: A002 (the name of the path parameter)
    """Send a webhook a message that tells no change, to see whether it is received."""

    def ping(session: Session, webhook: Webhook) -> Written:
        if webhook.state != "active":
            raise ProblemError("conflict", f"This webhook is {webhook.state}: set its state to active, then ping it.")
        # It stands in the log where it was asked for.
        place = deliveries.message_id(webhook.id, changes.last_number(current_store().reader))
        message = f"{place}_ping_{secrets.token_hex(4)}"
        return _accepted(deliveries.add(session, webhook.id, message, PING, written(now())), [])

    return change_webhook(id, ping)


@DELIVERIES.operation(
    f"{ONE}/deliveries/<word:message>/retry",
    "retryDelivery",
    method="POST",
    scope="admin",
    query=NoQuerySchema,
    answers=DeliverySchema,
    statuses=(202,),
    request_headers=("Idempotency-Key",),
    errors=(404, 409),
)
def retry_delivery(_: Query, id: str, message: str) -> Response:  # noqa: A002
    """Make one more attempt to deliver a dead letter."""

    def retry(session: Session, webhook: Webhook) -> Written:
        found = deliveries.lock(session, webhook.id, message)
        if found is None:
            raise not_found(f"delivery '{message}' of this webhook")
        if found.state != "dead":
            raise ProblemError("conflict", f"This delivery is {found.state}; only a dead letter is sent again.")
        revived = deliveries.revive(session, webhook.id, found, written(now()))
        return _accepted(revived, deliveries.attempts_of(current_store().reader, webhook.id, [message])[message])

    return change_webhook(id, retry)


@DELIVERIES.operation(
    f"{ONE}/deliveries",
    "listDeliveries",
    scope="admin",
    query=DeliveryQuerySchema,
    answers=DeliveryPageSchema,
    headers=("ETag", "Link"),
    errors=(404,),
)
def list_deliveries(query: Query, id: str) -> Response:  # noqa: A002
    """List what was sent to a webhook in the last 30 days, the last changes first, with each attempt."""
    require(JSON)
    store = current_store()
    secret, bound, limit = store.identity()[1], binding(f"webhooks/{id}", query), query["limit"]
    if webhooks.find(store.reader, id) is None:
        raise not_found(f"webhook '{id}'")
    before = cursors.read(secret, bound, query["cursor"])[0] if query["cursor"] else None
    found = deliveries.log(store.reader, id, query.get("state", ()), limit + 1, before)
    shown = found[:limit]
    attempts = deliveries.attempts_of(store.reader, id, [each.message for each in shown])
    following = cursors.write(secret, bound, (shown[-1].message,)) if len(found) > limit else None
    body = page([_render(each, attempts[each.message], secret) for each in shown], following)
    return answer(body, etag(body), headers=next_link(following))


def _accepted(delivery: Delivery, attempts: Sequence[Attempt]) -> Written:
    return Written(202, _render(delivery, attempts, current_store().identity()[1]))


def _render(delivery: Delivery, attempts: Sequence[Attempt], secret: str) -> bytes:
    more = {
        "after": cursors.write(secret, BINDING, (delivery.seq - 1,)) if delivery.seq is not None else None,
        "next_attempt_at": delivery.due_at if delivery.state == "pending" else None,
        "attempts": [asdict(each) for each in attempts],
    }
    return orjson.dumps(_SERVED.dump(asdict(delivery) | more))
