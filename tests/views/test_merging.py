"""Merging: two ids, one thing; and parting them again gives back what was there."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from api.store.opening import Store
from tests.conftest import Key
from tests.ingest.sheets import Sheet, actor, event, sheet_of, statement
from tests.store.contents import derived, everything
from tests.views.desks import Desk, done, first, refused, second

BOOKKEEPING = {"version", "updated_at"}


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Has two articles on its table that tell the same visit under two ids."""
    desk.store(first())
    again = second()
    again["events"][0] |= {
        "id": "reception",
        "title": "Germany was received",
        "date": {"edtf": "2022-01", "text": "Monday"},
        "contexts": ["diplomatic"],
        "note": "As the guest has it",
        "actors": [
            {"actor": "germany", "role": "host", "named_as": "Germany"},
            {"actor": "france", "role": "host", "named_as": "France"},
        ],
        "places": [{"name": "Bonn"}],
        "relations": [{"type": "follows", "fact": "visit"}, {"type": "follows", "fact": "offer"}],
    }
    desk.store(again)
    return desk


def content(document: Any) -> dict[str, Any]:
    """Give what a document says, but for what every change changes."""
    return {name: value for name, value in document.items() if name not in BOOKKEEPING}


def contents(desk: Desk, *paths: str) -> list[dict[str, Any]]:
    return [content(desk.read(path)) for path in paths]


def met(n: int, **more: Any) -> Sheet:
    """Tell a meeting in an article of its own."""
    parts = [{"actor": f"actor-{n}", "role": "actor", "named_as": f"Number {n}"}]
    return sheet_of(
        f"Number {n} met.",
        event(f"Number {n} met", id=f"met-{n}", **({"actors": parts} | more)),
        article=f"paper-{n}",
        about={"publisher": f"Paper {n}"},
        actors=[actor(f"actor-{n}", name=f"Actor {n}", country_code=f"A{chr(65 + n)}")],
    )


# Facts.


def test_two_facts_become_one_with_the_evidence_of_both(desk: Desk) -> None:
    before = desk.read("facts/visit")
    response = desk.merge("facts/reception", "visit", X_Change_Note="The same")
    assert response.status_code == 200
    assert response.headers["ETag"] == desk.etag("facts/visit")
    fact = response.json
    assert fact == desk.read("facts/visit")
    assert [(span["article"], span["exact"]) for span in fact["evidence"]] == [
        ("one", "France received Germany on Monday"),
        ("two", "Germany was host to France"),
    ]
    assert fact["sources"] == {"articles": 2, "publishers": 2}
    # What it says itself stays, what it did not say comes.
    for name in ("title", "date", "type", "modality", "modes", "quad", "review"):
        assert fact[name] == before[name]
    assert (fact["note"], fact["contexts"]) == ("As the guest has it", ["diplomatic"])
    assert [(part["actor"], part["role"]) for part in fact["actors"]] == [
        ("france", "host"),
        ("germany", "participant"),
        ("germany", "host"),
    ]
    assert [place["name"] for place in fact["places"]] == ["Paris", "Bonn"]
    # What the two said of each other would be said of itself.
    assert fact["relations"] == [{"type": "follows", "fact": "offer"}]
    assert fact["version"] == 2
    for id_ in ("visit", "reception"):
        last = desk.history(f"facts/{id_}")[-1]
        assert (last["by"], last["note"]) == (desk.name, "The same")
    assert (last["action"], last["merged_into"]) == ("merged", "visit")


def test_the_old_id_leads_to_the_new_one(desk: Desk) -> None:
    done(desk.merge("facts/reception", "visit"))
    for plural in ("facts", "events"):
        moved = desk.client.get(f"/v1/{plural}/reception?fields=title")
        assert (moved.status_code, moved.headers["Location"]) == (308, f"/v1/{plural}/visit?fields=title")
        assert moved.headers["Cache-Control"] == "no-cache"
    assert desk.ids("facts?ids=reception,offer,visit") == ["visit", "offer"]
    assert desk.ids("facts?ids=reception") == ["visit"]
    assert "reception" not in desk.ids("facts?review=approved&review=pending&review=rejected")
    assert desk.read("facts/reception/versions/1")["document"]["id"] == "reception"


