"""Articles: what was sent of one, made ready to be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from api.extraction.documents import read_html
from api.extraction.refusal import UnreadableError
from api.jobs.fetching import Fetcher, Page
from api.jobs.refusal import refuse
from api.store.times import now, written
from schemas.job import is_page

Article = Mapping[str, Any]


def steps_before(article: Article) -> list[str]:
    """List what is to be done to an article before it can be read."""
    if not is_page(article):
        return []
    return ["read"] if article.get("html") else ["fetch", "read"]


def place_of_text(article: Article) -> str:
    """Point to where the text of an article is in what was sent."""
    return next(f"/{name}" for name in ("html", "text", "source", "url") if name in article)


def prepare(article: Article, fetcher: Fetcher, tell: Callable[[str], None]) -> dict[str, Any]:
    """Give the article of a fact sheet for what was sent: with its `text`, or with the `source` that it stands in.

    What was sent counts more than what a page tells. Raises JobError.
    """
    if not is_page(article):
        return dict(article)
    page: Page | None = None
    if not article.get("html"):
        tell("fetch")
        page = fetcher.fetch(article["url"])
    tell("read")
    told = _told_by(article["html"], article.get("url"), "/html") if page is None else _told_by_page(page)
    received = page.body if page else article["html"].encode()
    sent = {name: value for name, value in article.items() if name != "html" and value}
    whole = {**told, "received_sha256": sha256(received).hexdigest(), **sent}
    if page:
        whole = {"retrieved_at": written(now())} | whole | {"url": page.url}
    whole["publisher"] = whole["publisher"] or urlsplit(whole.get("url") or "").hostname
    if not whole["publisher"]:
        raise refuse("/publisher", "The HTML does not tell who published it: send the publisher.")
    return whole


def _told_by_page(page: Page) -> dict[str, Any]:
    if page.is_html:
        return _told_by(page.text, page.url, "/url")
    text = page.text.replace("\x00", " ").strip()
    if not text:
        raise refuse("/url", "There is no text at this URL.")
    return {"source": text, "publisher": None}


def _told_by(html: str, url: str | None, pointer: str) -> dict[str, Any]:
    try:
        return read_html(html, url)
    except UnreadableError as error:
        raise refuse(pointer, str(error)) from error
