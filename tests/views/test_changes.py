"""The feed of changes: all of them in one order, so that whoever reads it stays in step."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from api import create_app
from api.settings import Settings
from api.store import changes
from api.store.opening import Store
from api.views import changes as view
from tests.checked import CheckedClient
from tests.conftest import Ingest, Key
from tests.ingest.histories import live, paper
from tests.ingest.sheets import actor, event, sheet_of
from tests.store.contents import rows

Entry = dict[str, Any]
Sheet = dict[str, Any]


def page(client: FlaskClient, **query: Any) -> dict[str, Any]:
    response = client.get(f"/v1/changes?{urlencode(query, doseq=True)}")
    assert response.status_code == 200, response.text
    return response.json


def walk(client: FlaskClient, limit: int = 200, **query: Any) -> Iterator[list[Entry]]:
    """Read the feed to its end, page by page."""
    for _ in range(500):
        found = page(client, limit=limit, **query)
        assert len(found["items"]) <= limit
        yield found["items"]
        if not found["more"]:
            return
        query["after"] = found["next_cursor"]
    raise AssertionError("the feed never ends")


def read(client: FlaskClient, **query: Any) -> list[Entry]:
    return [entry for entries in walk(client, **query) for entry in entries]


def named(entries: list[Entry]) -> list[tuple[str, int, str]]:
    return [(entry["id"], entry["version"], entry["action"]) for entry in entries]


def client_with(store: Store, **settings: Any) -> FlaskClient:
    app = create_app(Settings(access_log=False, **settings), store)
    app.test_client_class = CheckedClient
    return app.test_client()


@dataclass
class Lived:
    """A store in which everything became of something, and a cursor from before it did."""

    store: Store
    client: FlaskClient
    start: str


@pytest.fixture(scope="module")
def lived(shared_store: Store, shared_client: FlaskClient) -> Lived:
    start = page(shared_client)["next_cursor"]
    live(shared_store)
    return Lived(shared_store, shared_client, start)


# What is told.


def test_an_empty_store_has_an_empty_feed_that_can_be_asked_again(
    store: Store, empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    first = page(empty_client)
    assert (first["items"], first["more"]) == ([], False)
    ingest_sheet(sheet)
    assert len(page(empty_client, after=first["next_cursor"])["items"]) == 4


def test_a_sheet_is_told_in_an_order_in_which_nothing_is_named_before_it_is_there(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    ingest_sheet(sheet, by="wire", note="As sent")
    entries = read(empty_client)
    assert [(entry["resource"], entry["id"]) for entry in entries] == [
        ("article", "talks"),
        ("actor", "france"),
        ("actor", "germany"),
        ("event", "france-received-germany"),
    ]
    for entry in entries:
        assert (entry["version"], entry["action"], entry["by"], entry["note"]) == (1, "created", "wire", "As sent")
        assert entry["at"] == entry["document"]["updated_at"] == "2022-01-27T09:30:00.000000Z"


def test_each_version_comes_with_its_document_and_the_last_one_is_what_is_served(lived: Lived) -> None:
    last = {}
    for entry in read(lived.client):
        document = entry["document"]
        assert document is None or (document["id"], document["version"]) == (entry["id"], entry["version"])
        assert (document is None) == (entry["etag"] is None)
        last[entry["resource"], entry["id"]] = entry
    for (noun, id_), entry in last.items():
        served = lived.client.get(f"/v1/{noun}s/{id_}")
        if entry["action"] == "deleted":
            assert (served.status_code, entry["document"]) == (410, None)
        elif entry["action"] == "merged":
            assert served.status_code == 308
            assert served.headers["Location"].endswith(f"/{entry['merged_into']}")
        else:
            assert (served.json, served.headers["ETag"]) == (entry["document"], entry["etag"])


def test_the_document_in_the_feed_is_that_of_the_resource_byte_for_byte(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    ingest_sheet(sheet)
    feed = empty_client.get("/v1/changes").data
    for path in ("articles/talks", "actors/france", "events/france-received-germany"):
        assert b'"document":%b' % empty_client.get(f"/v1/{path}").data in feed


def test_pages_of_any_size_give_the_same_feed(lived: Lived) -> None:
    whole = read(lived.client)
    assert len(whole) == changes.last_number(lived.store.reader)
    for limit in (1, 3, 50):
        assert read(lived.client, limit=limit) == whole


def test_at_the_end_the_cursor_is_kept(empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet) -> None:
    ingest_sheet(sheet)
    end = page(empty_client)["next_cursor"]
    for _ in range(2):
        again = page(empty_client, after=end)
        assert again == {"items": [], "next_cursor": end, "more": False}
    ingest_sheet(sheet_of("They met.", event("They met", id="met")))
    assert named(page(empty_client, after=end)["items"]) == [("paper", 1, "created"), ("met", 1, "created")]


def test_what_is_stored_again_unchanged_is_no_change(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    ingest_sheet(sheet)
    before = read(empty_client)
    ingest_sheet(sheet)
    assert read(empty_client) == before


def test_deleting_merging_and_restoring_are_told(lived: Lived) -> None:
    entries = read(lived.client)
    (withdrawn,) = [e for e in entries if e["note"] == "Withdrawn" and e["resource"] == "article"]
    assert (withdrawn["action"], withdrawn["by"], withdrawn["document"]) == ("deleted", "desk", None)
    (merged,) = [e for e in entries if e["note"] == "The same meeting" and e["id"] == "alone"]
    assert (merged["action"], merged["merged_into"], merged["document"]) == ("merged", "met", None)
    actors = [e for e in entries if e["id"] == "alba"]
    assert [e["action"] for e in actors] == ["created", "merged", "restored"]
    assert actors[1]["document"]["merged_into"] == "league"
    assert [e["version"] for e in actors] == [1, 2, 3]


def test_the_link_leads_to_the_next_page(empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet) -> None:
    ingest_sheet(sheet)
    first = empty_client.get("/v1/changes?limit=3")
    link = first.headers["Link"]
    assert link == f'</v1/changes?limit=3&after={first.json["next_cursor"]}>; rel="next"'
    second = empty_client.get(link[1 : link.index(">")])
    assert len(second.json["items"]) == 1
    assert "Link" not in second.headers


# What is wanted.


def test_kinds_of_resources_are_told_apart(lived: Lived) -> None:
    whole = read(lived.client)
    for noun in ("article", "actor", "event", "proposal", "statement"):
        assert read(lived.client, resource=noun) == [entry for entry in whole if entry["resource"] == noun]
    asked = ["actor", "statement"]
    assert read(lived.client, resource=asked) == [entry for entry in whole if entry["resource"] in asked]


def test_what_leaves_a_list_is_told_as_well_as_what_comes_into_it(
    empty_client: FlaskClient, ingest_sheet: Ingest
) -> None:
    told = sheet_of("They met.", event("They met", id="met"))
    ingest_sheet(told)
    told["events"][0]["type"] = "consult"
    ingest_sheet(told | {"on_conflict": "replace"})
    assert named(read(empty_client, type="agree")) == [("met", 1, "created"), ("met", 2, "updated")]
    assert named(read(empty_client, type="consult")) == [("met", 2, "updated")]


FILTERS = [
    ({"kind": "event"}, ["met"] * 10 + ["alone", "alone-too", "alone", "alone-too", "alone-too"] + ["once"] * 3),
    ({"actor": "borduria", "role": "speaker"}, ["agreed"] * 7),
    ({"country": "AL", "resource": "actor"}, ["alba", "alba-twin", "alba-twin", "alba", "alba"]),
    ({"category": "talks", "review": "rejected"}, ["talks", "talks"]),
    ({"article": "paper-once"}, ["once"] * 3),
    # What is deleted or merged says nothing of itself any more: it is always told.
    ({"min_sources": 2, "resource": "statement"}, ["agreed"] * 3),
    ({"date_to": "2022-01-30", "kind": "event"}, ["alone", "alone-too", "once"]),
]


@pytest.mark.parametrize("query, expected", FILTERS, ids=lambda each: "-".join(each) if isinstance(each, dict) else "")
def test_filters_of_lists_are_filters_of_the_feed(lived: Lived, query: dict[str, Any], expected: list[str]) -> None:
    assert sorted(entry["id"] for entry in read(lived.client, **query)) == sorted(expected)


def test_filters_may_differ_from_page_to_page(lived: Lived) -> None:
    first = page(lived.client, resource="article", limit=2)
    assert named(first["items"]) == [("paper-1", 1, "created"), ("paper-2", 1, "created")]
    rest = page(lived.client, resource="actor", after=first["next_cursor"])["items"]
    whole = [(entry["resource"], entry["id"], entry["version"]) for entry in read(lived.client)]
    place = whole.index(("article", "paper-2", 1))
    assert named(rest) == [
        (id_, version, e["action"])
        for (noun, id_, version), e in zip(whole[place + 1 :], read(lived.client)[place + 1 :], strict=True)
        if noun == "actor"
    ]


def test_a_page_looks_at_so_many_changes_and_goes_on_where_it_stopped(
    lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = read(lived.client, resource="actor")
    monkeypatch.setattr(changes, "STEPS", 4)
    pages = list(walk(lived.client, resource="actor"))
    assert [entry for entries in pages for entry in entries] == wanted
    assert len(pages) > changes.last_number(lived.store.reader) // 4
    assert [] in pages


def test_a_filter_that_lists_do_not_have_is_refused(client: FlaskClient) -> None:
    for query in ("q=x", "ids=x", "sort=date", "cursor=x", "updated_since=2022-01-01T00:00:00Z", "actr=x"):
        response = client.get(f"/v1/changes?{query}")
        assert (response.status_code, response.json["errors"][0]["parameter"]) == (422, query.partition("=")[0])


# Cursors.


@pytest.mark.parametrize("parameter", ["after", "Last-Event-ID"])
def test_a_cursor_that_is_none_is_refused_by_the_name_of_its_parameter(client: FlaskClient, parameter: str) -> None:
    end = page(client)["next_cursor"]
    of_a_list = client.get("/v1/facts?limit=1").json["next_cursor"]
    for cursor in ("x", end[:-1], end[1:], of_a_list):
        if parameter == "after":
            response = client.get(f"/v1/changes?after={cursor}")
        else:
            response = client.get("/v1/changes/stream", headers={"Last-Event-ID": cursor})
        assert response.status_code == 422
        assert [error["parameter"] for error in response.json["errors"]] == [parameter]


def test_a_cursor_of_another_store_is_refused(client: FlaskClient, open_empty: Callable[[str], Store]) -> None:
    with closing(open_empty("sqlite")) as other:
        cursor = page(client_with(other))["next_cursor"]
    assert client.get(f"/v1/changes?after={cursor}").status_code == 422


# Texts.


def test_texts_come_where_an_article_begins(lived: Lived) -> None:
    assert not [entry for entry in read(lived.client) if "source" in entry]
    for entry in read(lived.client, texts="true"):
        begins = entry["resource"] == "article" and entry["action"] in ("created", "restored")
        assert ("source" in entry) == begins
        if entry["id"] == "paper-1" and begins:
            text = paper(1)["article"]["text"]
            assert entry["source"] == {"before": "Header\n", "text": text, "after": "\nFooter"}
    # Of one that was deleted too: its history has it.
    assert [e["source"]["text"] for e in read(lived.client, texts="true") if e["id"] == "paper-3" and "source" in e]
    assert lived.client.get("/v1/articles/paper-3/text").status_code == 410


def test_where_readers_get_quotations_alone_texts_need_a_key(store: Store, key: Key) -> None:
    live(store)
    client = client_with(store, article_text="quotes")
    assert client.get("/v1/changes").status_code == 200
    refused = client.get("/v1/changes?texts=true")
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert client.get("/v1/changes?texts=true", headers=key("ingest")).status_code == 200


def test_an_answer_ends_before_it_becomes_too_large(lived: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read(lived.client, texts="true")
    monkeypatch.setattr(view, "_LARGEST", 3_000)
    pages = list(walk(lived.client, texts="true"))
    assert len(pages) > 5
    assert [entry for entries in pages for entry in entries] == whole
    monkeypatch.setattr(view, "_LARGEST", 1)
    assert [len(entries) for entries in walk(lived.client, texts="true")] == [1] * len(whole)


# Conditional requests.


def test_nothing_is_sent_again_until_something_changes(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    first = empty_client.get("/v1/changes")
    known = {"If-None-Match": first.headers["ETag"]}
    assert empty_client.get("/v1/changes", headers=known).status_code == 304
    assert empty_client.get("/v1/changes?limit=2", headers=known).status_code == 200
    ingest_sheet(sheet)
    assert empty_client.get("/v1/changes", headers=known).status_code == 200
    assert empty_client.head("/v1/changes").headers["ETag"] == empty_client.get("/v1/changes").headers["ETag"]


# Waiting.


def test_a_waiting_reader_gets_what_comes(store: Store, ingest_sheet: Ingest, sheet: Sheet) -> None:
    client = client_with(store)
    end = page(client)["next_cursor"]
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(page, client_with(store), after=end, wait=30, resource="event")
        # This one is not what is waited for.
        ingest_sheet(sheet | {"events": []})
        ingest_sheet(sheet)
        assert named(answer.result(60)["items"]) == [("france-received-germany", 1, "created")]


def test_a_reader_waits_so_long_and_no_longer(store: Store) -> None:
    client = client_with(store)
    end = page(client)["next_cursor"]
    assert page(client, after=end, wait=1) == {"items": [], "next_cursor": end, "more": False}


def test_what_is_there_already_is_not_waited_for(
    store: Store, ingest_sheet: Ingest, sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest_sheet(sheet)
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("it waits"))
    assert len(page(client_with(store), wait=30)["items"]) == 4


def test_waiting_never_takes_the_last_thread(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("it waits"))
    assert page(client_with(store, threads=1), wait=30)["items"] == []


def test_who_waits_with_an_etag_is_told_that_nothing_came(store: Store) -> None:
    client = client_with(store)
    path = f"/v1/changes?after={page(client)['next_cursor']}&wait=1"
    known = {"If-None-Match": client.get(path).headers["ETag"]}
    assert client.get(path, headers=known).status_code == 304


def test_a_front_holds_the_request_instead(
    store: Store, ingest_sheet: Ingest, sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("it waits"))
    client = client_with(store)
    path = f"/v1/changes?after={page(client)['next_cursor']}&wait=20"
    front = {"newsfacts.front": True}
    held = client.get(path, environ_base=front)
    assert (held.headers["X-Newsfacts-Wait"], held.json["items"]) == ("20", [])
    known = {"If-None-Match": held.headers["ETag"]}
    assert client.get(path, environ_base=front, headers=known).headers["X-Newsfacts-Wait"] == "20"
    over = client.get(path, environ_base=front | {"newsfacts.waited": True})
    assert "X-Newsfacts-Wait" not in over.headers
    ingest_sheet(sheet)
    come = client.get(path, environ_base=front)
    assert (len(come.json["items"]), "X-Newsfacts-Wait" in come.headers) == (4, False)


@pytest.mark.parametrize("wait", ["-1", "31", "soon"])
def test_how_long_can_be_waited_is_bounded(client: FlaskClient, wait: str) -> None:
    assert client.get(f"/v1/changes?wait={wait}").status_code == 422


# Streams.


def events(client: FlaskClient, query: str = "", last: str | None = None) -> tuple[list[dict[str, str]], str]:
    """Read a stream as browsers do: the events that are dispatched, and the id to go on from."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
    response = client.get(f"/v1/changes/stream{query}", headers=headers)
    assert response.status_code == 200, response.text
    assert response.headers["Cache-Control"] == "no-store"
    assert "Content-Length" not in response.headers
    assert response.text.endswith("\n\n")
    dispatched, id_ = [], last or ""
    for block in response.text.split("\n\n"):
        told = dict(line.split(": ", 1) for line in block.splitlines())
        id_ = told.get("id", id_)
        if "data" in told:
            dispatched.append(told)
    return dispatched, id_


