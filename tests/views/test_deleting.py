"""Deleting: what goes leaves a tombstone and its history, takes along what it proved, and comes back only if asked."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from api.store.opening import Store
from tests.ingest.sheets import actor, event, proposal, sheet_of, statement
from tests.store.contents import everything
from tests.views.desks import ONE, Desk, done, first, refused, second

Sheet = dict[str, Any]

#: What can be deleted in the sheets of desks.py, and whether facts use it.
PATHS = {
    "articles/two": True,
    "actors/france": True,
    "events/visit": False,
    "proposals/offer": False,
    "statements/said": False,
}
every_path = pytest.mark.parametrize("path, used", PATHS.items())

ALL = "?review=approved&review=pending&review=rejected"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Has two articles on its table."""
    desk.store(first())
    desk.store(second())
    return desk


def cascade(path: str) -> str:
    return "?cascade=true" if PATHS.get(path, True) else ""


def outcomes(told: Any) -> dict[str, str]:
    return {each["id"]: each["outcome"] for each in (told["article"], *told["actors"], *told["facts"])}


# Tombstones.


@every_path
def test_what_is_deleted_is_gone_and_its_history_stays(desk: Desk, path: str, used: bool) -> None:
    whole, version = desk.client.get(f"/v1/{path}").data, desk.read(path)["version"]
    response = desk.delete(path, cascade(path), X_Change_Note="Not ours")
    assert (response.status_code, response.data) == (204, b"")
    gone = desk.client.get(f"/v1/{path}")
    assert gone.status_code == 410
    assert "ETag" not in gone.headers
    last = desk.history(path)[-1]
    assert (last["action"], last["by"], last["note"]) == ("deleted", desk.name, "Not ours")
    assert last["version"] == version + 1
    assert desk.read(f"{path}/versions/{version + 1}")["document"] is None
    before = desk.client.get(f"/v1/{path}/versions/{version}").data
    assert b'"document":' + whole in before


@every_path
def test_what_is_deleted_stands_in_no_list(desk: Desk, path: str, used: bool) -> None:
    plural, _, id_ = path.partition("/")
    done(desk.delete(path, cascade(path)), 204)
    assert id_ not in desk.ids(plural)
    assert desk.ids(f"{plural}?ids={id_}") == []
    for query in ("search?q=France&limit=200", "search?q=talks&limit=200", "search?q=well&limit=200"):
        assert id_ not in [each["document"]["id"] for each in desk.read(query)["items"]]
    assert id_ not in desk.ids(f"facts{ALL}")
    total = len(desk.ids("facts"))
    assert desk.read("facts/counts?by=kind")["total"] == total
    assert desk.read("facts?count=exact")["total"] == total


def test_texts_of_a_deleted_article_are_not_served(desk: Desk) -> None:
    done(desk.delete("articles/two", "?cascade=true"), 204)
    for path in ("text", "source", "facts"):
        assert desk.client.get(f"/v1/articles/two/{path}").status_code == 410
    verified = desk.send("POST", "verify", {"article": "two", "exact": "On Monday"})
    assert verified.status_code == 404
    assert desk.client.get("/v1/facts?article=two").json["items"] == []


def test_what_is_in_use_goes_only_with_what_uses_it(desk: Desk, store: Store) -> None:
    before = everything(store)
    for path, facts in (
        ("articles/one", "3 facts would lose this article (offer, said, visit)"),
        ("actors/germany", "2 facts would lose this actor (offer, visit)"),
    ):
        for query in ("", "?cascade=false"):
            response = desk.delete(path, query)
            assert response.status_code == 409
            assert facts in response.json["detail"]
        assert desk.delete(path, "?cascade=yes").status_code == 422
        assert desk.delete(path, "?casade=true").status_code == 422
    assert everything(store) == before
    assert desk.delete("events/visit", "?cascade=true").status_code == 422


