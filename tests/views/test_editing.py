"""Editing: a merge patch changes what it names and nothing else, and never against what the article says."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from api.store.opening import Store
from tests.conftest import Key
from tests.ingest.sheets import actor, event, sheet_of
from tests.store.contents import derived, everything
from tests.views.desks import Desk, done, first, refused, second

#: One of each noun in the sheets of desks.py.
NOUNS = {
    "articles": "articles/one",
    "actors": "actors/france",
    "events": "events/visit",
    "proposals": "proposals/offer",
    "statements": "statements/said",
}
FACTS = {plural: path for plural, path in NOUNS.items() if plural not in ("articles", "actors")}
BOOKKEEPING = {"version", "updated_at"}

every_noun = pytest.mark.parametrize("path", NOUNS.values())
every_fact = pytest.mark.parametrize("path", FACTS.values())


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Has a fact of each kind on its table."""
    desk.store(first())
    return desk


def change_of(path: str) -> dict[str, Any]:
    """Give a patch that changes something."""
    if path.startswith("actors"):
        return {"name": "Another name"}
    if path.startswith("articles"):
        return {"subtitle": "Another one"}
    return {"note": "Another one"}


def changed(before: Any, after: Any) -> dict[str, Any]:
    """Give what differs, but for what differs after every change."""
    assert before.keys() == after.keys()
    assert after["version"] == before["version"] + 1
    assert after["updated_at"] > before["updated_at"]
    return {name: value for name, value in after.items() if value != before[name] and name not in BOOKKEEPING}


# What a patch does.


@every_noun
def test_a_patch_changes_what_it_names_and_answers_the_new_document(desk: Desk, path: str) -> None:
    before, patch = desk.read(path), change_of(path)
    response = desk.patch(path, patch)
    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert response.headers["ETag"] == desk.etag(path)
    assert response.data == desk.client.get(f"/v1/{path}").data
    assert changed(before, response.json) == patch


@every_noun
def test_a_patch_that_changes_nothing_leaves_version_and_etag(desk: Desk, store: Store, path: str) -> None:
    before, etag, stored = desk.read(path), desk.etag(path), everything(store)
    same = [{}, before, *({name: value} for name, value in before.items() if value is not None)]
    for patch in same:
        response = desk.patch(path, patch)
        assert (response.status_code, response.headers["ETag"]) == (200, etag), (patch, response.text)
    assert everything(store) == stored


@every_noun
def test_the_whole_document_may_come_back_with_one_change(desk: Desk, path: str) -> None:
    whole, patch = desk.read(path), change_of(path)
    assert changed(whole, done(desk.patch(path, whole | patch))) == patch


def test_a_list_may_come_back_with_one_change_in_it(desk: Desk) -> None:
    history = desk.read("proposals/offer")["history"]
    history[1]["status"] = "rejected"
    assert done(desk.patch("proposals/offer", {"history": history}))["history"] == history
    evidence = desk.read("events/visit")["evidence"]
    evidence.append({"exact": "Berlin took note"})
    assert len(done(desk.patch("events/visit", {"evidence": evidence}))["evidence"]) == 2
    actors = desk.read("events/visit")["actors"]
    actors[0]["role"] = "actor"
    assert done(desk.patch("events/visit", {"actors": actors}))["actors"] == actors


def test_null_takes_a_value_away(desk: Desk) -> None:
    fact = done(desk.patch("events/visit", {"date": None, "places": None, "modes": None, "note": None}))
    assert (fact["date"], fact["places"], fact["modes"], fact["note"]) == (None, [], [], None)
    article = done(desk.patch("articles/one", {"title": "A title"}))
    assert done(desk.patch("articles/one", {"title": None}))["title"] is None is not article["title"]
    assert done(desk.patch("actors/france", {"country_code": None, "aliases": None}))["aliases"] == []


def test_pictures_and_offices_may_come_back_as_they_are(desk: Desk) -> None:
    media = [{"date": {"edtf": "2022-01-20", "text": None}}, {"date": {"edtf": "2022-01-21"}}, {"caption": "x"}]
    desk.store(first(about={"publisher": "Paper One", "media": media}))
    held = {"title": "President", "organization": "France", "start": "2017", "end": None}
    before = done(desk.patch("actors/france", {"positions": [held]}))
    assert desk.patch("actors/france", before).json == before
    article = desk.read("articles/one")
    assert [medium["date"] and medium["date"]["latest"] for medium in article["media"]] == [
        "2022-01-20",
        "2022-01-21",
        None,
    ]
    assert desk.patch("articles/one", article).json == article
    assert desk.store(first(about={"publisher": "Paper One", "media": media}))["article"]["outcome"] == "unchanged"


