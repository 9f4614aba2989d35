"""Parquet, read back by pyarrow."""

from __future__ import annotations

import sys
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest

from api.exports import parquet as writing
from tests.exports.reading import export, lines
from tests.protocol.apps import client_with
from tests.views.conftest import World

parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed: pip install newsfacts[parquet]")


def plain(value: Any) -> Any:
    """Write what was read as JSON has it; nothing is said of what is null, for documents differ in that."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("resource", ["facts", "events", "proposals", "statements", "articles", "actors"])
def test_every_document_is_a_row_and_the_same(world: World, resource: str) -> None:
    table = parquet.read_table(BytesIO(export(world.client, f"exports/{resource}?format=parquet")))
    documents = lines(export(world.client, f"exports/{resource}"))
    assert documents
    rows = table.to_pylist()
    if resource == "facts":  # lists that a kind lacks are null
        assert {row["kind"] for row in rows} == {"event", "proposal", "statement"}
    assert [plain(row) for row in rows] == [plain(document) for document in documents]


def test_columns_have_types_and_are_nested_as_documents_are(world: World) -> None:
    schema = parquet.read_schema(BytesIO(export(world.client, "exports/facts?format=parquet")))
    assert str(schema.field("created_at").type) == "timestamp[us, tz=UTC]"
    assert str(schema.field("date").type.field("earliest").type) == "date32[day]"
    assert str(schema.field("version").type) == "int64"
    assert str(schema.field("quantities").type.value_type.field("value").type) == "double"
    assert [each.name for each in schema.field("actors").type.value_type] == ["actor", "role", "named_as"]


def test_row_groups_are_written_as_they_fill(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_GROUP_ROWS", 100)
    response = world.client.get("/v1/exports/facts?format=parquet", buffered=False)
    chunks = list(response.response)
    assert len([chunk for chunk in chunks if len(chunk) > 100]) > 1
    file = parquet.ParquetFile(BytesIO(b"".join(chunks)))
    assert file.num_row_groups > 1
    assert file.metadata.num_rows == len(lines(export(world.client, "exports/facts")))


def test_a_list_without_members_is_a_file_without_rows(world: World) -> None:
    assert parquet.read_table(BytesIO(export(world.client, "exports/facts?format=parquet&actor=nobody"))).num_rows == 0


def test_without_pyarrow_it_is_said_what_to_install(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    client = client_with(world.store, exports=1)
    for _ in range(2):  # nothing is held by the first
        refused = client.get("/v1/exports/facts?format=parquet")
        assert refused.status_code == 406
        assert "pip install 'newsfacts[parquet]'" in refused.json["detail"]
