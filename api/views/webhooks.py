"""Webhooks: who is told of changes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any, cast

import orjson
from flask import Response, current_app
from marshmallow import Schema
from sqlalchemy.orm import Session

from api.delivery.hosts import OwnHosts, objection
from api.delivery.signing import ROTATION_HOURS, new_secret
from api.protocol import cursors
from api.protocol.answers import JSON, answer, page, require
from api.protocol.arguments import read_body
from api.protocol.keys import current_caller
from api.protocol.operations import Operations
from api.protocol.preconditions import require_match
from api.protocol.problems import ProblemError, not_found
from api.store import changes, webhooks
from api.store.documents import etag
from api.store.times import now, written
from api.store.webhooks import Webhook
from api.views import BINDING, current_store
from api.views.reading import Query
from api.views.writing import Written, answer_write
from schemas.query import NoQuerySchema
from schemas.webhook import (
    MOST_WEBHOOKS,
    ReplayInputSchema,
    WebhookInputSchema,
    WebhookPageSchema,
    WebhookPatchSchema,
    WebhookSchema,
    WebhookSecretSchema,
    filters_as_query,
    filters_of_query,
)

WEBHOOKS = Operations("webhooks", __name__, description="Receivers that are told of changes.")

#: Where the app's configuration has the hosts of one's own network that webhooks may lead to.
OWN_HOSTS = "OWN_HOSTS"
#: The path of one webhook.
ONE = "/v1/webhooks/<id:id>"

_INPUT, _PATCH, _REPLAY = WebhookInputSchema(), WebhookPatchSchema(), ReplayInputSchema()
_SERVED, _WITH_SECRET = WebhookSchema(), WebhookSecretSchema()


@WEBHOOKS.operation(
    "/v1/webhooks",
    "createWebhook",
    method="POST",
    scope="admin",
    query=NoQuerySchema,
    body=WebhookInputSchema,
    answers=WebhookSecretSchema,
    statuses=(201,),
    headers=("ETag", "Location"),
    request_headers=("Idempotency-Key",),
    errors=(409,),
)
def create_webhook(_: Query) -> Response:
    """Create a webhook: it is told of what changes from now on, signed with a secret that only this answer shows."""
    asked = read_body(_INPUT)
    _check(asked["url"])
    caller = current_caller()

    def create(session: Session) -> Written:
        if webhooks.count(session) >= MOST_WEBHOOKS:
            raise ProblemError(
                "conflict", f"There are {MOST_WEBHOOKS} webhooks, and no more are taken: delete one first."
            )
        moment = written(now())
        webhook = Webhook(
            id=f"wh-{secrets.token_hex(8)}",
            url=asked["url"],
            description=asked["description"],
            filters=filters_as_query(asked["filters"]),
            state="active",
            reason=None,
            created_at=moment,
            updated_at=moment,
            by=caller.name if caller else None,
            secret=new_secret(),
            previous_secret=None,
            previous_until=None,
            seq=changes.last_number(current_store().reader),
        )
        webhooks.create(session, webhook)
        headers = {"ETag": etag(_render(webhook)), "Location": f"/v1/webhooks/{webhook.id}"}
        return Written(201, _render(webhook, _WITH_SECRET), headers)

    return answer_write(create)


@WEBHOOKS.operation(
    "/v1/webhooks",
    "listWebhooks",
    scope="admin",
    query=NoQuerySchema,
    answers=WebhookPageSchema,
    headers=("ETag",),
)
def list_webhooks(_: Query) -> Response:
    """List all webhooks, the first one made first."""
    require(JSON)
    body = page([_render(each) for each in webhooks.every(current_store().reader)], None)
    return answer(body, etag(body))


@WEBHOOKS.operation(
    ONE,
    "getWebhook",
    scope="admin",
    query=NoQuerySchema,
    answers=WebhookSchema,
    headers=("ETag",),
    errors=(404,),
)
def get_webhook(_: Query, id: str) -> Response:  # noqa: A002 (the name of the path parameter)
    """Read a webhook."""
    require(JSON)
    webhook = webhooks.find(current_store().reader, id)
    if webhook is None:
        raise not_found(f"webhook '{id}'")
    body = _render(webhook)
    return answer(body, etag(body))


@WEBHOOKS.operation(
    ONE,
    "updateWebhook",
    method="PATCH",
    scope="admin",
    query=NoQuerySchema,
    body=WebhookPatchSchema,
    answers=WebhookSchema,
    headers=("ETag",),
    request_headers=("If-Match",),
    errors=(404,),
)
def update_webhook(_: Query, id: str) -> Response:  # noqa: A002
    """Change a webhook: where it leads, what it is told, or pause it and make it active again."""
    asked = read_body(_PATCH)
    if "url" in asked:
        _check(asked["url"])
    if "filters" in asked:
        asked["filters"] = filters_as_query(asked["filters"])
    if "state" in asked:
        # What it failed at before is forgotten, or it would be turned off again at once.
        asked |= {"reason": None, "failing_since": None}

    def update(session: Session, webhook: Webhook) -> Written:
        require_match(etag(_render(webhook)))
        return _revise(session, webhook, **asked)

    return change_webhook(id, update)


@WEBHOOKS.operation(
    ONE,
    "deleteWebhook",
    method="DELETE",
    scope="admin",
    query=NoQuerySchema,
    answers=None,
    statuses=(204,),
    request_headers=("If-Match",),
    errors=(404,),
)
def delete_webhook(_: Query, id: str) -> Response:  # noqa: A002
    """Delete a webhook, and the log of what was sent to it."""

    def delete(session: Session, webhook: Webhook) -> Written:
        require_match(etag(_render(webhook)))
        webhooks.remove(session, webhook.id)
        return Written(204)

    return change_webhook(id, delete)


@WEBHOOKS.operation(
    f"{ONE}/rotate",
    "rotateWebhookSecret",
    method="POST",
    scope="admin",
    query=NoQuerySchema,
    answers=WebhookSecretSchema,
    headers=("ETag",),
    request_headers=("Idempotency-Key",),
    errors=(404,),
)
def rotate_webhook_secret(_: Query, id: str) -> Response:  # noqa: A002
    """Replace a webhook's secret by a new one, which only this answer shows; for 24 hours both are signed with."""

    def rotate(session: Session, webhook: Webhook) -> Written:
        until = written(now() + timedelta(hours=ROTATION_HOURS))
        new = {"secret": new_secret(), "previous_secret": webhook.secret, "previous_until": until}
        return _revise(session, webhook, _WITH_SECRET, **new)

    return change_webhook(id, rotate)


