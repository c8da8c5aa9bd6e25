"""Swagger UI under our policy, from our own files alone."""

from __future__ import annotations

import pytest

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the Python package playwright is not installed"
)
expect = playwright.expect


def test_the_description_is_read_and_tried(page: playwright.Page, address: str) -> None:
    """The fixture fails the test when the browser reports anything refused by the policy."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/api/docs")
    health = page.locator("#operations-health-health")
    health.get_by_role("button").first.click()
    health.get_by_role("button", name="Execute").click()
    expect(health.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    assert all(url.startswith((address, "data:")) for url in asked), asked