def test_whoever_speaks_of_the_old_id_means_the_new_one(desk: Desk) -> None:
    desk.store(
        sheet_of(
            "It followed. “So it was,” they said.",
            event("It followed", id="next", relations=[{"type": "follows", "fact": "reception"}]),
            statements=[statement("So it was,", id="so", about=["reception", "visit"])],
        )
    )
    done(desk.merge("facts/reception", "visit"))
    assert desk.read("facts/next")["version"] == 1
    included = desk.read("facts/next?include=relations")["included"]["facts"]
    assert {id_: fact["id"] for id_, fact in included.items()} == {"reception": "visit"}
    included = desk.read("facts/so?include=relations")["included"]["facts"]
    assert {id_: fact["id"] for id_, fact in included.items()} == {"reception": "visit", "visit": "visit"}
    assert done(desk.patch("events/next", {"note": "x"}))["relations"] == [{"type": "follows", "fact": "reception"}]


def test_lists_and_counts_have_one_fact_less(desk: Desk) -> None:
    assert desk.read("facts/counts?by=kind&kind=event")["items"] == [{"value": "event", "facts": 2}]
    done(desk.merge("facts/reception", "visit"))
    assert desk.read("facts/counts?by=kind&kind=event")["items"] == [{"value": "event", "facts": 1}]
    for query in ("article=two&kind=event", "publisher=Paper+Two&kind=event", "min_sources=2&kind=event"):
        assert desk.ids(f"facts?{query}") == ["visit"]
    assert desk.ids("articles/two/facts") == ["visit", "said", "offer-again"]
    assert [hit["document"]["id"] for hit in desk.read("search?q=%22was+host%22")["items"]] == ["visit", "two"]


def test_what_is_sent_under_the_old_id_comes_to_the_new_one(desk: Desk, store: Store) -> None:
    done(desk.merge("facts/reception", "visit"))
    before = everything(store)
    for sheet in (first(), second()):
        if sheet["article"]["id"] == "two":
            sheet["events"][0] |= {
                "id": "reception",
                "type": "agree",
                "relations": [{"type": "follows", "fact": "visit"}],
            }
        told = desk.store(sheet)
        assert {each["outcome"] for each in (told["article"], *told["actors"], *told["facts"])} == {"unchanged"}
        assert told["facts"][0]["id"] == "visit"
    assert everything(store) == before


def test_a_sheet_may_tell_what_became_one_twice(desk: Desk, store: Store) -> None:
    both = sheet_of(
        "They met. They talked.",
        event("They met", id="met", type="consult"),
        event("They talked", id="talked", type="agree"),
        actors=[actor("paris"), actor("elysee")],
    )
    desk.store(both)
    done(desk.merge("facts/talked", "met"))
    done(desk.merge("actors/elysee", "paris"))
    before = everything(store)
    told = desk.store(both)
    assert told["facts"] == [{"id": "met", "outcome": "unchanged"}] * 2
    assert told["actors"] == [{"id": "paris", "outcome": "unchanged"}] * 2
    assert everything(store) == before
    for sheet in (both, {**both, "events": both["events"][::-1], "actors": both["actors"][::-1]}):
        told = desk.store({**sheet, "on_conflict": "replace"})
        assert everything(store) == before


def test_what_cannot_be_one_is_refused(desk: Desk, store: Store) -> None:
    before = everything(store)
    for id_, into, why in (
        ("facts/visit", "offer", "'visit' is of kind event, 'offer' of kind proposal."),
        ("facts/visit", "visit", "'visit' cannot be merged into itself."),
        ("actors/france", "france", "'france' cannot be merged into itself."),
    ):
        response = desk.merge(id_, into)
        assert (response.status_code, response.json["detail"]) == (409, why)
    assert desk.merge("facts/visit", "nothing").status_code == 404
    assert desk.merge("actors/france", "visit").status_code == 404
    assert desk.merge("facts/nothing", "visit").status_code == 404
    for body in ({}, {"into": None}, {"into": 5}, {"into": "Not an id"}, {"into": ["visit"]}, {"to": "visit"}, []):
        for path in ("facts/reception", "actors/france"):
            assert refused(desk.send("POST", f"{path}/merge", body, match=desk.etag(path)))
    for sent, status in ((None, 428), ("*", 428), ('"x"', 412)):
        assert desk.merge("facts/reception", "visit", match=sent).status_code == status
    assert everything(store) == before


