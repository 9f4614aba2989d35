"""Suggestions: a reviewer reads what is likely about two facts, and accepts or dismisses it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.ingest.proofs import findings
from api.matching import ingest_drafts
from api.store.opening import Store
from tests.conftest import NOW, Key
from tests.ingest.sheets import Sheet
from tests.matching.papers import AGAIN, ALIKE, DENIED, WORDS, met, paper
from tests.store.contents import everything, rows
from tests.views.desks import Desk, done, refused


def drafted(store: Store, name: str, words: str, minute: int = 0, **more: Any) -> str:
    """Store the meeting as a paper's article was drafted to tell it; give the id of the fact."""
    sheet: Sheet = paper(name, met(words, **more))
    clock = lambda: NOW + timedelta(minutes=minute)  # noqa: E731
    ((id_, _),) = store.write(partial(ingest_drafts, sheet=sheet, clock=clock)).facts
    return id_


@pytest.fixture
def first(store: Store) -> str:
    return drafted(store, "one", WORDS)


@pytest.fixture
def second(store: Store, first: str) -> str:
    """What may be the same as the first one."""
    return drafted(store, "two", ALIKE)


@pytest.fixture
def denial(store: Store, first: str) -> str:
    return drafted(store, "three", DENIED, modality="denied")


@pytest.fixture
def desk(desk: Desk, empty_client: FlaskClient, key: Key) -> Desk:
    """May do nothing but review."""
    return Desk(empty_client, key("review", name="reviewer"), "reviewer")


def only(desk: Desk, path: str) -> Any:
    (item,) = desk.read(path)["items"]
    return item


def place(fact: str, suggestion: Any) -> str:
    return f"facts/{fact}/suggestions/{suggestion['id']}"


def decide(desk: Desk, path: str, action: str, **more: Any) -> TestResponse:
    return desk.send("POST", path, {"action": action}, **{"match": desk.etag(path), **more})


def kinds(desk: Desk, path: str) -> list[str]:
    return [each["kind"] for each in desk.read(path)["items"]]


# Reading.


def test_it_is_read_at_both_facts(desk: Desk, first: str, second: str) -> None:
    found = only(desk, f"facts/{second}/suggestions")
    assert found == only(desk, f"facts/{first}/suggestions") == only(desk, "suggestions")
    assert (found["fact"], found["other"], found["kind"]) == (second, first, "same_fact")
    assert (found["state"], found["by"], found["at"]) == ("pending", None, None)
    assert found["created_at"] == "2022-01-27T09:30:00.000000Z"
    assert 0.65 <= found["score"] < 1
    assert "same actors" in found["reasons"]
    for fact in (first, second):
        assert desk.read(place(fact, found)) == found


def test_an_answer_that_is_current_is_not_sent_again(desk: Desk, first: str, second: str) -> None:
    found = only(desk, "suggestions")
    for path in ("suggestions", f"facts/{first}/suggestions", place(second, found)):
        response = desk.client.get(f"/v1/{path}", headers={"If-None-Match": desk.etag(path)})
        assert response.status_code == 304


def test_lists_are_pages_the_last_made_first(desk: Desk, store: Store, first: str) -> None:
    for n in range(5):
        drafted(store, f"paper-{n}", f"{ALIKE}, paper {n} has learnt", n + 1)
    made = [each["created_at"] for each in desk.read("suggestions")["items"]]
    assert made == sorted(made, reverse=True)
    assert len(made) > len(desk.read(f"facts/{first}/suggestions")["items"]) > 2
    for path in (f"facts/{first}/suggestions", "suggestions"):
        everything_ = desk.read(path)["items"]
        read, cursor = [], ""
        while cursor is not None:
            page = desk.read(f"{path}?limit=2{cursor and f'&cursor={cursor}'}")
            assert len(page["items"]) <= 2
            read += page["items"]
            cursor = page["next_cursor"]
        assert read == everything_
    page = desk.read("suggestions?limit=1")["next_cursor"]
    assert desk.client.get(f"/v1/suggestions?state=dismissed&cursor={page}").status_code == 422
    assert desk.client.get(f"/v1/facts/{first}/suggestions?cursor={page}").status_code == 422


