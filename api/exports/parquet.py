"""Parquet: typed columns, nested as the documents are, derived from their schemas; pyarrow writes them.

A row group is written as soon as it is large enough, so that memory does not grow with the number of rows.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from io import RawIOBase
from typing import Any

import orjson
from marshmallow import Schema, fields

from api.exports.columns import stored_fields
from api.exports.encoding import Encoder
from schemas.base import Number, Timestamp, WholeNumber

#: A row group has at least so many bytes in memory, or so many rows.
_GROUP_BYTES, _GROUP_ROWS = 4 * 1024 * 1024, 20_000

Convert = Callable[[Any], Any]


class ParquetMissingError(Exception):
    """pyarrow is not installed."""

    def __init__(self) -> None:
        """Say how to install it."""
        super().__init__("Parquet needs pyarrow: pip install 'newsfacts[parquet]'")


class ParquetEncoder(Encoder):
    """Writes a Parquet file; it is one only when it is whole, since its index stands at its end."""

    def __init__(self, schemas: tuple[type[Schema], ...]) -> None:
        """Take the schemas that documents may have; raises ParquetMissingError."""
        # Its own allocators keep what they have freed. What writes columns takes the one that is named here, as pyarrow
        # is loaded, whatever pyarrow is told later.
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
        try:
            import pyarrow  # type: ignore[import-untyped]  # noqa: PLC0415 (an extra, and slow to load)
            from pyarrow import parquet  # noqa: PLC0415
        except ImportError as error:
            raise ParquetMissingError from error
        self._arrow: Any = pyarrow
        members: dict[str, Any] = {}
        for schema in schemas:
            members = {**stored_fields(schema()), **members}
        self._type = _struct(pyarrow, members)
        self._conversions = {name: convert for name, field in members.items() if (convert := _conversion(field))}
        self._schema = pyarrow.schema(list(self._type))
        self._file = _Outlet()
        self._writer: Any = parquet.ParquetWriter(self._file, self._schema, compression="zstd")
        self._batches: list[Any] = []
        self._bytes = self._rows = 0

    def encode(self, documents: Sequence[bytes]) -> bytes:
        """Take the next documents; give what was written of those before."""
        rows = [_convert_members(self._conversions, orjson.loads(document)) for document in documents]
        batch = self._arrow.RecordBatch.from_struct_array(self._arrow.array(rows, self._type))
        self._batches.append(batch)
        self._bytes += batch.nbytes
        self._rows += len(rows)
        if self._bytes >= _GROUP_BYTES or self._rows >= _GROUP_ROWS:
            self._write_group()
        return self._file.take()

    def end(self) -> bytes:
        """Write what is left, and the index."""
        self._write_group()
        self._writer.close()
        return self._file.take()

    def _write_group(self) -> None:
        if self._batches:
            self._writer.write_table(self._arrow.Table.from_batches(self._batches, self._schema))
        self._batches, self._bytes, self._rows = [], 0, 0


class _Outlet(RawIOBase):
    """A file that only grows, of which what was written is taken away."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        self._size += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._size

    def take(self) -> bytes:
        """Give what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _type_of(arrow: Any, field: Any) -> Any:
    if isinstance(field, fields.Nested):
        return _struct(arrow, field.schema.fields)
    if isinstance(field, fields.List):
        return arrow.list_(_type_of(arrow, field.inner))
    if isinstance(field, WholeNumber):
        return arrow.int64()
    if isinstance(field, Number):
        return arrow.float64()
    if isinstance(field, Timestamp):
        return arrow.timestamp("us", tz="UTC")
    return arrow.date32() if _is_day(field) else arrow.string()


def _struct(arrow: Any, members: Mapping[str, Any]) -> Any:
    return arrow.struct([(name, _type_of(arrow, field)) for name, field in members.items()])


def _conversion(field: Any) -> Convert | None:
    """Say how a value comes to its type; None as it is."""
    if isinstance(field, fields.Nested):
        return _of_struct(field.schema.fields)
    if isinstance(field, fields.List):
        inner = _conversion(field.inner)
        return partial(_of_list, inner) if inner else None
    if isinstance(field, Timestamp):
        return datetime.fromisoformat
    if isinstance(field, Number):
        return float
    return date.fromisoformat if _is_day(field) else None


def _of_struct(members: Mapping[str, Any]) -> Convert | None:
    conversions = {name: convert for name, field in members.items() if (convert := _conversion(field))}
    return partial(_convert_members, conversions) if conversions else None


def _convert_members(conversions: Mapping[str, Convert], entry: Any) -> Any:
    for name, convert in conversions.items():
        if (value := entry.get(name)) is not None:
            entry[name] = convert(value)
    return entry


def _of_list(convert: Convert, values: list[Any]) -> list[Any]:
    return [convert(value) for value in values]


def _is_day(field: Any) -> bool:
    return bool(field.metadata.get("format") == "date")
