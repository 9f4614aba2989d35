"""The history of a resource: every version stays readable, also of what was deleted or merged."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import jsonpatch
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from api.store import changes, tables
from api.store.opening import Store
from api.store.writing import Author, Writer
from tests.conftest import Ingest
from tests.ingest.histories import live
from tests.ingest.sheets import actor, event, proposal, sheet_of, statement
from tests.store.contents import rows

Entry = dict[str, Any]
Sheet = dict[str, Any]

#: What lives in tests/ingest/histories.py, under each path that leads to it.
LIVES = [
    ("articles", "paper-1"),
    ("articles", "paper-3"),
    ("articles", "paper-once"),
    ("actors", "alba"),
    ("actors", "alba-twin"),
    ("actors", "borduria"),
    ("events", "met"),
    ("facts", "met"),
    ("events", "alone"),
    ("events", "once"),
    ("proposals", "talks"),
    ("statements", "agreed"),
    ("facts", "agreed"),
]

lives = pytest.mark.parametrize("path", [f"/v1/{plural}/{id_}" for plural, id_ in LIVES])


@pytest.fixture(scope="module")
def client(shared_store: Store, shared_client: FlaskClient) -> FlaskClient:
    """Reads a store in which everything became of something; nothing is written to it."""
    live(shared_store)
    return shared_client


def versions(client: FlaskClient, path: str) -> list[Entry]:
    """Read the versions of a resource, each whole, the first one first."""
    found = client.get(f"{path}/versions").json["items"]
    return [client.get(f"{path}/versions/{each['version']}").json for each in found[::-1]]


# Versions.


@lives
def test_the_versions_are_those_that_the_feed_told(client: FlaskClient, path: str) -> None:
    _, _, plural, id_ = path.split("/")
    told = [
        entry
        for entry in client.get("/v1/changes?limit=200").json["items"]
        if entry["id"] == id_ and plural in (f"{entry['resource']}s", "facts")
    ]
    assert told
    assert versions(client, path) == told


@lives
def test_the_list_of_versions_says_of_each_what_the_version_says(client: FlaskClient, path: str) -> None:
    listed = client.get(f"{path}/versions").json
    assert listed["next_cursor"] is None
    numbers = [each["version"] for each in listed["items"]]
    assert numbers == sorted(numbers, reverse=True)
    for each in listed["items"]:
        whole = client.get(f"{path}/versions/{each['version']}").json
        assert each == {name: whole[name] for name in each}
        assert set(whole) - set(each) == {"resource", "id", "document"}


def test_pages_of_any_size_list_the_same_versions(client: FlaskClient) -> None:
    whole = client.get("/v1/facts/met/versions").json["items"]
    assert [each["version"] for each in whole] == list(range(10, 0, -1))
    for limit in (1, 3, 10):
        found: list[Entry] = []
        address = f"/v1/facts/met/versions?limit={limit}"
        while address:
            page = client.get(address)
            found += page.json["items"]
            link = page.headers.get("Link", "")
            address = link[1 : link.find(">")] if link else ""
            assert (f"cursor={page.json['next_cursor']}" in address) == (page.json["next_cursor"] is not None)
        assert found == whole


def test_a_cursor_is_good_for_one_history_only(client: FlaskClient) -> None:
    cursor = client.get("/v1/facts/met/versions?limit=1").json["next_cursor"]
    assert client.get(f"/v1/events/met/versions?limit=5&cursor={cursor}").status_code == 200
    assert client.get(f"/v1/facts/talks/versions?limit=1&cursor={cursor}").status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/v1/facts/none/versions",
        "/v1/facts/none/versions/1",
        "/v1/facts/none/versions/1/diff",
        "/v1/facts/met/versions/11",
        "/v1/facts/met/versions/0",
        "/v1/facts/met/versions/x",
        "/v1/facts/met/versions/11/diff",
        "/v1/facts/met/versions/2/diff?from=11",
        "/v1/statements/met/versions",
        "/v1/statements/met/versions/1",
        "/v1/statements/met/versions/2/diff",
        "/v1/articles/met/versions",
        "/v1/actors/met/versions",
    ],
)
def test_what_never_was_has_no_history(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_version_is_not_sent_twice(client: FlaskClient) -> None:
    for path in ("/v1/facts/met/versions", "/v1/facts/met/versions/3", "/v1/facts/met/versions/3/diff"):
        first = client.get(path)
        assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
        assert client.head(path).headers["ETag"] == first.headers["ETag"]


def test_a_version_has_the_same_etag_whatever_else_is_written(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    ingest_sheet(sheet)
    path = "/v1/events/france-received-germany/versions/1"
    before = empty_client.get(path)
    ingest_sheet(sheet_of("They met.", event("They met", id="met")))
    assert empty_client.get(path).headers["ETag"] == before.headers["ETag"]


def test_who_did_it_and_why_is_told(client: FlaskClient) -> None:
    found = {each["note"]: each["by"] for each in client.get("/v1/facts/met/versions").json["items"]}
    assert (found["First of all"], found["Read twice – good"], found["The same meeting"]) == ("wire", "desk", "desk")


# Differences.


def applied(client: FlaskClient, path: str, new: Entry, old: Entry | None) -> Any:
    asked = f"?from={old['version']}" if old else ""
    response = client.get(f"{path}/versions/{new['version']}/diff{asked}")
    assert response.status_code == 200, response.text
    assert response.content_type == "application/json-patch+json"
    return jsonpatch.apply_patch(old and old["document"], response.text)


@lives
def test_a_difference_applied_to_one_version_gives_the_other(client: FlaskClient, path: str) -> None:
    found = versions(client, path)
    for old in found:
        for new in found:
            assert applied(client, path, new, old) == new["document"]


@lives
def test_a_version_differs_from_the_one_before_unless_another_is_named(client: FlaskClient, path: str) -> None:
    found = versions(client, path)
    assert applied(client, path, found[0], None) == found[0]["document"]
    for old, new in pairwise(found):
        named = client.get(f"{path}/versions/{new['version']}/diff?from={old['version']}")
        assert client.get(f"{path}/versions/{new['version']}/diff").data == named.data


def test_a_difference_is_no_longer_than_it_need_be(client: FlaskClient) -> None:
    review = client.get("/v1/facts/met/versions/4/diff").json
    assert {step["path"] for step in review} == {
        "/updated_at",
        "/version",
        "/review/status",
        "/review/by",
        "/review/at",
    }
    assert client.get("/v1/facts/met/versions/4/diff?from=4").json == []
    assert client.get("/v1/statements/agreed/versions/5/diff").json == [{"op": "replace", "path": "", "value": None}]


@pytest.mark.parametrize("base", ["0", "-1", "x", "99999999999"])
def test_a_version_to_differ_from_is_a_number(client: FlaskClient, base: str) -> None:
    response = client.get(f"/v1/facts/met/versions/2/diff?from={base}")
    assert (response.status_code, response.json["errors"][0]["parameter"]) == (422, "from")


# As of a moment.


def test_every_version_is_what_was_there_at_its_time(client: FlaskClient) -> None:
    for plural, id_ in LIVES:
        path = f"/v1/{plural}/{id_}"
        for entry in versions(client, path):
            then = client.get(f"{path}?as_of={entry['at']}")
            if entry["action"] == "deleted":
                assert then.status_code == 410
            elif entry["action"] == "merged":
                assert then.status_code == 308
                assert then.headers["Location"] == f"/v1/{plural}/{entry['merged_into']}?as_of={entry['at']}"
            else:
                assert (then.status_code, then.json) == (200, entry["document"])
                assert then.headers["ETag"] == entry["etag"]


def test_between_two_versions_the_earlier_one_was_there(client: FlaskClient) -> None:
    first, second, *_ = versions(client, "/v1/facts/met")
    assert (first["at"], second["at"]) == ("2022-02-01T12:00:00.000000Z", "2022-02-01T12:01:00.000000Z")
    for moment, version in (
        ("2022-02-01T12:00:00Z", 1),
        ("2022-02-01T12:00:59.9Z", 1),
        ("2022-02-01T12:00:59.999999Z", 1),
        ("2022-02-01T12:01:00Z", 2),
        ("2030-01-01T00:00:00Z", 10),
    ):
        assert client.get(f"/v1/facts/met?as_of={moment}").json["version"] == version


def test_before_its_first_version_nothing_was_there(client: FlaskClient) -> None:
    for plural, id_ in LIVES:
        assert client.get(f"/v1/{plural}/{id_}?as_of=2022-02-01T11:59:59Z").status_code == 404


def test_the_present_as_of_now_is_the_present(client: FlaskClient) -> None:
    now = client.get("/v1/facts/met")
    then = client.get("/v1/facts/met?as_of=2030-01-01T00:00:00Z")
    assert (then.data, then.headers["ETag"]) == (now.data, now.headers["ETag"])


def test_a_fact_of_another_kind_was_not_there_then_either(client: FlaskClient) -> None:
    assert client.get("/v1/statements/met?as_of=2030-01-01T00:00:00Z").status_code == 404


def test_what_was_there_then_can_be_asked_for_in_part_but_not_together_with_what_is_there_now(
    client: FlaskClient,
) -> None:
    then = client.get("/v1/facts/met?as_of=2022-02-01T12:01:00Z&fields=version")
    assert then.json == {"id": "met", "version": 2}
    response = client.get("/v1/facts/met?as_of=2022-02-01T12:01:00Z&include=actors")
    assert (response.status_code, response.json["errors"][0]["parameter"]) == (422, "include")


@pytest.mark.parametrize("moment", ["yesterday", "2022-02-01", "2022-02-30T00:00:00Z", "2022-02-01T12:00:00+01:00"])
def test_a_moment_is_told_as_all_times_are(client: FlaskClient, moment: str) -> None:
    response = client.get("/v1/facts/met", query_string={"as_of": moment})
    assert (response.status_code, response.json["errors"][0]["parameter"]) == (422, "as_of")


# What was deleted.


@pytest.fixture
def deleted(store: Store, ingest_sheet: Ingest) -> None:
    """Store one of every noun, and delete them all."""
    ingest_sheet(
        sheet_of(
            "They met. They will talk. “Yes”, he said.",
            event("They met", id="met"),
            actors=[actor("he")],
            proposals=[proposal("They will talk", id="talk")],
            statements=[statement("Yes", id="yes")],
        )
    )

    def work(session: Session) -> None:
        writer = Writer(session, Author("2022-02-01T00:00:00.000000Z", "desk"))
        for fact in ("met", "talk", "yes"):
            writer.remove(tables.facts, fact)
        writer.remove(tables.actors, "he")
        writer.remove(tables.articles, "paper")
        writer.flush()

    store.write(work)


GONE = ["events/met", "facts/met", "proposals/talk", "statements/yes", "actors/he", "articles/paper"]


@pytest.mark.usefixtures("deleted")
@pytest.mark.parametrize(
    "path",
    [*GONE, "facts/talk", "actors/he/network", "articles/paper/text", "articles/paper/source", "articles/paper/facts"],
)
def test_what_was_deleted_is_gone(empty_client: FlaskClient, path: str) -> None:
    for query in ("", "?fields=id") if path in GONE else ("",):
        response = empty_client.get(f"/v1/{path}{query}")
        assert (response.status_code, response.json["type"]) == (410, "/problems/gone")


@pytest.mark.usefixtures("deleted")
@pytest.mark.parametrize("path", GONE)
def test_what_was_deleted_can_be_read_in_its_history(empty_client: FlaskClient, path: str) -> None:
    first, last = versions(empty_client, f"/v1/{path}")
    assert (first["action"], last["action"], last["document"]) == ("created", "deleted", None)
    assert empty_client.get(f"/v1/{path}?as_of=2022-01-28T00:00:00Z").json == first["document"]


@pytest.mark.usefixtures("deleted")
def test_what_was_deleted_is_gone_only_where_it_was(empty_client: FlaskClient) -> None:
    for path in ("statements/met", "events/yes", "actors/met", "articles/he", "facts/paper"):
        assert empty_client.get(f"/v1/{path}").status_code == 404


@pytest.mark.usefixtures("deleted")
def test_nothing_is_verified_in_an_article_that_was_deleted(empty_client: FlaskClient) -> None:
    asked = {"article": "paper", "exact": "They met"}
    assert empty_client.post("/v1/verify", json=asked).status_code == 404


def test_the_history_of_a_store_is_complete(client: FlaskClient, shared_store: Store) -> None:
    """Each resource has its versions without a gap, and each transaction its place in the feed."""
    found: dict[tuple[str, str], list[int]] = {}
    for id_, resource, version in sorted(rows(shared_store, "changes", "id", "resource", "version")):
        found.setdefault((resource, id_), []).append(version)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in found.values())
    numbers = [seq for (seq,) in sorted(rows(shared_store, "changes", "seq"))]
    assert numbers == list(range(1, changes.last_number(shared_store.reader) + 1))
    assert json.loads(client.get("/v1/changes?limit=200").data)["more"] is False
