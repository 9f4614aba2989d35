"""Keys: who may do what, over every route of the app."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from api import create_app
from api.settings import Settings
from api.store import keys, tables
from api.store.opening import Store, open_store
from api.store.reading import UnavailableError
from schemas.vocabulary import Scope
from tests.conftest import NOW, Ingest, Key
from tests.protocol.addresses import filled
from tests.protocol.apps import client_with

#: The scope that each operation needs; who has `admin` may do all. What is not listed is reading.
NEEDED = {
    **dict.fromkeys(("createFactSheet", "createArticle"), "ingest"),
    **dict.fromkeys(("listJobs", "getJob", "cancelJob", "retryJob"), "ingest"),
    **{f"{verb}{noun}": "edit" for verb in ("update", "delete") for noun in ("Event", "Proposal", "Statement")},
    **{f"{verb}{noun}": "edit" for verb in ("update", "delete", "merge", "unmerge") for noun in ("Actor", "Article")},
    **dict.fromkeys(("putActor", "mergeFact", "unmergeFact"), "edit"),
    **dict.fromkeys(("reviewFact", "reviewFactSuggestion"), "review"),
    **dict.fromkeys(("createWebhook", "listWebhooks", "getWebhook", "updateWebhook", "deleteWebhook"), "admin"),
    **dict.fromkeys(("rotateWebhookSecret", "replayWebhook", "pingWebhook"), "admin"),
    **dict.fromkeys(("listDeliveries", "retryDelivery"), "admin"),
}
_PLACES = count()
OPEN = ("/healthz", "/readyz", "/docs", "/openapi.json", "/openapi.yaml", "/problems/unauthorized", "/")
BAD_HEADERS = (
    "Bearer",
    "Bearer ",
    "Bearer nf_",
    "Bearer nf_" + "a" * 43,
    "Bearer nf_" + "a" * 42,
    "Bearer " + "a" * 100_000,
    "Basic YW5uYTpzZWNyZXQ=",
    "nf_" + "a" * 43,
    "Bearer nf_ü",
    "",
    "Bearer ' OR '1'='1",
)


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Go through what the app answers under /v1: (operation, method, an address)."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/v1/"):
            address = filled(re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule))
            for method in sorted((rule.methods or set()) - {"OPTIONS"}):
                yield rule.endpoint.rpartition(".")[2], method, address


def ask(client: FlaskClient, method: str, address: str, headers: dict[str, str]) -> int:
    """Ask for something with neither query nor body, each time from another place: bad keys are limited."""
    return client.open(address, method=method, headers=headers, environ_overrides=elsewhere()).status_code


def elsewhere() -> dict[str, str]:
    """Give the environment of a request from an address that none came from before."""
    return {"REMOTE_ADDR": f"place {next(_PLACES)}"}


@pytest.fixture
def bad_keys(key: Key, store: Store) -> dict[str, dict[str, str]]:
    """Headers with keys that are good no more, or never were."""
    revoked = key("admin", name="revoked")
    store.write(lambda session: keys.revoke(session, "revoked"))
    return {
        "unknown": {"Authorization": f"Bearer nf_{'x' * 43}"},
        "expired": key("admin", name="expired", expires_at=NOW),
        "revoked": revoked,
    }


def test_every_operation_that_needs_a_scope_is_known_here_with_it(empty_client: FlaskClient) -> None:
    declared = {
        operation["operationId"]
        for item in empty_client.get("/openapi.json").json["paths"].values()
        for operation in item.values()
        if operation.get("security") == [{"key": []}]
    }
    assert declared & set(NEEDED) == declared
    assert {method for operation, method, _ in routes(empty_client.application) if operation not in NEEDED} <= {
        "GET",
        "HEAD",
        "POST",
    }
    unguarded = {operation for operation, method, _ in routes(empty_client.application) if method == "POST"}
    assert unguarded - set(NEEDED) == {"verifyQuotation"}


def test_without_a_good_key_nothing_is_written(empty_client: FlaskClient, bad_keys: dict[str, dict[str, str]]) -> None:
    for operation, method, address in routes(empty_client.application):
        if operation in NEEDED:
            for which, headers in {"none": {}, **bad_keys}.items():
                assert ask(empty_client, method, address, headers) == 401, (operation, which)


def test_a_key_opens_what_its_scopes_say_and_nothing_else(empty_client: FlaskClient, key: Key) -> None:
    for scope in Scope:
        headers = key(scope.value)
        for operation, method, address in routes(empty_client.application):
            answered = ask(empty_client, method, address, headers)
            allowed = NEEDED.get(operation, scope.value) == scope.value or scope is Scope.ADMIN
            assert (answered == 403) == (not allowed), (scope, operation, method, answered)
            assert answered != 401, (scope, operation)


def test_a_key_without_scopes_reads_and_no_more(empty_client: FlaskClient, key: Key) -> None:
    for operation, method, address in routes(empty_client.application):
        answered = ask(empty_client, method, address, key(name="reader"))
        assert (answered == 403) == (operation in NEEDED), operation


def test_a_key_may_have_several_scopes(empty_client: FlaskClient, key: Key) -> None:
    headers = key("edit", "review")
    assert ask(empty_client, "DELETE", "/v1/events/nobody", headers) == 404
    assert ask(empty_client, "POST", "/v1/facts/nobody/review", headers) == 415
    assert ask(empty_client, "POST", "/v1/fact-sheets", headers) == 403


def test_a_bad_key_is_refused_for_reading_too(empty_client: FlaskClient, bad_keys: dict[str, dict[str, str]]) -> None:
    """Or whoever reads with it would not notice that it ended, and find that texts are missing."""
    for operation, method, address in routes(empty_client.application):
        for which, headers in bad_keys.items():
            assert ask(empty_client, method, address, headers) == 401, (operation, which)


@pytest.mark.parametrize("sent", BAD_HEADERS, ids=lambda sent: repr(sent[:20]))
def test_what_is_no_key_is_refused(empty_client: FlaskClient, sent: str) -> None:
    for response in (
        empty_client.get("/v1/facts", headers={"Authorization": sent}, environ_overrides=elsewhere()),
        empty_client.delete("/v1/events/nobody", headers={"Authorization": sent}, environ_overrides=elsewhere()),
    ):
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert sent[10:] not in response.text or not sent[10:]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_may_be_written_in_any_case(empty_client: FlaskClient, key: Key, scheme: str) -> None:
    sent = key("edit")["Authorization"].partition(" ")[2]
    assert empty_client.get("/v1/facts", headers={"Authorization": f"{scheme} {sent}"}).status_code == 200


def test_a_refusal_says_which_scope_is_needed_and_whose_key_it_was(empty_client: FlaskClient, key: Key) -> None:
    problem = empty_client.delete("/v1/events/nobody", headers=key("review", name="newsroom")).json
    assert problem["type"] == "/problems/forbidden"
    assert "'edit'" in problem["detail"]
    assert "'newsroom'" in problem["detail"]


def test_who_calls_is_seen_to_before_anything_else_is_read(empty_client: FlaskClient, key: Key) -> None:
    for headers, status in (({}, 401), (key("edit"), 403)):
        response = empty_client.post("/v1/fact-sheets?colour=red", data=b"\xff" * 100, headers=headers)
        assert response.status_code == status


def test_a_key_ends_when_it_is_due(store: Store, key: Key) -> None:
    sent = key("edit", expires_at=NOW)["Authorization"].partition(" ")[2]
    moment = timedelta(microseconds=1)
    assert keys.find_good(store, sent, clock=lambda: NOW - moment)
    assert not keys.find_good(store, sent, clock=lambda: NOW)


# Where reading needs a key.


@pytest.fixture
def closed_client(store: Store) -> FlaskClient:
    """An app that nobody reads without a key."""
    return client_with(store, public_read=False)


def test_nothing_is_read_without_a_good_key_where_reading_is_not_public(
    closed_client: FlaskClient, bad_keys: dict[str, dict[str, str]], key: Key
) -> None:
    for operation, method, address in routes(closed_client.application):
        for which, headers in {"none": {}, **bad_keys}.items():
            assert ask(closed_client, method, address, headers) == 401, (operation, which)
        assert ask(closed_client, method, address, key("admin")) not in (401, 403), operation
    assert closed_client.get("/v1/facts", headers=key(name="reader")).status_code == 200


def test_probes_and_pages_for_people_stay_open_and_so_does_what_browsers_ask_first(closed_client: FlaskClient) -> None:
    for path in OPEN:
        for headers in ({}, {"Authorization": "Bearer nothing"}):
            assert closed_client.get(path, headers=headers).status_code in (200, 302), path
    assert closed_client.options("/v1/facts").status_code == 200


# When a key was last used.


def last_used(store: Store, name: str) -> str | None:
    return {each.name: each.last_used_at for each in keys.list_keys(store)}[name]


def test_the_last_use_of_a_key_is_noted_once_a_minute(store: Store, key: Key) -> None:
    sent = key("edit")["Authorization"].partition(" ")[2]
    assert last_used(store, "edit") is None
    for seconds, noted in ((0, 0), (30, 0), (60, 0), (61, 61), (90, 61)):
        assert keys.find_good(store, sent, clock=lambda after=seconds: NOW + timedelta(seconds=after))
        assert last_used(store, "edit") == keys.written(NOW + timedelta(seconds=noted))


def test_nobody_waits_for_that_note(empty_client: FlaskClient, store: Store, key: Key) -> None:
    headers = key("edit")

    def read_while_another_writes(session: Session) -> TestResponse:
        session.connection()  # now it is the one writer
        with ThreadPoolExecutor(1) as other:
            return other.submit(empty_client.get, "/v1/facts", headers=headers).result()

    assert store.write(read_while_another_writes).status_code == 200
    assert last_used(store, "edit") is None
    assert empty_client.get("/v1/facts", headers=headers).status_code == 200
    assert last_used(store, "edit") is not None


# Nothing of a key gets out.


def test_the_log_names_the_key_and_no_secret_ever_stands_in_it_or_in_an_error(
    store: Store, key: Key, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    client = create_app(Settings(private_hosts="127.0.0.1"), store).test_client()
    headers = key("admin", name="newsroom")
    made = client.post("/v1/webhooks", json={"url": "http://127.0.0.1:9/x", "filters": {}}, headers=headers)
    assert made.status_code == 201, made.text
    told = ""
    for _, method, address in routes(client.application):
        response = client.open(f"{address}?key={headers['Authorization'][7:]}", method=method, headers=headers)
        told += response.text
    for sent in ("", "Basic geheimnis", headers["Authorization"] + "x", headers["Authorization"].lower()):
        told += client.get("/v1/facts", headers={"Authorization": sent}).text
    lines = [orjson.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert {line["key"] for line in lines} == {"newsroom", None}
    secret = made.json["secret"].removeprefix("whsec_")
    for leaked in (headers["Authorization"][10:], headers["Authorization"][10:].lower(), secret, "geheimnis"):
        assert leaked not in told
        assert leaked not in orjson.dumps(lines).decode()
        assert leaked not in caplog.text


def test_what_a_database_could_not_store_is_not_told(open_empty: Callable[[str], Store]) -> None:
    store = open_empty("sqlite")
    with store.writers.begin() as connection:
        tables.keys.drop(connection)
    with pytest.raises(UnavailableError) as failed:
        store.write(lambda session: session.execute(tables.keys.insert(), {"name": "geheim", "hash": "geheim"}))
    assert "no such table" in str(failed.value.__cause__)
    assert "geheim" not in f"{failed.value} {failed.value.__cause__}"
    store.close()


def test_a_key_needs_its_database(tmp_path: Any) -> None:
    client = create_app(Settings(access_log=False), open_store(f"sqlite:///{tmp_path}/none/x.db")).test_client()
    response = client.get("/v1/vocabularies", headers={"Authorization": f"Bearer nf_{'a' * 43}"})
    assert response.status_code == 503


def test_reading_with_a_key_gives_what_reading_without_gives(
    empty_client: FlaskClient, key: Key, ingest_sheet: Ingest, sheet: dict[str, Any]
) -> None:
    ingest_sheet(sheet)
    for path in ("/v1/facts", "/v1/actors/france", "/v1/articles/talks/text"):
        alone, keyed = empty_client.get(path), empty_client.get(path, headers=key("edit"))
        assert (alone.data, alone.headers["ETag"]) == (keyed.data, keyed.headers["ETag"])