def test_what_must_be_there_cannot_be_taken_away(desk: Desk) -> None:
    assert set(refused(desk.patch("events/visit", {"title": None, "type": None, "evidence": None}))) == {
        "/title",
        "/type",
        "/evidence",
    }
    assert set(refused(desk.patch("events/visit", {"evidence": []}))) == {"/evidence"}
    assert set(refused(desk.patch("actors/france", {"name": None, "kind": None}))) == {"/name", "/kind"}
    assert set(refused(desk.patch("articles/one", {"publisher": None}))) == {"/publisher"}


def test_a_part_of_a_date_may_be_patched_alone(desk: Desk) -> None:
    date = done(desk.patch("events/visit", {"date": {"edtf": "2022-02"}}))["date"]
    assert date == {"edtf": "2022-02", "earliest": "2022-02-01", "latest": "2022-02-28", "text": "Monday"}
    date = done(desk.patch("events/visit", {"date": {"edtf": None}}))["date"]
    assert date == {"edtf": None, "earliest": None, "latest": None, "text": "Monday"}
    assert done(desk.patch("events/visit", {"date": {"text": None}}))["date"] is None
    assert done(desk.patch("articles/one", {"published_at": {"edtf": "2022"}}))["published_at"]["latest"] == (
        "2022-12-31"
    )
    assert set(refused(desk.patch("events/visit", {"date": {"edtf": "2022-02-30"}}))) == {"/date/edtf"}


def test_the_bounds_of_a_date_follow_from_it_whatever_is_sent(desk: Desk) -> None:
    date = done(desk.patch("events/visit", {"date": {"edtf": "2022-02-02", "earliest": "1999-01-01"}}))["date"]
    assert (date["earliest"], date["latest"]) == ("2022-02-02", "2022-02-02")


def test_lists_are_replaced_whole_and_say_nothing_twice(desk: Desk) -> None:
    context = ["military", "diplomatic", "military"]
    assert done(desk.patch("events/visit", {"contexts": context}))["contexts"] == ["military", "diplomatic"]
    assert done(desk.patch("events/visit", {"contexts": ["economic"]}))["contexts"] == ["economic"]
    assert done(desk.patch("actors/france", {"aliases": ["Elysée", "Elysée"]}))["aliases"] == ["Elysée"]
    twice = {"evidence": [{"exact": "France received Germany"}] * 2}
    assert len(done(desk.patch("events/visit", twice))["evidence"]) == 1


@every_noun
def test_the_history_tells_who_changed_it_and_why(desk: Desk, key: Key, path: str) -> None:
    headers = key("edit", name="editor")
    note = "Verwechslung – behoben"
    done(desk.patch(path, change_of(path), X_Change_Note=quote(note), **headers))
    before, after = desk.history(path)
    assert (before["by"], before["note"], before["action"]) == (desk.name, None, "created")
    assert (after["by"], after["note"], after["action"]) == ("editor", note, "updated")


# What a patch cannot do.


@every_noun
def test_what_the_store_decides_cannot_be_patched(desk: Desk, store: Store, path: str) -> None:
    before = everything(store)
    fixed = {"id": "x", "version": 9, "created_at": "2000-01-01T00:00:00Z", "updated_at": "2000-01-01T00:00:00Z"}
    found = refused(desk.patch(path, fixed))
    assert found == {f"/{name}": "This cannot be changed by a patch." for name in fixed}
    assert everything(store) == before


@pytest.mark.parametrize(
    "path, names",
    [
        ("articles/one", ["text", "source", "text_sha256", "received_sha256", "story_start", "word_count"]),
        ("actors/france", ["merged_into"]),
        ("events/visit", ["kind", "quad", "sources", "review"]),
        ("proposals/offer", ["kind", "sources", "review"]),
        ("statements/said", ["kind", "text", "sources", "review"]),
    ],
)
def test_neither_texts_nor_reviews_nor_what_follows_can_be_patched(desk: Desk, path: str, names: list[str]) -> None:
    for value in ("x", {"status": "approved"}, 5):
        found = refused(desk.patch(path, dict.fromkeys(names, value)))
        assert found == {f"/{name}": "This cannot be changed by a patch." for name in names}


@every_noun
def test_an_unknown_field_is_told_the_nearest_known_one(desk: Desk, path: str) -> None:
    near = {"actors": "aliasses", "articles": "publsher"}.get(path.partition("/")[0], "evidense")
    for value in (5, None, []):
        found = refused(desk.patch(path, {near: value, "wholly-unknown": value, "": value}))
        assert found.keys() == {f"/{near}", "/wholly-unknown", "/"}
        assert "Did you mean" in found[f"/{near}"]


