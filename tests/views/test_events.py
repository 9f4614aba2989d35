"""Events: what is particular to them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from schemas.vocabulary import QUAD_OF, EventType


def test_an_event_has_the_quad_of_its_type(client: FlaskClient) -> None:
    events = client.get("/v1/events?limit=200").json["items"]
    assert events
    for event in events:
        assert event["quad"] == QUAD_OF[EventType(event["type"])].value


@pytest.mark.parametrize("name", ["category", "status", "stance", "attribution", "kind"])
def test_events_refuse_filters_of_other_kinds(client: FlaskClient, name: str) -> None:
    problem = client.get(f"/v1/events?{name}=tabled")
    assert problem.status_code == 422
    assert problem.json["errors"][0]["parameter"] == name
