"""Aggregates: how many facts by this or that, and who appears with whom."""

from __future__ import annotations

from marshmallow import fields

from schemas.base import GREATEST, Id, Line, ResourceSchema, Term, WholeNumber, Word, described, nested
from schemas.included import IncludedSchema
from schemas.page import TotalRelation
from schemas.vocabulary import Role


class CountBy(Term):
    """What facts can be counted by."""

    KIND = "kind", "event, proposal or statement"
    TYPE = "type", "PLOVER type of events"
    CATEGORY = "category", "category of proposals"
    ACTOR = "actor", "id of each actor that takes part"
    PUBLISHER = "publisher", "publisher of each article that gives evidence"
    COUNTRY = "country", "country of each place and actor, ISO 3166-1 alpha-2"
    DAY = "day", "first day that the fact's date may mean"
    MONTH = "month", "month of that day"
    YEAR = "year", "year of that day"


class CountSchema(ResourceSchema):
    """How many facts have a value."""

    value = Line()
    facts = WholeNumber()


class CountsSchema(ResourceSchema):
    """Facts counted by one property, most frequent first; days, months and years in order of time."""

    by = Word(CountBy)
    items = nested(CountSchema, most=GREATEST)
    total = WholeNumber(metadata=described("Facts that match, each once"))
    total_relation = Word(TotalRelation)


class RoleCountSchema(ResourceSchema):
    """How often an actor appears in a role."""

    role = Word(Role)
    facts = WholeNumber()


class NeighbourSchema(ResourceSchema):
    """An actor that shares facts with another."""

    actor = Id()
    name = Line()
    facts = WholeNumber(metadata=described("Facts in which both take part"))
    roles = nested(RoleCountSchema, metadata=described("This neighbour's roles in those facts"))


class NetworkSchema(ResourceSchema):
    """Who appears with an actor in facts, how often, and in which roles; most frequent first."""

    actor = Id()
    facts = WholeNumber(metadata=described("Facts in which the actor takes part"))
    roles = nested(RoleCountSchema, metadata=described("The actor's own roles"))
    items = nested(NeighbourSchema)
    included = fields.Nested(IncludedSchema, metadata={"optional": True})