def test_everything_that_is_wrong_is_told_at_once(desk: Desk) -> None:
    found = refused(
        desk.patch(
            "events/visit",
            {"id": "x", "titel": "x", "type": "party", "date": {"edtf": 5}, "places": [{"nme": "x"}], "review": {}},
        )
    )
    assert set(found) == {"/id", "/titel", "/type", "/date/edtf", "/places/0/nme", "/places/0/name", "/review"}
    found = refused(
        desk.patch(
            "proposals/offer",
            {
                "actors": [{"actor": "nobody", "role": "actor"}],
                "relations": [{"type": "follows", "fact": "nothing"}],
                "evidence": [{"exact": "He offered war"}],
                "quantities": [{"value": 5, "unit": "tanks", "qualifier": "exact", "text": "6 tanks"}],
            },
        )
    )
    assert set(found) == {"/actors/0/actor", "/relations/0/fact", "/evidence/0/exact", "/quantities/0/text"}


@every_noun
@pytest.mark.parametrize("patch", [None, [], [{"title": "x"}], "x", 5, True])
def test_a_patch_is_an_object(desk: Desk, path: str, patch: Any) -> None:
    assert set(refused(desk.patch(path, patch))) == {""}


@every_noun
def test_whatever_stands_in_the_place_of_a_field_is_taken_or_refused(desk: Desk, path: str) -> None:
    for wrong in (True, 5, "x", [], [None], [5], [[]], {}, {"id": []}, [{}]):
        for name in desk.read(path):
            assert desk.patch(path, {name: wrong}).status_code in (200, 422), (name, wrong)


def test_a_huge_patch_is_refused_at_once(desk: Desk) -> None:
    found = refused(
        desk.patch("events/visit", {"evidence": [{"exact": "x", "article": f"a-{n}"} for n in range(5000)]})
    )
    assert set(found) == {"/evidence"}
    assert len(refused(desk.patch("events/visit", {f"x{n}": n for n in range(5_000)}))) == 1_000


# Evidence and wording.


def test_new_evidence_is_anchored_again(desk: Desk) -> None:
    fact = done(desk.patch("events/visit", {"evidence": [{"exact": "Berlin took note"}]}))
    text = desk.client.get("/v1/articles/one/text").text
    (span,) = fact["evidence"]
    assert span["exact"] == text[span["start"] : span["end"]] == "Berlin took note"
    assert span["prefix"] == text[span["start"] - 32 : span["start"]]
    assert span["suffix"] == "."


def test_evidence_that_is_not_in_the_article_is_refused_with_the_nearest_words(desk: Desk, store: Store) -> None:
    before = everything(store)
    found = refused(desk.patch("events/visit", {"evidence": [{"exact": "France recieved Germany"}]}))
    assert found == {
        "/evidence/0/exact": "These words are not in the article. The nearest are 'France received Germany', at 0."
    }
    assert everything(store) == before


def test_words_that_stand_twice_need_their_place(desk: Desk) -> None:
    assert "stand 3 times" in refused(desk.patch("events/visit", {"evidence": [{"exact": "on"}]}))["/evidence/0/exact"]
    assert done(desk.patch("events/visit", {"evidence": [{"exact": "on", "suffix": " Monday"}]}))
    stale = {"exact": "Berlin", "start": 0}
    assert "but not with this prefix" in refused(desk.patch("events/visit", {"evidence": [stale]}))["/evidence/0/exact"]


def test_a_fact_of_several_articles_names_the_one_that_is_quoted(desk: Desk) -> None:
    desk.store(second())
    found = refused(desk.patch("events/visit", {"evidence": [{"exact": "France received Germany"}]}))
    assert found == {"/evidence/0/article": "Name the article."}
    evidence = [
        {"article": "two", "exact": "Germany was host"},
        {"article": "one", "exact": "France received Germany"},
        {"article": "two", "exact": "On Monday"},
    ]
    fact = done(desk.patch("events/visit", {"evidence": evidence}))
    assert [(span["article"], span["exact"]) for span in fact["evidence"]] == [
        ("two", "On Monday"),
        ("two", "Germany was host"),
        ("one", "France received Germany"),
    ]
    found = refused(desk.patch("events/visit", {"evidence": [{"article": "one", "exact": "On Monday"}]}))
    assert set(found) == {"/evidence/0/exact"}


