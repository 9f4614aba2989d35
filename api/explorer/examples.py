"""The examples of the OpenAPI document: real answers over the seeds, found by walking them along their schemas.

`make openapi` writes them to schemas/examples.json; a test holds that file equal to what is served.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson
from flask.testing import FlaskClient

from api import create_app
from api.ingest import ingest
from api.ingest.files import read_sheet
from api.ingest.seeding import seed_files
from api.settings import Settings
from api.store.opening import open_store

_CURSOR = "JlCeknyvqi_DWzczODE4MSwicG9zc2libGUiXQ"
_NOW = datetime(2022, 1, 27, 9, 30, tzinfo=UTC)
_ARTICLE = "axios-us-nato-written-response"

#: What is asked, and the schema of the answer. The first example found for a schema is taken.
_QUESTIONS = (
    ("/v1/events?limit=1&q=boryspil", "EventPage"),
    ("/v1/proposals?limit=1&count=exact&category=hotline&include=actors,articles,relations", "ProposalPage"),
    ("/v1/proposals?limit=1&status=rejected", "ProposalPage"),
    ("/v1/statements?limit=1&q=confidential", "StatementPage"),
    ("/v1/facts?limit=1&category=troop_deployment", "FactPage"),
    ("/v1/facts?limit=2&fields=kind,title", "SparsePage"),
    ("/v1/facts/counts?by=kind", "Counts"),
    ("/v1/actors/jens-stoltenberg/network?limit=2", "Network"),
    ("/v1/actors?name=jens", "ActorPage"),
    ("/v1/articles?limit=1", "ArticlePage"),
    ("/v1/search?q=hotline&limit=1&highlight=true&facets=kind", "HitPage"),
    ("/v1/vocabularies/quads", "Vocabulary"),
    ("/v1/facts?limit=0", "Problem"),
    ("/healthz", "Health"),
    ("/readyz", "Readiness"),
)


def examples() -> dict[str, Any]:
    """Find an example for every schema that an answer over the seeds has or a request can have."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/examples.db")
        store.upgrade()
        for path in seed_files():
            store.write(partial(ingest, sheet=read_sheet(path), clock=lambda: _NOW, may_review=True))
        client = create_app(Settings(access_log=False), store).test_client()
        schemas = client.get("/openapi.json").get_json()["components"]["schemas"]
        found: dict[str, Any] = {}
        for component, instance in _answers(client):
            _walk(instance, {"$ref": f"#/components/schemas/{component}"}, schemas, found)
        store.close()
    return dict(sorted(found.items()))


def _answers(client: FlaskClient) -> Iterator[tuple[str, Any]]:
    for address, component in _QUESTIONS:
        yield component, client.get(address, headers={"X-Request-Id": "example"}).get_json()
    (hotline,) = client.get("/v1/proposals?category=hotline").get_json()["items"]
    asked = {"article": _ARTICLE, "exact": hotline["evidence"][-1]["exact"]}
    yield "VerifyInput", asked
    yield "Verification", client.post("/v1/verify", json=asked).get_json()
    unlike = {**asked, "exact": asked["exact"].replace("potential", "possible")}
    yield "Verification", client.post("/v1/verify", json=unlike).get_json()
    yield "Vocabularies", {"items": [client.get("/v1/vocabularies/quads").get_json()]}
    # The seeds were drafted by hand, so no answer of theirs has a generator.
    yield "FactGenerator", {"name": "newsfacts-extract", "version": "0.1.0"}


def _walk(instance: Any, schema: Any, schemas: Any, found: dict[str, Any]) -> None:
    """Follow an answer along its schema; whatever has a component of its own is an example of it."""
    for option in schema.get("oneOf") or schema.get("anyOf") or [schema]:
        if "$ref" in option:
            name = option["$ref"].rpartition("/")[2]
            component = schemas[name]
            if not _fits(instance, component):
                continue
            if component.get("type") == "object":
                # A cursor is signed with its store's own secret: no two stores give the same.
                cursor = {"next_cursor": _CURSOR} if isinstance(instance, dict) and instance.get("next_cursor") else {}
                found.setdefault(name, {**instance, **cursor})
            _walk(instance, component, schemas, found)
        elif isinstance(instance, dict):
            for key, value in instance.items():
                below = option.get("properties", {}).get(key, option.get("additionalProperties"))
                if isinstance(below, dict):
                    _walk(value, below, schemas, found)
        elif isinstance(instance, list) and "items" in option:
            for value in instance:
                _walk(value, option["items"], schemas, found)


def _fits(instance: Any, component: Any) -> bool:
    """Tell the options of a union apart: by the fields that they require."""
    if component.get("type") != "object":
        return True
    return isinstance(instance, dict) and set(component.get("required", ())) <= set(instance)


if __name__ == "__main__":
    print(orjson.dumps(examples(), option=orjson.OPT_INDENT_2).decode())
