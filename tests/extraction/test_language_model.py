"""The language model of the user: whatever it answers, only what the article says gets into the draft."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread
from time import sleep
from typing import Any

import jsonschema
import orjson
import pytest

from api.extraction.language_model import Endpoint, Report, ask
from schemas.fact_sheet import FactSheetSchema
from tests.delivery.receivers import Answer, Receiver

KEY = "sk-not-to-be-told"
TEXT = (
    "Norway closed the bridge on Monday. “We shall open it again,” said Kari Dahl, the minister.\n"
    "Sweden offered 40 engineers to repair it."
)
ARTICLE = {"publisher": "Example", "text": TEXT, "published_at": {"edtf": "2022-01-26"}}
RULES = {"name": "newsfacts", "version": "1"}


def quote(words: str) -> dict[str, Any]:
    return {"exact": words, "start": TEXT.index(words)}


def event(quoted: str = "Norway closed the bridge", **more: Any) -> dict[str, Any]:
    """Make an event as a model gives it."""
    return {
        "title": "Norway closes the bridge.",
        "evidence": [{"exact": quoted}],
        "actors": [{"actor": "norway", "role": "actor", "named_as": "Norway"}],
        "date": {"edtf": "2022-01-24", "text": "Monday"},
        "type": "coerce",
        "modality": "actual",
        "modes": ["restrict"],
        "contexts": [],
        "places": [],
        "quantities": [],
        **more,
    }


def proposal(quoted: str = "Sweden offered 40 engineers", **more: Any) -> dict[str, Any]:
    return {
        "title": "Sweden offers engineers.",
        "evidence": [{"exact": quoted}],
        "actors": [{"actor": None, "role": "proposer", "named_as": "Sweden"}],
        "date": None,
        "category": "other",
        "status": "tabled",
        "package": None,
        "places": [{"name": "Sweden"}],
        "quantities": [{"value": 40, "unit": "engineers", "qualifier": "exact", "text": "40 engineers"}],
        **more,
    }


@pytest.fixture
def sheet() -> dict[str, Any]:
    """Make what the rules have found: an event without a date, and a statement of nobody known."""
    review = {"status": "pending", "confidence": 0.6, "generator": RULES}
    shared = {"places": [], "quantities": [], "review": review}
    return {
        "article": ARTICLE,
        "actors": [{"id": "norway", "name": "Norway", "kind": "country"}],
        "events": [
            {
                "title": "Norway closed the bridge on Monday.",
                "evidence": [quote("Norway closed the bridge on Monday")],
                "actors": [{"actor": None, "role": "actor", "named_as": "Norway"}],
                "date": None,
                "type": "sanction",
                "modality": "actual",
                "modes": [],
                "contexts": [],
                **shared,
            }
        ],
        "proposals": [],
        "statements": [],
        "on_conflict": "keep",
    }


@pytest.fixture
def model() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def answer(content: Any, finish: str = "stop") -> Answer:
    """Make what an OpenAI-compatible endpoint answers."""
    said = content if isinstance(content, str) else orjson.dumps(content).decode()
    body = {"choices": [{"message": {"role": "assistant", "content": said}, "finish_reason": finish}]}
    return Answer(200, {"Content-Type": "application/json"}, body=orjson.dumps(body))


def facts(**kinds: Any) -> dict[str, Any]:
    return {"events": [], "proposals": [], "statements": [], **kinds}


def asked(model: Receiver, sheet: dict[str, Any], *answers: Answer, **more: Any) -> tuple[dict[str, Any], Report]:
    model.say(*answers)
    endpoint = Endpoint(model.url.removesuffix("/hook"), "tiny-1", KEY, **{"timeout": 5.0, **more})
    return ask(more.pop("article", ARTICLE), sheet, endpoint)


def test_new_fact_is_added_under_the_model_s_name(model: Receiver, sheet: dict[str, Any]) -> None:
    found, report = asked(model, sheet, answer(facts(proposals=[proposal()])))
    assert report == Report("tiny-1", facts_added=1)
    (new,) = found["proposals"]
    assert new["evidence"] == [quote("Sweden offered 40 engineers")]
    assert new["quantities"][0]["text"] == "40 engineers"
    assert new["review"]["generator"]["name"] == "llm:tiny-1"
    assert new["review"]["confidence"] < sheet["events"][0]["review"]["confidence"]
    assert FactSheetSchema().validate(found) == {}


def test_fact_that_the_rules_have_found_keeps_what_it_says_and_is_filled_where_it_is_silent(
    model: Receiver, sheet: dict[str, Any]
) -> None:
    found, report = asked(model, sheet, answer(facts(events=[event(places=[{"name": "Norway"}])])))
    assert report == Report("tiny-1", facts_joined=1)
    (joined,) = found["events"]
    assert joined["title"] == "Norway closed the bridge on Monday."
    assert joined["evidence"] == sheet["events"][0]["evidence"]
    assert joined["type"] == "sanction"
    assert joined["modes"] == [], "what restricts is no sanction"
    assert joined["date"] == {"edtf": "2022-01-24", "text": "Monday"}
    assert joined["places"] == [{"name": "Norway", "country_code": None}]
    assert joined["actors"] == [{"actor": "norway", "role": "actor", "named_as": "Norway"}]
    assert joined["review"]["generator"] == RULES
    assert sheet["events"][0]["date"] is None, "the sheet that was given is left alone"


@pytest.mark.parametrize(
    "invented",
    ["Norway blew up the bridge", "Norway closed the  bridge", "norway closed the bridge", "orway closed", "", "  "],
)
def test_invented_quotation_is_dropped_and_counted(model: Receiver, sheet: dict[str, Any], invented: str) -> None:
    given = proposal(evidence=[{"exact": invented}, {"exact": "Sweden offered"}])
    found, report = asked(model, sheet, answer(facts(proposals=[given])))
    assert [each["evidence"] for each in found["proposals"]] == ([[quote("Sweden offered")]] if invented else [])
    assert report.quotes_dropped == (1 if invented else 0)


def test_fact_of_invented_quotations_alone_is_dropped(model: Receiver, sheet: dict[str, Any]) -> None:
    found, report = asked(model, sheet, answer(facts(events=[event("Norway has bought the bridge")])))
    assert found == sheet
    assert (report.quotes_dropped, report.facts_dropped, report.failure) == (1, 1, None)


def test_wording_that_is_not_in_the_text_is_dropped_and_counted(model: Receiver, sheet: dict[str, Any]) -> None:
    given = proposal(
        actors=[{"actor": "norway", "role": "proposer", "named_as": "Oslo"}],
        date={"edtf": "2022-01-25", "text": "Tuesday"},
        package="the bridge plan",
        places=[{"name": "Gothenburg"}],
        quantities=[{"value": 50, "unit": "engineers", "qualifier": "exact", "text": "50 engineers"}],
    )
    found, report = asked(model, sheet, answer(facts(proposals=[given])))
    (new,) = found["proposals"]
    assert (new["actors"], new["date"], new["package"], new["places"], new["quantities"]) == ([], None, None, [], [])
    assert report.quotes_dropped == 5


def test_actor_that_it_was_not_told_of_and_date_that_is_none_are_left_open(
    model: Receiver, sheet: dict[str, Any]
) -> None:
    given = proposal(
        actors=[{"actor": "sweden", "role": "proposer", "named_as": "Sweden"}],
        date={"edtf": "2022-02-30", "text": "Monday"},
    )
    (new,) = asked(model, sheet, answer(facts(proposals=[given])))[0]["proposals"]
    assert new["actors"] == [{"actor": None, "role": "proposer", "named_as": "Sweden"}]
    assert new["date"] == {"edtf": None, "text": "Monday"}


def test_same_fact_twice_is_one(model: Receiver, sheet: dict[str, Any]) -> None:
    found, report = asked(model, sheet, answer(facts(proposals=[proposal(), proposal()])))
    assert (len(found["proposals"]), report.facts_added) == (1, 1)


def test_fact_of_another_form_is_dropped_by_itself(model: Receiver, sheet: dict[str, Any]) -> None:
    odd = [proposal(status="perhaps"), proposal(title=None), "Sweden", {**proposal(), "review": {"status": "approved"}}]
    found, report = asked(model, sheet, answer(facts(proposals=odd)))
    assert (report.facts_added, report.facts_dropped, report.failure) == (1, 3, None)
    assert found["proposals"][0]["review"]["status"] == "pending", "a model approves of nothing"


@pytest.mark.parametrize(
    "reply, failure",
    [
        (Answer(500), "It answered with status 500."),
        (Answer(429), "It is asked too often (429)."),
        (Answer(401), "It does not accept the key (401)."),
        (Answer(302, {"Location": "/elsewhere"}), "It answered with status 302."),
        (Answer(200, body=b""), "Its answer is not that of an OpenAI-compatible endpoint."),
        (Answer(200, body=b"<html>"), "Its answer is not that of an OpenAI-compatible endpoint."),
        (Answer(200, body=b'{"choices": []}'), "Its answer is not that of an OpenAI-compatible endpoint."),
        (Answer(200, {"Content-Length": "999"}, body=b'{"choices":'), "It could not be reached, or broke off."),
        (answer(""), "It gave no answer."),
        (answer('{"events": [{"title": "Nor'), "Its answer is not JSON."),
        (answer(facts(), finish="length"), "Its answer was cut off: the model may write no more than that."),
        (answer([]), "Its answer is not in the form that was asked for."),
        (answer({"events": []}), "Its answer is not in the form that was asked for."),
        (answer(facts(events=[{"who": "Norway"}])), "Its answer is not in the form that was asked for."),
        (answer("[" * 100_000), "Its answer is not JSON."),
    ],
)
def test_bad_answer_leaves_the_draft_of_the_rules(
    model: Receiver, sheet: dict[str, Any], reply: Answer, failure: str
) -> None:
    assert asked(model, sheet, reply) == (sheet, Report("tiny-1", failure=failure))


def test_slow_answer_is_not_waited_for(model: Receiver, sheet: dict[str, Any]) -> None:
    found, report = asked(model, sheet, Answer(200, after=30), timeout=0.2)
    assert (found, report.failure) == (sheet, "It took longer than 0.2 s.")


def test_answer_that_comes_byte_by_byte_is_cut_off(sheet: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        dripping = Thread(target=drip, args=[server], daemon=True)
        dripping.start()
        endpoint = Endpoint(f"http://127.0.0.1:{server.getsockname()[1]}", "tiny-1", timeout=0.3)
        assert ask(ARTICLE, sheet, endpoint)[1].failure == "It took longer than 0.3 s."
        dripping.join()


def drip(server: socket.socket) -> None:
    """Answer somebody with one byte after the other, for as long as they wait."""
    connection, _ = server.accept()
    with connection, suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while True:
            connection.sendall(b" ")
            sleep(0.02)


def test_model_that_is_not_there(model: Receiver, sheet: dict[str, Any]) -> None:
    model.close()
    assert asked(model, sheet)[1].failure == "It could not be reached, or broke off."


@pytest.mark.parametrize("url", ["", "nowhere", "ftp://host/v1", "http://[::1"])
def test_url_that_is_none(sheet: dict[str, Any], url: str) -> None:
    assert ask(ARTICLE, sheet, Endpoint(url, "tiny-1"))[1].failure == "Its URL or its key cannot be used."


def test_question_has_the_text_the_actors_and_a_strict_schema(model: Receiver, sheet: dict[str, Any]) -> None:
    asked(model, sheet, answer(facts()))
    (message,) = model.messages
    assert message.path == "/chat/completions"
    assert message.headers["authorization"] == f"Bearer {KEY}"
    question = message.json
    assert question["model"] == "tiny-1"
    assert "norway: Norway" in question["messages"][0]["content"]
    assert "2022-01-26" in question["messages"][0]["content"]
    assert question["messages"][1] == {"role": "user", "content": TEXT}
    form = question["response_format"]["json_schema"]
    assert form["strict"] is True
    jsonschema.Draft202012Validator.check_schema(form["schema"])
    jsonschema.validate(facts(events=[event()], proposals=[proposal()]), form["schema"])
    for wrong in (event(type="war"), event(review={"status": "approved"}), event(title=None)):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(facts(events=[wrong]), form["schema"])


def test_without_a_key_none_is_sent(model: Receiver, sheet: dict[str, Any]) -> None:
    model.say(answer(facts()))
    assert ask(ARTICLE, sheet, Endpoint(model.url.removesuffix("/hook"), "tiny-1"))[1].failure is None
    assert "authorization" not in model.messages[0].headers


def test_key_is_told_to_nobody(model: Receiver, sheet: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _, report = asked(model, sheet, Answer(401))
    _, broken = ask(ARTICLE, sheet, Endpoint(model.url, "tiny-1", f"{KEY}\n"))
    assert broken.failure == "Its URL or its key cannot be used."
    told = (caplog.text, repr(report), repr(broken), repr(Endpoint("http://host", "tiny-1", KEY)))
    assert not any(KEY in each for each in told)


def test_long_article_is_sent_in_parts_until_one_fails(model: Receiver, sheet: dict[str, Any]) -> None:
    text = TEXT + "\n" + "The weather was as it often is. " * 1_000
    article = {**ARTICLE, "text": text}
    model.say(answer(facts(proposals=[proposal()])), answer(facts()), Answer(503))
    found, report = ask(article, sheet, Endpoint(model.url.removesuffix("/hook"), "tiny-1", timeout=5.0))
    sent = [message.json["messages"][1]["content"] for message in model.messages]
    assert len(sent) == 3
    assert text.startswith("".join(sent))
    assert all(part.endswith((". ", ".\n", "is. ")) for part in sent[:2])
    assert report.facts_added == len(found["proposals"]) == 1, "what was answered before stays"
    assert report.failure == "Part 3 of 3: It answered with status 503."


def test_quotation_counts_only_in_the_part_that_the_model_was_shown(model: Receiver, sheet: dict[str, Any]) -> None:
    text = TEXT + "\n" + "The weather was as it often is. " * 500
    model.say(answer(facts()), answer(facts(proposals=[proposal()])))
    _, report = ask({**ARTICLE, "text": text}, sheet, Endpoint(model.url.removesuffix("/hook"), "tiny-1", timeout=5.0))
    assert (report.facts_added, report.quotes_dropped) == (0, 1)
