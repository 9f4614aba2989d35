"""Actors: the persons, countries, organisations and groups that facts name."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from schemas.base import (
    Id,
    InputSchema,
    Line,
    ResourceSchema,
    StoredSchema,
    Word,
    described,
    listed,
    nested,
    optional,
)
from schemas.included import IncludedSchema
from schemas.parts import country_code
from schemas.vocabulary import ActorKind, Sector


def wikidata_id(**kwargs: Any) -> Line:
    """Make the field of a Wikidata item."""
    wrong = "Not a Wikidata item, such as Q159."
    return Line(longest=13, pattern=r"^Q[1-9][0-9]{0,11}$", otherwise=wrong, **kwargs)


class Position:
    """An office that a person holds or held."""

    title = Line(required=True)
    organization = optional(Line(metadata=described("Name of the body in which it is held")))
    start = optional(Line(longest=100, metadata=described("EDTF (ISO 8601-2)")))
    end = optional(Line(longest=100, metadata=described("EDTF (ISO 8601-2); null while held or unknown")))


class PositionSchema(Position, ResourceSchema):
    """An office that a person holds or held."""


class PositionInputSchema(Position, InputSchema):
    """An office that a person holds or held, as sent."""


class Actor:
    """What is known of an actor."""

    name = Line(required=True)
    kind = Word(ActorKind, required=True)
    aliases = listed(Line(), metadata=described("Other names, such as 'Moscow' for the Russian government"))
    country_code = country_code()
    sector_code = optional(Word(Sector))
    member_of = listed(Id(), metadata=described("Ids of organisations"))
    wikidata_id = optional(wikidata_id(metadata=described("Wikidata item, such as Q159")))


class ActorSchema(Actor, StoredSchema):
    """A person, country, organisation or group that facts name."""

    positions = nested(PositionSchema)
    merged_into = optional(Id(metadata=described("The actor that took over")))
    included = fields.Nested(IncludedSchema, metadata={"optional": True})


class ActorInputSchema(Actor, InputSchema):
    """An actor, as sent."""

    id = optional(Id(metadata=described("Derived from kind and name when absent")))
    positions = nested(PositionInputSchema)