def test_rejected_facts_use_what_they_name_as_well(desk: Desk) -> None:
    done(desk.review("offer-again", "rejected"))
    done(desk.patch("events/visit", {"evidence": [{"article": "one", "exact": "Berlin took note"}]}))
    done(desk.patch("statements/said", {"evidence": [{"article": "one", "exact": "It went well"}]}))
    assert desk.delete("articles/two").status_code == 409
    done(desk.delete("articles/two", "?cascade=true"), 204)
    assert desk.client.get("/v1/facts/offer-again").status_code == 410


def test_what_nothing_uses_goes_without_more_ado(desk: Desk) -> None:
    desk.store(sheet_of("Nothing.", article="alone", actors=[actor("lonely")]))
    for path in ("articles/alone", "actors/lonely"):
        done(desk.delete(path), 204)
        assert desk.client.get(f"/v1/{path}").status_code == 410


def test_what_others_point_to_may_go(desk: Desk) -> None:
    """A wire story, an earlier text, an organisation, a related fact: their ids say something still."""
    copy = {"origin_id": "wire", "revises": "wire"}
    desk.store(sheet_of("Wire.", article="wire", actors=[actor("club"), actor("member", member_of=["club"])]))
    desk.store(sheet_of("Copy.", event("Copy", id="copied"), article="copy", about=copy))
    for path in ("articles/wire", "actors/club", "events/visit"):
        done(desk.delete(path), 204)
    assert desk.read("articles/copy")["revises"] == "wire"
    assert desk.read("actors/member")["member_of"] == ["club"]
    assert desk.read("proposals/offer")["relations"] == [{"type": "follows", "fact": "visit"}]
    assert desk.read("statements/said")["about"] == ["visit"]
    assert desk.read("statements/said?include=relations")["included"]["facts"] == {}
    assert desk.read("articles/copy?include=articles")["included"]["articles"] == {}


# What an article takes along.


def test_a_fact_keeps_what_its_other_articles_say(desk: Desk) -> None:
    done(desk.review("visit", "approved"))
    before = desk.read("events/visit")
    done(desk.delete("articles/one", "?cascade=true", X_Change_Note="Withdrawn"), 204)
    visit = desk.read("events/visit")
    assert [(span["article"], span["exact"]) for span in visit["evidence"]] == [("two", "Germany was host to France")]
    assert visit["sources"] == {"articles": 1, "publishers": 1}
    # "Monday", "France" and "Germany" stand in the other article too.
    for name in ("date", "actors", "title", "type", "modes", "places", "review"):
        assert visit[name] == before[name]
    assert visit["version"] == before["version"] + 1
    assert desk.history("facts/visit")[-1]["note"] == "Withdrawn"
    said = desk.read("statements/said")
    assert (said["text"], said["cue"]) == ("It went very well,", "said")
    assert desk.client.get("/v1/facts/offer").status_code == 410
    assert sorted(desk.ids("articles/two/facts")) == ["offer-again", "said", "visit"]


def test_wording_that_no_other_article_has_goes(desk: Desk) -> None:
    step = {"status": "done", "by": "germany", "evidence": {"exact": "offered once more"}, "date": {"text": "Monday"}}
    desk.store(
        sheet_of(
            "Tuesday: it was offered once more, said Berlin.",
            event("it was offered", id="visit", type="consult"),
            article="three",
            proposals=[
                proposal(
                    "offered once more",
                    id="offer",
                    history=[{**step, "date": {"text": "Tuesday"}}],
                    date={"text": "Tuesday"},
                )
            ],
            statements=[
                statement(
                    "it was offered", id="said", actors=[{"actor": None, "role": "mentioned", "named_as": "Berlin"}]
                )
            ],
        )
    )
    step = desk.read("proposals/offer")["history"][-1]
    assert step["date"]["text"] == "Tuesday"
    done(desk.patch("proposals/offer", {"history": [{**step, "date": {"edtf": "2022", "text": "Monday"}}]}))
    done(desk.delete("articles/one", "?cascade=true"), 204)
    offer = desk.read("proposals/offer")
    assert [part["named_as"] for part in offer["actors"]] == [None, None]
    assert offer["quantities"] == [{"value": 5, "unit": "tanks", "qualifier": "exact", "text": None}]
    assert offer["date"]["text"] == "Tuesday"
    (step,) = offer["history"]
    assert (step["date"]["edtf"], step["date"]["text"]) == ("2022", None)
    done(desk.patch("statements/said", {"actors": desk.read("statements/said")["actors"]}))
    said = desk.read("statements/said")
    assert {"actor": None, "role": "mentioned", "named_as": "Berlin"} in said["actors"]

    done(desk.delete("articles/three", "?cascade=true"), 204)
    said = desk.read("statements/said")
    # Nobody is left of a part that had only a wording.
    assert [part["actor"] for part in said["actors"]] == ["france"]
    assert desk.client.get("/v1/facts/offer").status_code == 410


