"""The way in over HTTP: a sheet is stored whole or not at all, a batch line by line, and a retry changes nothing."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, TestResponse

from api.store import tables
from api.store.answers import KeptAnswer, keep, recall
from api.store.opening import Store, open_store
from tests.conftest import Key
from tests.ingest.sheets import actor, event, proposal, sheet_of, statement
from tests.protocol.apps import client_with
from tests.store.clients import StoreClient
from tests.store.contents import everything
from tests.store.contents import rows as stored_rows

Sheet = dict[str, Any]
Post = Callable[..., TestResponse]

SHEETS = "/v1/fact-sheets"
NDJSON = "application/x-ndjson"


@pytest.fixture
def post(empty_client: FlaskClient, key: Key) -> Post:
    """Sends a sheet with a key that may store it, or may do what is said; other words are headers."""

    def send(sheet: Any, *scopes: str, path: str = SHEETS, **headers: str) -> TestResponse:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        body = json.dumps(sheet).encode()
        sent = {**key(*(scopes or ("ingest",))), **more}
        return empty_client.post(path, data=body, content_type="application/json", headers=sent)

    return send


def flaws(response: TestResponse, status: int = 422) -> dict[str, str]:
    """Give what is wrong, by its place."""
    assert response.status_code == status, response.text
    return {flaw["pointer"]: flaw["detail"] for flaw in response.json["errors"]}


def feed(client: FlaskClient) -> list[Any]:
    return client.get("/v1/changes?limit=200").json["items"]


# One sheet.


def test_a_new_sheet_is_stored_and_every_id_is_told(post: Post, empty_client: FlaskClient, sheet: Sheet) -> None:
    response = post(sheet)
    assert response.status_code == 201
    assert response.json == {
        "article": {"id": "talks", "outcome": "created"},
        "actors": [{"id": "france", "outcome": "created"}, {"id": "germany", "outcome": "created"}],
        "facts": [{"id": "france-received-germany", "outcome": "created"}],
    }
    assert response.headers["Location"] == "/v1/articles/talks"
    assert response.headers["Cache-Control"] == "no-store"
    assert empty_client.get(response.headers["Location"]).json["title"] == "France receives Germany"
    assert empty_client.get("/v1/facts/france-received-germany").status_code == 200


def test_ids_that_were_derived_are_told_in_the_order_of_the_sheet(post: Post, empty_client: FlaskClient) -> None:
    sheet = sheet_of(
        "It was agreed. Talks were offered. “Yes,” they said.",
        event("It was agreed"),
        proposals=[proposal("Talks were offered")],
        statements=[statement("Yes,")],
        actors=[actor("first"), {"name": "Second", "kind": "group"}],
    )
    del sheet["article"]["id"]
    told = post(sheet).json
    assert [each["id"].partition("-")[0] for each in told["facts"]] == ["event", "proposal", "statement"]
    assert told["actors"][0]["id"] == "first"
    for path in (f"articles/{told['article']['id']}", f"actors/{told['actors'][1]['id']}"):
        assert empty_client.get(f"/v1/{path}").status_code == 200
    assert [fact["id"] for fact in told["facts"]] == [
        fact["id"] for fact in empty_client.get(f"/v1/articles/{told['article']['id']}/facts").json["items"]
    ]


def test_a_sheet_that_is_known_changes_nothing(post: Post, store: Store, sheet: Sheet) -> None:
    first = post(sheet)
    before = everything(store)
    again = post(sheet)
    assert again.status_code == 200
    assert {each["outcome"] for each in (again.json["article"], *again.json["actors"], *again.json["facts"])} == {
        "unchanged"
    }
    assert again.json["article"]["id"] == first.json["article"]["id"]
    assert everything(store) == before


def test_a_second_source_updates_the_fact(post: Post, empty_client: FlaskClient, sheet: Sheet) -> None:
    post(sheet)
    other = sheet_of(
        "France received Germany on Monday.",
        {**deepcopy(sheet["events"][0]), "evidence": [{"exact": "France received Germany"}]},
        article="other",
        actors=sheet["actors"],
    )
    told = post(other)
    assert told.status_code == 201
    assert told.json["facts"] == [{"id": "france-received-germany", "outcome": "updated"}]
    assert {each["outcome"] for each in told.json["actors"]} == {"unchanged"}
    assert empty_client.get("/v1/facts/france-received-germany").json["sources"]["articles"] == 2


def test_everything_that_is_wrong_with_a_sheet_is_told_by_its_place(post: Post, store: Store, sheet: Sheet) -> None:
    before = everything(store)
    sheet["events"][0]["evidence"] = [{"exact": "France recieved Germany"}]
    sheet["events"][0]["actors"][0]["actor"] = "frence"
    sheet["events"].append({"titel": "x"})
    sheet["artcle"] = {}
    found = flaws(post(sheet))
    assert "The nearest are 'France received Germany'" in found["/events/0/evidence/0/exact"]
    assert "Did you mean 'france'?" in found["/events/0/actors/0/actor"]
    assert "Did you mean 'title'?" in found["/events/1/titel"]
    assert "/events/1/type" in found
    assert "Did you mean 'article'?" in found["/artcle"]
    assert stored_rows(store, "changes") == before["changes"] == []


def test_a_sheet_that_disagrees_is_refused_unless_it_says_who_is_right(
    post: Post, empty_client: FlaskClient, sheet: Sheet
) -> None:
    post(sheet)
    sheet["events"][0]["modality"] = "denied"
    sheet["actors"][0]["country_code"] = "DE"
    found = flaws(post(sheet), 409)
    assert set(found) == {"/events/0/modality", "/actors/0/country_code"}
    assert "The store has 'actual', the sheet 'denied'." in found["/events/0/modality"]
    assert empty_client.get("/v1/actors/france").json["version"] == 1
    assert post({**sheet, "on_conflict": "keep"}).status_code == 200
    assert post({**sheet, "on_conflict": "replace"}).status_code == 201
    assert empty_client.get("/v1/events/france-received-germany").json["modality"] == "denied"


@pytest.mark.parametrize("body", [[], [{}], None, 5, "sheet", True])
def test_a_body_that_is_no_object_is_refused(post: Post, body: Any) -> None:
    assert set(flaws(post(body))) == {""}


WRONG = [None, True, 5, -1, 2.5, "", "x", [], [None], [[]], [5], {}, {"": 5}, {"id": []}]


@pytest.mark.parametrize("at", ["article", "actors", "events", "proposals", "statements", "on_conflict"])
def test_whatever_stands_in_the_place_of_a_part_is_refused_as_unfit(post: Post, sheet: Sheet, at: str) -> None:
    for wrong in WRONG:
        response = post({**sheet, at: wrong})
        assert response.status_code in (201, 200, 422) if wrong == [] and at != "on_conflict" else 422, wrong


def test_whatever_stands_in_the_place_of_a_field_is_refused_as_unfit(post: Post) -> None:
    text = "It was agreed. Talks were offered. “Yes,” they said."
    for wrong in (True, 5, "x", [5], {}, {"id": []}):
        for plural, whole in (
            ("events", event("It was agreed")),
            ("proposals", proposal("Talks were offered", history=[{"status": "floated", "evidence": {"exact": "It"}}])),
            ("statements", statement("Yes,")),
            ("actors", {**actor("one"), "positions": [{"title": "x"}]}),
        ):
            for name in (*whole, "date", "actors", "places", "quantities", "relations", "review", "note", "about"):
                response = post(sheet_of(text, **{plural: [{**whole, name: wrong}]}, on_conflict="replace"))
                assert response.status_code < 500, (plural, name, wrong)


def test_a_sheet_is_json_and_says_so(empty_client: FlaskClient, key: Key) -> None:
    for kind in ("text/plain", "application/xml", "application/merge-patch+json", "application/jsonx", None):
        response = empty_client.post(SHEETS, data=b"{}", content_type=kind, headers=key("ingest"))
        assert response.status_code == 415, kind
    broken = empty_client.post(SHEETS, data=b"{", content_type="application/json", headers=key("ingest"))
    assert broken.status_code == 400
    with_charset = empty_client.post(
        SHEETS, data=b"{}", content_type="Application/JSON; charset=UTF-8", headers=key("ingest")
    )
    assert set(flaws(with_charset)) == {"/article"}


@pytest.mark.parametrize("status", ["approved", "rejected"])
def test_a_review_counts_only_from_a_key_that_may_review(
    post: Post, empty_client: FlaskClient, sheet: Sheet, status: str
) -> None:
    sheet["events"][0]["review"] = {"status": status}
    post(sheet)
    review = empty_client.get("/v1/facts/france-received-germany").json["review"]
    assert (review["status"], review["by"], review["at"]) == ("pending", None, None)

    sheet["events"][0] |= {"id": "again", "title": "Once more"}
    assert post(sheet, "ingest", "review").status_code == 201
    review = empty_client.get("/v1/facts/again").json["review"]
    assert (review["status"], review["by"]) == (status, "ingest-review")
    assert review["at"] is not None


def test_an_admin_may_review(post: Post, empty_client: FlaskClient, sheet: Sheet) -> None:
    sheet["events"][0]["review"] = {"status": "approved"}
    post(sheet, "admin")
    assert empty_client.get("/v1/facts/france-received-germany").json["review"]["by"] == "admin"


@pytest.mark.parametrize(
    "sent, noted",
    [
        ("Corrected by the desk", "Corrected by the desk"),
        (quote("Besuch in Köln – „sehr gut“"), "Besuch in Köln – „sehr gut“"),
        ("Besuch in Köln".encode().decode("latin-1"), "Besuch in Köln"),
        ("100% sure", "100% sure"),
        ("  ", None),
        (None, None),
    ],
)
def test_the_history_tells_who_and_why(
    post: Post, empty_client: FlaskClient, sheet: Sheet, sent: str | None, noted: str | None
) -> None:
    headers = {} if sent is None else {"X_Change_Note": sent}
    assert post(sheet, **headers).status_code == 201
    assert [(change["id"], change["by"], change["note"]) for change in feed(empty_client)] == [
        (id_, "ingest", noted) for id_ in ("talks", "france", "germany", "france-received-germany")
    ]


@pytest.mark.parametrize("note", ["x" * 501, "%00", "a%0Ab", "%ff", quote("ö" * 501)])
def test_a_note_that_is_not_one_line_is_refused(post: Post, store: Store, sheet: Sheet, note: str) -> None:
    response = post(sheet, X_Change_Note=note)
    assert response.status_code == 422
    assert [flaw["parameter"] for flaw in response.json["errors"]] == ["X-Change-Note"]
    assert stored_rows(store, "changes") == []


# An article alone.


def test_an_article_is_stored_alone(post: Post, empty_client: FlaskClient) -> None:
    article = {"publisher": "The Paper", "text": "Nothing is stated here.", "url": "https://paper.example/1"}
    response = post(article, path="/v1/articles?extract=false")
    assert response.status_code == 201
    stored = empty_client.get(response.headers["Location"])
    assert stored.data == response.data
    assert stored.headers["ETag"] == response.headers["ETag"]
    assert response.json["url"] == "https://paper.example/1"
    assert feed(empty_client)[0]["by"] == "ingest"
    again = post(article, path="/v1/articles?extract=false")
    assert (again.status_code, again.data) == (200, response.data)


def test_what_is_null_of_an_article_was_not_sent(post: Post) -> None:
    path = "/v1/articles?extract=false"
    article = {"publisher": "The Paper", "text": "Nothing is stated here.", "html": None}
    assert post(article, path=path).status_code == 201
    nothing: Any = {"publisher": None, "text": None, "txt": None}
    assert flaws(post(nothing, path=path)) == flaws(post({"txt": None}, path=path))


def test_what_is_wrong_with_an_article_is_told_by_its_place_in_it(post: Post, sheet: Sheet) -> None:
    path = "/v1/articles?extract=false"
    assert set(flaws(post({"txt": "x"}, path=path))) == {"/txt", "/text", "/publisher"}
    for body in ([], None, 5, "x"):
        assert set(flaws(post(body, path=path))) == {""}
    post(sheet)
    other = {**sheet["article"], "text": "Another text."}
    assert set(flaws(post(other, path=path), 409)) == {"/text"}


# Idempotency-Key.


def shown(response: TestResponse) -> tuple[Any, ...]:
    """Give what an answer says, but for what belongs to the request itself."""
    own = ("X-Request-Id", "RateLimit", "Date")
    return response.status_code, response.data, sorted(each for each in response.headers if each[0] not in own)


def test_the_same_key_and_body_get_the_first_answer_again(
    post: Post, empty_client: FlaskClient, store: Store, sheet: Sheet
) -> None:
    first = post(sheet, Idempotency_Key="mine")
    before = everything(store)
    again = post(sheet, Idempotency_Key="mine")
    assert first.status_code == 201
    assert shown(again) == shown(first)
    assert again.headers["Location"] == "/v1/articles/talks"
    assert everything(store) == before
    assert post(sheet, Idempotency_Key="another").status_code == 200


def test_the_same_key_with_another_request_is_refused(post: Post, store: Store, sheet: Sheet) -> None:
    post(sheet, Idempotency_Key="mine")
    before = everything(store)
    other = {**sheet, "actors": [*sheet["actors"], actor("third")]}
    article = {"publisher": "The Paper", "text": "Nothing."}
    for body, path in ((other, SHEETS), (sheet, "/v1/articles?extract=false"), (article, "/v1/articles?extract=false")):
        response = post(body, path=path, Idempotency_Key="mine")
        assert response.status_code == 422
        assert [flaw["parameter"] for flaw in response.json["errors"]] == ["Idempotency-Key"]
    assert everything(store) == before


def test_each_caller_has_keys_of_its_own(
    post: Post, empty_client: FlaskClient, store: Store, key: Key, sheet: Sheet
) -> None:
    post(sheet, Idempotency_Key="1")
    other = {"article": {"id": "other", "publisher": "P", "text": "Another text."}}
    headers = {**key("ingest", name="somebody-else"), "Idempotency-Key": "1"}
    assert empty_client.post(SHEETS, json=other, headers=headers).status_code == 201
    assert empty_client.post(SHEETS, json=other, headers=headers).status_code == 201
    assert post(sheet, Idempotency_Key="1").json["article"]["id"] == "talks"


def test_a_request_that_was_refused_may_be_sent_again_corrected(post: Post, sheet: Sheet) -> None:
    sheet["events"][0]["type"] = "party"
    assert post(sheet, Idempotency_Key="mine").status_code == 422
    sheet["events"][0]["type"] = "consult"
    assert post(sheet, Idempotency_Key="mine").status_code == 201


def test_an_answer_is_kept_for_a_day(post: Post, store: Store, sheet: Sheet) -> None:
    first = post(sheet, Idempotency_Key="mine")
    _let_pass(store, timedelta(hours=23, minutes=59))
    assert shown(post(sheet, Idempotency_Key="mine")) == shown(first)
    _let_pass(store, timedelta(minutes=2))
    assert post(sheet, Idempotency_Key="mine").status_code == 200
    assert len(stored_rows(store, "answers")) == 1


def _let_pass(store: Store, time: timedelta) -> None:
    """Make all answers older."""

    def age(session: Session) -> None:
        for hash_, _, at, *_ in stored_rows(store, "answers"):
            earlier = datetime.fromisoformat(at) - time
            values = {"at": earlier.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
            session.execute(update(tables.answers).where(tables.answers.c.hash == hash_).values(values))

    store.write(age)


def test_answers_that_are_too_old_are_forgotten_when_others_are_kept(store: Store) -> None:
    begin = datetime(2022, 1, 1, tzinfo=UTC)
    answer = KeptAnswer("asked", 201, {"Location": "/v1/articles/x"}, b"{}")
    for hour in (0, 1, 24, 25):
        store.write(partial(keep, hash_=f"at-{hour}", answer=answer, clock=lambda: begin + timedelta(hours=hour)))  # noqa: B023
    assert {row[0] for row in stored_rows(store, "answers")} == {"at-24", "at-25"}
    end = begin + timedelta(hours=48)
    assert store.write(partial(recall, hash_="at-24", clock=lambda: end - timedelta(microseconds=1))) == answer
    assert store.write(partial(recall, hash_="at-24", clock=lambda: end)) is None


@pytest.mark.parametrize("sent", ["", "two words", "x" * 256, "schlüssel"])
def test_a_key_for_a_request_is_a_word(post: Post, store: Store, sheet: Sheet, sent: str) -> None:
    response = post(sheet, Idempotency_Key=sent.encode().decode("latin-1"))
    assert response.status_code == 422
    assert [flaw["parameter"] for flaw in response.json["errors"]] == ["Idempotency-Key"]
    assert stored_rows(store, "changes") == []


def test_of_fifty_at_once_one_has_an_effect_and_all_get_its_answer(store: Store, key: Key, sheet: Sheet) -> None:
    headers = {**key("ingest"), "Idempotency-Key": "mine"}
    barrier = Barrier(50)
    url = store.writers.url.render_as_string(hide_password=False)
    with closing(open_store(url, pool_size=50)) as wide:
        client = client_with(wide)

        def send(_: int) -> TestResponse:
            own = client.application.test_client()
            barrier.wait(60)
            return own.post(SHEETS, json=sheet, headers=headers)

        with ThreadPoolExecutor(50) as threads:
            answers = list(threads.map(send, range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({str(shown(answer)) for answer in answers}) == 1
    assert len(stored_rows(store, "changes")) == 4
    assert {row[0] for row in stored_rows(store, "facts", "version")} == {1}


# Batches.


def batch(*lines: Any) -> bytes:
    """Write lines of NDJSON, bytes as they are."""
    return b"\n".join(each if isinstance(each, bytes) else json.dumps(each).encode() for each in lines)


def told(response: TestResponse) -> list[Any]:
    assert response.status_code == 200, response.text
    assert response.content_type == NDJSON
    return [json.loads(line) for line in response.data.splitlines()]


def small(n: int) -> Sheet:
    return sheet_of(f"They met. Told by {n}.", event("They met", id=f"met-{n}"), article=f"paper-{n}")


@pytest.fixture
def send_batch(empty_client: FlaskClient, key: Key) -> Callable[..., list[Any]]:
    """Sends lines of NDJSON; gives what is told of each."""

    def send(*lines: Any, **headers: str) -> list[Any]:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return told(
            empty_client.post(SHEETS, data=batch(*lines), content_type=NDJSON, headers={**key("ingest"), **more})
        )

    return send


Batch = Callable[..., list[Any]]


def test_each_line_of_a_batch_is_answered_as_the_sheet_alone_would_be(
    send_batch: Batch, empty_client: FlaskClient
) -> None:
    other = {**small(1), "events": [event("They met", id="met-1", modality="denied")]}
    unfit = {**small(2), "events": [event("They never met")]}
    lines = send_batch(small(1), small(1), other, unfit, b"{broken", [], {"article": 5}, small(3))
    assert [(line["line"], line["status"]) for line in lines] == list(
        enumerate((201, 200, 409, 422, 400, 422, 422, 201), 1)
    )
    assert lines[0]["outcome"]["facts"] == [{"id": "met-1", "outcome": "created"}]
    assert lines[1]["outcome"]["facts"] == [{"id": "met-1", "outcome": "unchanged"}]
    for line in lines:
        assert (line["outcome"] is None) == (line["status"] >= 400)
        if line["problem"]:
            assert line["problem"]["status"] == line["status"]
            assert line["problem"]["instance"] == SHEETS
    assert [flaw["pointer"] for flaw in lines[3]["problem"]["errors"]] == ["/events/0/evidence/0/exact"]
    assert [article["id"] for article in empty_client.get("/v1/articles").json["items"]] == ["paper-3", "paper-1"]


def test_lines_are_numbered_as_they_stand_and_empty_ones_need_no_answer(send_batch: Batch) -> None:
    lines = send_batch(b"", b"  ", small(1), b"\r", b"", small(2), b"")
    assert [(line["line"], line["status"]) for line in lines] == [(3, 201), (6, 201)]


def test_a_batch_of_nothing_is_answered_by_nothing(send_batch: Batch) -> None:
    assert send_batch(b"") == []
    assert send_batch(b"\n\n") == []


def test_lines_may_end_as_windows_ends_them_and_the_last_one_need_not(send_batch: Batch) -> None:
    lines = send_batch(json.dumps(small(1)).encode() + b"\r", small(2))
    assert [line["status"] for line in lines] == [201, 201]


def test_a_line_may_be_as_long_as_a_sheet_alone_and_a_batch_much_longer(store: Store, key: Key) -> None:
    client = client_with(store, largest_body=2048)

    def padded(n: int, length: int) -> bytes:
        return json.dumps(small(n)).encode().ljust(length)

    lengths = (2048, 2049, 2050, 2051, 4096, 9000, 500, 4097, 2048)
    lines = [padded(n, length) for n, length in enumerate(lengths)]
    for ending in (b"\n", b"\r\n"):
        for end in (b"", ending):
            sent = ending.join(lines) + end
            found = told(client.post(SHEETS, data=sent, content_type=NDJSON, headers=key("ingest")))
            assert [line["line"] for line in found] == list(range(1, 10))
            assert [line["status"] in (200, 201) for line in found] == [length <= 2048 for length in lengths]
            assert {line["status"] for line in found} - {200, 201} == {413}
            assert found[1]["problem"]["detail"] == "The line is longer than 2048 bytes."
    alone = client.post(SHEETS, data=lines[1], content_type="application/json", headers=key("ingest"))
    assert alone.status_code == 413


def test_who_and_why_stand_in_the_history_of_every_line(send_batch: Batch, empty_client: FlaskClient) -> None:
    send_batch(small(1), small(2), X_Change_Note="The%20archive")
    assert {(change["by"], change["note"]) for change in feed(empty_client)} == {("ingest", "The archive")}


def test_what_is_wrong_with_the_request_is_told_before_the_answer_begins(
    empty_client: FlaskClient, store: Store, key: Key
) -> None:
    unfit = {"X-Change-Note": "%00"}, {"X-Change-Note": "1%aE"}, {"Idempotency-Key": "two words"}
    for status, headers in (*((422, each) for each in unfit), (406, {"Accept": "text/csv"}), (415, {})):
        kind = "application/ndjson" if status == 415 else NDJSON
        response = empty_client.post(
            SHEETS, data=batch(small(1)), content_type=kind, headers={**key("ingest"), **headers}
        )
        assert response.status_code == status
    assert stored_rows(store, "changes") == []


def test_reviews_in_a_batch_count_only_from_a_key_that_may_review(empty_client: FlaskClient, key: Key) -> None:
    for n, (scopes, status) in enumerate(((("ingest",), "pending"), (("ingest", "review"), "approved"))):
        sheet = small(n)
        sheet["events"][0]["review"] = {"status": "approved"}
        told(empty_client.post(SHEETS, data=batch(sheet), content_type=NDJSON, headers=key(*scopes)))
        assert empty_client.get(f"/v1/facts/met-{n}").json["review"]["status"] == status


# Batches as they come over the line: WSGI, without a client that collects what is sent.


class Line:
    """A body that is made only as it is read, as a server hands it over: who asks waits until there is enough."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._left = b""
        self.lines = 0

    def read(self, size: int) -> bytes:
        while len(self._left) < size and self._more():
            pass
        return self._cut(size)

    def readline(self, size: int) -> bytes:
        while len(self._left) < size and b"\n" not in self._left and self._more():
            pass
        return self._cut(min(size, self._left.find(b"\n") + 1 or size))

    def _more(self) -> bool:
        line = next(self._lines, b"")
        self._left += line
        self.lines += bool(line)
        return bool(line)

    def _cut(self, size: int) -> bytes:
        some, self._left = self._left[:size], self._left[size:]
        return some


