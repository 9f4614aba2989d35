"""Problems: the one shape of every error, and the page that says what to do."""

from __future__ import annotations

import logging
import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.protocol.problems import KINDS
from api.store.opening import open_store
from api.views import search
from tests.conftest import client_of

JSON = {"content_type": "application/json"}
#: One request for each status from 400 on that can be met, 500 and 503 apart.
MET: list[tuple[int, str, str, dict[str, Any]]] = [
    (400, "POST", "/v1/verify", {"data": b"{", **JSON}),
    (400, "GET", "/v1/facts?q=%FF", {}),
    (401, "POST", "/v1/fact-sheets", {"json": {}}),
    (401, "GET", "/v1/facts", {"headers": {"Authorization": "Bearer nf_unknown"}}),
    (404, "GET", "/v1/facts/nobody-has-this", {}),
    (404, "GET", "/nowhere", {}),
    (404, "GET", "/v2/facts", {}),
    (404, "GET", "/v1/facts/", {}),
    (404, "GET", "/problems/nothing", {}),
    (404, "GET", "/docs/nothing", {}),
    (404, "GET", "/docs/..%2f..%2fapi%2f__init__.py", {}),
    (405, "POST", "/v1/facts", {"json": {}}),
    (405, "DELETE", "/v1/facts/nobody-has-this", {}),
    (405, "GET", "/v1/verify", {}),
    (405, "PUT", "/openapi.json", {}),
    (406, "GET", "/v1/facts", {"headers": {"Accept": "image/png"}}),
    (413, "POST", "/v1/verify", {"data": b" " * (16 * 1024 * 1024 + 1), **JSON}),
    (414, "GET", "/v1/facts?q=" + "a" * 30_000, {}),
    (415, "POST", "/v1/verify", {"data": b"{}", "content_type": "text/plain"}),
    (422, "GET", "/v1/facts?colour=red", {}),
    (422, "POST", "/v1/verify", {"json": {}}),
]


@pytest.mark.parametrize("status, method, path, request_", MET, ids=lambda value: str(value)[:40])
def test_every_error_has_the_one_shape(
    client: FlaskClient, status: int, method: str, path: str, request_: dict[str, Any]
) -> None:
    response = client.open(path, method=method, **request_)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    problem = response.json
    assert set(problem) == {"type", "title", "status", "detail", "instance", "request_id", "errors"}
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["X-Request-Id"] != ""
    assert problem["instance"].startswith("/")
    assert "?" not in problem["instance"]
    assert problem["detail"]
    kind = KINDS[problem["type"].removeprefix("/problems/")]
    assert (problem["title"], kind.status) == (kind.title, status)
    assert bool(problem["errors"]) == (status == 422)
    for error in problem["errors"]:
        assert set(error) in ({"detail", "pointer"}, {"detail", "parameter"})
    page = client.get(problem["type"])
    assert page.status_code == 200


def test_each_status_has_one_kind_of_problem() -> None:
    # But for what one server lacks and another one has, which is no passing trouble.
    kinds = [kind for kind in KINDS.values() if kind.slug != "extraction-not-installed"]
    assert len({kind.status for kind in kinds}) == len(kinds)
    met = {status for status, *_ in MET}
    # What is deleted, taken, out of step, or of this machine is met where it is tested; so is what a job meets, 502.
    others = {403, 408, 409, 410, 412, 428, 429, 500, 502, 503, 507}
    assert met | others == {kind.status for kind in kinds}


@pytest.mark.parametrize("slug", KINDS)
def test_the_type_of_a_problem_is_a_page_that_says_what_to_do(client: FlaskClient, slug: str) -> None:
    page = client.get(f"/problems/{slug}")
    assert page.content_type == "text/html; charset=utf-8"
    words = unescape(page.text)
    for told in (KINDS[slug].title, KINDS[slug].meaning, KINDS[slug].remedy, str(KINDS[slug].status)):
        assert told in words
    for link in re.findall(r'href="([^"]+)"', page.text):
        assert client.get(link).status_code == 200


def test_a_method_that_is_not_allowed_names_those_that_are(client: FlaskClient) -> None:
    allowed = client.post("/v1/facts").headers["Allow"]
    assert {each.strip() for each in allowed.split(",")} == {"GET", "HEAD", "OPTIONS"}
    assert "POST" in client.get("/v1/verify").headers["Allow"]


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE", "TRACE", "PROPFIND", "NONSENSE"])
def test_any_method_is_answered(client: FlaskClient, method: str) -> None:
    response = client.open("/v1/verify", method=method)
    assert response.status_code == 405
    assert response.content_type == "application/problem+json"


def test_every_flaw_of_a_query_is_told_at_once(client: FlaskClient) -> None:
    errors = client.get("/v1/facts?limit=0&typ=agree&date_from=2022-02-30&sort=up&kind=fact&kind=event").json["errors"]
    assert {each["parameter"] for each in errors} == {"limit", "typ", "date_from", "sort", "kind"}


SECRET = "SELECT password FROM users -- /etc/passwd"


def test_what_goes_wrong_inside_stays_inside(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(search.searching, "find", fail)
    with caplog.at_level(logging.ERROR):
        response = client.get("/v1/search?q=nato", headers={"X-Request-Id": "told-and-found"})
    assert (response.status_code, response.json["type"]) == (500, "/problems/internal-error")
    assert response.json["request_id"] == "told-and-found"
    for leaked in ("SELECT", "passw", "RuntimeError", "Traceback", ".py", "searching"):
        assert leaked not in response.text
    assert "told-and-found" in caplog.text, "whoever runs the server finds it by its id"
    assert SECRET in caplog.text
    assert client.get("/v1/facts").status_code == 200, "the next one is served"


@pytest.mark.parametrize("url", ["sqlite:////nowhere/x.db", "postgresql+psycopg://nobody@/none?host=/nowhere"])
def test_a_database_that_is_away_says_when_to_ask_again(url: str) -> None:
    client = client_of(open_store(url))
    for response in (client.get("/v1/facts"), client.head("/v1/facts"), client.get("/v1/search?q=nato")):
        assert response.status_code == 503
        assert response.content_type == "application/problem+json"
        assert int(response.headers["Retry-After"]) > 0
    for path in ("/v1/vocabularies", "/healthz", "/docs", "/openapi.json", "/problems/unavailable"):
        assert client.get(path).status_code == 200, "what needs no database is served without one"


@pytest.mark.parametrize(
    "path", ["/v1/facts?kind=a%00b", "/v1/facts?a%00b=1", "/v1/facts/a%00b", "/v1/facts?review=a%00"]
)
def test_what_is_told_of_a_request_has_no_character_that_no_text_has(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert "a\N{REPLACEMENT CHARACTER}" in str(response.json)
    assert "\0" not in str(response.json)