def test_a_date_that_was_nothing_but_words_goes_with_them(desk: Desk) -> None:
    done(desk.patch("events/visit", {"date": {"edtf": None, "text": "once more"}}))
    done(desk.delete("articles/two", "?cascade=true"), 204)
    assert desk.read("events/visit")["date"] is None


def test_steps_go_with_the_article_that_proves_them(desk: Desk) -> None:
    evidence = [*desk.read("proposals/offer")["evidence"], {"article": "two", "exact": "Talks were offered"}]
    done(desk.patch("proposals/offer", {"evidence": evidence}))
    done(desk.delete("articles/one", "?cascade=true"), 204)
    offer = desk.read("proposals/offer")
    assert offer["history"] == []
    assert desk.patch("proposals/offer", offer).headers["ETag"] == desk.etag("proposals/offer")


# What an actor takes along.


def test_a_fact_keeps_its_own_wording_of_an_actor_that_goes(desk: Desk) -> None:
    done(desk.delete("actors/france", "?cascade=true"), 204)
    assert desk.read("events/visit")["actors"] == [
        {"actor": None, "role": "host", "named_as": "France"},
        {"actor": "germany", "role": "participant", "named_as": "Germany"},
    ]
    assert desk.read("statements/said")["actors"] == [{"actor": None, "role": "speaker", "named_as": "Paris"}]
    offer = desk.read("proposals/offer")
    assert offer["actors"][0] == {"actor": None, "role": "proposer", "named_as": "He"}
    assert [step["by"] for step in offer["history"]] == [None, "germany"]
    assert desk.ids("facts?actor=france") == []
    assert desk.ids("facts?country=FR") == ["visit"]  # its place is still Paris
    assert desk.client.get("/v1/actors/france/network").status_code == 410
    assert desk.read("actors/germany/network")["items"] == []
    assert "france" not in [each["value"] for each in desk.read("facts/counts?by=actor")["items"]]

    done(desk.delete("actors/germany", "?cascade=true"), 204)
    # A part without a wording goes.
    assert desk.read("proposals/offer")["actors"] == [{"actor": None, "role": "proposer", "named_as": "He"}]
    assert [step["by"] for step in desk.read("proposals/offer")["history"]] == [None, None]


def test_parts_of_two_actors_that_nothing_tells_apart_any_more_are_one(desk: Desk) -> None:
    parts = [{"actor": id_, "role": "actor", "named_as": "Germany"} for id_ in ("france", "germany")]
    done(desk.patch("events/visit", {"actors": parts}))
    for id_ in ("france", "germany"):
        done(desk.delete(f"actors/{id_}", "?cascade=true"), 204)
    assert desk.read("events/visit")["actors"] == [{"actor": None, "role": "actor", "named_as": "Germany"}]
    assert desk.patch("events/visit", desk.read("events/visit")).headers["ETag"] == desk.etag("events/visit")


def test_an_actor_goes_with_the_ids_that_were_merged_into_it(desk: Desk) -> None:
    done(desk.merge("actors/france", "germany"))
    done(desk.delete("actors/germany", "?cascade=true"), 204)
    assert {part["actor"] for part in desk.read("events/visit")["actors"]} == {None}
    moved = desk.client.get("/v1/actors/france")
    assert (moved.status_code, moved.headers["Location"]) == (308, "/v1/actors/germany")
    assert desk.ids("facts?actor=france") == desk.ids("facts?actor=germany") == []


