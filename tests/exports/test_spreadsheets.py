"""CSV: the same as the documents, cell by cell, and safe to open in a spreadsheet."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import Ingest
from tests.exports.reading import cells, export, lines, text_of, values_of
from tests.ingest.sheets import Sheet, actor, event, sheet_of
from tests.views.conftest import World

DANGEROUS = tuple("=+-@\t\r")


def value_at(document: Any, path: str) -> Any:
    """Find what a column shows: the value at a path, or those of all entries of a list."""
    name, _, rest = path.partition(".")
    found = document.get(name)
    if not rest or found is None:
        return found
    return [value_at(each, rest) for each in found] if isinstance(found, list) else value_at(found, rest)


def written(value: Any) -> str:
    return "" if value is None else str(value)


@pytest.mark.parametrize("resource", ["facts", "events", "proposals", "statements", "articles", "actors"])
def test_every_field_of_every_document_stands_in_a_cell(world: World, resource: str) -> None:
    rows = cells(export(world.client, f"exports/{resource}?format=csv"))
    documents = lines(export(world.client, f"exports/{resource}"))
    assert rows
    shown: set[str] = set()
    for row, document in zip(rows, documents, strict=True):
        for column, cell in row.items():
            value = value_at(document, column)
            if isinstance(value, list):
                assert values_of(cell) == ([written(each) for each in value] or [""]), column
            else:
                assert text_of(cell) == written(value), column
            shown.add(column.partition(".")[0])
        assert set(document) <= shown


def test_rows_end_as_rfc_4180_has_it_and_there_is_a_heading(world: World) -> None:
    exported = export(world.client, "exports/articles?format=csv")
    head, first, *_ = exported.split(b"\r\n")
    assert head.startswith(b"id,version,")
    assert exported.endswith(b"\r\n")
    assert first.count(b'"') % 2 == 0


NASTY = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    '"=1+1"',
    "'=1",
    "''=1",
    " =1",
    "\u00a0=1",
    "\u3000＝1",
    "a;=1+1",
    'a; "=1',
    "a;'-1",
    "'quoted' words",
    "a|b\\c|=d",
    'a "b", c',
    "北京;新聞",
]


@pytest.mark.parametrize("nasty", NASTY)
def test_no_cell_is_a_formula_and_each_can_be_read_back(
    ingest_sheet: Ingest, empty_client: FlaskClient, nasty: str
) -> None:
    about = {"publisher": nasty, "title": nasty, "authors": [nasty, "me"]}
    named = actor("acme", name=nasty, aliases=[nasty, "x"])
    parts = [{"actor": "acme", "role": role, "named_as": nasty} for role in ("actor", "host")]
    told = event("It happened.", title=nasty, actors=parts, places=[{"name": nasty, "lat": -33.5, "lon": 151}])
    ingest_sheet(sheet_of(f"{nasty} It happened.", told, about=about, actors=[named]))
    rows = {
        name: cells(export(empty_client, f"exports/{name}?format=csv"))[0] for name in ("facts", "articles", "actors")
    }
    for row in rows.values():
        for column, cell in row.items():
            if not column.endswith((".lat", ".lon")):
                assert not cell.strip("\"'\u00a0\u3000 ").startswith((*DANGEROUS, "＝")) or cell.startswith("'"), column
                assert not any(part.startswith(DANGEROUS) for part in cell.split(";")), column
    assert text_of(rows["articles"]["title"]) == text_of(rows["facts"]["title"]) == nasty
    assert values_of(rows["articles"]["authors"]) == [nasty, "me"]
    assert values_of(rows["actors"]["aliases"]) == [nasty, "x"]
    assert values_of(rows["facts"]["actors.named_as"]) == [nasty, nasty]
    assert rows["facts"]["places.lat"] == "-33.5"


def test_a_text_of_several_lines_is_one_cell(ingest_sheet: Ingest, empty_client: FlaskClient) -> None:
    text = 'One line, "quoted"\r\nand\nanother\r=and a third'
    sheet: Sheet = sheet_of(text, event(text, note=text))
    ingest_sheet(sheet)
    (row,) = cells(export(empty_client, "exports/events?format=csv"))
    assert row["evidence.exact"] == row["note"] == text
