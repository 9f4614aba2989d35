"""Bodies: whatever somebody sends, it is refused by a problem, and costs little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from flask.testing import FlaskClient

from api.protocol.arguments import DEEPEST_BODY, MOST_VALUES
from api.store.opening import Store
from tests.checked import document
from tests.conftest import REPOSITORY, Key
from tests.protocol.addresses import filled
from tests.protocol.apps import client_with
from tests.protocol.hostile import bodies

JSON = {"content_type": "application/json"}
#: What takes a body: (method, address, its first type).
TAKERS = [
    (
        method.upper(),
        filled(path) + ("?extract=false" if operation["operationId"] == "createArticle" else ""),
        next(iter(operation["requestBody"]["content"])),
    )
    for path, item in document()["paths"].items()
    for method, operation in item.items()
    if "requestBody" in operation
]
#: The most that refusing anything may take.
MOST_MEGABYTES = 50


def test_something_takes_a_body() -> None:
    assert {"POST", "PUT", "PATCH"} == {method for method, *_ in TAKERS}


# What is refused so early never comes to a database; one will do.
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_whatever_is_sent_is_refused_by_a_problem(empty_client: FlaskClient, key: Key) -> None:
    for name, body, headers in bodies():
        for method, address, kind in TAKERS:
            response = empty_client.open(
                address, method=method, data=body, content_type=kind, headers={**key("admin"), **headers}
            )
            assert 400 <= response.status_code < 500, (name, method, address, response.text[:500])
            assert len(response.data) < 1024 * 1024, (name, method, address)


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells how much memory was used")
def test_refusing_takes_little_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.protocol.hostile"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) <= MOST_MEGABYTES


@pytest.mark.parametrize("encoding", ["gzip", "br", "Deflate", "identity, gzip", "nonsense"])
def test_a_body_that_is_packed_is_not_unpacked(client: FlaskClient, encoding: str) -> None:
    response = client.post("/v1/verify", data=b"x", headers={"Content-Encoding": encoding}, **JSON)
    assert response.status_code == 415
    assert encoding in response.json["detail"]


def test_a_body_may_say_that_it_is_not_packed(client: FlaskClient) -> None:
    body = {"article": "tms-us-responds-to-russia", "exact": "Russia"}
    for encoding in ("identity", "Identity"):
        assert client.post("/v1/verify", json=body, headers={"Content-Encoding": encoding}).status_code == 200


@pytest.mark.parametrize("type_", ["", "text/plain", "application/xml", "multipart/form-data; boundary=x", "json"])
def test_a_body_of_another_type_is_told_which_types_there_are(empty_client: FlaskClient, key: Key, type_: str) -> None:
    for method, address, kind in TAKERS:
        response = empty_client.open(address, method=method, data=b"{}", content_type=type_, headers=key("admin"))
        assert response.status_code == 415
        assert kind in response.json["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"exact": "a", "exact": "b"}',
        b'{"exact" : "a", "exact": "b"}',
        b'{"exact": "a", "\\u0065xact"\n:\n"b"}',
        b'{"x": [{"exact": "a \\": b", "exact": {}}]}',
    ],
)
def test_a_member_that_stands_twice_is_named(client: FlaskClient, body: bytes) -> None:
    response = client.post("/v1/verify", data=body, **JSON)
    assert response.status_code == 400
    assert "two members named 'exact'" in response.json["detail"]


@pytest.mark.parametrize("exact", ['": "', '":', " :", "a\n:b", '\\":', "{[,:]}", '"exact": "b"'])
def test_what_only_looks_like_a_member_is_none(client: FlaskClient, exact: str) -> None:
    body = orjson.dumps({"article": "tms-us-responds-to-russia", "exact": exact})
    assert client.post("/v1/verify", data=body, **JSON).status_code == 200


def test_levels_are_counted(client: FlaskClient) -> None:
    for levels, told in ((DEEPEST_BODY, "place"), (DEEPEST_BODY + 1, "levels deep")):
        body = b"[" * (levels - 2) + b'{"a": {}}' + b"]" * (levels - 2)
        assert told in client.post("/v1/verify", data=body, **JSON).json["detail"]


def test_values_are_counted(client: FlaskClient) -> None:
    for values, status in ((MOST_VALUES, 422), (MOST_VALUES + 1, 413)):
        response = client.post("/v1/verify", data=b"[1%b]" % (b",1" * (values - 1)), **JSON)
        assert response.status_code == status


def test_as_many_flaws_are_told_as_anyone_reads(client: FlaskClient) -> None:
    told = client.post("/v1/verify", json={f"a{n}": 1 for n in range(5_000)}).json
    assert len(told["errors"]) == 1_000
    assert "1000 places at least" in told["detail"]


def test_how_large_a_body_may_be_is_a_setting(store: Store, key: Key) -> None:
    client = client_with(store, largest_body=2_000)
    for size, status in ((2_000, 422), (2_001, 413)):
        body = b"{}" + b" " * (size - 2)
        response = client.post("/v1/fact-sheets", data=body, headers=key("ingest"), **JSON)
        assert response.status_code == status
    assert "2000 bytes" in response.json["detail"]


def test_what_anyone_may_ask_is_read_only_as_far_as_it_makes_sense(client: FlaskClient) -> None:
    body = {"article": "tms-us-responds-to-russia", "exact": "𝖓" * 20_000}
    assert client.post("/v1/verify", json=body).status_code == 200
    assert client.post("/v1/verify", data=b" " * 300_000, **JSON).status_code == 413
