"""Delivering: everything that a webhook wants arrives, or is a dead letter, whatever its receiver does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any

import pytest

from api.delivery.delivering import SENDERS_OF_ONE
from api.delivery.retrying import MOST_ATTEMPTS, PATIENCE_DAYS, SCHEDULE
from api.store import changes, webhooks
from tests.delivery.conftest import BACKOFF, AdminClient, Made, Work, log_of, settle
from tests.delivery.receivers import Answer, Receiver

Change = Callable[..., None]
Make = Callable[..., Made]
EVENTS = {"resource": ["event"]}


def state_of(admin: AdminClient, made: Made) -> tuple[str, str | None]:
    found = admin.get(f"/v1/webhooks/{made['id']}").json
    return found["state"], found["reason"]


def patch(admin: AdminClient, made: Made, **changes: object) -> Made:
    path = f"/v1/webhooks/{made['id']}"
    etag = admin.get(path).headers["ETag"]
    done = admin.patch(path, json=changes, headers={"If-Match": etag})
    assert done.status_code == 200, done.text
    return dict(done.json)


# What is told.


def test_a_webhook_is_told_of_what_changes_after_it_was_made(
    webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    change(1)
    webhook(filters=EVENTS)
    change(2, 3)
    work.settle()
    assert receiver.told() == ["met-2", "met-3"]


@pytest.mark.parametrize(
    "filters, told",
    [
        ({}, ["paper-1", "met-1", "paper-2", "met-2"]),
        ({"resource": ["article"]}, ["paper-1", "paper-2"]),
        ({"resource": ["article", "event"]}, ["paper-1", "met-1", "paper-2", "met-2"]),
        ({"publisher": ["Paper 2"]}, ["paper-2", "met-2"]),
        ({"publisher": ["Paper 2"], "resource": ["event"]}, ["met-2"]),
        ({"kind": ["event"], "min_sources": ["2"]}, []),
        ({"type": ["agree"], "min_confidence": ["0.5"]}, ["met-1", "met-2"]),
        ({"type": ["assault"]}, []),
    ],
    ids=str,
)
def test_filters_are_those_of_the_feed(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change, filters: Made, told: list[str]
) -> None:
    made = webhook(filters=filters)
    assert made["filters"] == filters
    change(1, 2)
    work.settle()
    assert sorted(receiver.told()) == sorted(told)
    entries = admin.get("/v1/changes", query_string=filters).json["items"]
    assert sorted(entry["id"] for entry in entries) == sorted(told)


def test_filters_that_are_changed_count_for_what_comes_after(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters={"resource": ["article"]})
    change(1)
    work.settle()
    patch(admin, made, filters=EVENTS)
    change(2)
    work.settle()
    assert receiver.told() == ["paper-1", "met-2"]


def test_every_webhook_is_told_and_one_that_fails_holds_up_no_other(
    webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    for _ in range(3):
        webhook(filters=EVENTS)
    webhook(url="http://127.0.0.1:1/nobody")
    change(1, 2)
    work.settle()
    assert len(set(receiver.ids)) == 6


def test_a_slow_receiver_has_some_messages_at_once_and_never_all_senders(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    slow = Receiver()
    slow.say(else_=Answer(after=0.5))
    webhook(url=slow.url)
    webhook()
    change(*range(10))
    try:
        while len(set(receiver.ids)) < 20:
            work.turn()
        assert len(slow.messages) < 20
        work.settle()
        assert len(slow.messages) == 20
    finally:
        slow.close()
    assert 1 < slow.busiest <= SENDERS_OF_ONE


def test_more_changes_than_may_wait_are_told_all_of_them_once(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    monkeypatch.setattr("api.delivery.making._STEP", 3)
    monkeypatch.setattr("api.delivery.making._MOST_WAITING", 4)
    made = webhook()
    change(*range(20))
    for _ in range(10):
        work.making.turn()
    assert 4 <= len(log_of(admin, made)) <= 4 + 3
    work.settle()
    assert len(receiver.ids) == len(set(receiver.ids)) == 40


def test_a_paused_webhook_is_told_when_it_is_active_again(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    change(1)
    work.making.turn()
    patch(admin, made, state="paused")
    change(2)
    work.settle()
    assert receiver.messages == []
    assert admin.post(f"/v1/webhooks/{made['id']}/ping").status_code == 409
    patch(admin, made, state="active")
    work.settle()
    assert receiver.told() == ["met-1", "met-2"]


def test_a_deleted_webhook_is_told_nothing_more(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook()
    change(1)
    work.making.turn()
    path = f"/v1/webhooks/{made['id']}"
    assert admin.delete(path, headers={"If-Match": admin.get(path).headers["ETag"]}).status_code == 204
    work.settle()
    assert receiver.messages == []
    assert admin.get(path).status_code == 404


def test_a_webhook_that_is_deleted_while_a_message_is_on_its_way_stays_deleted(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(Answer(after=0.3))
    change(1)
    work.turn()
    path = f"/v1/webhooks/{made['id']}"
    admin.delete(path, headers={"If-Match": admin.get(path).headers["ETag"]})
    work.settle()
    work.delivering.close()
    with work.store.reader.engine.connect() as connection:
        for table in ("webhooks", "deliveries", "attempts"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0


# Receivers that fail.


def test_what_arrived_is_logged_with_its_attempt(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    change(1)
    work.settle()
    (logged,) = log_of(admin, made)
    (attempt,) = logged["attempts"]
    assert (logged["type"], logged["state"], logged["next_attempt_at"]) == ("event.created", "delivered", None)
    assert (attempt["number"], attempt["status"], attempt["error"]) == (1, 204, None)
    assert logged["created_at"] <= attempt["at"] <= logged["finished_at"]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_answer_of_success_will_do(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change, status: int
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(else_=Answer(status, body=b"" if status == 204 else b"x" * 10_000))
    change(1)
    work.settle()
    assert [each["state"] for each in log_of(admin, made)] == ["delivered"]


@pytest.mark.parametrize("status", [400, 401, 404, 500, 502, 503])
def test_an_answer_that_is_no_success_is_tried_again_and_then_a_dead_letter(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change, status: int
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(else_=Answer(status))
    change(1)
    work.exhaust()
    (logged,) = log_of(admin, made)
    assert logged["state"] == "dead"
    assert logged["next_attempt_at"] is None
    assert [each["number"] for each in logged["attempts"]] == list(range(1, MOST_ATTEMPTS + 1))
    assert {(each["status"], each["error"]) for each in logged["attempts"]} == {(status, f"Answered {status}.")}
    assert set(receiver.ids) == {logged["message"]}
    assert len(receiver.ids) == MOST_ATTEMPTS


def test_a_receiver_that_recovers_gets_all_that_failed(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(*[Answer(500)] * 6)
    change(1, 2, 3)
    work.exhaust()
    logged = log_of(admin, made)
    assert {each["state"] for each in logged} == {"delivered"}
    assert sum(len(each["attempts"]) for each in logged) == len(receiver.ids) == 9


def test_a_receiver_that_is_down_is_tried_again(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    receiver.close()
    change(1)
    work.settle()
    (logged,) = log_of(admin, made)
    (attempt,) = logged["attempts"]
    assert logged["state"] == "pending"
    assert logged["next_attempt_at"] > attempt["at"]
    assert (attempt["status"], attempt["error"]) == (
        None,
        "The connection was refused, or broken off before there was an answer.",
    )
    # Somebody listens at another place.
    other = Receiver()
    try:
        patch(admin, made, url=other.url)
        work.exhaust()
        assert other.ids == [logged["message"]]
    finally:
        other.close()


@pytest.mark.parametrize(
    "answer",
    [Answer(after=20), Answer(headers={"X-Long": "x" * 2000}, pause=0.05)],
    ids=["silent", "a byte at a time"],
)
def test_a_receiver_that_is_slow_is_waited_for_no_longer_than_told(
    admin: AdminClient, store: object, webhook: Make, receiver: Receiver, change: Change, answer: Answer
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(answer)
    change(1)
    work = Work(admin.store, timeout=0.4)
    work.settle()
    (logged,) = log_of(admin, made)
    (attempt,) = logged["attempts"]
    assert (logged["state"], attempt["status"], attempt["error"]) == ("pending", None, "No answer within 0.4 s.")
    assert attempt["milliseconds"] >= 400
    work.exhaust()
    work.delivering.close()
    assert [each["state"] for each in log_of(admin, made)] == ["delivered"]


def test_an_answer_that_never_ends_is_not_read_to_its_end(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(Answer(200, headers={"Content-Length": "1000000000000"}, body=b"x" * 100_000))
    change(1)
    work.settle()
    assert [each["state"] for each in log_of(admin, made)] == ["delivered"]


def test_what_is_no_http_is_a_failure(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(Answer(99999999999))
    change(1)
    work.settle()
    (logged,) = log_of(admin, made)
    assert (logged["state"], logged["attempts"][0]["status"]) == ("pending", None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_that_says_so_and_is_not_followed(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change, status: int
) -> None:
    made = webhook(filters=EVENTS)
    elsewhere = Receiver()
    receiver.say(else_=Answer(status, {"Location": elsewhere.url}))
    change(1)
    try:
        work.settle()
        assert elsewhere.messages == []
    finally:
        elsewhere.close()
    (logged,) = log_of(admin, made)
    assert logged["state"] == "pending"
    assert logged["attempts"][0]["status"] == status
    assert "redirect" in logged["attempts"][0]["error"]


def test_a_receiver_that_is_gone_turns_the_webhook_off(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(Answer(410))
    change(1)
    work.exhaust()
    (logged,) = log_of(admin, made)
    assert (logged["state"], len(logged["attempts"])) == ("dead", 1)
    state, reason = state_of(admin, made)
    assert state == "off"
    assert "410" in str(reason)

    change(2)
    work.settle()
    assert len(receiver.messages) == 1
    # Set active again, it is told of what it missed.
    again = patch(admin, made, state="active")
    assert (again["state"], again["reason"]) == ("active", None)
    work.settle()
    assert receiver.told() == ["met-1", "met-2"]


def test_a_receiver_that_fails_for_days_turns_the_webhook_off(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(else_=Answer(500))
    change(1)
    work.settle()
    assert state_of(admin, made) == ("active", None)
    work.put_on(days=PATIENCE_DAYS, seconds=1)
    work.settle()
    state, reason = state_of(admin, made)
    assert state == "off"
    assert str(reason).startswith("Every attempt since ")
    assert str(reason).endswith("The last one: Answered 500.")

    # Set active again, it gets as much patience as before.
    receiver.say(Answer(500))
    patch(admin, made, state="active")
    work.exhaust()
    assert state_of(admin, made)[0] == "active"
    assert {each["state"] for each in log_of(admin, made)} == {"delivered"}


def test_one_success_among_failures_keeps_a_webhook_on(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(Answer(500), Answer(204), else_=Answer(500))
    change(1)
    work.settle()
    work.put_on(days=PATIENCE_DAYS - 1)
    work.settle()
    change(2)
    work.put_on(days=2)
    work.settle()
    assert state_of(admin, made) == ("active", None)


# When it is tried again.

#: Seconds between an attempt and when it is recorded, and more than a turn takes.
OF_A_TURN = 5


def _next_attempt(admin: AdminClient, made: Made) -> timedelta:
    """Tell how long after the last attempt the next one is due."""
    (logged,) = log_of(admin, made)
    last = datetime.fromisoformat(logged["attempts"][-1]["at"])
    return datetime.fromisoformat(logged["next_attempt_at"]) - last


def test_attempts_follow_the_schedule(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(else_=Answer(500))
    change(1)
    work.settle()
    for number, units in enumerate(SCHEDULE, start=1):
        delay = BACKOFF * units
        assert timedelta(seconds=delay) <= _next_attempt(admin, made) < timedelta(seconds=delay + OF_A_TURN)
        work.put_on(seconds=delay - OF_A_TURN)
        work.settle()
        assert len(receiver.ids) == number, "it is not due yet"
        work.put_on(seconds=2 * OF_A_TURN)
        work.settle()
    assert [each["state"] for each in log_of(admin, made)] == ["dead"]
    assert len(receiver.ids) == len(SCHEDULE) + 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_may_ask_for_time_in_seconds(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change, status: int
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(Answer(status, {"Retry-After": "3600"}))
    change(1)
    work.settle()
    assert timedelta(hours=1) <= _next_attempt(admin, made) < timedelta(hours=1, seconds=OF_A_TURN)
    work.put_on(minutes=59)
    work.settle()
    assert len(receiver.ids) == 1
    work.put_on(minutes=2)
    work.settle()
    assert [each["state"] for each in log_of(admin, made)] == ["delivered"]


def test_a_receiver_may_ask_for_time_by_a_date(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    date = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    receiver.say(Answer(429, {"Retry-After": date}))
    change(1)
    work.settle()
    assert timedelta(hours=1, minutes=59) < _next_attempt(admin, made) < timedelta(hours=2, minutes=1)


@pytest.mark.parametrize("asked", ["1000000000", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_receiver_may_not_ask_for_more_than_the_longest_delay(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change, asked: str
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(Answer(429, {"Retry-After": asked}))
    change(1)
    work.settle()
    assert _next_attempt(admin, made) < timedelta(seconds=BACKOFF * SCHEDULE[-1] + OF_A_TURN)


@pytest.mark.parametrize("asked", ["0", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_receiver_may_not_ask_for_less_than_the_first_delay(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change, asked: str
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(Answer(503, {"Retry-After": asked}))
    change(1)
    work.settle()
    assert _next_attempt(admin, made) >= timedelta(seconds=BACKOFF)


@pytest.mark.parametrize("asked", ["soon", "-5", "1.5", "٣", "31 Dec", ""])
def test_what_is_no_time_to_retry_is_left_alone(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change, asked: str
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(Answer(503, {"Retry-After": asked}))
    change(1)
    work.exhaust()
    assert [each["state"] for each in log_of(admin, made)] == ["delivered"]


# Once more.


def test_a_dead_letter_is_sent_again_when_somebody_asks(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(else_=Answer(500))
    change(1)
    work.exhaust()
    (dead,) = log_of(admin, made, "&state=dead")
    path = f"/v1/webhooks/{made['id']}/deliveries/{dead['message']}/retry"

    asked = admin.post(path)
    assert (asked.status_code, asked.json["state"]) == (202, "pending")
    assert asked.json["attempts"] == dead["attempts"]
    assert admin.post(path).status_code == 409
    work.settle()
    # Dead again at once: it had its attempts.
    assert len(log_of(admin, made, "&state=dead")[0]["attempts"]) == MOST_ATTEMPTS + 1

    receiver.say()
    admin.post(path)
    work.settle()
    (delivered,) = log_of(admin, made, "&state=delivered")
    assert delivered["message"] == dead["message"]
    assert delivered["attempts"][-1] | {"at": "", "milliseconds": 0} == {
        "number": MOST_ATTEMPTS + 2,
        "at": "",
        "status": 204,
        "error": None,
        "milliseconds": 0,
    }
    assert admin.post(path).status_code == 409


def test_a_delivery_that_there_is_not_cannot_be_retried(admin: AdminClient, webhook: Make) -> None:
    made = webhook()
    assert admin.post(f"/v1/webhooks/{made['id']}/deliveries/msg_none/retry").status_code == 404
    assert admin.post("/v1/webhooks/wh-none/deliveries/msg_none/retry").status_code == 404


def test_a_replay_sends_the_same_messages_again(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    change(1)
    made = webhook(filters=EVENTS)
    change(2, 3)
    work.settle()
    first = [(message.id, message.body) for message in receiver.messages]
    assert admin.post(f"/v1/webhooks/{made['id']}/replay", json={"after": None}).status_code == 200
    work.settle()
    again = [(message.id, message.body) for message in receiver.messages[2:]]
    assert [body for _, body in again if b'"met-1"' in body]
    assert sorted(again)[1:] == sorted(first)
    for logged in log_of(admin, made):
        assert [each["number"] for each in logged["attempts"]] == [1]


def test_a_replay_begins_after_a_cursor_of_the_feed(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    change(1)
    cursor = admin.get("/v1/changes?limit=200").json["next_cursor"]
    change(2, 3)
    made = webhook(filters=EVENTS)
    work.settle()
    assert receiver.messages == []
    admin.post(f"/v1/webhooks/{made['id']}/replay", json={"after": cursor})
    work.settle()
    assert receiver.told() == ["met-2", "met-3"]


def test_a_replay_begins_with_a_delivery_of_the_log(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    change(1, 2, 3)
    work.settle()
    second = log_of(admin, made)[1]
    admin.post(f"/v1/webhooks/{made['id']}/replay", json={"after": second["after"]})
    work.settle()
    assert receiver.told(after=3) == ["met-2", "met-3"]


def test_a_replay_gives_dead_letters_all_their_attempts_again(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(else_=Answer(500))
    change(1)
    work.exhaust()
    receiver.say(Answer(500))
    admin.post(f"/v1/webhooks/{made['id']}/replay", json={"after": None})
    work.exhaust()
    (logged,) = log_of(admin, made)
    assert (logged["state"], [each["status"] for each in logged["attempts"]]) == ("delivered", [500, 204])


def test_a_replay_cannot_leap_ahead(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    change(1)
    end = admin.get("/v1/changes?limit=200").json["next_cursor"]
    admin.post(f"/v1/webhooks/{made['id']}/replay", json={"after": end})
    work.settle()
    assert receiver.told() == ["met-1"]


# Workers that meet, and workers that are no more.


def test_what_a_worker_claimed_that_is_no_more_is_sent_by_another(
    admin: AdminClient, webhook: Make, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(Answer(after=20))
    change(1)
    dead = Work(admin.store, timeout=25)
    dead.turn()
    assert [each["state"] for each in log_of(admin, made)] == ["sending"]

    heir = Work(admin.store)
    heir.turn()
    assert [each["state"] for each in log_of(admin, made)] == ["sending"], "the lease has not run out"
    heir.put_on(seconds=61)
    heir.settle()
    (logged,) = log_of(admin, made)
    first, second = logged["attempts"]
    assert logged["state"] == "delivered"
    assert "worker" in first["error"]
    assert (second["number"], second["status"]) == (2, 204)
    assert set(receiver.ids) == {logged["message"]}

    # Back from the dead, it has no say.
    receiver.closing.set()
    dead.delivering.close()
    heir.delivering.close()
    assert log_of(admin, made) == [logged]


def test_a_message_that_ends_every_worker_is_a_dead_letter_in_the_end(
    admin: AdminClient, webhook: Make, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(else_=Answer(after=20))
    change(1)
    workers = []
    for attempt in range(MOST_ATTEMPTS + 1):
        worker = Work(admin.store, timeout=25, ahead=timedelta(minutes=2 * attempt))
        worker.turn()
        worker.turn()
        workers.append(worker)
    (logged,) = log_of(admin, made)
    assert (logged["state"], len(logged["attempts"])) == ("dead", MOST_ATTEMPTS)
    receiver.closing.set()
    for worker in workers:
        worker.delivering.close()


def test_workers_at_once_send_everything_once(
    admin: AdminClient, webhook: Make, receiver: Receiver, change: Change
) -> None:
    made = webhook()
    change(*range(30))
    workers = [Work(admin.store) for _ in range(3)]
    settle(*workers)
    for worker in workers:
        worker.delivering.close()
    assert len(receiver.ids) == len(set(receiver.ids)) == 60
    assert [len(each["attempts"]) for each in log_of(admin, made)] == [1] * 60


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Does something the next time that a worker has read the feed, before it does anything about it."""
    read = changes.after

    def arrange(event: Callable[[], object]) -> None:
        def read_slowly(*asked: Any) -> changes.Page:
            page = read(*asked)
            monkeypatch.setattr(changes, "after", read)
            event()
            return page

        monkeypatch.setattr(changes, "after", read_slowly)

    return arrange