def test_three_hundred_facts_go_with_their_article(desk: Desk, store: Store) -> None:
    sentences = [f"Fact {n} was told." for n in range(300)]
    facts = [event(f"Fact {n} was", id=f"fact-{n}", actors=[{"actor": "many", "role": "actor"}]) for n in range(300)]
    desk.store(sheet_of(" ".join(sentences), *facts, article="long", actors=[actor("many")]))
    again = [event(f"Fact {n} was", id=f"fact-{n}", actors=[]) for n in range(150)]
    desk.store(sheet_of("Again. " + " ".join(sentences), *again, article="again"))
    seen = desk.read("facts/counts?by=kind")["total"]
    told = desk.delete("articles/long").json["detail"]
    assert told.startswith("300 facts would lose this article (fact-0, fact-1, fact-10, fact-100, fact-101, ...)")
    done(desk.delete("articles/long", "?cascade=true"), 204)
    assert desk.read("facts/counts?by=kind")["total"] == seen - 150
    assert desk.read("actors/many/network")["facts"] == 150
    assert desk.read("facts/fact-0")["sources"]["articles"] == 1
    done(desk.delete("actors/many", "?cascade=true"), 204)
    assert desk.read("facts/fact-0")["actors"] == []


# What was deleted stays deleted.


def test_a_fact_that_was_deleted_stays_so_when_its_sheet_comes_again(desk: Desk, store: Store) -> None:
    done(desk.delete("events/visit"), 204)
    sheet = first()
    told = desk.store(sheet)
    assert outcomes(told) == {
        "one": "unchanged",
        **dict.fromkeys(("france", "germany", "offer", "said"), "unchanged"),
        "visit": "deleted",
    }
    # What the sheet says anew is stored, without speaking of what is gone.
    sheet["proposals"].append(proposal("Berlin took note", id="new", relations=[{"type": "follows", "fact": "visit"}]))
    sheet["statements"].append(statement("took note", id="new-too", about=["visit", "offer"]))
    assert outcomes(desk.store(sheet))["new"] == "created"
    assert desk.read("facts/new")["relations"] == []
    assert desk.read("facts/new-too")["about"] == ["offer"]
    assert desk.client.get("/v1/facts/visit").status_code == 410
    before = everything(store)
    response = desk.send("POST", "fact-sheets", sheet)
    assert response.status_code == 200
    assert everything(store) == before


def test_an_actor_that_was_deleted_stays_so_when_it_is_named_again(desk: Desk) -> None:
    done(desk.delete("actors/france", "?cascade=true"), 204)
    sheet = first()
    told = outcomes(desk.store(sheet))
    assert told.pop("france") == "deleted"
    assert set(told.values()) == {"unchanged"}
    parts = [
        {"actor": "france", "role": "host", "named_as": "France"},
        {"actor": "france", "role": "actor"},
        {"actor": "germany", "role": "recipient"},
    ]
    step = {"status": "done", "by": "france", "evidence": {"exact": "Berlin"}}
    new = sheet_of(
        ONE,
        article="one",
        about={"publisher": "Paper One"},
        actors=[actor("member", member_of=["france", "germany"])],
        proposals=[proposal("Berlin took note", id="new", actors=parts, history=[step])],
    )
    assert outcomes(desk.store(new)) == {"one": "unchanged", "member": "created", "new": "created"}
    fact = desk.read("facts/new")
    assert fact["actors"] == [
        {"actor": None, "role": "host", "named_as": "France"},
        {"actor": "germany", "role": "recipient", "named_as": None},
    ]
    assert fact["history"][0]["by"] is None
    assert desk.read("actors/member")["member_of"] == ["germany"]


def test_an_actor_that_was_merged_into_a_deleted_one_is_gone_too(desk: Desk) -> None:
    done(desk.merge("actors/france", "germany"))
    done(desk.delete("actors/germany", "?cascade=true"), 204)
    told = desk.store(first())
    assert [each["outcome"] for each in told["actors"]] == ["deleted", "deleted"]
    sheet = first()
    sheet["events"][0] |= {"id": "other", "actors": [{"actor": "france", "role": "host"}]}
    sheet["actors"] = []
    sheet["proposals"] = sheet["statements"] = []
    desk.store(sheet)
    assert desk.read("events/other")["actors"] == []


