"""Events: what is reported to have happened, to be under way, planned, possible or denied."""

from __future__ import annotations

from schemas.base import Word, listed
from schemas.fact import FactInputSchema, FactSchema
from schemas.vocabulary import Context, EventType, Modality, Mode, Quad


class Event:
    """How an event is coded: PLOVER."""

    type = Word(EventType, required=True)
    modes = listed(Word(Mode), most=10)
    contexts = listed(Word(Context), most=40)
    modality = Word(Modality, required=True)


class EventSchema(Event, FactSchema):
    """Something reported to have happened, to be under way, to be planned, possible, or denied."""

    quad = Word(Quad)


class EventInputSchema(Event, FactInputSchema):
    """An event of a fact sheet; its quad follows from its type."""
