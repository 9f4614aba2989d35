"""What a receiver gets: the feed's own entries, signed so that it can tell who sent them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from standardwebhooks import WebhookVerificationError

from api.delivery.signing import ROTATION_HOURS, new_secret
from tests.delivery.conftest import AdminClient, Made, Work, log_of
from tests.delivery.receivers import Answer, Receiver

Change = Callable[..., None]
Make = Callable[..., Made]


def feed(admin: AdminClient, query: str = "") -> list[Any]:
    return list(admin.get(f"/v1/changes?limit=200{query}").json["items"])


def test_a_message_is_the_entry_of_the_feed(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    webhook()
    change(1)
    work.settle()
    entries = feed(admin)
    messages = sorted(receiver.messages, key=lambda message: message.id)
    assert [message.data for message in messages] == entries
    for message, entry in zip(messages, entries, strict=True):
        assert message.json == {
            "type": f"{entry['resource']}.{entry['action']}",
            "timestamp": entry["at"],
            "data": entry,
        }
        assert message.headers["content-type"] == "application/json"
        assert message.headers["user-agent"].startswith("newsfacts/")
        assert message.path == "/hook"


def test_the_document_in_a_message_is_that_of_the_feed_byte_by_byte(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    webhook(filters={"resource": ["event"]})
    change(1)
    work.settle()
    (message,) = receiver.messages
    assert admin.get("/v1/events/met-1").data in message.body


def test_a_receiver_can_verify_a_message_with_the_secret_that_it_was_told_once(
    webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook()
    change(1)
    work.settle()
    for message in receiver.messages:
        message.verify(made["secret"])
        with pytest.raises(WebhookVerificationError):
            message.verify(new_secret())


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_message_that_somebody_changed_is_not_verified(
    webhook: Make, work: Work, receiver: Receiver, change: Change, name: str
) -> None:
    made = webhook(filters={"resource": ["event"]})
    change(1)
    work.settle()
    (message,) = receiver.messages
    message.verify(made["secret"])
    flipped = message.headers[name].translate(str.maketrans("0123456789abcdef", "1032547698badcfe"))
    message.headers[name] = flipped
    with pytest.raises(WebhookVerificationError):
        message.verify(made["secret"])


def test_ids_are_made_of_the_webhook_and_the_place_in_the_feed(
    webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook()
    change(1, 2)
    work.settle()
    assert sorted(receiver.ids) == sorted(f"msg_{made['id']}_{seq:012d}" for seq in range(1, len(receiver.ids) + 1))


def test_every_attempt_says_the_same_under_the_same_id_and_is_signed_anew(
    webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters={"resource": ["event"]})
    receiver.say(Answer(500), Answer(500))
    change(1)
    work.exhaust()
    assert len(receiver.messages) == 3
    assert len({(message.id, message.body) for message in receiver.messages}) == 1
    assert len({message.headers["webhook-timestamp"] for message in receiver.messages}) == 3
    receiver.messages[0].verify(made["secret"])


def test_after_a_rotation_both_secrets_verify_for_a_day_and_then_the_new_one_alone(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters={"resource": ["event"]})
    rotated = admin.post(f"/v1/webhooks/{made['id']}/rotate").json
    assert rotated["secret"] != made["secret"]
    assert rotated["previous_secret_until"] > rotated["updated_at"]
    change(1)
    work.settle()
    receiver.messages[0].verify(made["secret"])
    receiver.messages[0].verify(rotated["secret"])
    assert receiver.messages[0].headers["webhook-signature"].count("v1,") == 2

    work.ahead = timedelta(hours=ROTATION_HOURS, seconds=1)
    change(2)
    work.settle()
    assert receiver.messages[1].headers["webhook-signature"].count("v1,") == 1


def test_a_secret_that_was_rotated_twice_is_good_no_more(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters={"resource": ["event"]})
    second, third = (admin.post(f"/v1/webhooks/{made['id']}/rotate").json["secret"] for _ in range(2))
    change(1)
    work.settle()
    receiver.messages[0].verify(second)
    receiver.messages[0].verify(third)
    with pytest.raises(WebhookVerificationError):
        receiver.messages[0].verify(made["secret"])


def test_a_ping_is_a_signed_message_that_tells_no_change(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver
) -> None:
    made = webhook(filters={"kind": ["statement"]})
    asked = admin.post(f"/v1/webhooks/{made['id']}/ping")
    assert (asked.status_code, asked.json["type"], asked.json["state"]) == (202, "ping", "pending")
    work.settle()
    (message,) = receiver.messages
    message.verify(made["secret"])
    assert message.id == asked.json["message"]
    assert message.json == {
        "type": "ping",
        "timestamp": asked.json["created_at"],
        "data": {"webhook": made["id"]},
    }
    (logged,) = log_of(admin, made)
    assert (logged["message"], logged["state"], logged["after"]) == (message.id, "delivered", None)


def test_two_pings_are_two_messages(admin: AdminClient, webhook: Make, work: Work, receiver: Receiver) -> None:
    made = webhook()
    for _ in range(2):
        admin.post(f"/v1/webhooks/{made['id']}/ping")
    work.settle()
    assert len(set(receiver.ids)) == 2


def test_a_message_whose_change_is_gone_from_the_feed_is_a_dead_letter(
    admin: AdminClient, webhook: Make, work: Work, receiver: Receiver, change: Change
) -> None:
    made = webhook(filters={"resource": ["event"]})
    change(1)
    work.making.turn()
    with work.store.writers.begin() as connection:
        connection.exec_driver_sql("DELETE FROM changes")
    work.settle()
    assert receiver.messages == []
    (logged,) = log_of(admin, made)
    assert logged["state"] == "dead"
    assert "not in the feed any more" in logged["attempts"][0]["error"]


def test_json_in_messages_is_utf_8(admin: AdminClient, webhook: Make, work: Work, receiver: Receiver) -> None:
    webhook()
    sheet = {
        "article": {"publisher": "Die Zeitung", "title": "Größe – 大小", "text": "Sie trafen sich in Zürich. 🙂"},
        "events": [],
    }
    assert admin.post("/v1/fact-sheets", json=sheet).status_code == 201
    work.settle()
    assert receiver.messages[0].data["document"]["title"] == "Größe – 大小"
    assert "Größe – 大小".encode() in orjson.dumps(receiver.messages[0].json)