def test_a_worker_that_was_overtaken_sends_nothing_twice(
    admin: AdminClient,
    webhook: Make,
    work: Work,
    receiver: Receiver,
    change: Change,
    meanwhile: Callable[[Callable[[], object]], None],
) -> None:
    webhook()
    change(1, 2)
    other = Work(admin.store)
    meanwhile(other.settle)
    work.settle()
    other.delivering.close()
    assert len(receiver.ids) == len(set(receiver.ids)) == 4


def test_filters_that_are_changed_while_a_worker_reads_count_already(
    admin: AdminClient,
    webhook: Make,
    work: Work,
    receiver: Receiver,
    change: Change,
    meanwhile: Callable[[Callable[[], object]], None],
) -> None:
    made = webhook()
    change(1)
    meanwhile(lambda: patch(admin, made, filters=EVENTS))
    work.settle()
    assert receiver.told() == ["met-1"]


def test_a_webhook_whose_filters_no_version_understands_is_turned_off_and_holds_up_no_other(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook()
    webhook(filters=EVENTS)
    admin.store.write(partial(webhooks.revise, id_=made["id"], filters="colour=red"))
    change(1)
    work.settle()
    assert receiver.told() == ["met-1"]
    state, reason = state_of(admin, made)
    assert state == "off"
    assert "filters" in str(reason)
    patch(admin, made, filters={}, state="active")
    work.settle()
    assert sorted(receiver.told()) == ["met-1", "met-1", "paper-1"]


def test_the_log_forgets_what_finished_a_month_ago(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters=EVENTS)
    receiver.say(Answer(410))
    change(1)
    work.settle()
    patch(admin, made, state="active")
    work.put_on(days=20)
    change(2)
    work.settle()
    assert len(log_of(admin, made)) == 2
    work.put_on(days=11)
    work.settle()
    assert [each["state"] for each in log_of(admin, made)] == ["delivered"]
    work.put_on(days=20)
    work.settle()
    assert log_of(admin, made) == []
