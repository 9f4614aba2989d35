"""CSV (RFC 4180): UTF-8, CRLF, a header, and cells that are safe to open in a spreadsheet.

A spreadsheet takes what begins with = + - @, a tab or a carriage return for a formula, and news come from strangers. So
a text that begins so, blanks and quotes before it aside, gets an apostrophe in front; and so does what follows a
semicolon, where some spreadsheets begin a cell. Whoever takes these apostrophes away again has the text as it was.
Columns of numbers hold nothing else, and are left alone.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from io import StringIO
from typing import Any

import orjson
from marshmallow import Schema

from api.exports.columns import Column, as_text, columns, joined
from api.exports.encoding import Encoder

#: Full-width forms too, which some spreadsheets take for the others.
_FORMULA = re.compile(r"""(^|;)(?=["'\s]*[=+\-@\t\r＝＋－＠])""")


class SpreadsheetEncoder(Encoder):
    """Writes a row for each document; several values stand in one cell, see `columns.joined`."""

    def __init__(self, schemas: tuple[type[Schema], ...]) -> None:
        """Take the schemas that documents may have."""
        self._columns = columns(schemas)

    def begin(self) -> bytes:
        """Give the header."""
        return write_rows([[column.name for column in self._columns]])

    def encode(self, documents: Sequence[bytes]) -> bytes:
        """Write the next documents."""
        return write_rows([self._row(orjson.loads(document)) for document in documents])

    def _row(self, document: Any) -> list[str]:
        return [_cell(column, column.get(document)) for column in self._columns]


def write_rows(rows: Sequence[Sequence[str]]) -> bytes:
    """Write rows of cells, which must be safe already."""
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue().encode()


def defused(text: str) -> str:
    """Make a text safe to stand in a cell."""
    # Most texts begin with a letter, and are passed without a search.
    return _FORMULA.sub(r"\1'", text) if text and (not text[0].isalnum() or ";" in text) else text


def _cell(column: Column, value: Any) -> str:
    if not value and value != 0:
        return ""
    text = joined([as_text(each) for each in value]) if column.is_list else as_text(value)
    return text if column.is_number else defused(text)