def test_a_fact_comes_to_an_article_and_leaves_one(desk: Desk) -> None:
    desk.store(second())
    fact = desk.read("proposals/offer-again")
    evidence = [*fact["evidence"], {"article": "one", "exact": "He offered talks"}]
    fact = done(desk.patch("proposals/offer-again", {"evidence": evidence}))
    assert fact["sources"] == {"articles": 2, "publishers": 2}
    assert "offer-again" in desk.ids("articles/one/facts")
    fact = done(desk.patch("proposals/offer-again", {"evidence": fact["evidence"][1:]}))
    assert fact["sources"] == {"articles": 1, "publishers": 1}
    assert "offer-again" not in desk.ids("articles/two/facts")
    assert "offer-again" in desk.ids("facts?publisher=Paper+One")


def test_an_article_that_is_not_there_proves_nothing(desk: Desk) -> None:
    for article in ("nowhere", "france"):
        found = refused(desk.patch("events/visit", {"evidence": [{"article": article, "exact": "Berlin"}]}))
        assert found == {"/evidence/0/article": f"There is no article '{article}'."}
    desk.store(second())
    done(desk.delete("articles/two", "?cascade=true"), 204)
    found = refused(desk.patch("events/visit", {"evidence": [{"article": "two", "exact": "On Monday"}]}))
    assert found == {"/evidence/0/article": "There is no article 'two'."}


@every_fact
def test_wording_must_stand_in_an_article_that_is_quoted(desk: Desk, path: str) -> None:
    desk.store(second())
    for wrong in ("Moscow", "once more"):
        patch = {
            "actors": [{"actor": "france", "role": "actor", "named_as": wrong}],
            "quantities": [{"value": 1, "unit": "x", "qualifier": "exact", "text": wrong}],
            "date": {"edtf": "2022", "text": wrong},
        }
        expected = {"/actors/0/named_as", "/quantities/0/text", "/date/text"}
        if "said" in path:
            patch, expected = patch | {"cue": wrong}, expected | {"/cue"}
        if wrong == "once more" and desk.read(path)["sources"]["articles"] == 2:
            done(desk.patch(path, patch))
            # The article that has these words may not go as long as they stand there.
            evidence = [span for span in desk.read(path)["evidence"] if span["article"] == "one"]
            assert set(refused(desk.patch(path, {"evidence": evidence}))) == expected
        else:
            assert set(refused(desk.patch(path, patch))) == expected


def test_a_statement_says_what_its_evidence_says(desk: Desk) -> None:
    assert desk.read("statements/said")["text"] == "It went well,"
    said = done(desk.patch("statements/said", {"evidence": [{"exact": "well,"}, {"exact": "It went"}]}))
    assert said["text"] == "It went ... well,"
    assert done(desk.patch("statements/said", {"stance": "hope"}))["text"] == "It went ... well,"


def test_the_quad_of_an_event_follows_its_type_and_its_modes_must_fit(desk: Desk) -> None:
    assert desk.read("events/visit")["quad"] == "verbal_cooperation"
    found = refused(desk.patch("events/visit", {"type": "assault"}))
    assert "'visit' is no mode of 'assault'" in found["/modes/0"]
    fact = done(desk.patch("events/visit", {"type": "assault", "modes": []}))
    assert (fact["quad"], fact["modes"]) == ("material_conflict", [])
    assert desk.ids("facts?quad=material_conflict") == ["visit"]
    assert desk.ids("facts?quad=verbal_cooperation") == []


def test_a_step_is_proved_by_an_article_of_the_fact(desk: Desk) -> None:
    desk.store(second())
    step = {"status": "done", "evidence": {"article": "two", "exact": "Talks were offered"}}
    found = refused(desk.patch("proposals/offer", {"history": [step]}))
    assert found == {"/history/0/evidence/article": "The fact's own evidence has nothing of 'two'."}
    nowhere = {"status": "done", "evidence": {"article": "one", "start": 5000, "end": 5005}}
    assert set(refused(desk.patch("proposals/offer", {"history": [nowhere]}))) == {"/history/0/evidence/exact"}
    assert set(refused(desk.patch("proposals/offer", {"history": [{"status": "done", "evidence": {}}]}))) == {
        "/history/0/evidence/exact"
    }
    evidence = [*desk.read("proposals/offer")["evidence"], {"article": "two", "exact": "Talks were offered"}]
    fact = done(desk.patch("proposals/offer", {"history": [step], "evidence": evidence}))
    assert fact["history"][0]["evidence"]["article"] == "two"
    # Nor may the article go while a step is proved by it.
    only_one = [span for span in fact["evidence"] if span["article"] == "one"]
    found = refused(desk.patch("proposals/offer", {"evidence": only_one}))
    assert found == {"/history/0/evidence/article": "The fact's own evidence has nothing of 'two'."}


# Actors and facts that are named.


