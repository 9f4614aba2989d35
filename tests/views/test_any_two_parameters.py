"""Any two parameters of a list may be sent together, and it is as long as it says."""

from __future__ import annotations

import re

import pytest

from tests.views.asking import any_two
from tests.views.conftest import World, written

LISTS = ("/v1/facts", "/v1/facts/counts", "/v1/actors", "/v1/articles", "/v1/search")
#: What openapi.yaml says of some two.
EXCLUDED = re.compile(r"With q, ")


@pytest.mark.parametrize("path", LISTS)
def test_any_two_parameters_of_a_list_may_be_sent_together(world: World, path: str) -> None:
    asked = 0
    for query in any_two(path):
        response = world.client.get(f"{path}?{written(query)}")
        if response.status_code == 422:
            assert EXCLUDED.search(response.text), (query, response.text)
            continue
        assert response.status_code == 200, (query, response.text)
        asked += 1
        if "count" in query and response.json["next_cursor"] is None:
            assert response.json["total"] == len(response.json["items"]), query
    assert asked > 30
