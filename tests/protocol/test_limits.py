"""Limits: how much one caller may ask, and how it is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.protocol.waiting import REPEATED
from api.store.opening import Store
from tests.conftest import Key
from tests.protocol.apps import client_with

YEAR = 360 * 24 * 60 * 60
#: As the draft of the IETF has it: a list of names with parameters.
POLICY = re.compile(r'"(?P<name>[a-z-]+-\d+)";q=(?P<most>\d+);w=(?P<seconds>\d+)')
LEFT = re.compile(r'"(?P<name>[a-z-]+-\d+)";r=(?P<left>\d+);t=(?P<seconds>\d+)')


def write(client: FlaskClient, headers: dict[str, str]) -> TestResponse:
    """Try to write; that there is nothing to delete makes no difference."""
    return client.delete("/v1/events/nobody", headers=headers)


def left(response: TestResponse) -> list[int]:
    return [int(each["left"]) for each in LEFT.finditer(response.headers["RateLimit"])]


def test_whoever_writes_too_much_is_told_when_to_go_on(store: Store, key: Key) -> None:
    client = client_with(store, rate_limit_write="2/year")
    assert [write(client, key("edit")).status_code for _ in range(2)] == [404, 404]
    refused = write(client, key("edit"))
    assert refused.status_code == 429
    assert refused.json["type"] == "/problems/too-many-requests"
    assert 0 < int(refused.headers["Retry-After"]) <= YEAR
    assert left(refused) == [0]


def test_each_key_has_a_limit_of_its_own_and_reading_has_another(store: Store, key: Key) -> None:
    client = client_with(store, rate_limit_write="1/year")
    assert [write(client, key("edit")).status_code for _ in range(2)] == [404, 429]
    assert write(client, key("edit", name="colleague")).status_code == 404
    assert client.get("/v1/facts", headers=key("edit")).status_code == 200


def test_readers_are_counted_by_key_else_by_address(store: Store, key: Key) -> None:
    client = client_with(store, rate_limit_read="1/year")

    def read(address: str, headers: dict[str, str] | None = None) -> int:
        return client.get("/v1/facts", headers=headers, environ_overrides={"REMOTE_ADDR": address}).status_code

    assert [read("10.0.0.1"), read("10.0.0.1"), read("10.0.0.2"), read("10.0.0.2")] == [200, 429, 200, 429]
    assert [read("10.0.0.1", key("edit")), read("10.0.0.3", key("edit"))] == [200, 429]
    assert client.get("/healthz", environ_overrides={"REMOTE_ADDR": "10.0.0.1"}).status_code == 200


def test_a_caller_sees_how_much_is_left(store: Store, key: Key) -> None:
    client = client_with(store, rate_limit_write="3/year;2/day")
    answers = [write(client, key("edit")) for _ in range(3)]
    assert [left(each) for each in answers] == [[2, 1], [1, 0], [0, 0]]
    assert [each.status_code for each in answers] == [404, 404, 429]
    policies = [each.groupdict() for each in POLICY.finditer(answers[0].headers["RateLimit-Policy"])]
    assert [(each["most"], each["seconds"]) for each in policies] == [("3", str(YEAR)), ("2", str(24 * 60 * 60))]
    told = [each.groupdict() for each in LEFT.finditer(answers[0].headers["RateLimit"])]
    assert [each["name"] for each in told] == [each["name"] for each in policies]
    assert all(0 < int(one["seconds"]) <= int(other["seconds"]) for one, other in zip(told, policies, strict=True))
    assert int(answers[2].headers["Retry-After"]) <= 24 * 60 * 60, "only the day is used up"


@pytest.mark.parametrize("settings", [{"rate_limit_write": ""}, {"rate_limit_read": ""}])
def test_where_there_is_no_limit_none_is_told(store: Store, key: Key, settings: dict[str, Any]) -> None:
    client = client_with(store, **settings)
    response = write(client, key("edit")) if "rate_limit_write" in settings else client.get("/v1/facts")
    assert "RateLimit" not in response.headers
    assert "RateLimit-Policy" not in response.headers


def test_writing_is_limited_unless_somebody_decides_otherwise(empty_client: FlaskClient, key: Key) -> None:
    assert POLICY.fullmatch(write(empty_client, key("edit")).headers["RateLimit-Policy"])


def test_whoever_has_no_right_to_write_uses_nobodys_limit_up(store: Store, key: Key) -> None:
    client = client_with(store, rate_limit_write="1/year")
    assert [write(client, key("review", name="x")).status_code for _ in range(3)] == [403, 403, 403]
    assert [write(client, {}).status_code for _ in range(3)] == [401, 401, 401]


def test_bad_keys_are_limited_by_address_and_good_ones_pass_all_the_same(store: Store, key: Key) -> None:
    client = client_with(store)

    def read(address: str, headers: dict[str, str]) -> int:
        return client.get("/v1/facts", headers=headers, environ_overrides={"REMOTE_ADDR": address}).status_code

    bad = {"Authorization": f"Bearer nf_{'x' * 43}"}
    # A new minute may begin meanwhile, once.
    assert {read("10.0.0.1", bad) for _ in range(150)} == {401, 429}
    assert read("10.0.0.1", key("edit")) == 200
    assert read("10.0.0.1", {}) == 200
    assert read("10.0.0.2", bad) == 401


def test_what_a_front_asks_again_counts_once(store: Store) -> None:
    """A request that is held, or a stream, is asked for again with every change; its client asked once."""
    client = client_with(store, rate_limit_read="1/year")
    assert client.get("/v1/changes").status_code == 200
    again = [client.get("/v1/changes", environ_overrides={REPEATED: True}) for _ in range(3)]
    assert [each.status_code for each in again] == [200, 200, 200]
    assert client.get("/v1/changes").status_code == 429


def test_a_page_of_the_web_may_read_the_limits(store: Store, key: Key) -> None:
    client = client_with(store, rate_limit_write="1/year")
    write(client, key("edit"))
    refused = client.delete("/v1/events/nobody", headers={**key("edit"), "Origin": "https://example.org"})
    assert refused.status_code == 429
    exposed = {each.strip() for each in refused.headers["Access-Control-Expose-Headers"].split(",")}
    assert exposed >= {"RateLimit", "RateLimit-Policy", "Retry-After"}
