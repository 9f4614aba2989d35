"""Jobs over HTTP: sending an article, following what is done with it, and whose affair that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import create_app
from api.protocol.waiting import FRONT, HELD, HOLD
from api.settings import Settings
from api.store import jobs
from api.store.jobs import End
from api.store.opening import Store
from api.views.jobs import EXTRACTION
from tests.checked import CheckedClient
from tests.conftest import Key

Post = Callable[..., TestResponse]
ARTICLES = "/v1/articles"
ARTICLE = {"publisher": "The Paper", "text": "They met in Geneva."}
PAGE = "https://paper.example/met"


@pytest.fixture
def client(empty_client: FlaskClient) -> FlaskClient:
    empty_client.application.config[EXTRACTION] = True
    return empty_client


@pytest.fixture
def post(client: FlaskClient, key: Key) -> Post:
    def send(article: Any = ARTICLE, query: str = "", **headers: str) -> TestResponse:
        sent = key("ingest") | {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post(ARTICLES + query, json=article, headers=sent)

    return send


def flaws(response: TestResponse) -> dict[str, str]:
    assert response.status_code == 422, response.text
    return {error["pointer"]: error["detail"] for error in response.json["errors"]}


def end(store: Store, id_: str, state: str = "done") -> None:
    """Let a job end as a worker would."""
    job = store.write(lambda session: jobs.claim(session, "9", "9"))
    assert job is not None
    assert job.id == id_
    store.write(lambda session: jobs.finish(session, job, End(state, job.created_at, "9")))


def test_an_article_that_is_sent_becomes_a_job(post: Post, client: FlaskClient, key: Key) -> None:
    response = post(X_Change_Note="for the archive")
    assert response.status_code == 202
    job = response.json
    assert response.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert (job["kind"], job["state"], job["by"], job["note"]) == ("extract", "queued", "ingest", "for the archive")
    assert job["progress"] == {"step": None, "done": 0, "total": 0}
    assert job["next_attempt_at"] == job["created_at"]
    read = client.get(response.headers["Location"], headers=key("ingest"))
    assert read.data == response.data
    assert read.headers["ETag"] == response.headers["ETag"]
    again = client.get(response.headers["Location"], headers={**key("ingest"), "If-None-Match": read.headers["ETag"]})
    assert again.status_code == 304
    assert client.get(ARTICLES).json["items"] == []


@pytest.mark.parametrize(
    "article",
    [
        {"publisher": "P", "source": "Before. They met."},
        {"publisher": "P", "text": "They met.", "url": PAGE},
        {"html": "<p>They met."},
        {"html": "<p>They met.", "url": PAGE, "title": "They met"},
        {"url": PAGE},
        {"url": PAGE, "publisher": "P", "published_at": {"edtf": "2022-01"}, "text": None},
    ],
)
def test_an_article_is_sent_as_text_or_as_a_page_or_as_where_that_is(post: Post, article: Any) -> None:
    assert post(article).status_code == 202


@pytest.mark.parametrize(
    "article, pointers",
    [
        ({}, {"/text"}),
        ({"publisher": "P"}, {"/text"}),
        ({"publisher": "P", "text": ""}, {"/text"}),
        ({"publisher": "P", "html": ""}, {"/html"}),
        ({"publisher": "P", "text": "a", "html": "<p>a"}, {"/html"}),
        ({"publisher": "P", "source": "a", "html": "<p>a"}, {"/html"}),
        ({"text": "a"}, {"/publisher"}),
        ({"text": "a", "url": PAGE}, {"/publisher"}),
        ({"publisher": "P", "text": "a\x00b"}, {"/text"}),
        ({"publisher": "P", "html": "a\x00b"}, {"/html"}),
        ({"publisher": "P", "text": "x" * 2_000_001}, {"/text"}),
        ({"url": "ftp://paper.example/"}, {"/url"}),
        ({"url": "nowhere"}, {"/url"}),
        ({"url": "http://127.0.0.1/"}, {"/url"}),
        ({"url": "http://169.254.169.254/latest/meta-data/"}, {"/url"}),
        ({"url": "http://intranet/"}, {"/url"}),
        ({"txt": "a", "publisher": 5}, {"/txt", "/publisher"}),
        ([], {""}),
    ],
)
@pytest.mark.parametrize("query", ["", "?extract=true"])
def test_what_cannot_be_read_is_told_at_once(post: Post, article: Any, pointers: set[str], query: str) -> None:
    assert set(flaws(post(article, query))) == pointers


def test_a_url_beside_a_text_is_only_where_it_was(post: Post) -> None:
    assert post({**ARTICLE, "url": "http://intranet.example/a"}).status_code == 202


@pytest.mark.parametrize("article", [{"html": "<p>They met."}, {"url": PAGE}])
def test_a_page_is_stored_alone_by_a_job_too(post: Post, article: Any) -> None:
    response = post(article, "?extract=false")
    assert (response.status_code, response.json["kind"]) == (202, "store")


def test_where_nothing_is_extracted_the_problem_says_what_to_install(post: Post, client: FlaskClient, key: Key) -> None:
    client.application.config[EXTRACTION] = False
    for article, query in ((ARTICLE, ""), ({"url": PAGE}, "?extract=false")):
        response = post(article, query)
        assert (response.status_code, response.json["type"]) == (503, "/problems/extraction-not-installed")
        assert "pip install 'newsfacts[extract]'" in response.json["detail"]
    assert client.get("/v1/jobs", headers=key("ingest")).json["items"] == []
    assert set(flaws(post({"publisher": "P"}))) == {"/text"}
    assert post(ARTICLE, "?extract=false").status_code == 201


def test_extraction_can_be_turned_off(store: Store, key: Key) -> None:
    app = create_app(Settings(access_log=False, extraction=False), store)
    app.test_client_class = CheckedClient
    assert app.test_client().post(ARTICLES, json=ARTICLE, headers=key("ingest")).status_code == 503


def test_the_same_idempotency_key_gives_the_same_job(post: Post, client: FlaskClient, key: Key) -> None:
    first, again = post(Idempotency_Key="mine"), post(Idempotency_Key="mine")
    assert (again.status_code, again.data) == (202, first.data)
    assert again.headers["Location"] == first.headers["Location"]
    assert len(client.get("/v1/jobs", headers=key("ingest")).json["items"]) == 1
    assert post({**ARTICLE, "title": "T"}, Idempotency_Key="mine").status_code == 422


def test_a_key_sees_its_own_jobs_and_an_admin_all(post: Post, client: FlaskClient, key: Key) -> None:
    job = post().json
    mine, other, admin = key("ingest"), key("ingest", name="other"), key("admin")
    for headers, seen in ((mine, [job["id"]]), (other, []), (admin, [job["id"]])):
        assert [each["id"] for each in client.get("/v1/jobs", headers=headers).json["items"]] == seen
    place = f"/v1/jobs/{job['id']}"
    assert client.get(place, headers=other).status_code == 404
    assert client.post(f"{place}/cancel", headers=other).status_code == 404
    assert client.post(f"{place}/retry", headers=other).status_code == 404
    assert client.get(place, headers=key("edit", "review")).status_code == 403
    assert client.get(place).status_code == 401
    assert client.get(place, headers=admin).json["state"] == "queued"
    assert client.post(f"{place}/cancel", headers=admin).status_code == 200
    assert client.post(f"{place}/retry", headers=mine).status_code == 202


def test_jobs_are_listed_in_pages_the_last_ones_first(post: Post, client: FlaskClient, key: Key) -> None:
    sent = [post({**ARTICLE, "title": str(number)}).json["id"] for number in range(5)]
    client.post(f"/v1/jobs/{sent[1]}/cancel", headers=key("ingest"))
    seen: list[str] = []
    path: str | None = "/v1/jobs?limit=2&state=queued"
    while path:
        response = client.get(path, headers=key("ingest"))
        seen += [each["id"] for each in response.json["items"]]
        cursor = response.json["next_cursor"]
        assert ("Link" in response.headers) == bool(cursor)
        path = f"/v1/jobs?limit=2&state=queued&cursor={cursor}" if cursor else None
    assert seen == [id_ for id_ in reversed(sent) if id_ != sent[1]]
    both = client.get("/v1/jobs?state=queued&state=cancelled", headers=key("admin")).json["items"]
    assert [each["id"] for each in both] == sent[::-1]
    assert client.get("/v1/jobs?state=nowhere", headers=key("ingest")).status_code == 422
    assert client.get("/v1/jobs?cursor=x", headers=key("ingest")).status_code == 422


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_what_is_over_or_not_is_told_to_whoever_comes_too_late(
    post: Post, client: FlaskClient, key: Key, store: Store, verb: str
) -> None:
    job = post().json
    assert client.post(f"/v1/jobs/{job['id']}/retry", headers=key("ingest")).status_code == 409
    end(store, job["id"])
    response = client.post(f"/v1/jobs/{job['id']}/{verb}", headers=key("ingest"))
    assert (response.status_code, response.json["type"]) == (409, "/problems/conflict")
    assert "This job is done" in response.json["detail"]
    assert client.post(f"/v1/jobs/job-1/{verb}", headers=key("ingest")).status_code == 404


@pytest.mark.parametrize("state", ["failed", "dead"])
def test_what_ended_undone_can_be_tried_again(
    post: Post, client: FlaskClient, key: Key, store: Store, state: str
) -> None:
    job = post().json
    end(store, job["id"], state)
    place = f"/v1/jobs/{job['id']}"
    assert client.get(place, headers=key("ingest")).json["state"] == state
    again = client.post(f"{place}/retry", headers=key("ingest"))
    assert (again.status_code, again.json["state"], again.json["attempts"]) == (202, "queued", 1)
    assert again.headers["Location"] == place


def test_an_answer_can_be_held_until_the_job_is_over(post: Post, client: FlaskClient, key: Key, store: Store) -> None:
    job = post().json
    place, front = f"/v1/jobs/{job['id']}?wait=30", {FRONT: True}
    held = client.get(place, headers=key("ingest"), environ_overrides=front)
    assert held.headers[HOLD] == "30"
    assert HOLD not in client.get(place, headers=key("ingest"), environ_overrides={**front, HELD: True}).headers
    end(store, job["id"])
    over = client.get(place, headers=key("ingest"), environ_overrides=front)
    assert HOLD not in over.headers
    assert over.json["state"] == "done"
    assert client.get("/v1/jobs/job-1?wait=30", headers=key("ingest")).status_code == 404
    assert client.get(place.replace("30", "31"), headers=key("ingest")).status_code == 422
