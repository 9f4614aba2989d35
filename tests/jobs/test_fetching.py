"""Fetching: a stranger's URL costs little, leads nowhere else, and what is wrong with it is said."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from itertools import count

import pytest

from api.delivery.hosts import OwnHosts
from api.jobs.fetching import Fetcher
from api.jobs.refusal import JobError, PassingError
from tests.jobs.pages import ARTICLE, Page, Site

TIMEOUT = 0.5


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(OwnHosts.read("127.0.0.1"), TIMEOUT)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def refusal(fetcher: Fetcher, url: str) -> JobError:
    with pytest.raises(JobError) as caught:
        fetcher.fetch(url)
    assert caught.value.slug == "not-fetched"
    return caught.value


def test_a_page_is_fetched_as_bytes_and_as_text(fetcher: Fetcher, site: Site) -> None:
    page = fetcher.fetch(f"{site.url}/article")
    assert (page.url, page.is_html) == (f"{site.url}/article", True)
    assert page.body == ARTICLE.encode()
    assert page.text == ARTICLE


@pytest.mark.parametrize(
    "body, kind",
    [
        ("Ärger in Kyjiw – 5 €".encode(), "text/plain; charset=utf-8"),
        ("Ärger in Kyjiw – 5 €".encode(), 'text/plain; charset="UTF-8"'),
        ("Ärger in Kyjiw – 5 €".encode(), "text/plain"),
        ("Ärger in Kyjiw – 5 €".encode("cp1252"), "text/plain"),
        ("Ärger in Kyjiw – 5 €".encode("cp1252"), "text/plain; charset=windows-1252"),
        ("Ärger in Kyjiw – 5 €".encode("cp1252"), "text/plain; charset=utf-8"),
        ("\ufeffÄrger in Kyjiw – 5 €".encode("utf-16"), "text/plain; charset=utf-8"),
        (b"\xef\xbb\xbf" + "Ärger in Kyjiw – 5 €".encode(), "text/plain; charset=latin-1"),
        ("Ärger in Kyjiw – 5 €".encode(), "TEXT/PLAIN; charset=zlib"),
    ],
)
def test_text_is_read_in_the_encoding_that_it_has(fetcher: Fetcher, site: Site, body: bytes, kind: str) -> None:
    site.pages["/text"] = Page(body, kind)
    page = fetcher.fetch(f"{site.url}/text")
    assert (page.text, page.is_html) == ("Ärger in Kyjiw – 5 €", False)


def test_what_a_page_says_of_its_encoding_counts_where_nobody_else_does(fetcher: Fetcher, site: Site) -> None:
    site.pages["/meta"] = Page('<html><meta charset="windows-1251"><p>Київ'.encode("cp1251"), "text/html")
    assert fetcher.fetch(f"{site.url}/meta").text.endswith("Київ")


def test_a_packed_page_is_unpacked(fetcher: Fetcher, site: Site) -> None:
    site.pages["/packed"] = Page().packed()
    assert fetcher.fetch(f"{site.url}/packed").text == ARTICLE
    site.pages["/torn"] = Page(gzip.compress(b"x")[:3] + b"torn", headers={"Content-Encoding": "gzip"})
    assert "cannot be unpacked" in refusal(fetcher, f"{site.url}/torn").detail
    site.pages["/br"] = Page(b"x", headers={"Content-Encoding": "br"})
    assert "not asked for: br" in refusal(fetcher, f"{site.url}/br").detail


def test_redirects_are_followed_and_not_for_ever(fetcher: Fetcher, site: Site) -> None:
    for at in range(5):
        site.pages[f"/{at}"] = Page(b"", status=302, headers={"Location": f"/{at + 1}" if at < 4 else "article#top"})
    assert fetcher.fetch(f"{site.url}/0").url == f"{site.url}/article"
    steps = count()
    site.pages["/round"] = lambda: Page(b"", status=301, headers={"Location": f"/round?{next(steps)}"})
    site.pages |= {f"/round?{at}": site.pages["/round"] for at in range(20)}
    assert "more than 5 times" in refusal(fetcher, f"{site.url}/round").detail
    assert next(steps) == 6


@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://metadata.internal/",
        "http://0x7f000002/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "http://user:word@example.org/",
        "javascript:alert(1)",
    ],
)
def test_nothing_leads_into_the_network_that_the_server_stands_in(fetcher: Fetcher, site: Site, place: str) -> None:
    strict = Fetcher(OwnHosts(), TIMEOUT)
    for url in (place, f"{site.url}/article"):
        assert not isinstance(refusal(strict, url), PassingError)
    site.pages["/away"] = Page(b"", status=302, headers={"Location": place})
    if "internal" not in place:  # a name is looked up where hosts of one's own are allowed
        assert not isinstance(refusal(fetcher, f"{site.url}/away"), PassingError)
    assert site.asked in (["/away"], [])


def test_what_is_slow_is_given_up_and_may_be_tried_again(fetcher: Fetcher, site: Site) -> None:
    site.pages |= {"/late": Page(after=5), "/drip": Page(pause=0.05)}
    for path in ("/late", "/drip"):
        error = refusal(fetcher, site.url + path)
        assert isinstance(error, PassingError)
        assert f"{TIMEOUT:g} s" in error.detail


@pytest.mark.parametrize("packed", [False, True])
def test_what_is_huge_is_not_read_to_its_end(site: Site, packed: bool) -> None:
    page = Page(b"<p>" + b"x" * 6_000_000)
    site.pages["/huge"] = page.packed() if packed else page
    error = refusal(Fetcher(OwnHosts.read("127.0.0.1"), 10), f"{site.url}/huge")
    assert not isinstance(error, PassingError)
    assert "larger than 5,000,000 bytes" in error.detail


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/json", ""])
def test_what_is_no_page_is_told(fetcher: Fetcher, site: Site, kind: str) -> None:
    site.pages["/file"] = Page(b"\x00\x01", kind)
    error = refusal(fetcher, f"{site.url}/file")
    assert "neither HTML nor plain text" in error.detail
    assert kind in error.detail
    assert not isinstance(error, PassingError)


@pytest.mark.parametrize("status, passing", [(404, False), (410, False), (403, False), (500, True), (503, True)])
def test_what_is_answered_instead_of_a_page_is_told(fetcher: Fetcher, site: Site, status: int, passing: bool) -> None:
    site.pages["/gone"] = Page(b"", status=status)
    error = refusal(fetcher, f"{site.url}/gone")
    assert f"The answer was {status}" in error.detail
    assert isinstance(error, PassingError) is passing


def test_a_server_may_say_when_to_ask_again(fetcher: Fetcher, site: Site) -> None:
    site.pages["/busy"] = Page(b"", status=429, headers={"Retry-After": "120"})
    error = refusal(fetcher, f"{site.url}/busy")
    assert isinstance(error, PassingError)
    assert error.retry_after == 120


def test_a_host_that_is_not_there_may_be_there_later(fetcher: Fetcher) -> None:
    assert isinstance(refusal(fetcher, "http://127.0.0.1:9/"), PassingError)
