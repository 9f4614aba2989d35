"""The examples of the OpenAPI document: real answers over the seeds, found by walking them along their schemas.

`make openapi` writes them to schemas/examples.json; a test holds that file equal to what is served.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import Any

import orjson
from flask.testing import FlaskClient

from api import create_app
from api.explorer.bodies import BODIES, ECHO, SHEET
from api.ingest import ingest
from api.ingest.files import read_sheet
from api.ingest.seeding import seed_files
from api.matching import ingest_drafts
from api.settings import Settings
from api.store import keys
from api.store.opening import Store, open_store
from api.store.times import written
from api.views.jobs import EXTRACTION

_NOW = datetime(2022, 1, 27, 9, 30, tzinfo=UTC)
_ARTICLE = "axios-us-nato-written-response"
_CURSOR = "JlCeknyvqi_DWzczODE4MSwicG9zc2libGUiXQ"
#: What no two stores have alike: cursors are signed with a secret of the store's own, all else is drawn by lot.
_STAND_INS = {"next_cursor": _CURSOR, "after": _CURSOR}
_WEBHOOK = {"id": "wh-5f0c9d1e2a3b4c5d", "created_at": written(_NOW), "updated_at": written(_NOW)}
_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"  # noqa: S105 (an example)
_JOB = {"id": "job-20220127093000000000-5f0c9d1e", "created_at": written(_NOW), "updated_at": written(_NOW)}
_DELIVERY = {"message": "msg_wh-5f0c9d1e2a3b4c5d_000000000083", "created_at": written(_NOW)}

#: What came of asking a language model.
_REPORT = {
    "model": "tiny",
    "facts_added": 1,
    "facts_joined": 3,
    "quotes_dropped": 1,
    "facts_dropped": 0,
    "failure": None,
}
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
    ("/v1/changes?limit=1&resource=event", "ChangePage"),
    ("/v1/facts?limit=0", "Problem"),
    ("/healthz", "Health"),
    ("/readyz", "Readiness"),
)


def examples() -> dict[str, Any]:
    """Find an example for every schema that an answer over the seeds has or a request can have."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/examples.db")
        store.upgrade()
        for path in seed_files():
            store.write(partial(ingest, sheet=read_sheet(path), clock=lambda: _NOW, may_review=True))
        app = create_app(Settings(access_log=False), store)
        # Nothing is extracted here, so it need not be installed.
        app.config[EXTRACTION] = True
        client = app.test_client()
        schemas = client.get("/openapi.json").get_json()["components"]["schemas"]
        for component, instance in chain(BODIES.items(), _answers(client), _seeds(found), _changes(client, store)):
            _walk(instance, {"$ref": f"#/components/schemas/{component}"}, schemas, found)
        store.close()
    return dict(sorted(found.items()))


def _answers(client: FlaskClient) -> Iterator[tuple[str, Any]]:
    for address, component in _QUESTIONS:
        yield component, client.get(address, headers={"X-Request-Id": "example"}).get_json()
    yield "LinkedData", client.get("/v1/exports/actors?format=jsonld&ids=russia").get_json()
    # The second seed gives this one more evidence, and so a second version.
    (twice,) = client.get("/v1/statements?min_sources=2&limit=1").get_json()["items"]
    for place, component in (("", "VersionPage"), ("/2/diff", "JsonPatch")):
        yield component, client.get(f"/v1/statements/{twice['id']}/versions{place}").get_json()
    (hotline,) = client.get("/v1/proposals?category=hotline").get_json()["items"]
    asked = {"article": _ARTICLE, "exact": hotline["evidence"][-1]["exact"]}
    yield "VerifyInput", asked
    yield "Verification", client.post("/v1/verify", json=asked).get_json()
    unlike = {**asked, "exact": asked["exact"].replace("potential", "possible")}
    yield "Verification", client.post("/v1/verify", json=unlike).get_json()
    yield "Vocabularies", {"items": [client.get("/v1/vocabularies/quads").get_json()]}
    (consult,) = (
        term for term in client.get("/v1/vocabularies/event_types").get_json()["terms"] if term["value"] == "consult"
    )
    yield "Accuracy", consult["accuracy"]
    yield "FactGenerator", BODIES["FactGeneratorInput"]


def _seeds(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give what of a sheet and of an edit only the seeds have; an edit may send back what was read."""
    for path in seed_files():
        yield "FactSheet", read_sheet(path)
    yield "DateEdit", found["Date"]
    yield "EvidenceEdit", found["Evidence"]
    yield "MediumEdit", found["Medium"]
    yield "StepEdit", found["StepInput"]


def _changes(client: FlaskClient, store: Store) -> Iterator[tuple[str, Any]]:
    """Make changes, and give what is answered."""
    key = store.write(partial(keys.create, name="examples", scopes=["admin"]))
    ask = partial(client.open, method="POST", headers={"Authorization": f"Bearer {key}"})
    yield "SheetOutcome", ask("/v1/fact-sheets", json=SHEET).get_json()
    batch = ask("/v1/fact-sheets", data=orjson.dumps(SHEET), content_type="application/x-ndjson")
    yield "BatchLine", batch.get_json(force=True)
    store.write(partial(ingest_drafts, sheet=ECHO, clock=lambda: _NOW))
    yield "SuggestionPage", client.get("/v1/suggestions").get_json()
    yield "ChangeSource", {"before": "", "text": SHEET["article"]["text"], "after": ""}
    made = ask("/v1/webhooks", json=BODIES["WebhookInput"]).get_json()
    yield "WebhookSecret", made | _WEBHOOK | {"secret": _SECRET}
    job = ask("/v1/articles", json=BODIES["ArticlePost"]).get_json() | _JOB
    ended = {"state": "done", "attempts": 1, "finished_at": written(_NOW), "next_attempt_at": None}
    counts = {"created": 4, "updated": 0, "unchanged": 0, "deleted": 0, "removed": 0}
    result = {
        "article": {"id": "harbour-post-ferry", "outcome": "created"},
        "actors": counts,
        "facts": counts,
        "language_model": _REPORT,
    }
    progress = {"step": None, "done": 10, "total": 10}
    done = job | ended | {"progress": progress, "result": result}
    yield "JobPage", {"items": [done], "next_cursor": None}
    webhook = {name: value for name, value in (made | _WEBHOOK).items() if name != "secret"}
    yield "WebhookPage", {"items": [webhook], "next_cursor": None}
    attempt = {"number": 1, "at": written(_NOW), "status": 204, "error": None, "milliseconds": 48}
    ping = ask(f"/v1/webhooks/{made['id']}/ping").get_json()
    sent = {"type": "event.updated", "state": "delivered", "after": _CURSOR, "finished_at": written(_NOW)}
    delivery = ping | _DELIVERY | sent | {"next_attempt_at": None, "attempts": [attempt]}
    yield "DeliveryPage", {"items": [delivery], "next_cursor": None}


def _walk(instance: Any, schema: Any, schemas: Any, found: dict[str, Any]) -> None:
    """Follow an answer along its schema; whatever has a component of its own is an example of it."""
    for option in schema.get("oneOf") or schema.get("anyOf") or [schema]:
        if "$ref" in option:
            name = option["$ref"].rpartition("/")[2]
            component = schemas[name]
            if not _fits(instance, component):
                continue
            if component.get("type") == "object":
                found.setdefault(name, {key: value and _STAND_INS.get(key, value) for key, value in instance.items()})
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
