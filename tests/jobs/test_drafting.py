"""Drafting: whatever is sent, the job says what came of it, and the next one is done."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from api.extraction import ModelError, model
from tests.delivery.conftest import AdminClient
from tests.jobs.conftest import Post, Read, Worker
from tests.jobs.pages import ARTICLE, STORY, Page, Site

ENGLISH = "The foreign ministers of both sides met in Geneva on Monday, officials said."
FRENCH = "Les ministres des affaires étrangères se sont rencontrés lundi à Genève, a déclaré un responsable français."
#: What is sent, and what the job says: the place of what is wrong, and words of the problem.
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing but white space": ({"text": " \n\t\n"}, "/text", "empty"),
    "nothing but boilerplate": ({"text": "Subscribe to our newsletter\nFollow us on Facebook"}, "/text", "no story"),
    "French": ({"text": FRENCH}, "/text", "Unsupported language: fr"),
    "Arabic, right to left": ({"text": "قال وزير الخارجية إن الاجتماع سيعقد يوم الاثنين."}, "/text", "language: ar"),
    "Chinese": ({"text": "外交部长星期一在日内瓦会晤，官员们说。"}, "/text", "language: zh"),
    "a source in Ukrainian": ({"source": "Україна отримала допомогу від США, сказав міністр."}, "/source", ": uk"),
    "in a language that it says itself": ({"text": ENGLISH, "language": "de-AT"}, "/text", "language: de-AT"),
    "far too long": ({"text": f"{ENGLISH}\n" * 20_000}, "/text", "characters"),
    "HTML without text": ({"html": "<html><body><script>1</script><img src=x></body></html>"}, "/html", "no text"),
    "HTML of nothing": ({"html": "\t"}, "/html", "no text"),
    "HTML in French": ({"html": f"<html lang=en><body><p>{FRENCH}</p></body></html>"}, "/html", "language: fr"),
    "HTML nested very deep": ({"html": "<div>" * 50_000 + "x"}, "/html", "no text"),
    "HTML of nobody": ({"html": f"<p>{ENGLISH}</p>", "publisher": None}, "/publisher", "send the publisher"),
}
#: What is odd, and read all the same.
READ: dict[str, str] = {
    "odd quotation marks": f"{ENGLISH} „So it is“, «they» ‹all› said, ``as before'' – “yes. '' \" ”",
    "letters from right to left": f"{ENGLISH} The minister (\u202bהשר\u202c) agreed: “\u200fنعم\u200f”.",
    "emoji": f"🇺🇦👩‍👩‍👧 {ENGLISH} 🎉🎉 They met again 😀.",
    "one line of 100,000 characters": "It was a fine day in the hills, with clouds in the west. " * 1_750,
    "control characters": f"{ENGLISH}\x07\x1b[31m\x7f They met again.",
    "a word of 100,000 letters": f"{ENGLISH} {'x' * 100_000}",
    "line ends of all kinds": f"{ENGLISH}\r\n\r\n{ENGLISH}\r{ENGLISH}\u2028{ENGLISH}",
    "a single name": "Putin",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_told_by_its_place(post: Post, read: Read, drafting: Worker, name: str) -> None:
    article, pointer, words = REFUSED[name]
    job = post(**{"publisher": "The Paper", **article})
    drafting.settle()
    failed = read(job)
    assert (failed["state"], failed["problem"]["type"]) == ("failed", "/problems/invalid-request")
    ((where, what),) = [(error["pointer"], error["detail"]) for error in failed["problem"]["errors"]]
    assert where == pointer
    assert words in what
    assert what == failed["problem"]["detail"]


@pytest.mark.parametrize("name", READ)
def test_what_is_odd_is_read_all_the_same(
    post: Post, read: Read, drafting: Worker, admin: AdminClient, name: str
) -> None:
    job = post(publisher="The Paper", text=READ[name])
    drafting.settle()
    done = read(job)
    assert done["state"] == "done", done["problem"]
    place = f"/v1/articles/{done['result']['article']['id']}"
    text = admin.get(f"{place}/text").data.decode()
    assert text in READ[name]
    for fact in admin.get(f"{place}/facts?limit=200").json["items"]:
        for span in fact["evidence"]:
            assert text[span["start"] : span["end"]] == span["exact"]


def test_html_is_read_with_what_it_tells_of_its_article(
    post: Post, read: Read, drafting: Worker, admin: AdminClient
) -> None:
    job = post(html=ARTICLE, url="https://paper.example/met")
    drafting.settle()
    article = admin.get(f"/v1/articles/{read(job)['result']['article']['id']}").json
    assert {name: article[name] for name in ("title", "authors", "publisher", "url", "language")} == {
        "title": "They met",
        "authors": ["Ann Other", "Somebody Else"],
        "publisher": "The Web Paper",
        "url": "https://paper.example/met",
        "language": "en",
    }
    assert article["published_at"]["edtf"] == "2024-03-05"
    assert article["received_sha256"] == sha256(ARTICLE.encode()).hexdigest()
    source = admin.get(f"/v1/articles/{article['id']}/source").data.decode()
    assert STORY in source
    assert "Copyright" not in source


def test_what_was_sent_counts_more_than_what_the_page_tells(
    post: Post, read: Read, drafting: Worker, admin: AdminClient
) -> None:
    told = {"publisher": "Another Paper", "title": "Ministers met", "published_at": {"edtf": "2024-03"}, "id": "met"}
    job = post(html=ARTICLE, **told)
    drafting.settle()
    article = admin.get("/v1/articles/met").json
    assert read(job)["result"]["article"] == {"id": "met", "outcome": "created"}
    assert (article["publisher"], article["title"]) == ("Another Paper", "Ministers met")
    assert (article["published_at"]["edtf"], article["authors"]) == ("2024-03", ["Ann Other", "Somebody Else"])


def test_a_page_is_fetched_and_read(post: Post, read: Read, drafting: Worker, admin: AdminClient, site: Site) -> None:
    site.pages["/old"] = Page(b"", status=301, headers={"Location": "/article"})
    job = post(url=f"{site.url}/old")
    drafting.settle()
    done = read(job)
    assert done["state"] == "done", done["problem"]
    article = admin.get(f"/v1/articles/{done['result']['article']['id']}").json
    assert (article["url"], article["publisher"]) == (f"{site.url}/article", "The Web Paper")
    assert article["retrieved_at"] is not None


def test_a_page_that_is_plain_text_is_of_its_host(
    post: Post, read: Read, drafting: Worker, admin: AdminClient, site: Site
) -> None:
    site.pages["/text"] = Page(ENGLISH.encode(), "text/plain")
    job = post(url=f"{site.url}/text")
    drafting.settle()
    article = admin.get(f"/v1/articles/{read(job)['result']['article']['id']}").json
    assert (article["publisher"], article["title"]) == ("127.0.0.1", None)
    assert admin.get(f"/v1/articles/{article['id']}/text").data.decode() == ENGLISH


@pytest.mark.parametrize(
    "page, state, words",
    [
        (Page(status=404), "failed", "The answer was 404"),
        (Page(b"%PDF", "application/pdf"), "failed", "neither HTML nor plain text"),
        (Page(b"x" * 5_000_001, "text/plain"), "failed", "larger than"),
        (Page(b"", status=302, headers={"Location": "http://10.0.0.1/"}), "failed", "not on the public internet"),
        (Page(b"", status=302, headers={"Location": "/page"}), "failed", "more than 5 times"),
        (Page(status=503), "queued", "The answer was 503"),
        (Page(after=10), "queued", "No answer within 2 s"),
        (Page(b"<html></html>"), "failed", "no text"),
        (Page(b" ", "text/plain"), "failed", "no text"),
    ],
    ids=["gone", "no page", "huge", "internal", "in a circle", "busy", "slow", "without text", "empty"],
)
def test_what_is_wrong_with_a_page_is_told(
    post: Post, read: Read, drafting: Worker, site: Site, page: Page, state: str, words: str
) -> None:
    site.pages["/page"] = page
    job = post(url=f"{site.url}/page")
    drafting.settle()
    told = read(job)
    assert (told["state"], words in told["problem"]["detail"]) == (state, True), told["problem"]


@pytest.mark.parametrize("text", [FRENCH, ENGLISH, "外交部长星期一在日内瓦会晤。"])
def test_a_page_can_be_stored_alone_in_any_language(
    post: Post, read: Read, drafting: Worker, admin: AdminClient, text: str
) -> None:
    job = post("?extract=false", html=f"<html><body><p>{text}</p></body></html>", publisher="P")
    drafting.settle()
    done = read(job)
    assert (done["state"], done["progress"]["total"]) == ("done", 2)
    place = f"/v1/articles/{done['result']['article']['id']}"
    assert admin.get(f"{place}/text").data.decode() == text
    assert admin.get(f"{place}/facts").json["items"] == []


def test_without_the_model_the_job_says_so(
    post: Post, read: Read, drafting: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object = None) -> None:
        raise ModelError("The file vocab.bin is not the one that was released.")

    drafting.settle()
    monkeypatch.setattr("api.jobs.drafting.load", fail)
    job = post()
    drafting.settle()
    failed = read(job)
    assert (failed["state"], failed["problem"]["type"]) == ("failed", "/problems/extraction-not-installed")
    assert "vocab.bin" in failed["problem"]["detail"]


def test_a_model_that_was_altered_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "_loaded", {})
    monkeypatch.setattr(model, "SHIPPED", "json")
    with pytest.raises(ModelError, match="not the one that was released"):
        model.load()
