"""Webhooks: who is told of changes, and the log of what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

from marshmallow import ValidationError, fields

from schemas.base import (
    CURSOR_LENGTH,
    LINE_LENGTH,
    LINE_PATTERN,
    Id,
    InputSchema,
    Line,
    ResourceSchema,
    Term,
    Text,
    Timestamp,
    WholeNumber,
    Word,
    described,
    nested,
    optional,
)
from schemas.errors import nearest
from schemas.parameters import Numeral, repeated
from schemas.query import MOST_ITEMS, ChangeFilterSchema

#: Any more are a mistake, or a broadcast, for which there is the feed.
MOST_WEBHOOKS = 100
URL_LENGTH = 2_000
#: Absolute, in ASCII as RFC 3986 has it, with a plain host and without a user: what every parser reads alike.
URL_PATTERN = r"^https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?][!$-;=?-Z_a-z~]*)?$"

_FILTERS = ChangeFilterSchema()


class WebhookState(Term):
    """Whether a webhook is told of changes."""

    ACTIVE = "active", "it is told"
    PAUSED = "paused", "somebody paused it: changes wait for it"
    OFF = "off", "turned off because its receiver failed; `reason` says how, and changes wait for it"


class WebhookSwitch(Term):
    """What a webhook can be set to."""

    ACTIVE = "active", "it is told of changes, of those too that waited"
    PAUSED = "paused", "changes wait until it is active again"


class DeliveryState(Term):
    """How far a delivery has come."""

    PENDING = "pending", "the next attempt is waited for"
    SENDING = "sending", "an attempt is under way"
    DELIVERED = "delivered", "the receiver answered with a status from 200 to 299"
    DEAD = "dead", "given up: a dead letter, which can be sent again"


class Filters(fields.Dict):
    """The filters of the feed by name, each with a list of its values, written as in a query string."""

    def __init__(self, **kwargs: Any) -> None:
        """Take what any field takes."""
        super().__init__(
            keys=fields.String(),
            # Bounds are published only: a value that does not fit is told by the filter that it is of.
            values=fields.List(
                fields.String(metadata={"maxLength": LINE_LENGTH, "pattern": LINE_PATTERN}), metadata={"maxItems": 50}
            ),
            metadata=described("Filters of /v1/changes by name, each with a list of its values as text; {} takes all"),
            **kwargs,
        )

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValidationError("Not an object.")
        values: Any = self.value_field
        given: dict[str, list[str]] = {}
        wrong: dict[str, Any] = {}
        for name, each in value.items():
            try:
                given[name] = values.deserialize(each)
            except ValidationError as error:
                # marshmallow's own would tell a place that is not in the document: /filters/kind/value.
                wrong[name] = error.messages
        _read(given, wrong)
        return {name: each for name, each in given.items() if each}


def read_filters(query: str) -> dict[str, Any]:
    """Read filters from their query string, as /v1/changes does; raises ValidationError."""
    return _read(parse_qs(query, keep_blank_values=True), {})


def filters_as_query(filters: Mapping[str, list[str]]) -> str:
    """Write filters as a query string."""
    return urlencode(sorted(filters.items()), doseq=True)


def filters_of_query(query: str) -> dict[str, list[str]]:
    """Give the filters of a query string by name, each with a list of its values."""
    return parse_qs(query, keep_blank_values=True)


def _read(given: Mapping[str, list[str]], wrong: dict[str, Any]) -> dict[str, Any]:
    """Read filters by the schema of the feed; raises ValidationError with what is wrong, the rest of it included."""
    values: dict[str, Any] = {}
    for name, each in given.items():
        field = _FILTERS.fields.get(name)
        if field is None:
            wrong[name] = [f"Unknown filter.{nearest(name, list(_FILTERS.fields))}"]
        elif isinstance(field, fields.List):
            values[name] = each
        elif len(each) > 1:
            wrong[name] = ["Has one value at the most."]
        elif each:
            values[name] = each[0]
    try:
        loaded: dict[str, Any] = _FILTERS.load(values)
    except ValidationError as error:
        raise ValidationError({**wrong, **error.messages_dict}) from error
    if wrong:
        raise ValidationError(wrong)
    return loaded


def _url(**kwargs: Any) -> Line:
    return Line(
        longest=URL_LENGTH,
        pattern=URL_PATTERN,
        otherwise="Not an absolute URL of http or https, in ASCII and without a user.",
        metadata=described("Where to POST: http or https, a host on the public internet", format="uri"),
        **kwargs,
    )


def _description(**kwargs: Any) -> Text:
    return Text(longest=500, metadata=described("For people: what it is for"), **kwargs)


class WebhookInputSchema(InputSchema):
    """A webhook to be made."""

    url = _url(required=True)
    description = optional(_description())
    filters = Filters(load_default=dict)


class WebhookPatchSchema(InputSchema):
    """What is to be different about a webhook; what is left out stays as it is."""

    url = _url()
    description = _description(allow_none=True)
    filters = Filters()
    state = Word(WebhookSwitch)


class WebhookSchema(ResourceSchema):
    """A receiver of changes."""

    id = Id()
    url = _url()
    description = optional(_description())
    filters = Filters()
    state = Word(WebhookState)
    reason = optional(Text(metadata=described("Why it is off")))
    created_at = Timestamp()
    updated_at = Timestamp()
    by = optional(Line(metadata=described("Name of the key that made it")))
    previous_secret_until = optional(
        Timestamp(metadata=described("After a rotation: until when the previous secret is signed with as well"))
    )


class WebhookSecretSchema(WebhookSchema):
    """A webhook with its secret, which is shown here and never again."""

    secret = Line(metadata=described("What signatures are made with, as Standard Webhooks writes it: whsec_..."))


class WebhookPageSchema(ResourceSchema):
    """All webhooks, the first one made first."""

    items = nested(WebhookSchema, most=MOST_WEBHOOKS)
    next_cursor = optional(Line(longest=CURSOR_LENGTH, metadata=described("Always null: there is one page")))


class ReplayInputSchema(InputSchema):
    """From where on a webhook is told again."""

    after = Line(
        longest=400,
        required=True,
        allow_none=True,
        metadata=described(
            "A `next_cursor` of /v1/changes: what came after it is sent again; null: all there ever was"
        ),
    )


class AttemptSchema(ResourceSchema):
    """One attempt to deliver a message."""

    number = WholeNumber(low=1, metadata=described("From 1"))
    at = Timestamp()
    status = optional(
        WholeNumber(
            low=100, high=999, metadata=described("The HTTP status that the receiver answered; null without answer")
        )
    )
    error = optional(Text(metadata=described("What went wrong; null when it was delivered")))
    milliseconds = WholeNumber(metadata=described("How long it took"))


class DeliverySchema(ResourceSchema):
    """A message to a webhook, and what became of each attempt to deliver it."""

    message = Line(metadata=described("The `webhook-id` of the message, the same at every attempt"))
    type = Line(metadata=described("Such as event.created; or ping"))
    state = Word(DeliveryState)
    after = optional(
        Line(
            metadata=described("To send this and all that came after it once more: `after` of a replay; null of a ping")
        )
    )
    created_at = Timestamp()
    next_attempt_at = optional(Timestamp(metadata=described("When the next attempt is due, if there is to be one")))
    finished_at = optional(Timestamp())
    attempts = nested(AttemptSchema)


class DeliveryPageSchema(ResourceSchema):
    """A page of the log of deliveries, those of the last changes first."""

    items = nested(DeliverySchema)
    next_cursor = optional(
        Line(longest=CURSOR_LENGTH, metadata=described("Ask again with cursor= this; null at the end of the list"))
    )


class DeliveryQuerySchema(InputSchema):
    """Which deliveries."""

    state = repeated(Word(DeliveryState), "How far the delivery has come")
    limit = Numeral(low=1, high=MOST_ITEMS, load_default=50, metadata=described("Most items of a page"))
    cursor = Line(
        longest=400,
        load_default=None,
        metadata=described("`next_cursor` of the page before, of the same query"),
    )
