"""Every quotation is found where it stands, to the code point, or the sheet says why it cannot be found."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from api.ingest import ingest
from api.ingest.anchoring import CONTEXT, NotAnchoredError, anchor, around, nearest, occurrences
from api.store.opening import Store
from tests.ingest.sheets import event, refusal, sheet_of

Ingest = Callable[..., Any]

TWICE = "The ships left on Monday. The aircraft left on Tuesday."
#: Whatever may be in an article: everything but NUL and lone surrogates.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=80)


@pytest.fixture
def put(shared_store: Store) -> Ingest:
    """Stores a sheet, or refuses it, in the store that all these tests share."""
    return lambda sheet: shared_store.write(partial(ingest, sheet=sheet))


@pytest.mark.parametrize(
    "text, exact",
    [
        pytest.param("Peace 🕊️ talks 👩‍👩‍👧 in 🇺🇦 go on.", "👩‍👩‍👧 in 🇺🇦", id="emoji of several code points"),
        pytest.param("外務省は、会談を行った。北京で合意。", "会談を行った", id="Japanese"),
        pytest.param("北京今天宣布，双方已达成协议。𠮷林也同意。", "𠮷林", id="Chinese beyond the first plane"),
        pytest.param("E\u0301lyse\u0301e: le pre\u0301sident a dit oui.", "pre\u0301sident", id="combining marks"),
        pytest.param("か\u3099ぎ, written in parts, か\u3099ぎ again?", "written", id="Japanese in parts"),
        pytest.param("First line.\r\nSecond line.\r\n\r\nThird line.", "line.\r\n\r\nThird", id="CRLF"),
        pytest.param("اتفق الجانبان على هدنة. הצדדים הסכימו.", "الجانبان على", id="right to left"),
        pytest.param("English ثم العربية then עברית.", "العربية then", id="both directions"),
        pytest.param("\u202eoverridden\u202c and \ufeffmarked\u200b text", "\ufeffmarked\u200b", id="invisible marks"),
        pytest.param("“Curly” quotes — and 'straight' ones…", "— and 'straight'", id="quotes and dashes"),
        pytest.param("Tab\there, \x85 next line, \u2028 line separator.", "here, \x85 next", id="controls"),
        pytest.param("whole", "whole", id="the whole text"),
    ],
)
def test_offsets_are_right_in_any_script_and_read_back_over_the_api(
    put: Ingest, shared_client: FlaskClient, text: str, exact: str
) -> None:
    article, fact = ids_of(put(own(sheet_of(text, event(exact)))))
    served = shared_client.get(f"/v1/articles/{article}/text").data.decode()
    (span,) = shared_client.get(f"/v1/events/{fact}").json["evidence"]
    assert served == text
    assert served[span["start"] : span["end"]] == span["exact"] == exact
    assert (span["start"], span["article"]) == (text.index(exact), article)
    assert span["prefix"] == text[max(0, span["start"] - 32) : span["start"]]
    assert span["suffix"] == text[span["end"] : span["end"] + 32]


def test_every_span_of_the_seeds_is_what_the_api_serves_there(client: FlaskClient) -> None:
    facts = client.get("/v1/facts?limit=200").json["items"]
    texts = {
        article["id"]: client.get(f"/v1/articles/{article['id']}/text").data.decode()
        for article in client.get("/v1/articles").json["items"]
    }
    spans = [span for fact in facts for span in fact["evidence"]]
    assert len(spans) >= len(facts) > 50
    for span in spans:
        text, start, end = texts[span["article"]], span["start"], span["end"]
        assert text[start:end] == span["exact"]
        assert (span["prefix"], span["suffix"]) == (text[max(0, start - 32) : start], text[end : end + 32])


def test_words_that_are_not_there_are_refused_with_the_nearest_and_its_position(put: Ingest) -> None:
    flaws = refusal(put, sheet_of(TWICE, event("The aircrafts left on Tuesday")))
    detail = flaws["/events/0/evidence/0/exact"]
    found = re.fullmatch(r"These words are not in the article\. The nearest are '(.+)', at (\d+)\.", detail)
    assert found, detail
    assert "The aircraft left on Tuesday" in found[1]
    assert TWICE.startswith(found[1], int(found[2]))


def test_words_unlike_anything_in_the_article_have_no_nearest(put: Ingest) -> None:
    flaws = refusal(put, sheet_of(TWICE, event("zyzzyva quux")))
    assert flaws["/events/0/evidence/0/exact"] == "These words are not in the article."


@pytest.mark.parametrize(
    "exact",
    ["The Ships left", "The ships  left", "The ships left ", "The ships\nleft", "The shıps left"],
    ids=["case", "two blanks", "one too many", "a line break", "another letter"],
)
def test_a_quotation_is_there_to_the_letter_or_not_at_all(put: Ingest, exact: str) -> None:
    text = "The ships left. The aircraft stayed."
    assert "not in the article" in refusal(put, sheet_of(text, event(exact)))["/events/0/evidence/0/exact"]


def test_words_that_stand_twice_are_refused_with_every_position(put: Ingest) -> None:
    detail = refusal(put, sheet_of(TWICE, event("left on")))["/events/0/evidence/0/exact"]
    assert "2 times" in detail
    assert "10, 39" in detail
    assert "prefix" in detail
    assert "start" in detail


def test_very_many_positions_are_not_all_listed(put: Ingest) -> None:
    detail = refusal(put, sheet_of("ab " * 100, event("ab")))["/events/0/evidence/0/exact"]
    assert "100 times" in detail
    assert "80 more places" in detail


@pytest.mark.parametrize(
    "by",
    [{"prefix": "aircraft "}, {"suffix": " Tuesday"}, {"start": 39}, {"prefix": "t ", "suffix": " T", "start": 39}],
    ids=["prefix", "suffix", "start", "all of them"],
)
def test_words_that_stand_twice_are_told_apart(put: Ingest, shared_client: FlaskClient, by: dict[str, Any]) -> None:
    _, fact = ids_of(put(own(sheet_of(TWICE, event(evidence=[{"exact": "left on", **by}])))))
    assert shared_client.get(f"/v1/events/{fact}").json["evidence"][0]["start"] == 39


@pytest.mark.parametrize("by", [{"prefix": "boats "}, {"suffix": " Friday"}, {"start": 11}, {"start": 999}])
def test_a_prefix_suffix_or_start_that_fits_nowhere_is_refused_with_the_positions(
    put: Ingest, by: dict[str, Any]
) -> None:
    evidence = [{"exact": "left on", **by}]
    detail = refusal(put, sheet_of(TWICE, event(evidence=evidence)))["/events/0/evidence/0/exact"]
    assert "10, 39" in detail
    assert "not with this" in detail


def test_what_tells_apart_must_fit_even_where_the_words_stand_once(put: Ingest) -> None:
    evidence = [{"exact": "The ships", "suffix": " stayed"}]
    assert "/events/0/evidence/0/exact" in refusal(put, sheet_of(TWICE, event(evidence=evidence)))


def test_occurrences_may_overlap() -> None:
    assert list(occurrences("aaaa", "aa")) == [0, 1, 2]
    assert anchor("abababa", "aba", start=2) == 2
    assert anchor("abababa", "aba", prefix="abab") == 4
    with pytest.raises(NotAnchoredError, match="3 times, at 0, 2, 4"):
        anchor("abababa", "aba")


def test_a_prefix_longer_than_what_stands_before_does_not_wrap_round() -> None:
    with pytest.raises(NotAnchoredError):
        anchor("b a b a", "b a", prefix="xx b a ", start=0)
    assert anchor("ab ab", "ab", prefix="", start=0) == 0


def test_the_nearest_passage_says_how_near_it_is() -> None:
    near = nearest("Talks will begin on Monday in Geneva.", "Talks will begin at Monday")
    assert near is not None
    assert "Talks will begin on Monday in Geneva."[near.start : near.end] == near.exact
    assert 0.8 < near.similarity < 1
    assert nearest("Talks", "a quotation longer than the text") is None


@given(text=TEXTS, data=st.data())
def test_any_slice_of_any_text_is_found_at_its_start(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    exact = text[start:end]
    assert anchor(text, exact, start=start) == start
    assert start in list(occurrences(text, exact))
    prefix, suffix = around(text, start, end)
    assert text[:start].endswith(prefix)
    assert text[end:].startswith(suffix)
    assert (len(prefix), len(suffix)) == (min(CONTEXT, start), min(CONTEXT, len(text) - end))
    assert CONTEXT == 32
    # All that stands around a slice is enough to tell it from every equal one.
    assert anchor(text, exact, prefix=text[:start], suffix=text[end:]) == start


@settings(max_examples=40, deadline=None)
@given(text=TEXTS, data=st.data())
def test_any_text_is_stored_as_it_was_and_any_slice_of_it_is_evidence(
    shared_store: Store, shared_client: FlaskClient, text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    exact = text[start : data.draw(st.integers(start + 1, len(text)))]
    sheet = own(sheet_of(text, event(evidence=[{"exact": exact, "start": start}])))
    article, fact = ids_of(shared_store.write(partial(ingest, sheet=sheet)))
    assert shared_client.get(f"/v1/articles/{article}/text").data.decode() == text
    (span,) = shared_client.get(f"/v1/events/{fact}").json["evidence"]
    assert (span["start"], span["end"], span["exact"]) == (start, start + len(exact), exact)
    assert text[span["start"] : span["end"]] == exact


def own(sheet: dict[str, Any]) -> dict[str, Any]:
    """Let the article's id follow from its text, so that sheets of one store do not get into each other's way."""
    del sheet["article"]["id"]
    return sheet


def ids_of(outcome: Any) -> tuple[str, str]:
    """Give the ids of a sheet's article and of its one fact."""
    ((fact, _),) = outcome.facts
    return outcome.article[0], fact