def test_actors_that_are_named_must_be_there(desk: Desk) -> None:
    desk.store(second())
    done(desk.delete("actors/germany", "?cascade=true"), 204)
    part = {"role": "actor", "named_as": "Germany"}
    found = refused(desk.patch("events/visit", {"actors": [{"actor": "nobody", **part}, {"actor": "germany", **part}]}))
    assert found == {
        "/actors/0/actor": "No actor 'nobody' in the store.",
        "/actors/1/actor": "The actor 'germany' was deleted.",
    }
    step = desk.read("proposals/offer")["history"][0] | {"by": "nobody"}
    assert set(refused(desk.patch("proposals/offer", {"history": [step]}))) == {"/history/0/by"}
    assert set(refused(desk.patch("actors/france", {"member_of": ["nobody", "france", "germany"]}))) == {
        "/member_of/0",
        "/member_of/1",
        "/member_of/2",
    }


def test_an_actor_that_was_merged_keeps_its_name_in_a_fact_that_is_edited(desk: Desk) -> None:
    done(desk.merge("actors/france", "germany"))
    before = desk.read("events/visit")
    after = done(desk.patch("events/visit", before | {"note": "x"}))
    assert changed(before, after) == {"note": "x"}
    assert {part["actor"] for part in after["actors"]} == {"france", "germany"}
    # The former id may be named anew, too.
    fact = done(desk.patch("statements/said", {"actors": [{"actor": "france", "role": "mentioned"}]}))
    assert fact["actors"][0]["actor"] == "france"
    assert "said" in desk.ids("facts?actor=germany&role=mentioned")
    done(desk.delete("actors/germany", "?cascade=true"), 204)
    found = refused(desk.patch("statements/said", {"actors": [{"actor": "france", "role": "mentioned"}]}))
    assert found == {"/actors/0/actor": "The actor 'france' was deleted."}


def test_facts_that_are_named_must_be_there_or_have_been_there(desk: Desk) -> None:
    unknown = {"relations": [{"type": "follows", "fact": "nothing"}], "about": ["nothing", "visit", "one"]}
    assert set(refused(desk.patch("statements/said", unknown))) == {"/relations/0/fact", "/about/0", "/about/2"}
    itself = {"relations": [{"type": "follows", "fact": "said"}], "about": ["said"]}
    assert refused(desk.patch("statements/said", itself)) == {
        "/relations/0/fact": "A fact is not related to itself.",
        "/about/0": "A fact is not related to itself.",
    }
    done(desk.delete("events/visit"), 204)
    both = desk.read("statements/said")["about"] + ["offer"]
    assert done(desk.patch("statements/said", {"about": both}))["about"] == ["visit", "offer"]


# Which version is changed.


@every_noun
def test_a_change_must_name_the_version_that_it_changes(desk: Desk, store: Store, path: str) -> None:
    etag, patch = desk.etag(path), change_of(path)
    old = etag
    etag = desk.patch(path, patch).headers["ETag"]
    before = everything(store)
    for method in ("PATCH", "DELETE"):
        body = change_of(path) | {"nonsense": 1} if method == "PATCH" else None
        for sent, status in ((None, 428), ("", 428), ("*", 428), (old, 412), (f"W/{etag}", 412), ('"x"', 412)):
            response = desk.send(method, path, body, match=sent)
            assert response.status_code == status, (method, sent)
            if status == 412:
                assert response.headers["ETag"] == etag
    assert everything(store) == before
    assert desk.patch(path, {}, match=f'"x", {etag}, W/"y"').status_code == 200


def test_a_composed_answer_has_no_etag_to_change_by(desk: Desk) -> None:
    for query in ("?fields=title", "?include=actors"):
        assert desk.patch("events/visit", {"note": "x"}, match=desk.etag(f"events/visit{query}")).status_code == 412


def test_the_second_of_two_editors_is_told(desk: Desk) -> None:
    etag = desk.etag("events/visit")
    done(desk.patch("events/visit", {"title": "The first one's"}, match=etag))
    assert desk.patch("events/visit", {"title": "The second one's"}, match=etag).status_code == 412
    assert desk.read("events/visit")["title"] == "The first one's"


# What is not there, or not there any more, or is something else.


@every_noun
def test_what_was_never_there_is_not_found(desk: Desk, path: str) -> None:
    plural = path.partition("/")[0]
    for method, body in (("PATCH", {}), ("DELETE", None)):
        assert desk.send(method, f"{plural}/nothing", body, match='"x"').status_code == 404


