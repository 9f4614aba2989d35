"""Review: a person approves or rejects a fact, in the name of a key that may."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from api.store.opening import Store
from tests.conftest import Key
from tests.store.contents import everything
from tests.views.desks import Desk, done, first, refused, second


@pytest.fixture
def desk(desk: Desk, empty_client: FlaskClient, key: Key) -> Desk:
    """May do nothing but review what lies on its table."""
    desk.store(first())
    return Desk(empty_client, key("review", name="reviewer"))


@pytest.mark.parametrize("status", ["approved", "rejected"])
@pytest.mark.parametrize("id_", ["visit", "offer", "said"])
def test_a_fact_of_any_kind_is_decided_about(desk: Desk, id_: str, status: str) -> None:
    before = desk.read(f"facts/{id_}")
    response = desk.review(id_, status, body={"note": "Read – twice"})
    assert response.status_code == 200
    assert response.headers["ETag"] == desk.etag(f"facts/{id_}")
    after = response.json
    assert after["review"] | {"at": None} == before["review"] | {"status": status, "by": "reviewer"}
    assert after["review"]["at"] == after["updated_at"] > before["updated_at"]
    assert after["version"] == 2
    own = {"review", "version", "updated_at"}
    assert {name: after[name] for name in after.keys() - own} == {name: before[name] for name in before.keys() - own}
    last = desk.history(f"facts/{id_}")[-1]
    assert (last["by"], last["note"]) == ("reviewer", "Read – twice")


def test_how_sure_a_program_was_is_still_told(desk: Desk, key: Key) -> None:
    generated = {"confidence": 0.5, "generator": {"name": "reader", "version": "1"}}
    sheet = first()
    sheet["events"][0] |= {"id": "drafted", "review": generated}
    sheet["proposals"] = sheet["statements"] = []
    Desk(desk.client, key("ingest")).store(sheet)
    review = done(desk.review("drafted", "approved"))["review"]
    assert {name: review[name] for name in generated} == generated


def test_a_rejected_fact_leaves_all_lists_and_comes_back(desk: Desk) -> None:
    def shown() -> list[bool]:
        return [
            "visit" in desk.ids("facts"),
            "visit" in desk.ids("events?type=consult"),
            "visit" in desk.ids("facts?actor=france&date_from=2022-01-01"),
            "visit" in desk.ids("articles/one/facts"),
            "visit" in [each["document"]["id"] for each in desk.read("search?q=received")["items"]],
            desk.read("facts/counts?by=kind")["total"] == 3,
            desk.read("actors/germany/network")["facts"] == 2,
        ]

    assert all(shown())
    done(desk.review("visit", "rejected"))
    assert not any(shown())
    assert desk.ids("facts?review=rejected") == ["visit"]
    assert desk.client.get("/v1/facts/visit").status_code == 200
    done(desk.review("visit", "approved"))
    assert all(shown())
    assert desk.ids("facts?review=approved") == ["visit"]


def test_the_same_decision_again_changes_nothing(desk: Desk, store: Store) -> None:
    done(desk.review("visit", "approved"))
    before = everything(store)
    assert done(desk.review("visit", "approved", body={"note": "Again"}))["version"] == 2
    assert everything(store) == before


def test_a_decision_may_be_taken_back(desk: Desk) -> None:
    done(desk.review("visit", "rejected"))
    assert done(desk.review("visit", "pending"))["review"]["status"] == "pending"
    assert "visit" in desk.ids("facts?review=pending")


def test_the_note_may_stand_in_a_header(desk: Desk) -> None:
    done(desk.review("visit", "approved", X_Change_Note=quote("Gelesen – gut")))
    assert desk.history("facts/visit")[-1]["note"] == "Gelesen – gut"
    done(desk.review("visit", "rejected", body={"note": "In the body"}, X_Change_Note="In the header"))
    assert desk.history("facts/visit")[-1]["note"] == "In the body"
    assert desk.review("visit", "approved", body={"note": "x"}, X_Change_Note="%00").status_code == 422


def test_what_does_not_fit_is_told(desk: Desk) -> None:
    assert set(refused(desk.review("visit", "maybe", body={"nte": "x", "note": 5}))) == {"/status", "/nte", "/note"}
    match = desk.etag("facts/visit")
    for body in ([], 5, "approved", {}, {"status": None}, {"status": ["approved"]}):
        assert refused(desk.send("POST", "facts/visit/review", body, match=match))
    assert desk.send("POST", "facts/visit/review", match=match).status_code == 415
    assert desk.send("POST", "facts/visit/review", b"{", match=match).status_code == 400
    assert desk.review("visit", "approved", kind="text/plain").status_code == 415
    assert desk.history("facts/visit")[-1]["version"] == 1


def test_a_decision_is_about_the_version_that_was_read(desk: Desk) -> None:
    etag = desk.etag("facts/visit")
    done(desk.review("visit", "approved"))
    for sent, status in ((None, 428), ("*", 428), (etag, 412), (f"W/{desk.etag('facts/visit')}", 412)):
        assert desk.review("visit", "rejected", match=sent).status_code == status
    assert desk.read("facts/visit")["review"]["status"] == "approved"


def test_only_a_fact_that_is_there_is_reviewed(desk: Desk, key: Key) -> None:
    for id_ in ("nothing", "one", "france"):
        assert desk.review(id_, "approved", match='"x"').status_code == 404
    editor = Desk(desk.client, key("edit"))
    done(editor.delete("events/visit"), 204)
    assert desk.review("visit", "approved", match='"x"').status_code == 410


def test_a_key_that_may_edit_may_not_review(desk: Desk, key: Key) -> None:
    for scopes in (("edit",), ("ingest",), ("ingest", "edit")):
        assert Desk(desk.client, key(*scopes)).review("visit", "approved").status_code == 403
    assert desk.patch("events/visit", {"title": "x"}).status_code == 403


def test_a_retry_gets_the_same_answer(desk: Desk) -> None:
    match = desk.etag("facts/visit")
    first_time = desk.review("visit", "approved", match=match, Idempotency_Key="mine")
    again = desk.review("visit", "approved", match=match, Idempotency_Key="mine")
    assert (again.status_code, again.data, again.headers["ETag"]) == (
        200,
        first_time.data,
        first_time.headers["ETag"],
    )
    assert desk.review("visit", "rejected", match=match, Idempotency_Key="mine").status_code == 422
    assert desk.review("visit", "approved", match=match, Idempotency_Key="another").status_code == 412


def test_a_second_source_changes_no_decision(desk: Desk, key: Key) -> None:
    review = done(desk.review("visit", "rejected"))["review"]
    Desk(desk.client, key("ingest", "review")).store(second())
    fact = desk.read("facts/visit")
    assert (fact["review"], fact["sources"]["articles"]) == (review, 2)
    assert "visit" not in desk.ids("facts")