@pytest.fixture
def stream(empty_client: StoreClient, key: Key) -> Callable[..., Generator[bytes]]:
    """Sends a body whose end, or length, is told; gives the answer as it comes."""

    def send(body: Line, length: int | None = None) -> Generator[bytes]:
        empty_client.application.extensions["newsfacts"] = empty_client.store
        environ = EnvironBuilder(SHEETS, method="POST", content_type=NDJSON, headers=key("ingest")).get_environ()
        environ.pop("CONTENT_LENGTH", None)
        end = {"wsgi.input_terminated": True} if length is None else {"CONTENT_LENGTH": str(length)}
        environ |= {"wsgi.input": body, **end}
        started: list[str] = []
        with closing(empty_client.application.wsgi_app(environ, lambda status, *_: started.append(status))) as parts:
            for part in parts:
                assert started == ["200 OK"]
                yield part

    return send


Stream = Callable[..., Generator[bytes]]


def test_answers_come_while_lines_are_still_being_read(stream: Stream) -> None:
    sheets = 60
    body = Line(json.dumps(small(n)).encode().ljust(3_000) + b"\n" for n in range(sheets))
    read_before = []
    for answered, part in enumerate(stream(body), 1):
        assert json.loads(part)["status"] == 201
        read_before.append(body.lines - answered)
    assert len(read_before) == sheets
    assert max(read_before) == 0