def test_an_article_that_was_deleted_stays_so_when_its_sheet_comes_again(desk: Desk, store: Store) -> None:
    done(desk.delete("articles/one", "?cascade=true"), 204)
    before = everything(store)
    without_id = first()
    del without_id["article"]["id"]
    for sheet in (first(), without_id, first(on_conflict="keep")):
        response = desk.send("POST", "fact-sheets", sheet)
        assert response.status_code == 200
        assert response.json == {"article": {"id": "one", "outcome": "deleted"}, "actors": [], "facts": []}
    assert everything(store) == before
    alone = desk.send("POST", "articles?extract=false", first()["article"])
    assert alone.status_code == 410


def test_what_is_wrong_with_a_sheet_is_told_though_its_article_is_gone(desk: Desk) -> None:
    done(desk.delete("articles/one", "?cascade=true"), 204)
    sheet = first()
    sheet["events"][0]["type"] = "party"
    assert set(refused(desk.send("POST", "fact-sheets", sheet))) == {"/events/0/type"}


def test_on_conflict_replace_brings_everything_back(desk: Desk) -> None:
    paths = ("articles/one", "actors/france", "actors/germany", "events/visit", "proposals/offer", "statements/said")
    before = {path: desk.read(path) for path in paths}
    done(desk.delete("actors/france", "?cascade=true"), 204)
    done(desk.delete("actors/germany", "?cascade=true"), 204)
    done(desk.delete("articles/two", "?cascade=true"), 204)
    done(desk.delete("articles/one", "?cascade=true"), 204)
    for path in paths:
        assert desk.client.get(f"/v1/{path}").status_code == 410
    told = desk.store(first(on_conflict="replace"))
    assert set(outcomes(told).values()) == {"created"}
    assert outcomes(desk.store(first())) == dict.fromkeys(outcomes(told), "unchanged")
    desk.store(second(on_conflict="replace"))
    for path in paths:
        now = desk.read(path)
        own = {"version", "created_at", "updated_at"}
        assert {name: now[name] for name in now.keys() - own} == {name: before[path][name] for name in now.keys() - own}
        assert now["version"] > before[path]["version"]
        history = desk.history(path)
        assert [each["version"] for each in history] == list(range(1, now["version"] + 1))
        actions = [each["action"] for each in history]
        assert actions[actions.index("deleted") + 1] == "restored"
    assert desk.client.get("/v1/articles/one/text").text == ONE


def test_an_article_comes_back_with_the_text_that_it_had(desk: Desk) -> None:
    done(desk.delete("articles/one", "?cascade=true"), 204)
    other = deepcopy(first(on_conflict="replace"))
    other["article"]["text"] = ONE + " And more."
    found = refused(desk.send("POST", "fact-sheets", other), 409)
    assert "stored with another text" in found["/article/text"]
    assert desk.client.get("/v1/articles/one").status_code == 410


def test_a_fact_comes_back_as_the_kind_that_it_was(desk: Desk) -> None:
    done(desk.delete("events/visit"), 204)
    sheet = first(on_conflict="replace", proposals=[proposal("Berlin took note", id="visit")], statements=[])
    sheet["events"] = []
    found = refused(desk.send("POST", "fact-sheets", sheet), 409)
    assert "The store has 'event visit', the sheet 'proposal visit'." in found["/proposals/0/id"]


def test_a_sheet_may_not_name_what_was_deleted_in_order_to_replace_it(desk: Desk) -> None:
    """With on_conflict=replace nothing is dropped in silence: an actor that is named must come along."""
    done(desk.delete("actors/france", "?cascade=true"), 204)
    sheet = first(on_conflict="replace")
    sheet["actors"] = sheet["actors"][1:]
    found = refused(desk.send("POST", "fact-sheets", sheet))
    assert set(found) == {
        "/events/0/actors/0/actor",
        "/proposals/0/actors/0/actor",
        "/proposals/0/history/0/by",
        "/statements/0/actors/0/actor",
    }