@every_fact
def test_a_fact_of_another_kind_is_not_found(desk: Desk, store: Store, path: str) -> None:
    before = everything(store)
    id_ = path.partition("/")[2]
    for plural in FACTS:
        if not path.startswith(plural):
            for method, body in (("PATCH", {"note": "x"}), ("DELETE", None)):
                assert desk.send(method, f"{plural}/{id_}", body, match=desk.etag(path)).status_code == 404
    assert everything(store) == before
    done(desk.delete(path), 204)
    for plural in FACTS:
        status = 410 if path.startswith(plural) else 404
        assert desk.client.get(f"/v1/{plural}/{id_}").status_code == status
        for method, body in (("PATCH", {"note": "x"}), ("DELETE", None)):
            assert desk.send(method, f"{plural}/{id_}", body, match='"x"').status_code == status


@every_noun
def test_what_was_deleted_is_gone(desk: Desk, path: str) -> None:
    etag = desk.etag(path)
    done(desk.delete(path, "?cascade=true" if path in ("articles/one", "actors/france") else ""), 204)
    for method, body in (("PATCH", change_of(path)), ("DELETE", None)):
        assert desk.send(method, path, body, match=etag).status_code == 410


def test_what_was_merged_leads_to_what_took_over(desk: Desk) -> None:
    desk.store(second())
    done(desk.merge("facts/offer", "offer-again"))
    done(desk.merge("actors/france", "germany"))
    for path, target in (("proposals/offer", "proposals/offer-again"), ("actors/france", "actors/germany")):
        for method, body in (("PATCH", {}), ("DELETE", None)):
            response = desk.send(method, path, body, match='"x"')
            assert response.status_code == 308
            assert response.headers["Location"] == f"/v1/{target}"
    response = desk.send("POST", "facts/offer/review", {"status": "approved"}, match='"x"')
    assert (response.status_code, response.headers["Location"]) == (308, "/v1/facts/offer-again/review")


@every_noun
def test_a_patch_is_a_merge_patch_or_plain_json(desk: Desk, path: str) -> None:
    for kind in ("application/json", "application/merge-patch+json", "application/merge-patch+json; charset=utf-8"):
        assert desk.patch(path, {}, kind=kind).status_code == 200
    for kind in ("application/json-patch+json", "text/plain", "application/x-www-form-urlencoded", None):
        assert desk.patch(path, {}, kind=kind).status_code == 415
    assert desk.patch(path, b"{").status_code == 400
    assert desk.patch(path, b'{"note": "x", "note": "y"}').status_code == 400


# What follows from a change.


def test_lists_counts_and_search_follow(desk: Desk) -> None:
    patch = {
        "title": "A rendezvous",
        "type": "agree",
        "modes": [],
        "date": {"edtf": "2020-05-05"},
        "actors": [{"actor": "germany", "role": "actor"}],
        "places": [{"name": "Rome", "country_code": "IT"}],
    }
    done(desk.patch("events/visit", patch))
    for query in (
        *("type=agree", "date_to=2020-12-31", "actor=germany&role=actor", "country=IT", "q=rendezvous"),
        "q=Rome",
    ):
        assert desk.ids(f"facts?{query}") == ["visit"], query
    for query in ("type=consult", "actor=france&kind=event", "country=FR&kind=event", "actor=germany&role=participant"):
        assert desk.ids(f"facts?{query}") == [], query
    assert desk.read("facts/counts?by=type")["items"] == [{"value": "agree", "facts": 1}]


def test_an_article_is_found_by_its_new_headings_and_date(desk: Desk) -> None:
    patch = {"title": "A rendezvous", "language": "fr", "published_at": {"edtf": "2020-05", "text": "Monday"}}
    done(desk.patch("articles/one", patch))
    for query in ("q=rendezvous", "q=berlin", "language=FR", "published_to=2020-12-31"):
        assert desk.ids(f"articles?{query}") == ["one"], query
    assert desk.ids("articles?published_from=2020-06-01") == []
    wrong = {"published_at": {"text": "Tuesday"}, "media": [{"date": {"text": "Tuesday"}}], "url": "ftp://x"}
    assert set(refused(desk.patch("articles/one", wrong))) == {"/url"}
    del wrong["url"]
    assert set(refused(desk.patch("articles/one", wrong))) == {"/published_at/text", "/media/0/date/text"}


def test_an_actor_is_found_by_its_new_names_and_its_facts_by_its_new_country(desk: Desk) -> None:
    version = desk.read("events/visit")["version"]
    done(desk.patch("actors/germany", {"name": "Borduria", "aliases": ["Szohod"], "country_code": "BO"}))
    assert desk.ids("actors?name=bord") == desk.ids("actors?name=szo") == ["germany"]
    assert desk.ids("actors?name=germ") == []
    assert [each["document"]["id"] for each in desk.read("search?q=szohod")["items"]] == ["germany"]
    assert set(desk.ids("facts?country=BO")) == {"visit", "offer"}
    assert desk.ids("facts?country=DE") == []
    assert desk.read("events/visit")["version"] == version