@WEBHOOKS.operation(
    f"{ONE}/replay",
    "replayWebhook",
    method="POST",
    scope="admin",
    query=NoQuerySchema,
    body=ReplayInputSchema,
    answers=WebhookSchema,
    headers=("ETag",),
    request_headers=("Idempotency-Key",),
    errors=(404,),
)
def replay_webhook(_: Query, id: str) -> Response:  # noqa: A002
    """Tell a webhook again what came after some place of the feed: the same messages, with attempts anew."""
    cursor = read_body(_REPLAY)["after"]
    place = 0 if cursor is None else _read_place(cursor)

    def replay(session: Session, webhook: Webhook) -> Written:
        webhooks.revise(session, webhook.id, seq=min(place, webhook.seq))
        return Written(200, _render(webhook), {"ETag": etag(_render(webhook))})

    return change_webhook(id, replay)


def change_webhook(id_: str, change: Callable[[Session, Webhook], Written]) -> Response:
    """Answer a call that changes a webhook, in one transaction. Raises ProblemError with 404."""

    def work(session: Session) -> Written:
        webhook = webhooks.lock(session, id_)
        if webhook is None:
            raise not_found(f"webhook '{id_}'")
        return change(session, webhook)

    return answer_write(work)


def _revise(session: Session, webhook: Webhook, shown: Schema = _SERVED, **values: Any) -> Written:
    revised = replace(webhook, **values)
    if revised != webhook:
        revised = replace(revised, updated_at=written(now()))
        webhooks.revise(session, webhook.id, **values, updated_at=revised.updated_at)
    return Written(200, _render(revised, shown), {"ETag": etag(_render(revised))})


def _check(url: str) -> None:
    """See that a URL leads where webhooks may lead; each sending sees to it again. Raises ProblemError with 422."""
    found = objection(url, cast(OwnHosts, current_app.config[OWN_HOSTS]))
    if found:
        raise ProblemError("invalid-request", "The body does not fit in 1 place.", pointers=[("/url", found)])


def _read_place(cursor: str) -> int:
    """Read a cursor of the feed that stands in the body. Raises ProblemError with 422."""
    try:
        return int(cursors.read(current_store().identity()[1], BINDING, cursor)[0])
    except ProblemError as error:
        detail = "This is no cursor of /v1/changes of this server."
        raise ProblemError("invalid-request", "The cursor does not fit.", pointers=[("/after", detail)]) from error


def _render(webhook: Webhook, shown: Schema = _SERVED) -> bytes:
    more = {"filters": filters_of_query(webhook.filters), "previous_secret_until": webhook.previous_until}
    return orjson.dumps(shown.dump(asdict(webhook) | more))