def test_what_there_is_not_is_not_found(desk: Desk, store: Store, first: str, second: str, key: Key) -> None:
    found = only(desk, "suggestions")
    alone = drafted(store, "alone", AGAIN, date={"edtf": "2020"})
    editor = Desk(desk.client, key("edit", name="editor"))
    for path in (
        "facts/nothing/suggestions",
        place("nothing", found),
        place(alone, found),
        f"facts/{first}/suggestions/x",
    ):
        assert desk.client.get(f"/v1/{path}").status_code == 404
    assert decide(desk, place(alone, found), "accept", match='"x"').status_code == 404
    assert decide(desk, place("nothing", found), "accept", match='"x"').status_code == 404
    assert editor.delete(f"events/{second}").status_code == 204
    assert desk.client.get(f"/v1/facts/{second}/suggestions").status_code == 410
    assert decide(desk, place(second, found), "accept", match='"x"').status_code == 410
    # Of what is gone nothing is suggested any more, and nothing can be done about it.
    assert desk.read(f"facts/{first}/suggestions")["items"] == desk.read("suggestions")["items"] == []
    assert decide(desk, place(first, found), "accept").status_code == 410


# Accepting.


@pytest.mark.parametrize("at_the_first", [True, False])
def test_what_is_the_same_is_merged(desk: Desk, store: Store, first: str, second: str, at_the_first: bool) -> None:
    found = only(desk, "suggestions")
    path = place(first if at_the_first else second, found)
    response = decide(desk, path, "accept", X_Change_Note="One meeting")
    decided = done(response)
    assert (decided["state"], decided["by"], decided["fact"], decided["other"]) == (
        "accepted",
        "reviewer",
        first,
        first,
    )
    assert decided["at"] > decided["created_at"]
    assert response.headers["ETag"] == desk.etag(place(first, found))
    assert desk.read(place(first, found)) == decided
    assert desk.read(f"facts/{first}")["sources"] == {"articles": 2, "publishers": 2}
    last = desk.history(f"facts/{second}")[-1]
    assert (last["action"], last["merged_into"], last["by"], last["note"]) == (
        "merged",
        first,
        "reviewer",
        "One meeting",
    )
    for state in ("pending", "accepted", "dismissed"):
        assert desk.read(f"suggestions?state={state}")["items"] == []
    moved = desk.client.get(f"/v1/{place(second, found)}")
    assert (moved.status_code, moved.headers["Location"]) == (308, f"/v1/{place(first, found)}")
    assert desk.client.get(f"/v1/facts/{second}/suggestions").status_code == 308
    assert decide(desk, place(second, found), "accept", match='"x"').status_code == 308
    assert decide(desk, place(first, found), "dismiss").status_code == 409
    assert list(findings(store)) == []


def test_of_two_facts_the_approved_one_stays(desk: Desk, first: str, second: str) -> None:
    done(desk.review(second, "approved"))
    assert done(decide(desk, place(first, only(desk, "suggestions")), "accept"))["other"] == second
    assert desk.history(f"facts/{first}")[-1]["merged_into"] == second


def test_what_speaks_against_each_other_is_related(desk: Desk, store: Store, first: str, denial: str) -> None:
    found = only(desk, f"facts/{first}/suggestions")
    assert (found["kind"], "one denies it" in found["reasons"]) == ("contradicts", True)
    assert done(decide(desk, place(denial, found), "accept", X_Change_Note="They disagree"))["state"] == "accepted"
    for fact, other in ((first, denial), (denial, first)):
        assert desk.read(f"facts/{fact}")["relations"] == [{"type": "contradicts", "fact": other}]
        last = desk.history(f"facts/{fact}")[-1]
        assert (last["action"], last["by"], last["note"]) == ("updated", "reviewer", "They disagree")
    assert only(desk, f"facts/{first}/suggestions?state=accepted")["id"] == found["id"]
    assert list(findings(store)) == []


