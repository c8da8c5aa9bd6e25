"""An office keeps its own lens: begun from ours, mended, tried, saved, and seen in a comparison."""

from __future__ import annotations

import pytest

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the Python package playwright is not installed"
)
expect = playwright.expect

PAGES = ("flags", "families", "lenses", "rules/cleaning", "health")
LENS = """name = "房子和钱"
[[dimension]]
name = "钱从哪来"
strong = ["财政", "专项资金", "经费"]
"""


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_its_window(page: playwright.Page, path: str) -> None:
    page.goto(f"/library/{path}")
    expect(page.locator("h1")).to_be_visible()
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider == 0


def test_a_lens_is_edited_tried_saved_and_seen(plain: playwright.Page) -> None:
    plain.goto("/library/lenses")
    plain.get_by_label("名称").fill("房子和钱")
    plain.get_by_label("照着改").select_option("funding")
    plain.get_by_role("button", name="开始编辑").click()
    text = plain.get_by_label("内容（TOML）")
    assert "[[dimension]]" in text.input_value()
    text.fill(LENS.replace("strong", "stronk"))
    plain.get_by_role("button", name="保存").click()
    expect(plain.get_by_role("alert")).to_contain_text("line 4: dimension.0.stronk")
    plain.get_by_label("内容（TOML）").fill(LENS)
    plain.get_by_role("button", name="预览").click()
    expect(plain.locator(".trial .matrix tbody th").first).to_have_text("钱从哪来")
    expect(plain.locator(".trial .matrix td p").first).not_to_be_empty()
    plain.get_by_role("button", name="保存").click()
    expect(plain.get_by_role("status").first).to_contain_text("已保存")
    plain.goto("/compare?topic=社区办公用房经费&lens=房子和钱")
    expect(plain.locator(".matrix tbody th").first).to_contain_text("钱从哪来")
    plain.goto("/library/lenses/房子和钱")
    plain.get_by_role("button", name="删除").click()
    expect(plain.locator("table.list")).not_to_contain_text("房子和钱")
