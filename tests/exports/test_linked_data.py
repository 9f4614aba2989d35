"""JSON-LD: shapes of schema.org, and W3C Web Annotation for the evidence."""

from __future__ import annotations

from typing import Any

import orjson
from flask.testing import FlaskClient

from tests.exports.reading import export, lines
from tests.views.conftest import World

LINKED = "application/ld+json"
FACT = "us-written-response-to-russia"


def read(client: FlaskClient, path: str) -> Any:
    response = client.get(f"/v1/{path}", headers={"Accept": LINKED})
    assert (response.status_code, response.content_type) == (200, LINKED)
    return response.json


def test_an_event_is_one_of_schema_org_with_its_parts_in_roles(client: FlaskClient) -> None:
    event = read(client, f"events/{FACT}")
    assert (event["@id"], event["@type"]) == (f"/v1/facts/{FACT}", "Event")
    assert event["name"] == "The United States gave Russia a written response to its demands"
    assert (event["startDate"], event["endDate"], event["temporal"]) == ("2022-01-26", "2022-01-26", "2022-01-26")
    assert event["performer"] == [
        {
            "@type": "Role",
            "roleName": "actor",
            "alternateName": "The U.S.",
            "performer": {"@id": "/v1/actors/united-states"},
        }
    ]
    assert {
        "@type": "LinkRole",
        "linkRelationship": "responds_to",
        "about": {"@id": "/v1/facts/russia-written-demands"},
    } in event["about"]
    assert "/v1/vocabularies/event_types#consult" in event["additionalType"]
    assert event["subjectOf"] == [
        "/v1/articles/axios-us-nato-written-response",
        "/v1/articles/tms-us-responds-to-russia",
    ]


def test_evidence_is_web_annotations_that_can_be_looked_up(client: FlaskClient) -> None:
    event = read(client, f"facts/{FACT}")
    plain = client.get(f"/v1/facts/{FACT}").json
    assert len(event["evidence"]) == len(plain["evidence"])
    for annotation in event["evidence"]:
        assert (annotation["@type"], annotation["motivation"]) == ("Annotation", "oa:describing")
        position, quote = annotation["target"]["selector"]
        assert (position["@type"], quote["@type"]) == ("TextPositionSelector", "TextQuoteSelector")
        text = client.get(annotation["target"]["source"]).text
        assert text[position["start"] : position["end"]] == quote["exact"]
    context = event["@context"]
    assert context["evidence"] == {"@reverse": "oa:hasBody"}, "an annotation has the fact as its body"
    assert context["oa"] == "http://www.w3.org/ns/oa#"


def test_statements_are_claims_and_quoted_ones_quotations(client: FlaskClient) -> None:
    for statement in client.get("/v1/statements?limit=200").json["items"]:
        node = read(client, f"statements/{statement['id']}")
        quoted = statement["attribution"] in ("direct", "mixed")
        assert node["@type"] == (["Quotation", "Claim"] if quoted else "Claim")
        assert node["text"] == statement["text"]
        speakers = [part["actor"] for part in statement["actors"] if part["role"] == "speaker"]
        found = [role.get("creator", {}).get("@id", "") for role in node.get("creator", [])]
        assert found == [f"/v1/actors/{id_}" if id_ else "" for id_ in speakers]


def test_proposals_tell_where_they_stand(client: FlaskClient) -> None:
    node = read(client, "proposals/us-to-send-five-helicopters")
    assert (node["@type"], node["creativeWorkStatus"]) == ("CreativeWork", "floated")
    assert node["additionalProperty"][0]["value"] == 5


def test_actors_are_what_they_are(client: FlaskClient) -> None:
    assert read(client, "actors/russia")["@type"] == "Country"
    blinken = read(client, "actors/antony-blinken")
    assert (blinken["@type"], blinken["sameAs"]) == ("Person", "http://www.wikidata.org/entity/Q7821917")
    assert blinken["hasOccupation"][0]["roleName"] == "Secretary of State"
    assert read(client, "actors/nato")["@type"] == "Organization"


def test_articles_are_news_articles(client: FlaskClient) -> None:
    article = read(client, "articles/tms-us-responds-to-russia")
    plain = client.get("/v1/articles/tms-us-responds-to-russia").json
    assert (article["@type"], article["headline"]) == ("NewsArticle", plain["title"])
    assert article["publisher"] == {"@type": "Organization", "name": plain["publisher"]}
    assert article.get("datePublished") == (plain["published_at"] or {}).get("earliest")


def test_every_name_in_a_node_means_something(world: World) -> None:
    """What is not in the context is schema.org's, by @vocab; but what looks like JSON-LD's own must be that."""
    for resource in ("facts", "articles", "actors"):
        document = orjson.loads(export(world.client, f"exports/{resource}?format=jsonld"))
        assert document["@context"]["@vocab"] == "https://schema.org/"
        for node in document["@graph"]:
            assert {name for name in node if name.startswith("@")} == {"@id", "@type"}
            assert None not in node.values()


def test_a_graph_has_a_node_a_line(world: World) -> None:
    exported = export(world.client, "exports/facts?format=jsonld")
    head, *nodes, end = exported.splitlines()
    ids = [f"/v1/facts/{each['id']}" for each in lines(export(world.client, "exports/facts"))]
    assert [orjson.loads(node.lstrip(b","))["@id"] for node in nodes] == ids
    assert (head[-10:], end) == (b'"@graph":[', b"]}")


def test_an_empty_graph_is_one(world: World) -> None:
    assert orjson.loads(export(world.client, "exports/facts?format=jsonld&actor=nobody"))["@graph"] == []


def test_json_stays_what_is_served_to_whoever_does_not_ask(client: FlaskClient) -> None:
    for accept in ("*/*", "application/json", "application/ld+json;q=0.5, application/json"):
        assert client.get(f"/v1/facts/{FACT}", headers={"Accept": accept}).content_type == "application/json"
    for path in (f"facts/{FACT}?fields=title", f"facts/{FACT}?include=actors", "facts"):
        assert client.get(f"/v1/{path}", headers={"Accept": LINKED}).status_code == 406


def test_it_has_an_etag_of_its_own(client: FlaskClient) -> None:
    first = client.get(f"/v1/facts/{FACT}", headers={"Accept": LINKED})
    assert first.headers["ETag"] != client.get(f"/v1/facts/{FACT}").headers["ETag"]
    again = client.get(f"/v1/facts/{FACT}", headers={"Accept": LINKED, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