def test_nothing_is_merged_into_what_is_gone(desk: Desk) -> None:
    done(desk.delete("events/visit"), 204)
    assert desk.merge("facts/reception", "visit").status_code == 410
    done(desk.delete("events/reception"), 204)
    assert desk.merge("facts/reception", "visit", match='"x"').status_code == 410


def test_merging_needs_a_key_that_may_edit(desk: Desk, empty_client: FlaskClient, key: Key) -> None:
    for scopes in (("ingest",), ("review",)):
        other = Desk(empty_client, key(*scopes))
        assert other.merge("facts/reception", "visit").status_code == 403
        assert other.unmerge("facts/reception").status_code == 403


def test_a_rejected_fact_brings_its_evidence_and_not_its_review(desk: Desk) -> None:
    done(desk.review("reception", "rejected"))
    fact = done(desk.merge("facts/reception", "visit"))
    assert (fact["review"]["status"], fact["sources"]["articles"]) == ("pending", 2)
    done(desk.unmerge("facts/reception"))
    assert desk.ids("facts?review=rejected") == ["reception"]


def test_a_fact_that_is_merged_into_a_rejected_one_is_hidden(desk: Desk) -> None:
    done(desk.review("visit", "rejected"))
    done(desk.merge("facts/reception", "visit"))
    assert desk.ids("events") == []
    assert desk.ids("events?review=rejected") == ["visit"]
    assert desk.ids("articles?actor=germany") == ["one"]
    done(desk.unmerge("facts/reception"))
    assert desk.ids("events") == ["reception"]


def test_proposals_and_statements_are_merged_as_well(desk: Desk) -> None:
    offer = done(desk.merge("facts/offer", "offer-again"))
    assert [step["status"] for step in offer["history"]] == ["floated", "tabled"]
    assert [span["article"] for span in offer["evidence"]] == ["two", "one"]
    desk.store(sheet_of("“Very well,” he said.", statements=[statement("Very well,", id="again")], article="three"))
    said = done(desk.merge("facts/again", "said"))
    assert said["text"] == "It went well,"
    said = desk.read("statements/said")
    assert done(desk.patch("statements/said", {"evidence": said["evidence"][::-1]}))["text"] == "Very well,"


# Parting facts.


def test_parting_gives_back_both_facts(desk: Desk, store: Store) -> None:
    paths = ("facts/visit", "facts/reception")
    before, stored = contents(desk, *paths), derived(store)
    done(desk.merge("facts/reception", "visit"))
    response = desk.unmerge("facts/reception", X_Change_Note="Not the same")
    assert response.status_code == 200
    assert response.json == desk.read("facts/reception")
    assert response.headers["ETag"] == desk.etag("facts/reception")
    assert contents(desk, *paths) == before
    assert derived(store) == stored
    assert [each["action"] for each in desk.history("facts/reception")] == ["created", "merged", "restored"]
    assert [each["action"] for each in desk.history("facts/visit")] == ["created", "updated", "updated"]
    assert desk.history("facts/visit")[-1]["note"] == "Not the same"
    # And once more.
    done(desk.merge("facts/reception", "visit"))
    done(desk.unmerge("facts/reception"))
    assert contents(desk, *paths) == before
    assert derived(store) == stored


def test_what_was_changed_since_stays_when_facts_part(desk: Desk) -> None:
    reception = content(desk.read("facts/reception"))
    done(desk.merge("facts/reception", "visit"))
    fact = desk.read("events/visit")
    done(
        desk.patch(
            "events/visit",
            {
                "title": "Another title",
                "contexts": [*fact["contexts"], "military"],
                "places": [{"name": "Bonn"}, {"name": "Rome"}],
                "evidence": [*fact["evidence"], {"article": "one", "exact": "Berlin took note"}],
            },
        )
    )
    done(desk.review("visit", "approved"))
    done(desk.unmerge("facts/reception"))
    visit = desk.read("facts/visit")
    assert visit["title"] == "Another title"
    assert visit["contexts"] == ["military"]
    assert [place["name"] for place in visit["places"]] == ["Rome"]
    assert [span["exact"] for span in visit["evidence"]] == ["France received Germany on Monday", "Berlin took note"]
    assert visit["review"]["status"] == "approved"
    assert visit["note"] is None
    assert content(desk.read("facts/reception")) == reception


