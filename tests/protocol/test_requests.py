"""What happens around every request: its id, CORS, security headers, and one line in the log."""

from __future__ import annotations

import orjson
import pytest
from flask.testing import FlaskClient

from api import create_app
from api.settings import Settings
from api.store.opening import Store
from tests.checked import document
from tests.protocol.addresses import READABLE, filled, methods

ANY = (
    "/v1/facts",
    "/v1/facts/nobody-has-this",
    "/v1/facts?colour=red",
    "/nowhere",
    "/healthz",
    "/docs",
    "/openapi.json",
    "/problems/not-found",
    "/",
)


@pytest.mark.parametrize("path", ANY)
def test_every_answer_carries_an_id_of_its_own(client: FlaskClient, path: str) -> None:
    ids = {client.get(path).headers["X-Request-Id"] for _ in range(3)}
    assert len(ids) == 3
    assert all(ids)


@pytest.mark.parametrize("path", ANY)
def test_the_id_that_a_client_sends_is_taken_over(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"X-Request-Id": "my_id-1.2"})
    assert response.headers.getlist("X-Request-Id") == ["my_id-1.2"]
    if response.status_code >= 400:
        assert response.json["request_id"] == "my_id-1.2"


@pytest.mark.parametrize("sent", ["", " ", "a b", "a" * 65, "<script>", 'a"b', "é", "a,b", "a\tb", "/"])
def test_an_id_that_is_none_is_replaced(client: FlaskClient, sent: str) -> None:
    assert client.get("/v1/facts", headers={"X-Request-Id": sent}).headers["X-Request-Id"] not in ("", sent)


def test_there_are_no_hooks_which_flask_would_have_to_look_for(client: FlaskClient) -> None:
    """Nor would they be called: what is done around every request stands in api/protocol/requests.py."""
    app = client.application
    hooks = (app.url_value_preprocessors, app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
    assert [list(found) for kind in hooks for found in kind.values()] + [app.teardown_appcontext_funcs] == [[]]


@pytest.mark.parametrize("path", ANY)
def test_any_page_of_the_web_may_read(client: FlaskClient, path: str) -> None:
    headers = client.get(path, headers={"Origin": "https://example.org"}).headers
    assert headers.getlist("Access-Control-Allow-Origin") == ["*"]
    exposed = {each.strip() for each in headers["Access-Control-Expose-Headers"].split(",")}
    assert exposed >= {"ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After"}
    assert "Access-Control-Allow-Credentials" not in headers


def test_an_answer_that_is_not_sent_again_may_be_read_too(client: FlaskClient) -> None:
    response = client.get("/v1/facts", headers={"If-None-Match": "*", "Origin": "https://example.org"})
    assert response.status_code == 304
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", document()["paths"])
def test_options_are_told_everywhere(client: FlaskClient, path: str) -> None:
    asked = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match, authorization",
    }
    response = client.options(filled(path), headers=asked)
    assert response.status_code in (200, 204)
    assert response.data == b""
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    allowed = {each.strip().lower() for each in response.headers["Access-Control-Allow-Headers"].split(",")}
    assert allowed >= {"authorization", "if-match", "if-none-match", "idempotency-key", "content-type"}
    assert allowed >= {"x-change-note", "last-event-id"}
    assert {each.strip() for each in response.headers["Allow"].split(",")} == methods(path)
    assert methods(path) <= {each.strip() for each in response.headers["Access-Control-Allow-Methods"].split(",")}


def test_options_of_nothing_are_not_found(client: FlaskClient) -> None:
    response = client.options("/nowhere")
    assert response.status_code == 404
    assert response.json["type"] == "/problems/not-found"


@pytest.mark.parametrize("path", READABLE)
def test_head_works_wherever_get_does(client: FlaskClient, path: str) -> None:
    assert client.head(path).status_code == client.get(path).status_code
    assert client.head(path).data == b""


@pytest.mark.parametrize("path", ["/docs", "/problems/not-found"])
def test_pages_load_nothing_from_elsewhere_and_are_framed_by_nobody(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(each.strip().partition(" ")[::2] for each in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "http" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", ANY)
def test_no_answer_is_taken_for_what_it_is_not(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["X-Content-Type-Options"] == "nosniff"


def test_every_request_is_one_line_of_json_in_the_log(store: Store, capfd: pytest.CaptureFixture[str]) -> None:
    client = create_app(Settings(access_log=True), store).test_client()
    for method, path, status, told_path in (
        ("GET", "/v1/facts?limit=1", 200, "/v1/facts"),
        ("HEAD", "/v1/facts", 200, "/v1/facts"),
        ("GET", "/v1/facts/nobody", 404, "/v1/facts/nobody"),
        ("POST", "/v1/facts", 405, "/v1/facts"),
        ("GET", "/v1/a%0Ab%22%E4%B8%AD", 404, '/v1/a\nb"中'),
        ("GET", "/v1/%FF", 404, "/v1/\ufffd"),
    ):
        capfd.readouterr()
        assert client.open(path, method=method, headers={"X-Request-Id": "this-one"}).status_code == status
        (line,) = capfd.readouterr().err.splitlines()
        told = orjson.loads(line)
        expected = {"request_id": "this-one", "method": method, "status": status, "path": told_path}
        assert expected.items() <= told.items()
        assert told["milliseconds"] >= 0
        assert told["time"].endswith("+00:00")


def test_nothing_is_logged_when_a_proxy_does(client: FlaskClient, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    client.get("/v1/facts")
    assert capfd.readouterr().err == ""


def test_a_request_that_is_asked_again_is_the_same_one(store: Store, capfd: pytest.CaptureFixture[str]) -> None:
    """A server that holds a request asks the app several times, and its client sees one answer."""
    client = create_app(Settings(access_log=True), store).test_client()
    first = client.get("/v1/facts")
    capfd.readouterr()
    again = client.get("/v1/facts", environ_base={"newsfacts.request_id": first.headers["X-Request-Id"]})
    assert again.headers["X-Request-Id"] == first.headers["X-Request-Id"]
    assert capfd.readouterr().err == ""


def test_a_position_that_is_none_is_told_even_where_none_is_needed(client: FlaskClient) -> None:
    for sent in ("", "newest", "0", "0/16B3748", "00000000016b3748", "00000000016B3748A"):
        problem = client.get("/v1/facts", headers={"Newsfacts-Position": sent})
        assert (problem.status_code, problem.json["errors"][0]["parameter"]) == (422, "Newsfacts-Position")
    assert client.get("/v1/facts", headers={"Newsfacts-Position": "00000000016B3748"}).status_code == 200


def test_without_a_replica_nobody_is_given_a_position(client: FlaskClient) -> None:
    assert "Newsfacts-Position" not in client.get("/v1/facts").headers
    refused = client.post("/v1/fact-sheets", json={})
    assert refused.status_code == 401
    assert "Newsfacts-Position" not in refused.headers
