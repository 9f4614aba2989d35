"""What is stored is what is served: the document as its schema dumps it, and the hash of its bytes."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from marshmallow import Schema

from api.store import documents, tables
from api.store.documents import etag, fetch, find, find_text, render
from api.store.opening import Store
from schemas.actor import ActorSchema
from schemas.article import ArticleSchema
from schemas.event import EventSchema
from schemas.proposal import ProposalSchema
from schemas.statement import StatementSchema
from tests.store.contents import rows

SCHEMAS: dict[str, type[Schema]] = {
    "actor": ActorSchema,
    "article": ArticleSchema,
    "event": EventSchema,
    "proposal": ProposalSchema,
    "statement": StatementSchema,
}


def stored(store: Store) -> list[tuple[str, str, bytes, str]]:
    """List every document as (kind, id, bytes, ETag)."""
    found = [("actor", *row) for row in rows(store, "actors", "id", "document", "etag")]
    found += [("article", *row) for row in rows(store, "articles", "id", "document", "etag")]
    found += rows(store, "facts", "kind", "id", "document", "etag")
    return [(kind, id_, bytes(document), tag) for kind, id_, document, tag in found]


def test_the_seeds_have_documents_of_every_kind(seeded_store: Store) -> None:
    assert {kind for kind, *_ in stored(seeded_store)} == set(SCHEMAS)


def test_every_stored_document_is_what_its_schema_dumps(seeded_store: Store) -> None:
    for kind, id_, document, _ in stored(seeded_store):
        schema = SCHEMAS[kind]()
        loaded = schema.load(orjson.loads(document))
        assert orjson.dumps(schema.dump(loaded)) == document, id_
        assert render(kind, orjson.loads(document))[0] == document, id_


def test_every_stored_document_has_every_field_of_its_schema_in_its_order(seeded_store: Store) -> None:
    for kind, id_, document, _ in stored(seeded_store):
        names = [name for name, field in SCHEMAS[kind]().fields.items() if field.required]
        assert list(orjson.loads(document)) == names, id_


def test_every_stored_etag_is_the_hash_of_the_bytes(seeded_store: Store) -> None:
    for _, id_, document, tag in stored(seeded_store):
        assert tag == f'"{urlsafe_b64encode(sha256(document).digest()[:15]).decode()}"' == etag(document), id_


def test_what_is_served_is_what_is_stored(seeded_store: Store, client: FlaskClient) -> None:
    for kind, id_, document, tag in stored(seeded_store):
        answer = client.get(f"/v1/{kind}s/{id_}")
        assert (answer.data, answer.headers["ETag"]) == (document, tag), id_


def test_columns_say_what_the_document_says(seeded_store: Store) -> None:
    columns = ("id", "version", "created_at", "updated_at", "document")
    for table in ("actors", "articles", "facts"):
        for *derived, document in rows(seeded_store, table, *columns):
            content = orjson.loads(document)
            assert derived == [content[name] for name in columns[:-1]]


def test_every_hash_of_a_text_is_that_of_the_text(seeded_store: Store) -> None:
    for id_, document in rows(seeded_store, "articles", "id", "document"):
        content = orjson.loads(document)
        texts = find_text(seeded_store.reader, id_)
        assert texts is not None
        before, text, after = texts
        source = before + text + after
        assert content["text_sha256"] == sha256(text.encode()).hexdigest()
        assert content["received_sha256"] == sha256(source.encode()).hexdigest()
        assert source[content["story_start"] :][: len(text)] == text


@pytest.mark.parametrize("kind", list(SCHEMAS))
def test_another_byte_is_another_etag(kind: str, seeded_store: Store) -> None:
    document = next(document for each, _, document, _ in stored(seeded_store) if each == kind)
    assert etag(document) != etag(document[:-1] + b" }")


def test_many_documents_are_found_at_once_and_what_is_not_there_is_left_out(seeded_store: Store) -> None:
    ids = [id_ for kind, id_, _, _ in stored(seeded_store) if kind == "event"]
    found = fetch(seeded_store.reader, tables.facts, [*ids, "no-such-fact", ids[0]])
    assert list(found) == sorted(ids)
    assert fetch(seeded_store.reader, tables.facts, []) == {}


def test_an_id_that_was_merged_leads_to_the_one_that_took_over(store: Store, ingest_sheet: Any, sheet: Any) -> None:
    ingest_sheet(sheet)
    alias = {"resource": "actors", "id": "gaul", "target": "france"}
    store.write(lambda session: session.execute(tables.aliases.insert(), alias))
    found = find(store.reader, tables.actors, "gaul")
    assert found is not None
    assert (found.moved_to, found.document) == ("france", b"")
    assert orjson.loads(fetch(store.reader, tables.actors, ["gaul"])["gaul"])["id"] == "france"
    assert find(store.reader, tables.facts, "gaul") is None


def test_a_fact_is_found_by_its_kind_and_by_none_other(seeded_store: Store) -> None:
    kind, id_, document, _ = next(each for each in stored(seeded_store) if each[0] == "event")
    assert find(seeded_store.reader, tables.facts, id_, kind) == find(seeded_store.reader, tables.facts, id_)
    assert find(seeded_store.reader, tables.facts, id_, "proposal") is None
    assert documents.find(seeded_store.reader, tables.facts, id_).document == document  # type: ignore[union-attr]
