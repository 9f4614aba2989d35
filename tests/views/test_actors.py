"""Actors, and who appears with whom."""

from __future__ import annotations

from collections import Counter

from flask.testing import FlaskClient
from sqlalchemy import insert

from api.store import tables
from api.store.opening import Store
from tests.conftest import Ingest
from tests.views.conftest import Sheet, World


def test_an_actor_is_found_by_the_beginning_of_any_name(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    russia = {"id": "ru", "name": "Russia", "kind": "country", "aliases": ["Moscow", "The Kremlin", "Moscow"]}
    ingest_sheet({**sheet, "actors": [*sheet["actors"], russia]})
    for name in ("russia", "RUSSIA", "R", "Mosc", "moscow", "  moscow ", "The Krem", "the  kremlin"):
        found = empty_client.get("/v1/actors", query_string={"name": name}).json["items"]
        assert [actor["id"] for actor in found] == ["ru"], name


def test_an_actor_is_not_found_by_the_middle_of_a_name(client: FlaskClient) -> None:
    assert client.get("/v1/actors?name=ussia").json["items"] == []
    assert client.get("/v1/actors?name=%25ussia").json["items"] == []
    assert client.get("/v1/actors?name=_ussia").json["items"] == []


def test_actors_are_sorted_by_name_in_any_case(empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet) -> None:
    names = ["beta", "Alpha", "álpha", "ALPHA centauri", "Zeta", "alpha-2"]
    actors = [{"id": f"actor-{at}", "name": name, "kind": "person"} for at, name in enumerate(names)]
    ingest_sheet({"article": sheet["article"], "actors": actors})
    expected = sorted(names, key=str.casefold)
    assert [actor["name"] for actor in empty_client.get("/v1/actors").json["items"]] == expected
    assert [actor["name"] for actor in empty_client.get("/v1/actors?sort=-name").json["items"]] == expected[::-1]


def test_actors_are_found_by_their_wikidata_item(client: FlaskClient) -> None:
    found = client.get("/v1/actors?wikidata_id=Q159&wikidata_id=Q212&wikidata_id=Q999999999").json["items"]
    assert [actor["id"] for actor in found] == ["russia", "ukraine"]
    assert client.get("/v1/actors?wikidata_id=Q159&ids=ukraine").json["items"] == []


def test_a_renamed_actor_goes_by_its_new_name(empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet) -> None:
    ingest_sheet(sheet)
    ingest_sheet(
        {**sheet, "actors": [{**sheet["actors"][0], "name": "Gallia"}], "on_conflict": "replace", "events": []}
    )
    assert [a["id"] for a in empty_client.get("/v1/actors?name=gall").json["items"]] == ["france"]
    assert empty_client.get("/v1/actors?name=fran").json["items"] == []
    assert [hit["document"]["id"] for hit in empty_client.get("/v1/search?q=gallia").json["items"]] == ["france"]
    neighbours = empty_client.get("/v1/actors/germany/network").json["items"]
    assert [each["name"] for each in neighbours] == ["Gallia"]


# Networks.


def test_a_network_tells_who_appears_with_whom(world: World) -> None:
    shown = [fact for fact in world.facts.values() if fact["review"]["status"] != "rejected"]
    for id_, actor in world.actors.items():
        mine = [fact for fact in shown if id_ in parts(fact)]
        together: Counter[str] = Counter(other for fact in mine for other in parts(fact) if other != id_)
        network = world.get(f"/v1/actors/{actor['id']}/network", {"limit": 200})
        assert network["facts"] == len(mine)
        assert counted(network["roles"]) == Counter(role for fact in mine for role in parts(fact)[id_])
        assert {each["actor"]: each["facts"] for each in network["items"]} == together
        assert [(-each["facts"], each["actor"]) for each in network["items"]] == sorted(
            (-each["facts"], each["actor"]) for each in network["items"]
        )
        for each in network["items"]:
            other = each["actor"]
            assert each["name"] == world.actors[other]["name"]
            assert counted(each["roles"]) == Counter(role for fact in mine for role in parts(fact).get(other, ()))


def parts(fact: dict) -> dict[str, set[str]]:
    """Map each actor of a fact to its roles."""
    found: dict[str, set[str]] = {}
    for part in fact["actors"]:
        if part["actor"]:
            found.setdefault(part["actor"], set()).add(part["role"])
    return found


def counted(roles: list[dict]) -> Counter[str]:
    return Counter({each["role"]: each["facts"] for each in roles})


def test_a_network_shows_its_nearest_first_and_brings_them_along(client: FlaskClient) -> None:
    whole = client.get("/v1/actors/russia/network?limit=200").json
    nearest = client.get("/v1/actors/russia/network?limit=3&include=actors").json
    assert nearest["items"] == whole["items"][:3]
    assert list(nearest["included"]["actors"]) == sorted(each["actor"] for each in nearest["items"])
    assert nearest["included"]["actors"]["nato"] == client.get("/v1/actors/nato").json
    assert "included" not in whole


def test_an_actor_of_no_fact_has_an_empty_network(world: World) -> None:
    network = world.get("/v1/actors/nobody-asks/network", {})
    assert network == {"actor": "nobody-asks", "facts": 0, "roles": [], "items": []}


def test_who_is_nobody_has_no_network(client: FlaskClient) -> None:
    assert client.get("/v1/actors/nobody/network").status_code == 404


# Merged ids.


def test_a_merged_id_leads_to_the_one_that_took_over(
    store: Store, empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    ingest_sheet(sheet)
    aliases = [("actors", "france"), ("facts", "france-received-germany")]
    rows = [{"resource": resource, "id": "old", "target": target} for resource, target in aliases]
    store.write(lambda session: session.execute(insert(tables.aliases), rows))
    for path, location in (
        ("/v1/actors/old", "/v1/actors/france"),
        ("/v1/actors/old?fields=name&include=actors", "/v1/actors/france?fields=name&include=actors"),
        ("/v1/actors/old/network?limit=2", "/v1/actors/france/network?limit=2"),
        ("/v1/facts/old", "/v1/facts/france-received-germany"),
        ("/v1/events/old?fields=id,title", "/v1/events/france-received-germany?fields=id,title"),
    ):
        for ask in (empty_client.get, empty_client.head):
            moved = ask(path)
            assert (moved.status_code, moved.headers["Location"]) == (308, location)
            assert moved.headers["Cache-Control"] == "no-cache", "a merge can be undone"
            assert moved.data == b""
        assert empty_client.get(location).status_code == 200
