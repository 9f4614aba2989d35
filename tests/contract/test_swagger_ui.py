"""Swagger UI works in a browser, "Authorize" and "Try it out" included, and asks nothing of any other host."""

from __future__ import annotations

import json
import re
import shutil
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.contract.conftest import Server

# Root may have no sandbox. Without the second line, Chromium asks its maker's hosts for this and that.
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@dataclass
class Docs:
    """The page, and what came of it: each request, and what the browser complains about."""

    page: Page
    server: Server
    requested: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self) -> None:
        self.page.on("request", lambda request: self.requested.append(request.url))
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(f"{self.server.url}/docs")

    def authorize(self) -> None:
        self.page.locator(".auth-wrapper .authorize").first.click()
        dialog = self.page.locator(".dialog-ux")
        dialog.locator("input").fill(self.server.key)
        dialog.get_by_role("button", name="Apply credentials").click()
        dialog.get_by_role("button", name="Close").last.click()

    def try_out(self, operation_id: str) -> Locator:
        operation = self.page.locator(f".opblock[id$={operation_id}]")
        operation.locator(".opblock-summary-control").click()
        button = operation.locator(".try-out__btn")
        # A page with `tryItOutEnabled` has it pressed from the start; then the button says "Cancel".
        if button.inner_text() == "Try it out":
            button.click()
        return operation

    def execute(self, operation: Locator) -> tuple[str, Any]:
        """Send the request; give the status and the body that the page shows."""
        shown = operation.locator(".live-responses-table")
        if shown.count():
            operation.get_by_role("button", name="Clear").click()
        operation.get_by_role("button", name="Execute").click()
        status = shown.locator(".response .response-col_status")
        expect(status).to_contain_text(re.compile(r"\d{3}"))
        body = shown.locator(".highlight-code code").first.inner_text()
        return status.inner_text().split()[0], json.loads(body)


@pytest.fixture
def docs(server: Server) -> Iterator[Docs]:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        docs = Docs(browser.new_page(), server)
        docs.open()
        yield docs
        browser.close()
    foreign = [url for url in docs.requested if not url.startswith((f"{server.url}/", "data:", "blob:"))]
    assert foreign == []


def test_reading(docs: Docs) -> None:
    status, body = docs.execute(docs.try_out("listEvents"))
    assert status == "200"
    assert body["items"][0]["kind"] == "event"
    assert f"{docs.server.url}/v1/events" in {url.partition("?")[0] for url in docs.requested}
    assert docs.complaints == []


def test_writing_with_a_key(docs: Docs) -> None:
    docs.authorize()
    operation = docs.try_out("updateEvent")
    id_ = operation.locator("tr[data-param-name=id] input").input_value()
    with urllib.request.urlopen(f"{docs.server.url}/v1/events/{id_}", timeout=10) as read:
        etag, event = read.headers["ETag"], json.load(read)
    operation.locator("tr[data-param-name=If-Match] input").fill(etag)
    patch = json.loads(operation.locator("textarea.body-param__text").input_value())
    assert patch["title"] != event["title"], "the page shows a patch that changes something"

    status, changed = docs.execute(operation)
    assert (status, changed["title"], changed["version"]) == ("200", patch["title"], event["version"] + 1)
    assert docs.complaints == []

    status, problem = docs.execute(operation)
    assert (status, problem["type"]) == ("412", "/problems/precondition-failed")


def test_writing_without_a_key(docs: Docs) -> None:
    operation = docs.try_out("createFactSheet")
    status, problem = docs.execute(operation)
    assert (status, problem["type"]) == ("401", "/problems/unauthorized")


def test_a_sheet_as_it_is_shown(docs: Docs) -> None:
    docs.authorize()
    status, outcome = docs.execute(docs.try_out("createFactSheet"))
    assert status == "201"
    assert {fact["outcome"] for fact in outcome["facts"]} == {"created"}
