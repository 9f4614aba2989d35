"""Exports, read back as whoever gets them reads them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import orjson
from flask.testing import FlaskClient

Row = dict[str, str]

#: What README says of cells that are safe: which apostrophes were put there.
PUT = re.compile(r"""(^|;)'(?=["'\s]*[=+\-@\t\r＝＋－＠])""")


def export(client: FlaskClient, path: str, **headers: Any) -> bytes:
    """Export over HTTP: a path below /v1/."""
    response = client.get(f"/v1/{path}", headers=headers)
    assert response.status_code == 200, response.text
    return response.data


def lines(exported: bytes) -> list[Any]:
    return [orjson.loads(line) for line in exported.splitlines()]


def cells(exported: bytes) -> list[Row]:
    """Read CSV by the rules of RFC 4180."""
    return list(csv.DictReader(StringIO(exported.decode(), newline=""), strict=True))


def tabbed(exported: bytes) -> list[Row]:
    head, *rows = [line.split("\t") for line in exported.decode().removesuffix("\n").split("\n")]
    return [dict(zip(head, row, strict=True)) for row in rows]


def text_of(cell: str) -> str:
    """Take away what made a cell safe."""
    return PUT.sub(r"\1", cell)


def values_of(cell: str) -> list[str]:
    """Part the values of a cell that has several; an empty one has none, or one that is empty."""
    parts = re.findall(r"((?:\\.|[^|\\])*)(?:\||$)", text_of(cell), re.DOTALL)[
        : 1 + len(re.findall(r"(?<!\\)\|", cell))
    ]
    return [re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL) for part in parts]


def cut_points(exported: bytes, format_: str) -> Iterator[tuple[bytes, str]]:
    """Cut an export after some of its rows: what came, whole rows alone, and what to go on after."""
    rows = exported.splitlines(keepends=True)
    if format_ == "csv":
        rows = [row + b"\r\n" for row in exported.split(b"\r\n")[:-1]]
    ids = [_id_in(row, format_) for row in rows]
    for at in sorted({1, 2, 3, len(rows) // 3, len(rows) // 2, len(rows) - 2, len(rows) - 1}):
        last, following = ids[at], [*ids, None][at + 1]
        if at < len(rows) and last and last != following:
            yield b"".join(rows[: at + 1]), last


def _id_in(row: bytes, format_: str) -> str | None:
    if format_ in ("csv", "plover"):
        return row.replace(b",", b"\t").partition(b"\t")[0].decode()
    try:
        document = orjson.loads(row.lstrip(b","))
    except orjson.JSONDecodeError:
        return None  # where a graph begins and ends
    if "version" in document and "document" in document:
        return f"{document['resource']}/{document['id']}/{document['version']}"
    return str(document.get("id") or document["@id"].rpartition("/")[2])