def test_what_was_merged_meanwhile_is_suggested_of_what_took_over(
    desk: Desk, first: str, second: str, denial: str, key: Key
) -> None:
    editor = Desk(desk.client, key("edit", name="editor"))
    before = desk.read("suggestions")["items"]
    assert sorted(kinds(desk, "suggestions")) == ["contradicts", "same_fact"]
    done(editor.merge(f"facts/{first}", second))
    # The two are one now; what the denial denies is that one.
    found = only(desk, f"facts/{second}/suggestions")
    assert found == only(desk, f"facts/{denial}/suggestions") == only(desk, "suggestions")
    assert (found["kind"], found["fact"], found["other"]) == ("contradicts", denial, second)
    done(decide(desk, place(second, found), "accept"))
    assert desk.read(f"facts/{second}")["relations"] == [{"type": "contradicts", "fact": denial}]
    (same,) = [each for each in before if each["kind"] == "same_fact"]
    assert decide(desk, place(second, same), "accept").status_code == 409
    done(editor.unmerge(f"facts/{first}"))
    assert only(desk, "suggestions") == only(desk, f"facts/{second}/suggestions") == same


# Dismissing.


def test_what_was_dismissed_is_not_suggested_again(desk: Desk, store: Store, first: str, second: str) -> None:
    found = only(desk, "suggestions")
    before = [desk.read(f"facts/{fact}") for fact in (first, second)]
    decided = done(decide(desk, place(second, found), "dismiss"))
    assert (decided["state"], decided["by"]) == ("dismissed", "reviewer")
    assert drafted(store, "two", ALIKE, 1) == second
    assert drafted(store, "one", WORDS, 1) == first
    assert [desk.read(f"facts/{fact}") for fact in (first, second)] == before
    # Nor when a third paper's words join the one, and are like the other.
    assert drafted(store, "three", AGAIN, 2) == first
    assert desk.read("suggestions")["items"] == []
    assert only(desk, "suggestions?state=dismissed") == decided


def test_who_changes_his_mind_may_accept_it(desk: Desk, first: str, second: str) -> None:
    path = place(second, only(desk, "suggestions"))
    done(decide(desk, path, "dismiss"))
    done(decide(desk, path, "dismiss"))
    assert done(decide(desk, path, "accept"))["state"] == "accepted"
    assert desk.read(f"facts/{first}")["sources"]["articles"] == 2


# Who may, and how often.


def test_only_who_may_review_decides(desk: Desk, first: str, second: str, key: Key) -> None:
    path = place(second, only(desk, "suggestions"))
    for scope in ("ingest", "edit"):
        response = decide(Desk(desk.client, key(scope, name=scope)), path, "accept")
        assert response.status_code == 403
    assert decide(Desk(desk.client, {}), path, "accept").status_code == 401


def test_two_reviewers_never_decide_about_the_same(desk: Desk, first: str, second: str) -> None:
    path = place(second, only(desk, "suggestions"))
    read = desk.etag(path)
    assert decide(desk, path, "dismiss", match=None).status_code == 428
    done(decide(desk, path, "dismiss", match=read))
    assert decide(desk, path, "accept", match=read).status_code == 412


def test_what_is_sent_twice_is_done_once(desk: Desk, store: Store, first: str, second: str) -> None:
    path = place(second, only(desk, "suggestions"))
    match = desk.etag(path)
    once = decide(desk, path, "accept", match=match, Idempotency_Key="mine")
    before = everything(store)
    again = decide(desk, path, "accept", match=match, Idempotency_Key="mine")
    assert (done(again), again.headers["ETag"]) == (done(once), once.headers["ETag"])
    assert everything(store) == before


def test_what_does_not_fit_is_refused(desk: Desk, store: Store, first: str, second: str) -> None:
    path = place(second, only(desk, "suggestions"))
    before = rows(store, "suggestions"), rows(store, "facts")
    for body, pointer in (({}, "/action"), ({"action": "merge"}, "/action"), ({"action": "accept", "x": 1}, "/x")):
        assert list(refused(desk.send("POST", path, body, match=desk.etag(path)))) == [pointer]
    assert desk.client.get("/v1/suggestions?state=open").status_code == 422
    assert (rows(store, "suggestions"), rows(store, "facts")) == before