def test_what_the_two_said_of_each_other_comes_back(desk: Desk) -> None:
    contradicts = {"type": "contradicts", "fact": "reception"}
    done(desk.patch("events/visit", {"relations": [contradicts]}))
    before = contents(desk, "facts/visit", "facts/reception")
    assert done(desk.merge("facts/reception", "visit"))["relations"] == [{"type": "follows", "fact": "offer"}]
    done(desk.unmerge("facts/reception"))
    assert contents(desk, "facts/visit", "facts/reception") == before
    # Also beside what was added since.
    relations = done(desk.merge("facts/reception", "visit"))["relations"]
    added = {"type": "part_of", "fact": "said"}
    done(desk.patch("events/visit", {"relations": [*relations, added]}))
    done(desk.unmerge("facts/reception"))
    assert desk.read("facts/visit")["relations"] == [added, contradicts]


def test_wording_goes_with_the_article_that_it_is_from(desk: Desk) -> None:
    done(desk.merge("facts/reception", "visit"))
    parts = [{"actor": "france", "role": "host", "named_as": "Talks"}]
    done(desk.patch("events/visit", {"actors": parts, "date": {"edtf": "2022", "text": "once more"}}))
    done(desk.unmerge("facts/reception"))
    visit = desk.read("events/visit")
    assert (visit["actors"][0]["named_as"], visit["date"]["text"]) == (None, None)
    assert desk.patch("events/visit", visit).headers["ETag"] == desk.etag("events/visit")


def test_facts_part_in_the_order_in_which_they_were_merged(desk: Desk, store: Store) -> None:
    for n in range(3):
        desk.store(met(n))
    paths = [f"facts/met-{n}" for n in range(3)]
    start, stored = contents(desk, *paths), derived(store)
    done(desk.merge("facts/met-0", "met-1"))
    second_step, stored_then = contents(desk, "facts/met-1", "facts/met-2"), derived(store)
    done(desk.merge("facts/met-1", "met-2"))
    for n in (0, 1):
        assert desk.client.get(f"/v1/facts/met-{n}").headers["Location"] == "/v1/facts/met-2"
    assert desk.read("facts/met-2")["sources"] == {"articles": 3, "publishers": 3}

    early = desk.unmerge("facts/met-0")
    assert early.status_code == 409
    assert early.json["detail"] == "'met-0' was merged into 'met-1', which was merged since: unmerge that first."
    done(desk.unmerge("facts/met-1"))
    assert contents(desk, "facts/met-1", "facts/met-2") == second_step
    assert derived(store) == stored_then
    assert desk.client.get("/v1/facts/met-0").headers["Location"] == "/v1/facts/met-1"
    done(desk.unmerge("facts/met-0"))
    assert contents(desk, *paths) == start
    assert derived(store) == stored


def test_a_long_chain_parts_link_by_link(desk: Desk) -> None:
    for n in range(5):
        desk.store(met(n))
    for plural, name in (("facts", "met"), ("actors", "actor")):
        paths = [f"{plural}/{name}-{n}" for n in range(5)]
        start = contents(desk, *paths)
        for n in range(4):
            done(desk.merge(paths[n], f"{name}-{n + 1}"))
        for n in range(4):
            assert desk.client.get(f"/v1/{paths[n]}").headers["Location"] == f"/v1/{paths[4]}"
        for n in (3, 2, 1, 0):
            for below in range(n):
                assert desk.unmerge(paths[below]).status_code == 409
            done(desk.unmerge(paths[n]))
            for below in range(n):
                assert desk.client.get(f"/v1/{paths[below]}").headers["Location"] == f"/v1/{paths[n]}"
        assert contents(desk, *paths) == start


