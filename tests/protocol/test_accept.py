"""Formats: a client gets what it can take, or is told what there is."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.protocol.addresses import NEEDED, READABLE, kind

SPARSE = "application/vnd.newsfacts.sparse+json"
PATHS = [f"{path}?{NEEDED[path]}" if path in NEEDED else path for path in READABLE]
TEXTS = [path for path in PATHS if path.endswith(("/text", "/source"))]
JSON = [path for path in PATHS if kind(path.partition("?")[0]) == "application/json"]


@pytest.mark.parametrize("path", PATHS)
def test_a_format_that_there_is_none_of_is_refused(client: FlaskClient, path: str) -> None:
    for ask in (client.get, client.head):
        assert ask(path, headers={"Accept": "image/png"}).status_code == 406
    problem = client.get(path, headers={"Accept": "image/png"}).json
    assert kind(path.partition("?")[0]) in problem["detail"], "it names what there is"


@pytest.mark.parametrize("path", ["/v1/facts", "/v1/actors/russia", TEXTS[0], "/healthz"])
@pytest.mark.parametrize(
    "accept",
    ["application/xml", "text/html", "text/css", "nonsense", "a/b;q=1, c/d", "*/*;q=0", "application/json;q=0"],
)
def test_no_wish_is_served_by_something_else(client: FlaskClient, path: str, accept: str) -> None:
    assert client.get(path, headers={"Accept": accept}).status_code == 406


@pytest.mark.parametrize("path", JSON)
def test_json_is_served_to_whoever_takes_it(client: FlaskClient, path: str) -> None:
    for accept in ("application/json", "text/html, application/json;q=0.1"):
        response = client.get(path, headers={"Accept": accept})
        assert (response.status_code, response.content_type) == (200, "application/json")


@pytest.mark.parametrize("path", ["/v1/facts?limit=1", "/v1/actors/russia", "/healthz"])
@pytest.mark.parametrize(
    "accept",
    [
        "application/*",
        "*/*",
        "",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "APPLICATION/JSON",
    ],
)
def test_whoever_takes_json_may_say_so_in_any_way(client: FlaskClient, path: str, accept: str) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert (response.status_code, response.content_type) == (200, "application/json")


@pytest.mark.parametrize("path", TEXTS)
def test_texts_are_plain_text(client: FlaskClient, path: str) -> None:
    for accept in ("text/plain", "text/*", "*/*", "text/plain;charset=utf-8", "application/json, text/plain;q=0.5"):
        response = client.get(path, headers={"Accept": accept})
        assert (response.status_code, response.content_type) == (200, "text/plain; charset=utf-8")
    assert client.get(path, headers={"Accept": "application/json"}).status_code == 406


@pytest.mark.parametrize("path", ["/v1/facts?fields=id", "/v1/actors/russia?fields=name"])
def test_sparse_answers_say_that_they_are(client: FlaskClient, path: str) -> None:
    for accept in (SPARSE, "application/json", "*/*", f"{SPARSE}, text/html"):
        response = client.get(path, headers={"Accept": accept})
        assert (response.status_code, response.content_type) == (200, SPARSE)
    assert client.get(path, headers={"Accept": "text/html"}).status_code == 406


@pytest.mark.parametrize("path", ["/v1/facts", "/v1/actors/russia"])
def test_a_whole_resource_is_not_sparse(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers={"Accept": SPARSE}).status_code == 406


def test_an_answer_to_a_post_is_json_or_refused(client: FlaskClient) -> None:
    body = {"article": "tms-us-responds-to-russia", "exact": "Russia"}
    assert client.post("/v1/verify", json=body, headers={"Accept": "application/json"}).status_code == 200
    assert client.post("/v1/verify", json=body, headers={"Accept": "text/html"}).status_code == 406


def test_errors_are_problems_whatever_the_client_takes(client: FlaskClient) -> None:
    for accept in ("text/html", "application/json", "image/png"):
        response = client.get("/nowhere", headers={"Accept": accept})
        assert (response.status_code, response.content_type) == (404, "application/problem+json")
