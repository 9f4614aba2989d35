"""Exports over HTTP: what the lists have, whole, in any format, and gone on with after a cut."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from api.store import wholes
from api.store.opening import Store
from tests.conftest import Ingest, Key
from tests.exports.reading import cells, cut_points, export, lines, tabbed
from tests.protocol.apps import client_with
from tests.views.conftest import World, written
from tests.views.test_lists import OF_ALL, OF_KIND, draw_query

RESOURCES = ("facts", "events", "proposals", "statements", "articles", "actors")
KINDS = {"csv": "text/csv", "ndjson": "application/x-ndjson"}


def ids(documents: list[Any]) -> list[str]:
    return [each["id"] for each in documents]


def test_any_filters_in_any_order_export_what_the_list_has(world: World) -> None:
    draw = Random(7)
    for _ in range(40):
        resource = draw.choice(("facts", "events", "proposals", "statements"))
        query = draw_query(draw, world, (*OF_KIND.get(resource, ()), *OF_ALL))
        query["sort"] = draw.choice(("-date", "date") if "q" in query else ("-date", "date", "-updated", "updated"))
        listed = world.listed(f"/v1/{resource}", query)
        exported = export(world.client, f"exports/{resource}?{written(query)}")
        assert lines(exported) == listed, query


@pytest.mark.parametrize(
    "path",
    [
        "articles?sort=published&publisher=Wire%2024",
        "articles?q=harbor",
        "actors?sort=-name",
        "actors?name=a",
        "facts?ids=nobody",
        "facts?review=rejected",
    ],
)
def test_so_it_is_with_articles_and_actors(world: World, path: str) -> None:
    resource, _, query = path.partition("?")
    asked = dict(pair.split("=") for pair in query.replace("%20", " ").split("&"))
    assert lines(export(world.client, f"exports/{path}")) == world.listed(f"/v1/{resource}", asked)


def test_rejected_facts_are_exported_only_by_asking(world: World) -> None:
    rejected = {id_ for id_, fact in world.facts.items() if fact["review"]["status"] == "rejected"}
    assert rejected
    assert not rejected & set(ids(lines(export(world.client, "exports/facts"))))
    assert set(ids(lines(export(world.client, "exports/facts?review=rejected")))) == rejected


@pytest.mark.parametrize("resource", RESOURCES)
def test_all_formats_have_the_same_rows(world: World, resource: str) -> None:
    expected = ids(lines(export(world.client, f"exports/{resource}")))
    assert ids(cells(export(world.client, f"exports/{resource}?format=csv"))) == expected
    graph = orjson.loads(export(world.client, f"exports/{resource}?format=jsonld"))["@graph"]
    assert [node["@id"].rpartition("/")[2] for node in graph] == expected


def test_ndjson_is_the_documents_byte_by_byte(world: World) -> None:
    for line in export(world.client, "exports/facts").splitlines()[:5]:
        assert world.client.get(f"/v1/facts/{orjson.loads(line)['id']}").data == line


def test_changes_are_the_feed_with_texts(world: World) -> None:
    told, cursor = [], ""
    while True:
        page = world.client.get(f"/v1/changes?texts=true&limit=200{cursor}").json
        told += page["items"]
        if not page["more"]:
            break
        cursor = f"&after={page['next_cursor']}"
    assert lines(export(world.client, "exports/changes")) == told
    assert [each["resource"] for each in lines(export(world.client, "exports/changes?resource=actor"))]
    assert not any("source" in each for each in lines(export(world.client, "exports/changes?texts=false")))


def test_two_stores_with_the_same_content_export_the_same_bytes(world_on: Callable[[str], World]) -> None:
    worlds = [world_on(database).client for database in ("sqlite", "postgresql")]
    for path in (
        *(f"{resource}?format={format_}" for resource in RESOURCES for format_ in ("ndjson", "csv", "jsonld")),
        "events?format=plover",
        "changes",
    ):
        one, other = (export(client, f"exports/{path}") for client in worlds)
        assert one == other, path


CUT = [
    ("facts", "ndjson", "sort=-date"),
    ("facts", "csv", "sort=date"),
    ("facts", "jsonld", "sort=updated"),
    ("facts", "ndjson", "q=harbor"),
    ("facts", "csv", "q=harbor&sort=date"),
    ("facts", "ndjson", "date_from=2022-01-20&date_to=2022-02-20"),
    ("events", "plover", "review=rejected&review=approved"),
    ("articles", "csv", ""),
    ("actors", "jsonld", "sort=-name"),
    ("changes", "ndjson", "resource=event"),
]


@pytest.mark.parametrize("resource, format_, query", CUT)
def test_after_a_cut_the_rest_is_the_same_bytes(
    world: World, monkeypatch: pytest.MonkeyPatch, resource: str, format_: str, query: str
) -> None:
    monkeypatch.setattr(wholes, "PAGE", 7)
    path = f"exports/{resource}?format={format_}&{query}"
    whole = world.client.get(f"/v1/{path}")
    # The rest of a JSON document is none, so its answers are not checked.
    client = world.client.application.test_client()
    for received, last in cut_points(whole.data, format_):
        rest = client.get(f"/v1/{path}&after={last}")
        assert rest.status_code == 200, rest.text
        assert received + rest.data == whole.data
        assert rest.headers["ETag"] == whole.headers["ETag"], "it is of the same moment"


def test_the_etag_tells_whether_it_is_still_the_same_moment(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Any
) -> None:
    ingest_sheet(sheet)
    first = empty_client.get("/v1/exports/facts")
    sheet["events"][0]["id"], sheet["article"]["id"] = "another", "another"
    sheet["article"]["text"] += " And more."
    ingest_sheet(sheet)
    rest = empty_client.get("/v1/exports/facts?after=france-received-germany")
    assert rest.headers["ETag"] != first.headers["ETag"]
    since = empty_client.get(first.headers["Link"].partition(">")[0].removeprefix("<")).json["items"]
    assert {each["id"] for each in since} >= {"another"}, "the link leads to what has changed since"


@pytest.mark.parametrize(
    "path",
    [
        "facts?after=nobody",
        "actors?after=nobody",
        "changes?after=event/nobody/1",
        "changes?after=event/nobody/999999999",
    ],
)
def test_nothing_goes_on_after_what_is_not_there(world: World, path: str) -> None:
    refused = world.client.get(f"/v1/exports/{path}")
    assert refused.status_code == 422
    assert refused.json["errors"][0]["parameter"] == "after"


@pytest.mark.parametrize(
    "query", ["limit=5", "cursor=x", "fields=id", "include=actors", "count=exact", "format=xml", "actr=x"]
)
def test_what_means_nothing_to_an_export_is_refused(world: World, query: str) -> None:
    assert world.client.get(f"/v1/exports/facts?{query}").status_code == 422
    assert world.client.get("/v1/exports/facts?q=%22").status_code == 422
    assert world.client.get("/v1/exports/facts?q=harbor&sort=updated").json["errors"][0]["parameter"] == "sort"


# Formats.


@pytest.mark.parametrize(
    "accept, kind",
    [
        ("*/*", "application/x-ndjson"),
        ("text/csv", "text/csv"),
        ("application/json, text/csv;q=0.5", "text/csv"),
        ("text/csv;q=0.5, application/x-ndjson;q=0.6", "application/x-ndjson"),
        ("application/ld+json", "application/ld+json"),
        ("text/tab-separated-values", "text/tab-separated-values"),
    ],
)
def test_a_client_gets_the_format_that_it_likes_best(world: World, accept: str, kind: str) -> None:
    response = world.client.get("/v1/exports/events?actor=nobody", headers={"Accept": accept}, buffered=True)
    assert response.content_type.partition(";")[0] == kind
    assert response.headers["Vary"] == "Accept"


def test_a_format_that_there_is_none_of_is_refused(world: World) -> None:
    for path, accept in (
        ("facts", "text/tab-separated-values"),
        ("facts?format=plover", "*/*"),
        ("changes?format=csv", "*/*"),
        ("changes", "text/csv"),
        ("facts?format=csv", "application/json"),
    ):
        assert world.client.get(f"/v1/exports/{path}", headers={"Accept": accept}).status_code == 406, path


def test_a_browser_saves_it_as_a_file(world: World) -> None:
    response = world.client.get("/v1/exports/actors?format=csv", buffered=True)
    assert response.headers["Content-Disposition"] == 'attachment; filename="actors.csv"'


@pytest.mark.parametrize("path", ["exports/facts", "exports/events?format=plover", "exports/changes"])
def test_head_tells_what_get_tells_but_the_body(world: World, path: str) -> None:
    told = world.client.head(f"/v1/{path}")
    assert (told.status_code, told.data) == (200, b"")
    whole = world.client.get(f"/v1/{path}", buffered=True)
    for name in ("ETag", "Content-Type", "Content-Disposition", "Link"):
        assert told.headers[name] == whole.headers[name]
    again = world.client.get(f"/v1/{path}", headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


# Lists by what is accepted.


@pytest.mark.parametrize("path", ["facts?actor=league", "events", "articles?q=harbor", "actors?kind=person"])
@pytest.mark.parametrize("format_", ["csv", "ndjson"])
def test_a_list_is_whole_to_whoever_asks_for_lines(world: World, path: str, format_: str) -> None:
    exported = export(world.client, path, Accept=KINDS[format_])
    joint = "&" if "?" in path else "?"
    assert exported == export(world.client, f"exports/{path}{joint}format={format_}")


def test_so_are_the_facts_of_an_article_in_reading_order(world: World) -> None:
    (article, *_) = world.articles
    expected = ids(world.listed(f"/v1/articles/{article}/facts", {}))
    assert ids(lines(export(world.client, f"articles/{article}/facts", Accept=KINDS["ndjson"]))) == expected
    assert ids(cells(export(world.client, f"articles/{article}/facts", Accept=KINDS["csv"]))) == expected


def test_a_whole_list_goes_on_where_a_page_ends(world: World) -> None:
    page = world.client.get("/v1/facts?limit=7").json
    rest = lines(export(world.client, f"facts?cursor={page['next_cursor']}", Accept=KINDS["ndjson"]))
    assert page["items"] + rest == world.listed("/v1/facts", {})


@pytest.mark.parametrize("query", ["limit=5", "count=exact", "include=actors"])
def test_what_belongs_to_pages_means_nothing_to_a_whole_list(world: World, query: str) -> None:
    refused = world.client.get(f"/v1/facts?{query}", headers={"Accept": "text/csv"})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["parameter"] == query.partition("=")[0]
    assert world.client.get("/v1/facts?fields=id", headers={"Accept": "text/csv"}).status_code == 406


# Who may read what, and how many at a time.


def test_texts_are_for_those_with_a_key(store: Store, ingest_sheet: Ingest, sheet: Any, key: Key) -> None:
    ingest_sheet(sheet)
    client = client_with(store, article_text="quotes")
    assert client.get("/v1/exports/changes").status_code == 401
    assert client.head("/v1/exports/changes").status_code == 401
    for path in ("changes?texts=false", *RESOURCES, *(f"{each}?format=csv" for each in RESOURCES)):
        response = client.get(f"/v1/exports/{path}")
        assert response.status_code == 200
        assert b"troops would leave" not in response.data
    assert b"troops would leave" in client.get("/v1/exports/changes", headers=key(name="reader")).data


def test_where_reading_needs_a_key_exports_do(store: Store, key: Key) -> None:
    client = client_with(store, public_read=False)
    for resource in (*RESOURCES, "changes"):
        assert client.get(f"/v1/exports/{resource}").status_code == 401
        assert client.get(f"/v1/exports/{resource}", headers=key(name="reader"), buffered=True).status_code == 200


def test_so_many_at_a_time_and_the_next_is_told_to_come_again(store: Store, ingest_sheet: Ingest, sheet: Any) -> None:
    ingest_sheet(sheet)
    client = client_with(store, exports=2)
    under_way = [client.get("/v1/exports/facts", buffered=False) for _ in range(2)]
    for ask in (client.get, client.head):
        refused = ask("/v1/exports/facts")
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
    assert client.get("/v1/facts").status_code == 200
    under_way[0].close()
    assert client.get("/v1/exports/facts", buffered=True).status_code == 200, "one has ended"
    assert b"".join(under_way[1].response) == client.get("/v1/exports/facts").data
    for _ in range(5):  # neither what is refused nor what is told in a header keeps a seat
        assert client.get("/v1/exports/facts?after=nobody").status_code == 422
        assert client.head("/v1/exports/facts").status_code == 200
    assert tabbed(client.get("/v1/exports/events?format=plover").data)