def test_a_body_is_read_to_the_length_that_is_told_and_no_further(stream: Stream, store: Store) -> None:
    """Some servers tell no end: whoever reads on waits for ever."""
    sheets = [json.dumps(small(n)).encode().ljust(3_000) + b"\n" for n in range(30)]

    def lines() -> Iterator[bytes]:
        yield from sheets
        raise AssertionError("read on")

    body = Line(lines())
    read_ahead = []
    for answered, part in enumerate(stream(body, sum(map(len, sheets))), 1):
        assert json.loads(part)["line"] == answered
        read_ahead.append(body.lines - answered)
    assert len(stored_rows(store, "facts", "id")) == len(read_ahead) == 30
    # A block is read at once, since lines would be read byte by byte.
    assert max(read_ahead) <= 3


def test_neither_what_is_sent_nor_what_is_answered_is_held_in_memory(stream: Stream) -> None:
    def send(lines: int) -> int:
        body = Line(b"{broken %b %d\n" % (b"x" * 10_000, n) for n in range(lines))
        tracemalloc.start()
        answers = sum(1 for _ in stream(body))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert answers == lines
        return most

    send(5)
    # 40 MB of lines, and a megabyte of answers.
    assert send(4_000) < 2_000_000


def test_a_long_batch_of_sheets_is_stored_whole(stream: Stream, store: Store) -> None:
    body = Line(json.dumps(small(n)).encode() + b"\n" for n in range(200))
    answers = [json.loads(part) for part in stream(body)]
    assert [(answer["line"], answer["status"]) for answer in answers] == [(n, 201) for n in range(1, 201)]
    assert len(stored_rows(store, "facts", "id")) == 200


def test_what_came_before_the_line_broke_is_stored(stream: Stream, store: Store) -> None:
    whole = batch(small(1), small(2))
    cut = len(whole) - 10

    def lines() -> Iterator[bytes]:
        yield whole[:cut]

    answers = [json.loads(part) for part in stream(Line(lines()))]
    assert [answer["status"] for answer in answers] == [201, 400]
    assert stored_rows(store, "facts", "id") == [("met-1",)]


def test_whoever_stops_reading_stops_the_batch(stream: Stream, store: Store) -> None:
    body = Line(json.dumps(small(n)).encode().ljust(3_000) + b"\n" for n in range(50))
    answers = stream(body)
    next(answers)
    answers.close()
    assert body.lines < 10
    assert len(stored_rows(store, "facts", "id")) == 1
