"""Texts become words the same way on every database, and questions are read with the same eyes."""

from __future__ import annotations

from functools import partial

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from api.ingest import ingest
from api.store.opening import Store
from api.store.words import MOST_ASKED, Phrase, SearchQuery, SearchQueryError, marks, parse, spans_of, words_of
from tests.ingest.sheets import event, sheet_of

WORDS = [
    pytest.param("Troops moved", ["troop", "move"], id="English endings"),
    pytest.param("missile missiles missile's missiles’", ["missil"] * 4, id="plural and genitive"),
    pytest.param("negotiating negotiated negotiates", ["negoti"] * 3, id="one stem"),
    pytest.param("NATO Nato nato", ["nato"] * 3, id="case"),
    pytest.param("the U.S. and the US", ["the", "us", "and", "the", "us"], id="acronym"),
    pytest.param("U.K. U.N. E.U. D.C.", ["uk", "un", "eu", "dc"], id="acronyms"),
    pytest.param("U.S.-made", ["us", "made"], id="acronym in a compound"),
    pytest.param("100,000-strong 1,234,567 8,500", ["100000", "strong", "1234567", "8500"], id="numbers"),
    pytest.param("12,34 3.5 2022-01-26", ["12", "34", "3", "5", "2022", "01", "26"], id="other numbers"),
    pytest.param("café CAFÉ cafe\u0301 cafe", ["cafe"] * 4, id="diacritics"),
    pytest.param("Zelenský Erdoğan Łódź", ["zelenski", "erdogan", "łodz"], id="names"),
    pytest.param("Straße STRASSE", ["strass"] * 2, id="sharp s"),
    pytest.param("don’t don't", ["dont"] * 2, id="apostrophes"),
    pytest.param("O’Brien O'Brien", ["obrien"] * 2, id="names with apostrophes"),
    pytest.param("北京 東京", ["北", "京", "東", "京"], id="Chinese and Japanese"),
    pytest.param("会談、北京", ["会", "談", "北", "京"], id="CJK punctuation"),
    pytest.param("Россия заявила", ["россия", "заявила"], id="Cyrillic"),
    pytest.param("روسيا وأوكرانيا", ["روسيا", "واوكرانيا"], id="Arabic"),
    pytest.param("🙂 — … “” ''", [], id="no words"),
    pytest.param("a_b", ["a", "b"], id="underscore"),
]


@pytest.mark.parametrize("text, words", WORDS)
def test_a_text_has_these_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize("text", ["か\u3099", "ﾞ", "゛", "\ufc5e", "\u3099", "ー\u3099"], ids=ascii)
def test_a_word_is_never_empty_and_never_blank(text: str) -> None:
    assert all(word.strip() for word in words_of(text))


def test_japanese_is_found_whether_composed_or_not() -> None:
    assert words_of("が") == words_of("か\u3099")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60))
def test_every_word_stands_where_it_is_said_to(text: str) -> None:
    last = 0
    for word, start, end in spans_of(text):
        assert last <= start < end <= len(text)
        assert word
        assert not any(each.isspace() for each in word)
        last = end


QUESTIONS = [
    ("troops", SearchQuery((Phrase(("troop",)),))),
    ("troops Ukraine", SearchQuery((Phrase(("troop",)), Phrase(("ukrain",))))),
    ('"open door"', SearchQuery((Phrase(("open", "door")),))),
    ('"open door', SearchQuery((Phrase(("open", "door")),))),
    ("deploy*", SearchQuery((Phrase(("deploy",), prefix=True),))),
    ("troops -Belarus", SearchQuery((Phrase(("troop",)),), (Phrase(("belarus",)),))),
    ('troops -"open door"', SearchQuery((Phrase(("troop",)),), (Phrase(("open", "door")),))),
    ("U.S.-made", SearchQuery((Phrase(("us", "made")),))),
    ("100,000", SearchQuery((Phrase(("100000",)),))),
    ("北京", SearchQuery((Phrase(("北", "京")),))),
    # The operators of either database are words like any other.
    ("AND", SearchQuery((Phrase(("and",)),))),
    ("NEAR(a, b)", SearchQuery((Phrase(("near", "a")), Phrase(("b",))))),
    ("title:troops", SearchQuery((Phrase(("titl", "troop")),))),
    ("a & b | !c", SearchQuery((Phrase(("a",)), Phrase(("b",)), Phrase(("c",))))),
    ("it's 'quoted'", SearchQuery((Phrase((words_of("it's")[0],)), Phrase((words_of("quoted")[0],))))),
    ('"" troops', SearchQuery((Phrase(("troop",)),))),
    ("^troops:*", SearchQuery((Phrase(("troop",), prefix=True),))),
]