@pytest.mark.parametrize("status", ["approved", "rejected"])
def test_a_new_publisher_or_origin_of_an_article_changes_its_facts_too(desk: Desk, status: str) -> None:
    desk.store(second())
    done(desk.review("visit", status))
    assert desk.read("facts/visit")["sources"] == {"articles": 2, "publishers": 2}
    seen = len(desk.read("changes?limit=200")["items"])

    done(desk.patch("articles/two", {"publisher": "Paper One"}, X_Change_Note="They are one"))
    assert desk.read("facts/visit")["sources"] == {"articles": 2, "publishers": 1}
    done(desk.patch("articles/two", {"origin_id": "one"}))
    assert desk.read("facts/visit")["sources"] == {"articles": 1, "publishers": 1}
    told = [(change["id"], change["action"], change["note"]) for change in desk.read("changes?limit=200")["items"]]
    assert told[seen:] == [
        ("two", "updated", "They are one"),
        *((id_, "updated", "They are one") for id_ in ("said", "visit")),
        ("two", "updated", None),
        *((id_, "updated", None) for id_ in ("said", "visit")),
    ]
    # A fact that has no other source says nothing new, but is filed under the new name.
    assert desk.read("facts/offer-again")["version"] == 1
    assert "offer-again" in desk.ids("facts?publisher=Paper+One")
    assert desk.ids("facts?publisher=Paper+Two") == []


def test_no_two_articles_are_the_same_text_of_one_publisher_at_one_address(desk: Desk) -> None:
    url = "https://paper.example/1"
    for n in (1, 2):
        article = {"id": f"copy-{n}", "publisher": f"P{n}", "url": url, "text": "The same."}
        assert desk.send("POST", "articles?extract=false", article).status_code == 201
    found = refused(desk.patch("articles/copy-2", {"publisher": "P1"}), 409)
    assert "'copy-1' is the same text" in found["/url"]
    done(desk.patch("articles/copy-2", {"publisher": "P1", "url": None}))
    # The text is found by what it is called now, and still by what it was called.
    for publisher, address in (("P1", None), ("P2", url)):
        sheet = {
            "article": {"publisher": publisher, "url": address, "text": "The same."},
            "on_conflict": "keep",
        }
        assert desk.store(sheet)["article"]["id"] == "copy-2"


def test_an_article_does_not_point_to_itself(desk: Desk) -> None:
    found = refused(desk.patch("articles/one", {"origin_id": "one", "revises": "one"}))
    assert set(found) == {"/origin_id", "/revises"}


def test_a_fact_with_more_evidence_than_anybody_may_send_can_be_edited(desk: Desk) -> None:
    text = " ".join(f"Word{n}." for n in range(250))
    for at in range(0, 250, 50):
        quotes = [{"exact": f"Word{n}."} for n in range(at, at + 50)]
        desk.store(sheet_of(text, {**event("x"), "id": "long", "evidence": quotes}, article="long"))
    assert len(desk.read("events/long")["evidence"]) == 250
    assert done(desk.patch("events/long", {"title": "Shorter"}))["title"] == "Shorter"
    whole = desk.read("events/long")
    assert len(done(desk.patch("events/long", whole | {"title": "Whole"}))["evidence"]) == 250
    assert set(refused(desk.patch("events/long", {"evidence": whole["evidence"][:-1]}))) == {"/evidence"}


def test_whoever_edits_has_not_reviewed(desk: Desk, store: Store, ingest_sheet: Any) -> None:
    sheet = sheet_of("It was agreed.", event("It was agreed", id="agreed", review={"status": "approved"}))
    ingest_sheet(sheet, may_review=True)
    review = desk.read("facts/agreed")["review"]
    assert review["by"] is None
    assert done(desk.patch("events/agreed", {"title": "Else"}))["review"] == review


# PUT.


