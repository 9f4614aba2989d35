"""What the document shows can be sent as it stands: so "Try it out" does something when it is first pressed."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.ingest import ingest
from api.ingest.files import read_sheet
from api.ingest.seeding import seed_files
from api.store.opening import Store
from tests.checked import document
from tests.conftest import NOW, Key
from tests.ingest.conftest import emptied_store, empty_client, store

__all__ = ["emptied_store", "empty_client", "store"]

Json = dict[str, Any]


@pytest.fixture
def seeded_client(store: Store, empty_client: FlaskClient) -> FlaskClient:
    for path in seed_files():
        store.write(partial(ingest, sheet=read_sheet(path), clock=lambda: NOW, may_review=True))
    return empty_client


def test_every_body_that_is_shown_can_be_sent(seeded_client: FlaskClient, key: Key) -> None:
    webhook = seeded_client.post("/v1/webhooks", json=shown("WebhookInput"), headers=key("admin")).json["id"]
    sent = []
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {})
            # Of the facts, none is the one into which an actor is merged, and of the seeds nothing is suggested.
            if not content or operation["operationId"] in ("mergeFact", "reviewFactSuggestion"):
                continue
            kind, body = next(iter(content.items()))
            address, query = at(path, operation, webhook)
            headers = key("admin")
            if "412" in operation["responses"]:
                headers = headers | {"If-Match": seeded_client.get(resource(address), headers=headers).headers["ETag"]}
            response = seeded_client.open(
                address,
                method=method.upper(),
                query_string=query,
                json=shown(body["schema"]["$ref"].rpartition("/")[2]),
                content_type=kind,
                headers=headers,
            )
            assert response.status_code < 300, (method, address, response.text)
            sent.append(operation["operationId"])
    assert len(sent) > 10


def shown(component: str) -> Any:
    (example,) = document()["components"]["schemas"][component]["examples"]
    return example


def at(path: str, operation: Json, webhook: str) -> tuple[str, Json]:
    """Fill in the parameters that are shown: give the path and the query."""
    query = {}
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            example = webhook if path.startswith("/v1/webhooks") else parameter["example"]
            path = path.replace(f"{{{parameter['name']}}}", example)
        elif "example" in parameter:
            query[parameter["name"]] = str(parameter["example"]).lower()
    return path, query


def resource(address: str) -> str:
    """Give what is changed by a call such as /v1/facts/some-fact/review."""
    return "/".join(address.split("/")[:4])
