"""Lists: whatever is filtered, sorted and paged, every member comes once and in order, and nothing else does.

What a list must answer is worked out in plain Python from the documents alone; see world.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import combinations, pairwise
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.store import listing, totals
from api.store.reading import Reader
from tests.conftest import Ingest
from tests.views.conftest import World
from tests.views.world import (
    DATES,
    LABELS,
    WORDS,
    Document,
    day,
    matches,
    matching_actors,
    matching_articles,
    values,
)

Query = dict[str, Any]

FACT_SORTS = ("-date", "date", "-updated", "updated")
#: What each kind of facts may be filtered by, besides what all may.
OF_KIND = {
    "events": ("type", "mode", "context", "quad", "modality"),
    "proposals": ("category", "status"),
    "statements": ("stance", "attribution"),
}
OF_ALL = ("country", "article", "publisher", "relation")
#: Of any two of these it is known how many facts have both.
COUNTED = ("actor", "kind", "type", "category", "country", "publisher")


def ids(documents: Iterable[Document]) -> list[str]:
    return [document["id"] for document in documents]


def in_order(facts: Iterable[Document], sort: str, name: str = "date") -> list[Document]:
    """Sort documents as the contract says: ties by id, what has no date last, either way."""
    if sort.endswith("updated"):
        return sorted(facts, key=lambda each: (each["updated_at"], each["id"]), reverse=sort[0] == "-")
    dated = [each for each in facts if day(each, name)]
    undated = [each for each in facts if not day(each, name)]
    return sorted(dated, key=lambda each: (day(each, name), each["id"]), reverse=sort[0] == "-") + sorted(
        undated, key=lambda each: each["id"], reverse=sort[0] == "-"
    )


def draw_query(draw: Random, world: World, names: Iterable[str]) -> Query:
    """Draw up to three filters, more often than not with values that some fact has."""
    facts = list(world.facts.values())
    model = draw.choice(facts)
    query: Query = {}
    for name in draw.sample([*names, "actor", "time", "review", "numbers", "q"], draw.choice((0, 1, 1, 2, 2, 3))):
        if name == "actor":
            query |= _parts(draw, model, world)
        elif name == "time":
            query |= _time(draw)
        elif name == "review":
            query["review"] = draw.sample(("approved", "pending", "rejected"), draw.choice((1, 1, 2, 3)))
        elif name == "numbers":
            query |= draw.choice(
                (
                    {"min_sources": draw.choice((0, 1, 2, 3))},
                    {"min_confidence": draw.choice((0, 0.5, 0.6, 0.75, 1))},
                    {"updated_since": draw.choice(facts)["updated_at"]},
                )
            )
        elif name == "q":
            query["q"] = " ".join(draw.sample(WORDS, draw.choice((1, 1, 2))))
        else:
            has = values(model, name, world.articles, world.actors)
            some = draw.choice(facts)
            wanted = sorted(has | (values(some, name, world.articles, world.actors) if draw.random() < 0.5 else set()))
            if wanted:
                query[name] = wanted
    return query


def _parts(draw: Random, model: Document, world: World) -> Query:
    named = [part for part in model["actors"] if part["actor"]] or [{"actor": "league", "role": "host"}]
    roles = draw.sample(named, 1)[0]["role"]
    actors = sorted({part["actor"] for part in draw.sample(named, draw.randint(1, min(2, len(named))))})
    both = {"actor": actors, "role": sorted({roles, draw.choice(named)["role"]})}
    return draw.choice(({"actor": actors}, {"role": both["role"]}, both))


def _time(draw: Random) -> Query:
    days = ["2013-12-31", "2014-06-01", "2021-12-31", "2022-01-10", "2022-01-11", "2022-01-20", "2022-02-01"]
    days += ["2022-02-20", "2022-02-21", "2022-03-04", "2023-12-31", "2024-01-01", "9999-12-31", "0001-01-01"]
    first, last = sorted(draw.choices(days, k=2))
    return draw.choice(({"date_from": first}, {"date_to": last}, {"date_from": first, "date_to": last}))


# Facts.


def wanted_facts(world: World, query: Query, kind: str | None = None) -> list[Document]:
    facts = (each for each in world.facts.values() if kind in (None, each["kind"]))
    return [each for each in facts if matches(each, query, world.articles, world.actors)]


def check_facts(world: World, path: str, query: Query, sort: str, limit: int) -> int:
    """Hold a list against plain Python; tell how many members it had."""
    plural = path.rpartition("/")[2]
    expected = in_order(wanted_facts(world, query, plural[:-1] if plural in OF_KIND else None), sort)
    if "q" in query and sort.endswith("updated"):
        sort = "-date"
        expected = in_order(expected, sort)
    found = world.listed(path, query | {"sort": sort}, limit)
    if "q" in query:
        # Facts of one day stand in an order of their own, the same every time.
        assert sorted(ids(found)) == sorted(ids(expected))
        assert [day(each) for each in found] == [day(each) for each in expected]
        assert ids(found) == ids(world.listed(path, query | {"sort": sort}, limit // 2 + 1))
    else:
        assert ids(found) == ids(expected)
    assert found == [world.facts[each["id"]] for each in found]
    return len(expected)


def test_any_filters_in_any_order_list_what_plain_python_keeps(world: World) -> None:
    draw = Random(1)
    sizes = []
    for _ in range(120):
        query = draw_query(draw, world, LABELS)
        sizes.append(check_facts(world, "/v1/facts", query, draw.choice(FACT_SORTS), draw.choice((7, 20, 50, 200))))
    assert sum(size > 0 for size in sizes) > 60, "most of the queries find something, or they would test nothing"
    assert sum(size > 50 for size in sizes) > 10


@pytest.mark.parametrize("plural", OF_KIND)
def test_any_filters_of_one_kind_list_what_plain_python_keeps(world: World, plural: str) -> None:
    draw = Random(plural)
    for _ in range(25):
        query = draw_query(draw, world, (*OF_KIND[plural], *OF_ALL))
        check_facts(world, f"/v1/{plural}", query, draw.choice(FACT_SORTS), draw.choice((3, 11, 200)))


def test_pages_that_end_early_for_their_cost_lose_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = Random(2)
    monkeypatch.setattr(listing, "STEPS", 17)
    for _ in range(50):
        query = draw_query(draw, world, LABELS)
        check_facts(world, "/v1/facts", query, draw.choice(FACT_SORTS), draw.choice((5, 20, 60)))


def test_a_page_may_be_short_and_even_empty_before_the_list_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "STEPS", 10)
    pages = list(world.pages("/v1/facts", {"stance": "praise", "modality": "actual"}, 5))
    assert len(pages) > 10
    assert not any(pages)


@pytest.mark.parametrize("sort", FACT_SORTS)
@pytest.mark.parametrize("limit", [1, 2, 13, 200])
def test_no_page_size_skips_or_repeats(world: World, sort: str, limit: int) -> None:
    query = {"country": ["AL", "SY"], "kind": ["event"], "date_from": "2022-01-10"}
    check_facts(world, "/v1/facts", query, sort, limit)


@pytest.mark.parametrize("first", ["2021-12-20", "2022-01-10", "2022-02-20", "2022-02-21"])
@pytest.mark.parametrize("review", [["approved", "pending"], ["rejected"], ["approved", "rejected"], ["pending"]])
def test_a_fact_that_lasts_long_is_found_in_every_day_of_it(world: World, first: str, review: list[str]) -> None:
    for sort in ("-date", "date"):
        assert check_facts(world, "/v1/facts", {"date_from": first, "review": review}, sort, 9) > 2


def test_a_date_filter_takes_what_overlaps_it(empty_client: FlaskClient, ingest_sheet: Ingest) -> None:
    dates = {f"fact-{at}": date for at, date in enumerate(DATES)}
    sheet = one_event()
    sheet["article"]["text"] += " Day by day."
    sheet["events"] = [{**sheet["events"][0], "id": id_, "date": date} for id_, date in dates.items()]
    ingest_sheet(sheet)

    def found(id_: str, **query: str) -> bool:
        return bool(empty_client.get("/v1/facts", query_string={"ids": id_, **query}).json["items"]) and id_ in ids(
            empty_client.get("/v1/facts", query_string=query).json["items"]
        )

    for fact in empty_client.get("/v1/facts").json["items"]:
        id_, first = fact["id"], day(fact)
        if not first:
            assert not found(id_, date_to="9999-12-31")
            assert not found(id_, date_from="0001-01-01")
            continue
        assert found(id_, date_from=first, date_to=first)
        assert found(id_, date_to=first)
        assert not found(id_, date_to=shifted(first, -1))
        if last := fact["date"]["latest"]:
            assert found(id_, date_from=last)
            assert found(id_, date_from=last, date_to=last)
            assert not found(id_, date_from=shifted(last, 1))
        else:
            assert found(id_, date_from="9999-12-31")


def test_dates_that_are_turned_round_match_nothing(world: World) -> None:
    query = {"date_from": "2022-01-20", "date_to": "2022-01-10"}
    found = ids(world.listed("/v1/facts", query))
    assert found == ids(in_order(wanted_facts(world, query), "-date"))


@pytest.mark.parametrize("sort", ["-date", "date"])
@pytest.mark.parametrize(
    "extra", [{}, {"q": "harbor"}, {"ids": True}, {"kind": ["event", "statement"]}, {"min_sources": 1}]
)
def test_facts_without_a_date_come_last_both_ways(world: World, sort: str, extra: Query) -> None:
    if "ids" in extra:
        extra = {"ids": sorted(world.facts)[:150]}
    days = [day(each) for each in world.listed("/v1/facts", {**extra, "sort": sort}, 200)]
    assert "" in days
    assert sorted(days, key=lambda each: each == "") == days
    dated = [each for each in days if each]
    assert dated == sorted(dated, reverse=sort == "-date")


def test_ties_are_broken_by_id_in_the_direction_of_the_sort(world: World) -> None:
    for sort in FACT_SORTS:
        facts = world.listed("/v1/facts", {"sort": sort}, 30)
        name = "updated_at" if sort.endswith("updated") else None
        ties = [
            (one["id"], other["id"])
            for one, other in pairwise(facts)
            if (one[name] == other[name] if name else day(one) == day(other))
        ]
        assert ties
        assert all((one > other) == (sort[0] == "-") for one, other in ties)


# Totals.


@pytest.mark.parametrize("mode", ["exact", "estimate"])
def test_a_total_counts_all_that_the_pages_list(world: World, mode: str) -> None:
    draw = Random(3)
    for _ in range(60):
        query = draw_query(draw, world, LABELS)
        page = world.get("/v1/facts", query | {"count": mode, "limit": 1})
        assert (page["total"], page["total_relation"]) == (len(wanted_facts(world, query)), "eq")


@pytest.mark.parametrize("name", LABELS)
def test_the_total_of_a_single_filter_is_exact(world: World, name: str) -> None:
    every = {value for fact in world.facts.values() for value in values(fact, name, world.articles, world.actors)}
    for value in sorted(every):
        expected = len(wanted_facts(world, {name: [value]}))
        assert world.get("/v1/facts", {name: value, "count": "exact", "limit": 1})["total"] == expected


@pytest.mark.parametrize("few", [0, 500])
@pytest.mark.parametrize("mode", ["exact", "estimate"])
def test_the_articles_and_actors_of_a_list_are_counted_too(
    world: World, mode: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_FEW", few)
    asked: list[tuple[str, Query]] = [("/v1/articles", {}), ("/v1/actors", {})]
    for article in world.articles.values():
        asked += [(f"/v1/articles/{article['id']}/facts", {}), ("/v1/articles", {"publisher": article["publisher"]})]
    for actor in world.actors.values():
        word = actor["name"].split()[-1]
        more: tuple[Query, ...] = ({}, {"kind": actor["kind"]}, {"name": actor["name"][0]}, {"ids": [actor["id"]]})
        asked += [("/v1/actors", {"q": word, **each}) for each in more]
        asked += [("/v1/actors", each) for each in more]
    for path, query in asked:
        page = world.get(path, query | {"count": mode, "limit": 1})
        assert (page["total"], page["total_relation"]) == (len(world.listed(path, query)), "eq"), query
        assert page["total"] or "q" not in query, query


def test_an_estimate_stops_counting_and_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(totals, "COUNT_CAP", 20)
    query = {"stance": ["assert", "deny", "warn", "promise", "hope"]}
    estimate = world.get("/v1/facts", query | {"count": "estimate", "limit": 1})
    exact = world.get("/v1/facts", query | {"count": "exact", "limit": 1})
    assert estimate["total_relation"] == "gte"
    assert estimate["total"] <= 20 < exact["total"]
    assert exact["total_relation"] == "eq"


@pytest.mark.parametrize("names", [*combinations(COUNTED, 2)])
def test_the_total_of_two_filters_is_exact_however_little_is_passed_by(
    world: World, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(totals, "COUNT_CAP", 1)
    draw, facts = Random(str(names)), list(world.facts.values())
    for _ in range(12):
        query: Query = {}
        for name in names:
            # Of what a fact can have several of, one is asked for.
            pair = draw.sample(facts, 2)[: 2 if name in ("kind", "type", "category") else 1]
            some = {value for fact in pair for value in values(fact, name, world.articles, world.actors)}
            if some:
                query[name] = sorted(some)[: len(pair)]
        page = world.get("/v1/facts", query | {"count": "estimate", "limit": 1})
        assert (page["total"], page["total_relation"]) == (len(wanted_facts(world, query)), "eq"), query


def test_nothing_is_counted_unasked(client: FlaskClient) -> None:
    for path in ("facts", "events", "articles", "actors"):
        assert "total" not in client.get(f"/v1/{path}").json


# By id.


def test_resources_are_fetched_by_their_ids(world: World) -> None:
    draw = Random(4)
    for size in (1, 2, 5, 60, 200):
        wanted = draw.sample(sorted(world.facts), size)
        for sort in FACT_SORTS:
            check_facts(world, "/v1/facts", {"ids": wanted}, sort, 200)
    for noun, known in (("actors", world.actors), ("articles", world.articles)):
        wanted = draw.sample(sorted(known), 5)
        assert sorted(ids(world.listed(f"/v1/{noun}", {"ids": wanted}))) == sorted(wanted)


def test_all_that_is_fetched_by_id_comes_at_once(world: World) -> None:
    wanted = sorted(world.facts)[:120]
    page = world.get("/v1/facts", {"ids": wanted, "review": ["approved", "pending", "rejected"]})
    assert sorted(ids(page["items"])) == wanted
    assert page["next_cursor"] is None


def test_ids_are_narrowed_by_the_other_filters(world: World) -> None:
    wanted = sorted(world.facts)[:100]
    for query in ({"kind": ["event"]}, {"date_from": "2022-01-20"}, {"q": "violet"}, {"review": ["rejected"]}):
        assert 0 < check_facts(world, "/v1/facts", query | {"ids": wanted}, "-date", 200) < 100


def test_ids_that_nobody_has_are_passed_over(client: FlaskClient) -> None:
    found = client.get("/v1/actors?ids=russia,nobody-has-this,ukraine").json
    assert ids(found["items"]) == ["russia", "ukraine"]


@pytest.mark.parametrize("noun", ["facts", "events", "proposals", "statements", "articles", "actors"])
def test_a_list_and_its_members_have_the_same_documents(client: FlaskClient, noun: str) -> None:
    listed = client.get(f"/v1/{noun}?limit=5").json["items"]
    assert listed
    for document in listed:
        assert client.get(f"/v1/{noun}/{document['id']}").json == document


def test_a_rejected_fact_is_hidden_from_lists_until_it_is_asked_for(
    empty_client: FlaskClient, ingest_sheet: Ingest
) -> None:
    ingest_sheet(one_event(review={"status": "rejected"}, actors=[{"actor": "alba", "role": "actor"}]), may_review=True)

    def found(path: str, **query: Any) -> int:
        return len(empty_client.get(path, query_string=query).json["items"])

    for query in ({}, {"actor": "alba"}, {"sort": "updated"}, {"ids": "one"}, {"q": "happened"}, {"kind": "event"}):
        assert found("/v1/facts", **query) == 0, query
        assert found("/v1/facts", **query, review="rejected") == 1, query
        assert found("/v1/facts", **query, review="approved") == 0, query
    assert found("/v1/search", q="happened") == 1, "the article alone"
    assert found("/v1/articles/news/facts") == 0
    assert found("/v1/articles", actor="alba") == 0
    assert found("/v1/facts/counts", by="kind") == 0
    assert found("/v1/facts/counts", by="kind", review="rejected") == 1
    assert empty_client.get("/v1/actors/alba/network").json["facts"] == 0
    assert empty_client.get("/v1/facts/one").status_code == 200, "who has its id may read it"


# Roles.


def test_an_actor_with_a_role_means_the_same_part(empty_client: FlaskClient, ingest_sheet: Ingest) -> None:
    ingest_sheet(one_event(actors=[{"actor": "alba", "role": "actor"}, {"actor": "league", "role": "recipient"}]))

    def found(query: str) -> bool:
        return bool(empty_client.get(f"/v1/facts?{query}").json["items"])

    assert found("actor=alba&role=actor")
    assert not found("actor=alba&role=recipient")
    assert found("actor=alba&role=recipient&role=actor")
    assert found("actor=alba&actor=league")
    assert not found("actor=alba&actor=league&role=actor")
    assert found("actor=alba&actor=league&role=actor&role=recipient")
    assert found("role=recipient")
    assert not found("role=host")
    assert not found("&".join(["role=host"] * 20)), "a role that is given often is still that one role"


def test_all_roles_together_still_ask_for_someone(world: World) -> None:
    roles = sorted(
        {role for fact in world.facts.values() for role in values(fact, "role", world.articles, world.actors)}
    )
    assert len(roles) > 8
    check_facts(world, "/v1/facts", {"role": roles}, "-date", 200)
    check_facts(world, "/v1/facts", {"role": roles, "actor": ["alba", "league"]}, "-date", 200)


# Articles and actors.


def test_articles_are_filtered_sorted_and_paged_as_plain_python_would(world: World) -> None:
    draw = Random(5)
    for _ in range(80):
        model = draw.choice(list(world.articles.values()))
        query: Query = {}
        for name in draw.sample(("publisher", "language", "actor", "published", "ids"), draw.choice((0, 1, 1, 2, 3))):
            if name == "published":
                query |= {key.replace("date", "published"): value for key, value in _time(draw).items()}
            elif name == "actor":
                query["actor"] = draw.sample(sorted(world.actors), draw.choice((1, 1, 2)))
            elif name == "ids":
                query["ids"] = draw.sample(sorted(world.articles), 12)
            else:
                query[name] = [*filter(None, {model[name], draw.choice(list(world.articles.values()))[name]})] or ["EN"]
        sort = draw.choice(("-published", "published"))
        found = world.listed(
            "/v1/articles", query | {"sort": sort}, 200 if "ids" in query else draw.choice((2, 7, 200))
        )
        expected = in_order(matching_articles(query, world.articles, world.facts), sort, "published_at")
        assert ids(found) == ids(expected), query


def test_actors_are_filtered_sorted_and_paged_as_plain_python_would(world: World) -> None:
    draw = Random(6)
    for _ in range(80):
        model = draw.choice(list(world.actors.values()))
        name = draw.choice((model["name"], *model["aliases"]))
        choices: list[Query] = [
            {"kind": [model["kind"], "group"]},
            {"country": [model["country_code"] or "SY", "RU"]},
            {"sector": [model["sector_code"] or "MIL"]},
            {"name": name[: draw.randint(1, len(name))].swapcase()},
            {"ids": draw.sample(sorted(world.actors), 5)},
            {"wikidata_id": ["Q1", "Q4", "Q8", "Q9999"]},
        ]
        query: Query = {}
        for some in draw.sample(choices, draw.choice((0, 1, 1, 2))):
            query |= some
        sort, by_id = draw.choice(("name", "-name")), "ids" in query or "wikidata_id" in query
        found = world.listed("/v1/actors", query | {"sort": sort}, 200 if by_id else draw.choice((1, 3, 200)))
        expected = sorted(
            matching_actors(query, world.actors),
            key=lambda each: (each["name"].casefold(), each["id"]),
            reverse=sort == "-name",
        )
        assert ids(found) == ids(expected), query


# Cost, and what the two databases have in common.


def test_the_two_databases_list_the_same_bytes(world_on: Callable[[str], World]) -> None:
    one, other = world_on("sqlite"), world_on("postgresql")
    for path in (
        "/v1/facts",
        "/v1/articles",
        "/v1/actors",
        "/v1/facts?q=harbor",
        "/v1/search?q=the+violet&highlight=true",
    ):
        mark = "&" if "?" in path else "?"
        pages = [world.client.get(f"{path}{mark}limit=200").json["items"] for world in (one, other)]
        assert pages[0] == pages[1], path
        assert pages[0], path


LISTS = (
    "/v1/facts?",
    "/v1/facts?actor=alba&country=SY&kind=event&kind=statement&q=harbor",
    "/v1/facts?date_from=2022-01-10&date_to=2022-02-01&sort=date",
    "/v1/facts?include=actors,articles,relations&count=exact",
    "/v1/events?review=rejected&review=approved&sort=-updated",
    "/v1/articles?actor=alba&include=articles",
    "/v1/actors?name=a&include=actors",
    "/v1/articles/article-0/facts?include=actors",
    "/v1/search?q=the+harbor&highlight=false&facets=kind,actor",
)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_takes_few_statements_however_long_its_pages(
    world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: list[str] = []
    run = Reader._run

    def counting_run(self: Reader, sql: str, parameters: Any) -> Any:
        statements.append(sql)
        return run(self, sql, parameters)

    monkeypatch.setattr(Reader, "_run", counting_run)
    taken = []
    for limit in (1, 10, 100, 200):
        statements.clear()
        world.client.get(f"{path}&limit={limit}")
        taken.append(len(statements))
    assert max(taken) <= 10, statements
    assert taken[-1] <= taken[0] + 3, taken


def shifted(iso: str, days: int) -> str:
    return (date.fromisoformat(iso) + timedelta(days)).isoformat()


def one_event(**changed: Any) -> Document:
    """Make a sheet of one event."""
    event = {
        "id": "one",
        "title": "It happened",
        "type": "agree",
        "modality": "actual",
        "evidence": [{"exact": "It happened"}],
    }
    return {
        "article": {"id": "news", "publisher": "The Daily Test", "text": "It happened once."},
        "actors": [
            {"id": "alba", "name": "Alba", "kind": "country"},
            {"id": "league", "name": "League", "kind": "organization"},
        ],
        "events": [event | changed],
    }