def test_an_actor_is_created_and_replaced(desk: Desk) -> None:
    created = desk.send("PUT", "actors/nato", {"name": "NATO", "kind": "organization", "aliases": ["the alliance"]})
    assert created.status_code == 201
    assert created.headers["Location"] == "/v1/actors/nato"
    assert created.headers["ETag"] == desk.etag("actors/nato")
    assert created.json["version"] == 1

    new = {"name": "Nato", "kind": "organization", "member_of": ["france"], "positions": [{"title": "x", "start": "2"}]}
    assert set(refused(desk.send("PUT", "actors/nato", new, match=desk.etag("actors/nato")))) == {"/positions/0/start"}
    new["positions"] = []
    for sent, status in ((None, 428), ("*", 428), ('"x"', 412)):
        assert desk.send("PUT", "actors/nato", new, match=sent).status_code == status
    replaced = desk.send("PUT", "actors/nato", new, match=desk.etag("actors/nato"))
    assert replaced.status_code == 200
    assert "Location" not in replaced.headers
    assert changed(created.json, replaced.json) == {"name": "Nato", "aliases": [], "member_of": ["france"]}
    # What was read may come back whole.
    for same in (new, replaced.json):
        again = desk.send("PUT", "actors/nato", same, match=desk.etag("actors/nato"))
        assert (again.status_code, again.headers["ETag"]) == (200, replaced.headers["ETag"])
    stale = desk.send("PUT", "actors/nato", created.json, match=desk.etag("actors/nato"))
    assert set(refused(stale)) == {"/version", "/updated_at"}
    assert done(desk.send("PUT", "actors/un", {"id": "un", "name": "UN", "kind": "organization"}), 201)
    other = {"id": "another", "name": "EU", "kind": "organization"}
    assert set(refused(desk.send("PUT", "actors/eu", other))) == {"/id"}


def test_what_is_put_must_fit(desk: Desk) -> None:
    assert set(refused(desk.send("PUT", "actors/nato", {"nam": "NATO", "kind": "club"}))) == {"/nam", "/name", "/kind"}
    assert set(refused(desk.send("PUT", "actors/nato", []))) == {""}
    nowhere = {"name": "NATO", "kind": "organization", "member_of": ["nowhere", "nato"]}
    assert set(refused(desk.send("PUT", "actors/nato", nowhere))) == {"/member_of/0", "/member_of/1"}
    assert desk.send("PUT", "actors/Not-An-Id", {"name": "x", "kind": "group"}).status_code == 404
    assert desk.send("PUT", "actors/nato", {"name": "x", "kind": "group"}, kind="text/plain").status_code == 415


def test_whoever_replaces_what_is_not_there_is_told(desk: Desk) -> None:
    etag = desk.etag("actors/france")
    body = {"name": "France", "kind": "country"}
    assert desk.send("PUT", "actors/nato", body, match=etag).status_code == 404
    done(desk.delete("actors/france", "?cascade=true"), 204)
    assert desk.send("PUT", "actors/france", body, match=etag).status_code == 410


def test_an_actor_that_was_deleted_may_be_put_again(desk: Desk) -> None:
    done(desk.delete("actors/france", "?cascade=true"), 204)
    put = desk.send("PUT", "actors/france", {"name": "France", "kind": "country"})
    assert put.status_code == 201
    assert put.json["version"] == 3
    assert [each["action"] for each in desk.history("actors/france")] == ["created", "deleted", "restored"]
    assert desk.ids("facts?actor=france") == []


def test_nothing_is_put_where_something_was_merged(desk: Desk) -> None:
    done(desk.merge("actors/france", "germany"))
    response = desk.send("PUT", "actors/france", {"name": "France", "kind": "country"})
    assert (response.status_code, response.headers["Location"]) == (308, "/v1/actors/germany")


def test_an_actor_that_is_a_member_of_what_is_not_there_any_more_can_be_edited(desk: Desk) -> None:
    desk.store(sheet_of("x", actors=[actor("club"), actor("member", member_of=["club"]), actor("twin")], article="x"))
    done(desk.patch("actors/member", {"member_of": ["club", "twin"]}))
    done(desk.delete("actors/club"), 204)
    done(desk.merge("actors/twin", "member"))
    before = desk.read("actors/member")
    assert before["member_of"] == ["club", "twin"]
    assert changed(before, done(desk.patch("actors/member", before | {"name": "M"}))) == {"name": "M"}
    assert done(desk.patch("actors/member", {"member_of": []}))["member_of"] == []


def test_nothing_that_is_derived_goes_astray(desk: Desk, store: Store) -> None:
    before = derived(store)
    documents = {path: desk.read(path) for path in NOUNS.values()}
    desk.store(second())
    two = derived(store)
    for path in NOUNS.values():
        done(desk.patch(path, change_of(path)))
    for path, document in documents.items():
        whole = deepcopy(desk.read(path))
        for name in change_of(path):
            whole[name] = document[name]
        done(desk.patch(path, whole))
    assert derived(store) == two != before


def test_a_key_that_may_only_store_may_not_edit(desk: Desk, empty_client: FlaskClient, key: Key) -> None:
    storing = Desk(empty_client, key("ingest"))
    for path in NOUNS.values():
        assert storing.patch(path, change_of(path)).status_code == 403
        assert storing.delete(path).status_code == 403
    assert storing.review("visit", "approved").status_code == 403
