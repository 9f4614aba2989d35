"""Swagger UI works in a browser, "Try it out" included, and asks nothing of any other host."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

# Root may have no sandbox. Without the second line, Chromium asks its maker's hosts for this and that.
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture
def page() -> Iterator[Page]:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser.new_page()
        browser.close()


def test_try_it_out(page: Page, server: str) -> None:
    requested: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(f"{server}/docs")
    operation = page.locator(".opblock[id$=listEvents]")
    operation.locator(".opblock-summary-control").click()
    try_out = operation.locator(".try-out__btn")
    # A page with `tryItOutEnabled` has it pressed from the start; then the button says "Cancel".
    if try_out.inner_text() == "Try it out":
        try_out.click()
    operation.get_by_role("button", name="Execute").click()

    answer = operation.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_contain_text("200")
    body = json.loads(answer.locator(".highlight-code code").first.inner_text())
    assert body["items"][0]["kind"] == "event"
    assert f"{server}/v1/events" in {url.partition("?")[0] for url in requested}
    assert [url for url in requested if not url.startswith((f"{server}/", "data:", "blob:"))] == []
    assert complaints == []