def test_several_facts_part_from_one_in_any_order(desk: Desk) -> None:
    for n in range(4):
        desk.store(met(n))
    paths = [f"facts/met-{n}" for n in range(4)]
    start = contents(desk, *paths)
    for n in (1, 2, 3):
        done(desk.merge(f"facts/met-{n}", "met-0"))
    for n in (2, 1, 3):
        done(desk.unmerge(f"facts/met-{n}"))
        assert content(desk.read(f"facts/met-{n}")) == start[n]
    assert contents(desk, *paths) == start


def test_what_was_not_merged_cannot_be_parted(desk: Desk) -> None:
    for path in ("facts/visit", "actors/france"):
        response = desk.unmerge(path)
        assert (response.status_code, response.json["detail"]) == (
            409,
            f"'{path.partition('/')[2]}' is not merged into another.",
        )
    for path in ("facts/nothing", "actors/visit"):
        assert desk.unmerge(path).status_code == 404
    done(desk.delete("events/visit"), 204)
    assert desk.unmerge("facts/visit").status_code == 410


def test_a_fact_that_has_nothing_new_is_merged_and_parted_all_the_same(desk: Desk) -> None:
    twin = first()
    twin["events"][0]["id"] = "twin"
    twin["proposals"] = twin["statements"] = []
    desk.store(twin)
    before = desk.read("facts/visit")
    assert done(desk.merge("facts/twin", "visit")) == before
    done(desk.patch("events/visit", {"title": "Since then"}))
    done(desk.unmerge("facts/twin"))
    visit = desk.read("facts/visit")
    assert content(visit) == content(before) | {"title": "Since then"}
    assert desk.read("facts/twin")["evidence"] == before["evidence"]


def test_what_was_deleted_since_does_not_come_back_with_a_parting(desk: Desk) -> None:
    desk.store(met(1))
    done(desk.merge("facts/met-1", "visit"))
    done(desk.merge("facts/reception", "visit"))
    done(desk.delete("actors/germany", "?cascade=true"), 204)
    done(desk.delete("actors/actor-1", "?cascade=true"), 204)
    done(desk.unmerge("facts/reception"))
    done(desk.unmerge("facts/met-1"))
    assert desk.read("facts/met-1")["actors"] == [{"actor": None, "role": "actor", "named_as": "Number 1"}]
    assert desk.read("facts/reception")["actors"] == [
        {"actor": None, "role": "host", "named_as": "Germany"},
        {"actor": "france", "role": "host", "named_as": "France"},
    ]
    assert desk.read("facts/visit")["actors"] == [
        {"actor": "france", "role": "host", "named_as": "France"},
        {"actor": None, "role": "participant", "named_as": "Germany"},
    ]


def test_facts_whose_articles_were_deleted_cannot_part(desk: Desk, store: Store) -> None:
    done(desk.merge("facts/reception", "visit"))
    done(desk.delete("articles/two", "?cascade=true"), 204)
    before = everything(store)
    response = desk.unmerge("facts/reception")
    assert response.status_code == 409
    assert response.json["detail"] == "All evidence of 'reception' is in articles that were deleted."
    desk.store(second(on_conflict="replace"))
    done(desk.delete("articles/one", "?cascade=true"), 204)
    assert desk.read("facts/visit")["evidence"][0]["article"] == "two"
    response = desk.unmerge("facts/reception")
    assert response.status_code == 409
    assert response.json["detail"] == "'visit' would be left without evidence."
    assert before


def test_a_fact_stands_for_itself_again_though_what_took_over_is_gone(desk: Desk) -> None:
    before = content(desk.read("facts/reception"))
    done(desk.merge("facts/reception", "visit"))
    done(desk.delete("events/visit"), 204)
    gone = desk.client.get("/v1/events/reception")
    assert (gone.status_code, gone.headers["Location"]) == (308, "/v1/events/visit")
    done(desk.unmerge("facts/reception"))
    assert content(desk.read("facts/reception")) == before
    assert desk.client.get("/v1/facts/visit").status_code == 410