def test_the_stream_tells_what_the_feed_tells(lived: Lived) -> None:
    whole = read(lived.client)
    told, _ = events(lived.client, f"?after={lived.start}")
    assert [json.loads(each["data"]) for each in told] == whole
    assert [each["event"] for each in told] == [f"{entry['resource']}.{entry['action']}" for entry in whole]


def test_the_id_of_an_event_is_a_cursor(lived: Lived) -> None:
    told, end = events(lived.client, f"?after={lived.start}")
    for n in (0, 20, len(told) - 1):
        assert [each["data"] for each in events(lived.client, last=told[n]["id"])[0]] == [
            each["data"] for each in told[n + 1 :]
        ]
        assert page(lived.client, after=told[n]["id"])["items"] == [json.loads(each["data"]) for each in told[n + 1 :]]
    assert end == told[-1]["id"] == page(lived.client, limit=200)["next_cursor"]


def test_without_a_place_the_stream_begins_at_the_end(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    ingest_sheet(sheet)
    told, place = events(empty_client)
    assert told == []
    ingest_sheet(sheet_of("They met.", event("They met", id="met")))
    # The place is told without an event, so a browser that connects again misses nothing.
    told, _ = events(empty_client, last=place)
    assert [each["event"] for each in told] == ["article.created", "event.created"]


def test_what_was_read_last_counts_for_more_than_the_address(lived: Lived) -> None:
    end = page(lived.client, limit=200)["next_cursor"]
    assert events(lived.client, f"?after={lived.start}", last=end)[0] == []


def test_a_stream_is_filtered_and_moves_past_what_is_not_wanted(lived: Lived) -> None:
    told, place = events(lived.client, f"?after={lived.start}&resource=statement&resource=proposal")
    assert {each["event"].partition(".")[0] for each in told} == {"statement", "proposal"}
    assert place == page(lived.client, limit=200)["next_cursor"]


def test_a_long_stream_comes_in_parts(lived: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "STEPS", 8)
    told: list[str] = []
    place = lived.start
    for _ in range(changes.last_number(lived.store.reader) // 8 + 1):
        part, place = events(lived.client, f"?resource=event&after={place}")
        told += [each["data"] for each in part]
    assert [json.loads(each) for each in told] == read(lived.client, resource="event")
    assert place == page(lived.client, limit=200)["next_cursor"]


def test_a_front_is_told_how_to_follow(lived: Lived) -> None:
    path, front = "/v1/changes/stream?resource=event", {"newsfacts.front": True}
    assert "X-Newsfacts-Follow" not in lived.client.get(path).headers
    first = lived.client.get(f"{path}&after={lived.start}", environ_base=front)
    follow = first.headers["X-Newsfacts-Follow"]
    assert follow == f"{path}&after={page(lived.client, limit=200)['next_cursor']}"
    then = lived.client.get(follow, environ_base=front)
    assert (then.text.count("event: "), then.headers["X-Newsfacts-Follow"]) == (0, follow)


def test_a_stream_is_no_json(client: FlaskClient) -> None:
    assert client.get("/v1/changes/stream", headers={"Accept": "application/json"}).status_code == 406


# What was stored before there was a feed.


def test_a_change_is_told_of_every_document_that_is_stored(lived: Lived) -> None:
    last = {(entry["resource"], entry["id"]): entry["version"] for entry in read(lived.client)}
    for table, noun in (("articles", "article"), ("actors", "actor")):
        for id_, version in rows(lived.store, table, "id", "version"):
            assert last[noun, id_] == version
    for id_, kind, version in rows(lived.store, "facts", "id", "kind", "version"):
        assert last[kind, id_] == version


def test_who_takes_part_under_a_former_name_is_found_under_the_new_one(
    empty_client: FlaskClient, ingest_sheet: Ingest
) -> None:
    ingest_sheet(
        sheet_of(
            "They met.", event("They met", id="met", actors=[{"actor": "old", "role": "actor"}]), actors=[actor("old")]
        )
    )
    assert named(read(empty_client, actor="old")) == [("met", 1, "created")]
