"""Exports: in which format, and from where on, whole lists are exported."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, Schema, fields

from schemas.base import Id, InputSchema, Line, ResourceSchema, Term, Word, described
from schemas.parameters import Flag
from schemas.query import (
    ActorListQuerySchema,
    ArticleListQuerySchema,
    ChangeFilterSchema,
    EventListQuerySchema,
    FactListQuerySchema,
    ProposalListQuerySchema,
    StatementListQuerySchema,
)


class ExportFormat(Term):
    """The format of an export."""

    NDJSON = "ndjson", "documents as they are stored, one a line"
    CSV = "csv", "RFC 4180, a row for each resource, safe to open in a spreadsheet"
    PARQUET = "parquet", "typed columns, nested as the documents are"
    JSON_LD = "jsonld", "schema.org, and W3C Web Annotation for the evidence"
    PLOVER = "plover", "events alone: tab-separated, as tools for ICEWS, GDELT and PLOVER read them"


class LinkedDataSchema(ResourceSchema):
    """A resource as JSON-LD, or a graph of many: schema.org, and W3C Web Annotation for the evidence."""

    class Meta:
        unknown = INCLUDE

    context = fields.Raw(
        data_key="@context",
        metadata=described("What the names mean; the same in every answer", type="object", additionalProperties=True),
    )


_FORMAT = Word(ExportFormat, load_default=None, metadata=described("Format; else what Accept asks for, else ndjson"))


def _export_query(name: str, noun: str, base: type[Schema]) -> type[InputSchema]:
    """Make the query of an export: the filters of a list, without what belongs to pages."""
    of_pages = ("limit", "cursor", "count", "fields", "include")
    without = (*getattr(base.Meta, "exclude", ()), *of_pages)
    after = Id(
        load_default=None,
        metadata=described("Go on after this one, of which the row came whole: the same bytes, without the heading"),
    )
    body: dict[str, Any] = {
        "format": _FORMAT,
        "after": after,
        "Meta": type("Meta", (InputSchema.Meta,), {"exclude": without}),
        "__doc__": f"Which {noun} to export, and how.",
        "__module__": __name__,
    }
    return type(name, (base,), body)


FactExportSchema = _export_query("FactExportSchema", "facts", FactListQuerySchema)
EventExportSchema = _export_query("EventExportSchema", "events", EventListQuerySchema)
ProposalExportSchema = _export_query("ProposalExportSchema", "proposals", ProposalListQuerySchema)
StatementExportSchema = _export_query("StatementExportSchema", "statements", StatementListQuerySchema)
ArticleExportSchema = _export_query("ArticleExportSchema", "articles", ArticleListQuerySchema)
ActorExportSchema = _export_query("ActorExportSchema", "actors", ActorListQuerySchema)


class ChangeExportSchema(ChangeFilterSchema):
    """Which changes to export, and how."""

    class Meta(InputSchema.Meta):
        exclude = ChangeFilterSchema.Meta.exclude

    format = _FORMAT
    after = Line(
        longest=130,
        pattern="^(article|actor|event|proposal|statement)/[a-z0-9][a-z0-9-]{0,95}/[1-9][0-9]{0,8}$",
        otherwise="Not a change, such as event/some-id/2: resource, id and version.",
        load_default=None,
        metadata=described("Go on after this change, of which the line came whole: resource/id/version"),
    )
    texts = Flag(load_default=True, metadata=described("Add `source` where an article begins"))
