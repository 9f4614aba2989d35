"""Formats: what each is called, and who writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api.exports.encoding import Encoder
from api.exports.lines import LineEncoder
from api.exports.linked_data import GraphEncoder
from api.exports.parquet import ParquetEncoder
from api.exports.plover import EventEncoder
from api.exports.resources import Resource
from api.exports.spreadsheets import SpreadsheetEncoder
from api.store.reading import Reader
from schemas.export import ExportFormat

NDJSON, CSV, LINKED_DATA = "application/x-ndjson", "text/csv", "application/ld+json"


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, its media type, how its files end, and how its encoder is made for a resource."""

    name: str
    content_type: str
    suffix: str
    encode: Callable[[Resource, Reader], Encoder]


#: All formats by their names, the first one being what is meant when none is named.
FORMATS: Mapping[str, Format] = {
    each.name: each
    for each in (
        Format(ExportFormat.NDJSON.value, NDJSON, "ndjson", lambda *_: LineEncoder()),
        Format(
            ExportFormat.CSV.value,
            f"{CSV}; charset=utf-8; header=present",
            "csv",
            lambda resource, _: SpreadsheetEncoder(resource.schemas),
        ),
        Format(
            ExportFormat.PARQUET.value,
            "application/vnd.apache.parquet",
            "parquet",
            lambda resource, _: ParquetEncoder(resource.schemas),
        ),
        Format(ExportFormat.JSON_LD.value, LINKED_DATA, "jsonld", lambda resource, _: GraphEncoder(resource.noun)),
        Format(
            ExportFormat.PLOVER.value,
            "text/tab-separated-values; charset=utf-8; header=present",
            "tsv",
            lambda _, reader: EventEncoder(reader),
        ),
    )
}


def formats_of(resource: Resource) -> list[Format]:
    """List the formats that a resource has."""
    return [FORMATS[name] for name in resource.formats]
