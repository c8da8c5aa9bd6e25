"""Every page at both widths: for axe, in its window, and light."""

from __future__ import annotations

import pytest
from looking import complaints, look

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the Python package playwright is not installed"
)
expect = playwright.expect

QUESTION = "其他区是怎么解决社区办公用房经费的"
PAGES = (
    "/",
    f"/search?q={QUESTION}",
    "/documents",
    "/compare?topic=社区办公用房经费",
    "/baskets",
    "/library/jobs",
    "/library/flags",
    "/library/families",
    "/library/lenses",
    "/library/lenses/funding",
    "/library/rules/cleaning",
    "/library/rules/spun",
    "/library/health",
    "/login",
    "/admin/accounts",
    "/admin/keys",
    "/admin/collections",
    "/admin/collections/default",
    "/admin/audit",
    "/nowhere",
)


def test_nothing_is_wrong_with_any_page(page: playwright.Page) -> None:
    assert [line for path in PAGES for line in look(page, path)] == []


def test_nothing_is_wrong_with_what_pages_lead_to(page: playwright.Page) -> None:
    """A document at a span, passages like it, a job, and a page in dark and large type."""
    page.goto(f"/search?q={QUESTION}")
    hits = page.locator(".hit").first.locator(".actions a")
    opened, similar = (str(hits.nth(number).get_attribute("href")) for number in (0, 1))
    wrong = look(page, opened) + look(page, similar)
    page.goto("/library/health")
    page.get_by_role("button", name="立即备份").click()
    expect(page.locator("[data-state=done]")).to_be_visible(timeout=120_000)
    wrong += complaints(page)
    wrong += look(page, "/documents?theme=dark&size=large")
    wrong += look(page, "/admin/accounts?lang=en")
    assert wrong == []
