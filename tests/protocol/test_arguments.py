"""Arguments: query strings are read strictly, and what is wrong with them is said clearly."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.protocol.addresses import NEEDED, READABLE

LISTS = ("/v1/facts", "/v1/events", "/v1/proposals", "/v1/statements", "/v1/articles", "/v1/actors")


def asked(path: str, query: str) -> str:
    needed = NEEDED.get(path, "")
    return f"{path}?{needed}&{query}" if needed and not query.startswith("q=") else f"{path}?{query}"


def wrong(client: FlaskClient, path: str) -> dict[str, str]:
    """Ask for something that does not fit; tell what is wrong with each parameter."""
    response = client.get(path)
    assert response.status_code == 422, (path, response.status_code)
    return {each["parameter"]: each["detail"] for each in response.json["errors"]}


@pytest.mark.parametrize("path", READABLE)
def test_an_unknown_parameter_is_refused_by_name(client: FlaskClient, path: str) -> None:
    assert "colour" in wrong(client, asked(path, "colour=red"))


@pytest.mark.parametrize(
    "path, typo, meant",
    [
        ("/v1/facts", "actr", "actor"),
        ("/v1/facts", "date_form", "date_from"),
        ("/v1/facts", "Limit", "limit"),
        ("/v1/events", "types", "type"),
        ("/v1/articles", "publish_to", "published_to"),
        ("/v1/actors", "wikidata", "wikidata_id"),
        ("/v1/search?q=x&", "facet", "facets"),
        ("/v1/facts/counts?by=kind&", "countries", "country"),
        ("/v1/actors/russia", "include[]", "include"),
    ],
)
def test_an_unknown_parameter_is_told_the_nearest_known_one(
    client: FlaskClient, path: str, typo: str, meant: str
) -> None:
    details = wrong(client, f"{path}{'' if '?' in path else '?'}{quote(typo)}=1")
    assert f"Did you mean '{meant}'?" in details[typo]


def test_an_unknown_parameter_like_none_is_told_none(client: FlaskClient) -> None:
    assert wrong(client, "/v1/facts?zzzzzz=1") == {"zzzzzz": "Unknown parameter."}


@pytest.mark.parametrize(
    "query",
    [
        "limit=1&limit=2",
        "limit=1&limit=1",
        "sort=date&sort=-date",
        "q=a&q=b",
        "date_from=2022-01-01&date_from=2022-01-01",
    ],
)
def test_a_parameter_that_means_one_thing_is_given_once(client: FlaskClient, query: str) -> None:
    assert wrong(client, f"/v1/facts?{query}") == {query.partition("=")[0]: "Given twice; give it once."}


def test_a_parameter_that_means_any_of_is_given_as_often_as_needed(client: FlaskClient) -> None:
    def listed(query: str) -> set[str]:
        return {fact["id"] for fact in client.get(f"/v1/facts?limit=200&{query}").json["items"]}

    both = listed("kind=event&kind=statement")
    assert both == listed("kind=event") | listed("kind=statement")
    assert listed("kind=event&kind=event") == listed("kind=event")


BAD = {
    "limit": ["0", "-1", "201", "9999", "1.5", "1e2", "", "ten", "0x10", "١٠", "9" * 13, "1 ", "+1", "1_0", "null"],
    "date_from": [
        "2022-02-30",
        "2022-13-01",
        "2022-1-1",
        "20220101",
        "2022-W01-1",
        "2022",
        "0000-01-01",
        "",
        "today",
        "2022-01-01T00:00:00Z",
        "-2022-01-01",
        "10000-01-01",
        "２０２２-01-01",
        "2022-01-01 ",
    ],
    "date_to": ["2022-02-30", "x"],
    "updated_since": [
        "2022-01-01",
        "2022-01-01T00:00:00",
        "2022-01-01T00:00:00+01:00",
        "yesterday",
        "2022-13-45T25:61:61Z",
        "2022-02-30T00:00:00Z",
        "2022-01-01T00:00:00.1234567Z",
        "2022-01-01T00:00:00Z\n",
    ],
    "min_sources": ["-1", "1.5", "many", "", "1001"],
    "min_confidence": ["-0.1", "1.1", "nan", "inf", "NaN", "1e999", "half", "", ".5", "0,5"],
    "sort": ["", "up", "--date", "date,updated", "published", "name"],
    "count": ["", "all", "true"],
    "kind": ["", "fact", "Event", "events", "event,statement"],
    "type": ["", "AGREE", "meet"],
    "role": ["nobody"],
    "review": ["all", ""],
    "country": ["", "ru", "RUS", "Russia", "R1", "U", "RU\n"],
    "actor": ["", "Russia", "a b", "-x", "a" * 97, "a.b", "a/b", "russia,nato", "russia\n", "é", "%"],
    "article": ["..", "a\n"],
    "ids": ["", ",", "a,,b", "A", "a, b", ",".join(f"id-{n}" for n in range(201))],
    "publisher": ["", "a\nb", "a\x00b", "a" * 501, "Axios\n", "a\x7f"],
    "relation": ["follow"],
}


@pytest.mark.parametrize("name, value", [(name, value) for name, values in BAD.items() for value in values])
def test_a_value_that_does_not_fit_is_refused_by_name(client: FlaskClient, name: str, value: str) -> None:
    details = wrong(client, f"/v1/facts?{name}={quote(value, safe='')}")
    assert list(details) == [name]
    assert details[name]


@pytest.mark.parametrize(
    "path, name, value",
    [
        ("/v1/articles", "language", "not a tag"),
        ("/v1/articles", "language", "en\n"),
        ("/v1/articles", "published_from", "2022-02-30"),
        ("/v1/articles", "sort", "date"),
        ("/v1/actors", "wikidata_id", "159"),
        ("/v1/actors", "wikidata_id", "Q159\n"),
        ("/v1/actors", "sector", "gov"),
        ("/v1/actors", "name", ""),
        ("/v1/actors", "sort", "-updated"),
        ("/v1/search", "resource", "event"),
        ("/v1/search", "facets", "colour"),
        ("/v1/search", "highlight", "yes"),
        ("/v1/search", "sort", "oldest"),
        ("/v1/actors/russia/network", "limit", "0"),
        ("/v1/facts/counts", "by", "quad"),
    ],
)
def test_other_values_that_do_not_fit_are_refused_by_name(
    client: FlaskClient, path: str, name: str, value: str
) -> None:
    needed = "" if name == "by" else NEEDED.get(path, "") + "&"
    assert list(wrong(client, f"{path}?{needed}{name}={quote(value)}")) == [name]


def test_a_value_that_is_wrong_is_told_apart_from_those_that_are_right(client: FlaskClient) -> None:
    details = wrong(client, "/v1/facts?kind=event&kind=rumour&kind=statement")
    assert "rumour" in details["kind"]
    assert "proposal" in details["kind"], "what it may be is listed"


@pytest.mark.parametrize("name, most", [("actor", 10), ("type", 50), ("country", 50)])
def test_no_parameter_is_repeated_without_end(client: FlaskClient, name: str, most: int) -> None:
    value = {"actor": "russia", "type": "agree", "country": "RU"}[name]
    assert client.get("/v1/facts?" + "&".join([f"{name}={value}"] * most)).status_code == 200
    assert name in wrong(client, "/v1/facts?" + "&".join([f"{name}={value}"] * (most + 1)))


@pytest.mark.parametrize("limit", [1, 2, 200])
def test_the_bounds_of_a_page_belong_to_it(client: FlaskClient, limit: int) -> None:
    assert 0 < len(client.get(f"/v1/actors?limit={limit}").json["items"]) <= limit


def test_a_time_may_be_written_with_any_fraction(client: FlaskClient) -> None:
    for time in ("2022-01-27T09:30:00Z", "2022-01-27T09:30:00.0Z", "2022-01-27T09:30:00.000000Z"):
        assert client.get(f"/v1/facts?updated_since={time}").json["items"], time
    assert not client.get("/v1/facts?updated_since=2022-01-27T09:30:00.000001Z").json["items"]


# What is no text at all.


@pytest.mark.parametrize("path", READABLE)
def test_what_is_not_utf_8_is_malformed(client: FlaskClient, path: str) -> None:
    for query in ("q=%FF", "%FF=1", "limit=1&colour=a%80b"):
        response = client.get(asked(path, query))
        assert response.status_code == 400, query
        assert response.json["type"] == "/problems/malformed-request"


@pytest.mark.parametrize("bytes_", ["%C3", "%ED%A0%80", "%ED%B0%80", "%ED%A0%80%ED%B0%80", "%F5%80%80%80", "%C0%80"])
def test_lone_surrogates_and_cut_characters_are_malformed(client: FlaskClient, bytes_: str) -> None:
    for path in ("/v1/search", *LISTS):
        assert client.get(f"{path}?q=nato{bytes_}").status_code == 400


@pytest.mark.parametrize("name", ["q", "publisher", "actor", "sort", "cursor", "date_from", "ids", "fields"])
def test_a_nul_is_refused_by_name(client: FlaskClient, name: str) -> None:
    for path in LISTS[:4]:
        assert list(wrong(client, f"{path}?{name}=a%00b")) == [name]


@pytest.mark.parametrize("path", LISTS)
def test_what_is_hardly_a_query_string_gets_an_answer(client: FlaskClient, path: str) -> None:
    for query in ("&", "&&&", "=", "limit", "a", "%", "%zz", "limit=%", ";", "q", "?", "limit=1;sort=date", "[]=1"):
        assert client.get(f"{path}?{query}").status_code in (200, 422), query


# What is too long.


@pytest.mark.parametrize("path", READABLE)
def test_a_query_string_longer_than_is_read_is_refused(client: FlaskClient, path: str) -> None:
    response = client.get(asked(path, "q=" + "a" * 30_000))
    assert response.status_code == 414
    assert response.json["type"] == "/problems/uri-too-long"


def test_a_long_question_is_refused_by_name(client: FlaskClient) -> None:
    for path in ("/v1/search", *LISTS):
        assert list(wrong(client, f"{path}?q={'a' * 10_000}")) == ["q"]
        assert client.get(f"{path}?q={'a' * 300}").status_code == 200
        assert list(wrong(client, f"{path}?q={'a' * 301}")) == ["q"]


def test_too_many_parameters_are_refused(client: FlaskClient) -> None:
    assert client.get("/v1/facts?" + "&".join(["kind=event"] * 1_001)).status_code == 400


def test_two_hundred_of_the_longest_ids_can_be_asked_for(client: FlaskClient) -> None:
    longest = ",".join(f"{n:a>96}" for n in range(200))
    assert client.get(f"/v1/facts?ids={longest}").json["items"] == []


def test_a_long_path_is_not_found(client: FlaskClient) -> None:
    assert client.get("/v1/facts/" + "a" * 10_000).status_code == 404


# Questions that a database would read as its own language.

HOSTILE = (
    '"nato',
    'nato"',
    '"nato" "',
    'na"to',
    "'nato",
    "nato' OR '1'='1",
    "nato'; DROP TABLE facts; --",
    "AND OR NOT",
    "nato AND",
    "OR nato",
    "NOT nato",
    "nato NOT",
    "NEAR(nato russia)",
    "NEAR/3",
    "nato NEAR/3 russia",
    "*",
    "nato*",
    "nato**",
    "*nato",
    "na*to",
    "(",
    ")",
    "(nato",
    "nato)",
    "((nato) OR (russia",
    "col:nato",
    "title:nato",
    "search_words:nato",
    "{title body}: nato",
    "- nato",
    "nato -",
    "nato --russia",
    "^nato",
    "nato^2",
    "nato + russia",
    "nato & russia",
    "nato | russia",
    "nato ! russia",
    "!nato",
    "nato <-> russia",
    "nato <2> russia",
    "nato:*",
    "nato:A",
    "nato:ABCD*",
    "\\",
    "nato\\",
    "\\'nato",
    "nato\\:*",
    "$$nato$$",
    "%s %(words)s :words ?",
    "nato; SELECT pg_sleep(10)",
    "§fact",
    "§rejected nato",
    '"§fact"',
    "\u0000nato",
    "nato\u202erussia",
    "\ufeffnato",
    "nato\u00a0russia",
    "ﬀ ŉ ǰ ΐ ﷺ ⑴ ½ ² Ⅷ ﾞ ʼn",
    "ﾞ",
    "ﷺ" * 100,
    "e\u0301" * 100,
    "\u0301nato",
    "🎉nato🎉",
    "a" * 300,
    "𝖓𝖆𝖙𝖔",
    "nato" + "-russia" * 30,
    '"' * 300,
    "-" * 300,
    "(" * 300,
    "ß" * 300,
    "1,2,3,4,,5",
    "...",
    "U.S.A.F.",
    "1e309",
    "nato\r\nrussia\ttoday",
)


@pytest.mark.parametrize("path", ["/v1/search", "/v1/facts", "/v1/articles", "/v1/actors", "/v1/facts/counts"])
def test_no_question_is_read_as_the_language_of_a_database(client: FlaskClient, path: str) -> None:
    extra = {"/v1/search": {"highlight": "true", "facets": "kind,actor", "sort": "relevance", "limit": 2}}
    more: dict[str, object] = {"by": "kind"} if "counts" in path else extra.get(path, {"limit": 2})
    for q in HOSTILE:
        response = client.get(path, query_string={"q": q, **more})
        assert response.status_code in (200, 422), q
        if response.status_code == 422:
            assert [each["parameter"] for each in response.json["errors"]] == ["q"]
        if path in LISTS:
            assert client.get(path, query_string={"q": q, "ids": "nato"}).status_code == response.status_code, q


def test_no_value_is_read_as_the_language_of_a_database(client: FlaskClient) -> None:
    for value in HOSTILE:
        for path, name in (("/v1/facts", "publisher"), ("/v1/articles", "publisher"), ("/v1/actors", "name")):
            response = client.get(path, query_string={name: value, "limit": 1})
            assert response.status_code in (200, 422), value
            if response.status_code == 200 and name == "publisher":
                assert response.json["items"] == []
