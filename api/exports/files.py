"""Files of exports: compressed as their names say, and there only when they are whole; parts can be gone on with."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson
import zstandard

from api.exports.formats import Format
from schemas.export import ExportFormat

#: How the names of compressed files end.
_COMPRESSED = (".gz", ".zst")
#: The formats with a heading of one record, and what parts their cells, of which the first is the id.
_HEADED = {ExportFormat.CSV.value: b",", ExportFormat.PLOVER.value: b"\t"}


def plain_suffix(path: Path) -> str:
    """Tell how a file's name ends, the compression aside: 'csv' of facts.csv.gz."""
    plain = path.with_suffix("") if path.suffix in _COMPRESSED else path
    return plain.suffix.removeprefix(".")


@contextmanager
def writing(path: Path, part: Path) -> Iterator[BinaryIO]:
    """Open a file to write; what is written stands in `part` until all is there, and stays there if it fails."""
    with part.open("wb") as file:
        with _compressed(file, path.suffix) as compressing:
            yield compressing
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def salvage(path: Path, part: Path, format_: Format) -> Iterator[tuple[bytes, str | None]]:
    """Read what a part has of whole rows: the bytes and the id of each; of the heading, which comes first, no id.

    The rows of the last id are left out, since there may be more of them.
    """
    with part.open("rb") as file:
        whole, last = b"", None
        for at, record in enumerate(_records(_decompressed(file, path.suffix), format_)):
            id_ = _id_of(record, format_) if at or format_.name not in _HEADED else None
            if id_ is not None and id_ != last and whole:
                yield whole, last
                whole = b""
            whole, last = whole + record, id_ or last


def can_go_on(format_: Format) -> bool:
    """Tell whether a part of a file in this format can be gone on with: a Parquet file's index stands at its end."""
    return format_.name != ExportFormat.PARQUET.value


def _records(lines: Iterable[bytes], format_: Format) -> Iterator[bytes]:
    """Join lines to records: a cell of CSV may have line breaks."""
    record = b""
    for line in lines:
        record += line
        is_open = format_.name == ExportFormat.CSV.value and record.count(b'"') % 2
        if line.endswith(b"\n") and not is_open:
            yield record
            record = b""


def _id_of(record: bytes, format_: Format) -> str | None:
    """Tell the id in a record, as `after` takes it; None of what begins or ends a graph."""
    if format_.name in _HEADED:
        return record.partition(_HEADED[format_.name])[0].decode()
    if format_.name == ExportFormat.JSON_LD.value:
        node = record.lstrip(b",")
        is_node = node.startswith(b'{"@id"')
        return str(orjson.loads(node)["@id"]).rpartition("/")[2] if is_node else None
    row = orjson.loads(record)
    return f"{row['resource']}/{row['id']}/{row['version']}" if "resource" in row else str(row["id"])


def _compressed(file: BinaryIO, suffix: str) -> Any:
    if suffix == ".gz":
        # Neither the name nor the time: the same export is the same file.
        return gzip.GzipFile("", "wb", fileobj=file, mtime=0)
    if suffix == ".zst":
        return zstandard.ZstdCompressor().stream_writer(file, closefd=False)
    return nullcontext(file)


def _decompressed(file: BinaryIO, suffix: str) -> Iterator[bytes]:
    """Read the lines of a file that may end anywhere."""
    source: Any = file
    if suffix == ".gz":
        source = gzip.GzipFile(fileobj=file)
    elif suffix == ".zst":
        source = BufferedReader(cast(RawIOBase, zstandard.ZstdDecompressor().stream_reader(file)))
    try:
        yield from cast(Iterable[bytes], source)
    except (EOFError, zstandard.ZstdError):
        return
