"""Resources: what can be exported, and how it is selected by the filters of its list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from marshmallow import Schema

from api.store import changes, filters, tables, wholes
from api.store.changes import Wanted
from api.store.listing import Listing, Place
from api.store.reading import Reader
from api.store.words import SearchQueryError
from schemas.actor import ActorSchema
from schemas.article import ArticleSchema
from schemas.change import ChangeSchema
from schemas.event import EventSchema
from schemas.export import (
    ActorExportSchema,
    ArticleExportSchema,
    ChangeExportSchema,
    EventExportSchema,
    ExportFormat,
    FactExportSchema,
    ProposalExportSchema,
    StatementExportSchema,
)
from schemas.proposal import ProposalSchema
from schemas.statement import StatementSchema

Query = Mapping[str, Any]

#: Formats that need nothing but the documents.
_PLAIN = (ExportFormat.NDJSON.value, ExportFormat.CSV.value, ExportFormat.PARQUET.value, ExportFormat.JSON_LD.value)


class SelectionError(ValueError):
    """The filters of a list cannot be meant so: the parameter that is wrong, and why."""

    def __init__(self, parameter: str, detail: str) -> None:
        """Take the parameter, and what to say of it."""
        super().__init__(detail)
        self.parameter = parameter


class Selection(Protocol):
    """What is exported of a resource."""

    def find(self, reader: Reader, after: str) -> Any | None:
        """Find the place of a row, as its id tells; None when nothing is there."""

    def read(self, reader: Reader, place: Any | None) -> Iterator[list[bytes]]:
        """Read it from after a place, or from the beginning, some at a time."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, in its order."""

    listing: Listing

    def find(self, reader: Reader, after: str) -> Place | None:
        """Find the place of a resource by its id."""
        return wholes.place_of(reader, self.listing, after)

    def read(self, reader: Reader, place: Place | None) -> Iterator[list[bytes]]:
        """Read the documents."""
        return wholes.documents(reader, self.listing, place)


@dataclass(frozen=True, slots=True)
class Archived:
    """The feed of changes, from its first one on."""

    wanted: Wanted
    texts: bool

    def find(self, reader: Reader, after: str) -> int | None:
        """Find the number of a change by `resource/id/version`."""
        noun, id_, version = after.split("/")
        found = changes.version(reader, _TABLES[noun], id_, int(version))
        return found.seq if found else None

    def read(self, reader: Reader, place: int | None) -> Iterator[list[bytes]]:
        """Read the changes, as the feed serves them."""
        return wholes.entries(reader, self.wanted, self.texts, place or 0)


@dataclass(frozen=True, slots=True)
class Resource:
    """What can be exported: its documents, its parameters, what these select, and the formats that it has.

    `noun` is what a document is, 'fact' where its kind tells.
    """

    name: str
    noun: str
    schemas: tuple[type[Schema], ...]
    query: type[Schema]
    select: Callable[[Query], Selection]
    formats: tuple[str, ...] = _PLAIN


def list_of(make: Callable[[Query], Listing], query: Query) -> Listing:
    """Make the list that a query asks for; raises SelectionError."""
    try:
        listing = make(query)
    except SearchQueryError as error:
        raise SelectionError("q", str(error)) from error
    if listing.words and listing.order == "updated_at":
        raise SelectionError("sort", "With q, facts are in order of their date: sort=-date or sort=date.")
    return listing


def _list(make: Callable[[Query], Listing], query: Query) -> Listed:
    return Listed(list_of(make, query))


_TABLES = {
    "article": tables.articles,
    "actor": tables.actors,
    **dict.fromkeys(("event", "proposal", "statement"), tables.facts),
}

#: All resources by their names.
RESOURCES: Mapping[str, Resource] = {
    each.name: each
    for each in (
        Resource(
            "facts",
            "fact",
            (EventSchema, ProposalSchema, StatementSchema),
            FactExportSchema,
            partial(_list, filters.facts),
        ),
        Resource(
            "events",
            "event",
            (EventSchema,),
            EventExportSchema,
            partial(_list, partial(filters.facts, kind="event")),
            (*_PLAIN, ExportFormat.PLOVER.value),
        ),
        Resource(
            "proposals",
            "proposal",
            (ProposalSchema,),
            ProposalExportSchema,
            partial(_list, partial(filters.facts, kind="proposal")),
        ),
        Resource(
            "statements",
            "statement",
            (StatementSchema,),
            StatementExportSchema,
            partial(_list, partial(filters.facts, kind="statement")),
        ),
        Resource("articles", "article", (ArticleSchema,), ArticleExportSchema, partial(_list, filters.articles)),
        Resource("actors", "actor", (ActorSchema,), ActorExportSchema, partial(_list, filters.actors)),
        Resource(
            "changes",
            "change",
            (ChangeSchema,),
            ChangeExportSchema,
            lambda query: Archived(filters.changes(query), query["texts"]),
            (ExportFormat.NDJSON.value,),
        ),
    )
}
