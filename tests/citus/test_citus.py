"""A distributed PostgreSQL answers as one machine does, and a reading by id asks one shard."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from api.ingest import ingest
from api.store.distribution import COLUMNS, distribute
from api.store.opening import Store
from tests.conftest import NOW, Key
from tests.store.clients import client_of
from tests.views.desks import Desk

ADDRESSES = (
    "/v1/facts?limit=200",
    "/v1/facts?limit=5&sort=date",
    "/v1/facts?sort=-updated&limit=200",
    "/v1/events?actor=russia&role=actor&modality=planned&modality=possible",
    "/v1/facts?date_from=2022-01-26&min_sources=2&count=exact",
    "/v1/facts?country=RU&country=UA&review=approved&count=estimate",
    "/v1/facts?article=tms-us-responds-to-russia&include=actors,articles,relations",
    "/v1/facts?q=written response&limit=10",
    "/v1/facts/us-written-response-to-russia?include=actors,articles",
    "/v1/facts/us-written-response-to-russia/versions",
    "/v1/facts/counts?by=kind",
    "/v1/facts/counts?by=month&actor=russia",
    "/v1/actors?name=jens",
    "/v1/actors?limit=200",
    "/v1/actors/jens-stoltenberg/network",
    "/v1/articles",
    "/v1/articles/tms-us-responds-to-russia/facts?limit=200",
    "/v1/search?q=hotline",
    "/v1/search?q=hotline&sort=relevance&facets=resource,kind&highlight=true",
)


def said(client: FlaskClient, address: str) -> Any:
    """Read an answer but for its cursor, which is another one in each store."""
    response = client.get(address)
    assert response.status_code == 200, response.text
    return {name: value for name, value in response.json.items() if name != "next_cursor"}


@pytest.mark.parametrize("address", ADDRESSES)
def test_answers_are_those_of_one_machine(
    distributed_client: FlaskClient, open_seeded: Callable[[str], Store], address: str
) -> None:
    assert said(distributed_client, address) == said(client_of(open_seeded("sqlite")), address)


def test_pages_together_are_the_list(distributed_client: FlaskClient) -> None:
    found: list[str] = []
    following: str | None = "/v1/facts?limit=7&fields=id"
    while following:
        response = distributed_client.get(following)
        found += [each["id"] for each in response.json["items"]]
        following = response.headers.get("Link", "").partition(">")[0].removeprefix("<") or None
    whole = distributed_client.get("/v1/facts?limit=200&fields=id").json["items"]
    assert found == [each["id"] for each in whole]


@pytest.mark.parametrize("table", [table for table in COLUMNS if table in ("facts", "articles", "actors", "changes")])
def test_a_reading_by_id_asks_one_shard(distributed: Store, table: str) -> None:
    with distributed.reader.engine.connect() as connection:
        plan = connection.execute(text(f"EXPLAIN SELECT * FROM {table} WHERE id = 'russia'")).scalars().all()
    assert any("Task Count: 1" in line for line in plan), plan


def test_what_is_distributed_stays_as_it_is(distributed: Store) -> None:
    assert dict(distribute(distributed)) == dict.fromkeys(COLUMNS, False)


def test_desks_edit_merge_part_and_delete(distributed: Store, key: Key) -> None:
    desk = Desk(client_of(distributed), key("admin"))
    one, other = desk.ids("events?limit=2")
    assert desk.patch(f"events/{one}", {"note": "Checked"}).status_code == 200
    merged = desk.send("POST", f"facts/{one}/merge", {"into": other}, match=desk.etag(f"facts/{one}"))
    assert merged.status_code == 200, merged.text
    assert desk.client.get(f"/v1/facts/{one}").status_code == 308
    parted = desk.send("POST", f"facts/{one}/unmerge", match=merged.headers["ETag"])
    assert parted.status_code == 200, parted.text
    assert desk.read(f"facts/{one}")["note"] == "Checked"
    assert desk.delete(f"events/{one}").status_code == 204
    assert desk.client.get(f"/v1/facts/{one}").status_code == 410


def test_writers_at_once_store_each_sheet_once_and_number_without_gaps(
    distributed: Store, sheet: dict[str, Any]
) -> None:
    def store_one(number: int) -> None:
        article = sheet["article"] | {"id": f"paper-{number}", "publisher": f"Paper {number}"}
        distributed.write(partial(ingest, sheet=sheet | {"article": article}, clock=lambda: NOW))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(store_one, range(12)))
    client = client_of(distributed)
    fact = client.get("/v1/facts/france-received-germany").json
    assert (fact["version"], fact["sources"]["publishers"]) == (12, 12)
    with distributed.reader.engine.connect() as connection:
        numbers = list(connection.execute(text("SELECT seq FROM changes ORDER BY seq")).scalars())
    assert numbers == list(range(1, len(numbers) + 1))
