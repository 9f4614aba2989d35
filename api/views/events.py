"""Events."""

from __future__ import annotations

from api.protocol.operations import Operations
from api.views.facts import add_kind
from schemas.edit import EventPatchSchema
from schemas.event import EventSchema
from schemas.page import EventPageSchema
from schemas.query import EventListQuerySchema, EventQuerySchema

EVENTS = Operations(
    "events",
    __name__,
    description="What is reported to have happened, to be under way, planned, possible or denied.",
)

add_kind(
    EVENTS,
    "event",
    document=EventSchema,
    page=EventPageSchema,
    list_schema=EventListQuerySchema,
    one_schema=EventQuerySchema,
    patch=EventPatchSchema,
)