def test_a_retry_of_a_merge_and_of_a_parting_gets_the_same_answer(desk: Desk) -> None:
    match = desk.etag("facts/reception")
    merged = desk.merge("facts/reception", "visit", match=match, Idempotency_Key="merge")
    again = desk.merge("facts/reception", "visit", match=match, Idempotency_Key="merge")
    assert (again.status_code, again.data, again.headers["ETag"]) == (200, merged.data, merged.headers["ETag"])
    moved = desk.merge("facts/reception", "visit", match=match)
    assert (moved.status_code, moved.headers["Location"]) == (308, "/v1/facts/visit/merge")
    parted = desk.unmerge("facts/reception", Idempotency_Key="part")
    again = desk.unmerge("facts/reception", Idempotency_Key="part")
    assert (again.status_code, again.data) == (200, parted.data)
    assert desk.unmerge("facts/reception").status_code == 409


# Actors.


def test_the_facts_of_a_merged_actor_follow_it_without_being_rewritten(desk: Desk) -> None:
    documents = {id_: desk.client.get(f"/v1/facts/{id_}").data for id_ in ("visit", "offer", "said", "reception")}
    response = desk.merge("actors/france", "germany", X_Change_Note="The same")
    assert response.status_code == 200
    assert response.data == desk.client.get("/v1/actors/germany").data
    moved = desk.client.get("/v1/actors/france")
    assert (moved.status_code, moved.headers["Location"]) == (308, "/v1/actors/germany")
    last = desk.read("actors/france/versions/2")
    assert (last["action"], last["document"]["merged_into"], last["note"]) == ("merged", "germany", "The same")
    assert {id_: desk.client.get(f"/v1/facts/{id_}").data for id_ in documents} == documents

    for asked in ("france", "germany"):
        assert set(desk.ids(f"facts?actor={asked}")) == {"visit", "offer", "said", "reception"}
        assert desk.ids(f"facts?actor={asked}&role=speaker") == ["said"]
        assert desk.read(f"facts?actor={asked}&count=exact")["total"] == 4
        assert desk.read(f"facts/counts?by=kind&actor={asked}")["total"] == 4
        assert desk.ids(f"actors?ids={asked}") == ["germany"]
        assert set(desk.ids(f"articles?actor={asked}")) == {"one", "two"}
    assert desk.ids("actors?name=fra") == desk.ids("actors?name=par") == []
    assert "actor" not in [hit["resource"] for hit in desk.read("search?q=france")["items"]]
    network = desk.read("actors/germany/network")
    assert (network["facts"], network["items"]) == (4, [])
    assert desk.client.get("/v1/actors/france/network").headers["Location"] == "/v1/actors/germany/network"
    included = desk.read("facts/visit?include=actors")["included"]["actors"]
    assert {id_: each["id"] for id_, each in included.items()} == {"france": "germany", "germany": "germany"}
    assert [each for each in desk.read("facts/counts?by=actor")["items"] if each["value"] == "france"] == []
    # Countries are those of whoever it is today; the place is still in France.
    assert set(desk.ids("facts?country=DE")) == {"visit", "offer", "said", "reception"}
    assert desk.ids("facts?country=FR") == ["visit"]


def test_parting_actors_gives_back_all_lists_and_counts(desk: Desk, store: Store) -> None:
    before, stored = desk.read("actors/france"), derived(store)
    done(desk.merge("actors/france", "germany"))
    assert derived(store) != stored
    response = desk.unmerge("actors/france")
    assert response.status_code == 200
    assert response.json == desk.read("actors/france")
    assert content(response.json) == content(before)
    assert response.json["created_at"] == before["created_at"]
    assert response.json["version"] == 3
    assert derived(store) == stored
    assert desk.read("actors/germany")["version"] == 1


def test_what_was_written_under_the_former_id_since_parts_with_it(desk: Desk, store: Store) -> None:
    done(desk.merge("actors/france", "germany"))
    sheet = first()
    sheet["events"][0] |= {"id": "since", "actors": [{"actor": "france", "role": "actor"}]}
    sheet["proposals"] = sheet["statements"] = []
    desk.store(sheet)
    assert "since" in desk.ids("facts?actor=germany")
    done(desk.unmerge("actors/france"))
    assert "since" in desk.ids("facts?actor=france")
    assert "since" not in desk.ids("facts?actor=germany")


