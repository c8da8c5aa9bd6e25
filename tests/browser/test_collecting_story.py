"""Collecting into the basket by selecting words, and putting it in order by dragging."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the Python package playwright is not installed"
)
expect = playwright.expect
SELECT = """(words) => {
  const walk = document.createTreeWalker(document.querySelector(".sheet .text"), NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode()); ) {
    const at = node.data.indexOf(words);
    if (at < 0) continue;
    node.parentElement.scrollIntoView({ block: "center" });
    getSelection().setBaseAndExtent(node, at, node, at + words.length);
    return true;
  }
  return false;
}"""


@pytest.fixture
def basket(page: playwright.Page) -> Iterator[str]:
    """A basket in use, gone afterwards."""
    name = f"调研{page.viewport_size['width']}"
    page.goto("/baskets")
    page.request.post("/baskets", form={"name": name})
    yield name
    page.request.delete(f"/api/v1/baskets/{quote(name)}")


def test_selected_words_go_into_the_basket_as_they_stand(page: playwright.Page, basket: str) -> None:
    page.goto("/search?q=社区办公用房经费")
    page.locator(".hit .actions a").first.click()
    button = page.get_by_role("button", name="选中的文字")
    expect(button).to_be_hidden()
    words = page.locator(".sheet .text p").nth(1).inner_text().strip()[2:24]
    assert page.evaluate(SELECT, words)
    expect(button).to_be_visible()
    with page.expect_navigation():
        button.click()
    page.goto(f"/baskets/{basket}")
    expect(page.locator(".entry")).to_have_count(1)
    expect(page.locator(".entry")).to_contain_text(words)
    expect(page.locator(".entry .state")).to_have_class("state intact")


def test_entries_are_put_in_order_by_dragging(page: playwright.Page, basket: str) -> None:
    where = f"/api/v1/baskets/{quote(basket)}"
    for words in ("一、经费", "二、用房", "三、人员"):
        answer = page.request.post(f"{where}/entries", data={"heading": words})
        assert answer.ok, answer.text()
    page.goto(f"/baskets/{basket}")
    last, first = page.locator(".entry").nth(2), page.locator(".entry").nth(0)
    last.locator(".handle").drag_to(first, target_position={"x": 20, "y": 10})
    expect(page.locator(".entry").first.get_by_role("textbox").first).to_have_value("三、人员")
    kept = page.request.get(where).json()["entries"]
    assert [entry["text"] for entry in kept] == ["三、人员", "一、经费", "二、用房"]