@pytest.mark.parametrize("question, query", QUESTIONS, ids=[question for question, _ in QUESTIONS])
def test_a_question_is_read_as(question: str, query: SearchQuery) -> None:
    assert parse(question) == query


@pytest.mark.parametrize("question", ["", " ", '""', "-troops", '-"open door"', "*", "--", "…", "'"])
def test_a_question_without_a_word_that_must_occur_is_refused(question: str) -> None:
    with pytest.raises(SearchQueryError):
        parse(question)


def test_a_question_has_an_end() -> None:
    assert len(parse(" ".join(["a"] * MOST_ASKED)).wanted) == MOST_ASKED
    with pytest.raises(SearchQueryError, match=str(MOST_ASKED)):
        parse(" ".join(["a"] * (MOST_ASKED + 1)))


MARKS = [
    ("Troops left. The troop stayed.", "troops", ["Troops", "troop"]),
    ("an open door; the door is open", '"open door"', ["open", "door"]),
    ("deployed, deploying, employed", "deploy*", ["deployed", "deploying"]),
    ("the U.S. paper", "us", ["U.S."]),
    ("100,000 troops", "100000", ["100,000"]),
    ("le président", "president", ["président"]),
    ("troops in Belarus", "troops -belarus", ["troops"]),
    ("🙂 troops 🙂 door", "door", ["door"]),
]


@pytest.mark.parametrize("text, question, marked", MARKS)
def test_the_words_that_match_are_marked(text: str, question: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in marks(text, parse(question))] == marked


FOUND = [
    ("us", True),
    ("U.S.", True),
    ("100000", True),
    ("100,000", True),
    ("TROOPS", True),
    ("troop*", True),
    ("president", True),
    ("北京", True),
    ('"京北"', False),
    ('"troops of 100,000"', False),
    ('"100,000 troops of the U.S."', True),
    ("troops -president", False),
    ("troops -chancellor", True),
    ("が", True),
    ("か\u3099", True),
    ("NEAR", False),
    ("½", True),
    ("ﾞ troops", True),
]


@pytest.fixture(scope="module")
def searchable(shared_store: Store, shared_client: FlaskClient) -> FlaskClient:
    """Reads a store with one fact in it, whose words are these."""
    text = "100,000 troops of the U.S. met the président in 北京; がんばる, ½ said."
    shared_store.write(partial(ingest, sheet=sheet_of(text, event(text, id="it"))))
    return shared_client


@pytest.mark.parametrize("question, found", FOUND, ids=[ascii(question) for question, _ in FOUND])
def test_both_databases_find_the_same(searchable: FlaskClient, question: str, found: bool) -> None:
    answer = searchable.get("/v1/search", query_string={"q": question, "resource": "fact"})
    assert [hit["document"]["id"] for hit in answer.json["items"]] == (["it"] if found else [])


@pytest.mark.parametrize(
    "text",
    ["x" * 3000, "é" * 2000, "か\u3099 ﾞ \ufc5e", "' \\ '' \\' :* & | ! <-> ( )", "a " * 20_000, "§fact §article"],
    ids=["a long word", "a long word of two bytes", "marks alone", "operators", "one word very often", "tags"],
)
def test_any_text_can_be_stored_and_searched(shared_store: Store, searchable: FlaskClient, text: str) -> None:
    sheet = sheet_of(f"{text} zebra")
    del sheet["article"]["id"]
    outcome = shared_store.write(partial(ingest, sheet=sheet))
    hits = searchable.get("/v1/search?q=zebra&limit=200").json["items"]
    assert outcome.article[0] in [hit["document"]["id"] for hit in hits]
    facts = searchable.get("/v1/search", query_string={"q": "troops", "resource": "fact"}).json["items"]
    assert len(facts) == 1, "a tag in a text is not taken for a tag"
