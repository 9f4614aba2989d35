"""Articles: their texts, their sources, and their facts in reading order."""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files
from itertools import product

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from api.store import tables
from api.store.opening import Store
from tests.conftest import Ingest
from tests.views.conftest import Sheet

SEEDS = ("axios-us-nato-written-response", "tms-us-responds-to-russia")

#: Texts in which bytes, UTF-16 units and code points are counted differently.
TEXTS = {
    "emoji": "🇺🇦👩‍👩‍👧 Kyiv 🎉 received {} 😀.",
    "CJK": "北京消息：習近平說「{}」，並無其他。",
    "combining marks": "Cafe\u0301 à la \u1eb9\u0301 {} n\u0303o.",
    "CRLF": "First line.\r\n\r\nThen {}.\r\nEnd\r\n",
    "beyond the BMP": "𐍈𐍈𐍈 {} 𐍈",
    "a byte order mark": "\ufeffIt {}.",
    "line separators": "one\u2028two\u0085three {} \u00a0.",
    "right to left": "قال {} أمس.",
}
QUOTES = ("said yes", "説了\U0001f44d", "e\u0301te\u0301\r\nlast")


@pytest.mark.parametrize("name", SEEDS)
def test_the_source_is_the_document_byte_for_byte(client: FlaskClient, name: str) -> None:
    received = (files("seeds") / f"{name}.txt").read_bytes()
    article = client.get(f"/v1/articles/{name}").json
    source = client.get(f"/v1/articles/{name}/source")
    text = client.get(f"/v1/articles/{name}/text")
    assert source.data == received
    assert source.content_type == text.content_type == "text/plain; charset=utf-8"
    assert article["received_sha256"] == sha256(received).hexdigest()
    assert article["text_sha256"] == sha256(text.data).hexdigest()
    assert source.data.decode()[article["story_start"] :].startswith(text.data.decode())


def test_offsets_are_code_points_whatever_the_text_is_made_of(empty_client: FlaskClient, ingest_sheet: Ingest) -> None:
    before, after = "Ärger\r\n🎈 \u0301", "\r\n–ende 🎈\u0301"
    for at, (pattern, quote) in enumerate(product(TEXTS.values(), QUOTES)):
        text, id_ = pattern.format(quote), f"text-{at}"
        article = {"id": id_, "publisher": "The Daily Test", "text": text, "source": before + text + after}
        ingest_sheet({"article": article, "events": [event_of(id_, quote)]})
        served = empty_client.get(f"/v1/articles/{id_}/text").data.decode()
        assert served == text
        assert empty_client.get(f"/v1/articles/{id_}/source").data.decode() == before + text + after
        assert empty_client.get(f"/v1/articles/{id_}").json["story_start"] == len(before)
        (span,) = empty_client.get(f"/v1/events/{id_}").json["evidence"]
        assert served[span["start"] : span["end"]] == span["exact"] == quote
        assert (span["prefix"], span["suffix"]) == (text.partition(quote)[0][-32:], text.partition(quote)[2][:32])
        verified = empty_client.post("/v1/verify", json={"article": id_, "exact": quote}).json
        assert verified["spans"] == [span]


def test_what_stands_around_evidence_is_cut_between_code_points(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    sheet["article"]["text"] = "🎈" * 40 + "HERE" + "e\u0301" * 40
    ingest_sheet({**sheet, "events": [event_of("it", "HERE")]})
    (span,) = empty_client.get("/v1/events/it").json["evidence"]
    assert (span["start"], span["prefix"], span["suffix"]) == (40, "🎈" * 32, "e\u0301" * 16)


@pytest.mark.parametrize("article", SEEDS)
def test_facts_of_an_article_come_in_reading_order(client: FlaskClient, article: str) -> None:
    facts, path = [], f"/v1/articles/{article}/facts?limit=7&count=exact"
    page = client.get(path).json
    while True:
        facts += page["items"]
        if page["next_cursor"] is None:
            break
        page = client.get(f"{path}&cursor={page['next_cursor']}").json
    begins = [(min(s["start"] for s in fact["evidence"] if s["article"] == article), fact["id"]) for fact in facts]
    assert begins == sorted(begins)
    assert len({fact["id"] for fact in facts}) == len(facts) == page["total"]
    listed = client.get(f"/v1/facts?article={article}&limit=200").json["items"]
    assert {fact["id"] for fact in facts} == {fact["id"] for fact in listed}


def test_reading_order_puts_a_fact_of_two_articles_where_this_one_states_it(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    ingest_sheet(sheet)
    second = {**sheet["article"], "id": "later", "text": "Much was said first. France received Germany on Monday."}
    ingest_sheet({**sheet, "article": second, "events": [*sheet["events"], event_of("said", "Much was said")]})
    facts = empty_client.get("/v1/articles/later/facts").json["items"]
    assert [fact["id"] for fact in facts] == ["said", "france-received-germany"]
    facts = empty_client.get("/v1/articles/talks/facts").json["items"]
    assert [fact["id"] for fact in facts] == ["france-received-germany"]


def test_an_article_without_facts_has_an_empty_list(
    empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    ingest_sheet({"article": sheet["article"]})
    page = empty_client.get("/v1/articles/talks/facts?count=exact").json
    assert page == {"items": [], "next_cursor": None, "total": 0, "total_relation": "eq"}


def test_a_language_is_found_in_any_case(empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet) -> None:
    sheet["article"]["language"] = "pt-BR"
    ingest_sheet(sheet)
    for tag, found in (("pt-br", 1), ("PT-BR", 1), ("pt", 0), ("en", 0)):
        assert len(empty_client.get(f"/v1/articles?language={tag}").json["items"]) == found


def test_what_an_article_points_to_comes_with_it(empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet) -> None:
    ingest_sheet(sheet)
    copy = {"id": "copy", "publisher": "B", "origin_id": "talks", "revises": "not-here-yet", "text": "Again."}
    ingest_sheet({"article": copy})
    for path in ("/v1/articles/copy?include=articles", "/v1/articles?ids=copy&include=articles"):
        assert list(empty_client.get(path).json["included"]["articles"]) == ["talks"]


def test_an_article_that_was_merged_is_found_where_it_went(
    store: Store, empty_client: FlaskClient, ingest_sheet: Ingest, sheet: Sheet
) -> None:
    ingest_sheet(sheet)
    alias = {"resource": "articles", "id": "old", "target": "talks"}
    store.write(lambda session: session.execute(insert(tables.aliases), alias))
    for below in ("", "/text", "/source", "/facts", "?include=articles", "/facts?limit=3"):
        moved = empty_client.get(f"/v1/articles/old{below}")
        assert (moved.status_code, moved.headers["Location"]) == (308, f"/v1/articles/talks{below}")
        assert moved.headers["Cache-Control"] == "no-cache"
        assert empty_client.get(moved.headers["Location"]).status_code == 200


@pytest.mark.parametrize("below", ["", "/text", "/source", "/facts"])
def test_an_article_that_nobody_has_is_not_found(client: FlaskClient, below: str) -> None:
    assert client.get(f"/v1/articles/nobody-has-this{below}").status_code == 404


def event_of(id_: str, quote: str) -> Sheet:
    return {"id": id_, "title": "It", "type": "agree", "modality": "actual", "evidence": [{"exact": quote}]}