def test_a_sheet_that_names_a_merged_actor_is_stored_as_before(desk: Desk, store: Store) -> None:
    done(desk.merge("actors/france", "germany"))
    before = everything(store)
    told = desk.store(first())
    assert told["actors"] == [{"id": "germany", "outcome": "updated"}, {"id": "germany", "outcome": "updated"}]
    assert {each["outcome"] for each in told["facts"]} == {"unchanged"}
    # Its other names are now known of the one that took over.
    assert desk.read("actors/germany")["aliases"] == ["Paris"]
    assert desk.read("actors/germany")["name"] == "Germany"
    assert desk.store(first())["actors"] == [{"id": "germany", "outcome": "unchanged"}] * 2
    assert before


def test_an_actor_without_an_id_of_its_own_does_not_part_when_it_is_sent_again(desk: Desk) -> None:
    sheet = sheet_of("x", actors=[{"name": "La France", "kind": "country"}], article="x")
    (told,) = desk.store(sheet)["actors"]
    done(desk.merge(f"actors/{told['id']}", "france"))
    assert desk.store(sheet)["actors"] == [{"id": "france", "outcome": "unchanged"}]
    assert desk.client.get(f"/v1/actors/{told['id']}").status_code == 308


def test_an_actor_with_a_chain_of_former_ids_parts_with_the_facts_of_each(desk: Desk, store: Store) -> None:
    for n in range(4):
        desk.store(met(n))
    stored = [derived(store)]
    for n in range(3):
        done(desk.merge(f"actors/actor-{n}", f"actor-{n + 1}"))
        stored.append(derived(store))
    for n in range(4):
        assert len(desk.ids(f"facts?actor=actor-{n}")) == 4
    for n in (2, 1, 0):
        done(desk.unmerge(f"actors/actor-{n}"))
        assert derived(store) == stored[n]
        assert len(desk.ids("facts?actor=actor-0")) == n + 1


def test_what_was_parted_once_and_merged_elsewhere_stays_there(desk: Desk) -> None:
    """An old merge says nothing about where an id leads today."""
    for n in range(3):
        desk.store(met(n))
    done(desk.merge("actors/actor-0", "actor-1"))
    done(desk.unmerge("actors/actor-0"))
    done(desk.merge("actors/actor-0", "actor-2"))
    done(desk.merge("actors/actor-1", "actor-2"))
    done(desk.unmerge("actors/actor-1"))
    assert desk.client.get("/v1/actors/actor-0").headers["Location"] == "/v1/actors/actor-2"
    assert set(desk.ids("facts?actor=actor-2")) == {"met-0", "met-2"}


def test_an_actor_is_merged_into_whoever_took_over(desk: Desk) -> None:
    for n in range(3):
        desk.store(met(n))
    done(desk.merge("actors/actor-0", "actor-1"))
    assert done(desk.merge("actors/actor-2", "actor-0"))["id"] == "actor-1"
    assert desk.merge("actors/actor-1", "actor-0").status_code == 409


def test_an_actor_that_parts_from_one_that_is_gone_stands_for_itself(desk: Desk) -> None:
    done(desk.merge("actors/france", "germany"))
    done(desk.delete("actors/germany", "?cascade=true"), 204)
    assert done(desk.unmerge("actors/france"))["merged_into"] is None
    assert desk.ids("facts?actor=france") == []
    assert desk.ids("actors") == ["france"]


def test_a_merged_actor_is_found_by_its_former_id_among_many_facts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that ends a page early, because it looked at enough for one, says nothing about former ids."""
    monkeypatch.setattr("api.store.listing.STEPS", 5)
    for n in range(4):
        desk.store(met(n))
    sentences = [f"Word {n} here." for n in range(30)]
    facts = [event(f"Word {n} here", id=f"word-{n}") for n in range(30)]
    desk.store(sheet_of(" ".join(sentences), *facts, article="many"))
    done(desk.merge("actors/actor-0", "actor-1"))
    for query in ("actor=actor-0&modality=actual&sort=updated", "actor=actor-0&q=number", "actor=actor-0"):
        found: list[str] = []
        cursor = ""
        while cursor is not None:
            page = desk.read(f"facts?{query}&limit=2{cursor and f'&cursor={cursor}'}")
            found += [each["id"] for each in page["items"]]
            cursor = page["next_cursor"]
        assert sorted(found) == ["met-0", "met-1"], query
