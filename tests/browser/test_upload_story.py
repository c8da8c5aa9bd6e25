"""What an editor does: send files, watch them come in, find what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the Python package playwright is not installed"
)
expect = playwright.expect
SECONDS = 180_000  # a busy machine reads slowly


def text_of(name: str) -> str:
    lines = (
        f"{i}、{name}为每个社区安排为民服务资金{i}0万元，由居民会议决定用途，逐笔公开。" for i in range(1, 9)
    )
    return "\n".join((f"{name}管好用好为民服务资金", *lines))


def test_from_files_to_what_is_found(page: playwright.Page, tmp_path: Path) -> None:
    name = f"松风里街道{page.viewport_size['width']}号"
    good, bad = tmp_path / f"{name}.txt", tmp_path / "旧表.docx"
    good.write_text(text_of(name), encoding="utf-8")
    bad.write_bytes(b"PK\x03\x04" + name.encode())
    page.goto("/documents")
    page.locator("input[type=file]").first.set_input_files([good, bad])
    page.wait_for_url("**/library/jobs/*", timeout=SECONDS)
    expect(page.locator("[data-state=done]")).to_be_visible(timeout=SECONDS)
    rows = page.locator(".files tbody tr")
    expect(rows.first).to_contain_text("旧表.docx")
    expect(rows.first.locator(".reason")).to_contain_text("文件已损坏")
    rows.nth(1).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.goto(f"/search?q={name}为民服务资金")
    expect(page.locator(".hit").first).to_contain_text(name)


def test_an_upload_without_scripts(plain: playwright.Page, tmp_path: Path) -> None:
    file = tmp_path / "无脚本.txt"
    file.write_text(text_of("听涛里社区"), encoding="utf-8")
    plain.goto("/documents")
    plain.locator("input[type=file]").first.set_input_files(file)
    plain.get_by_role("button", name="上传").click()
    expect(plain.locator("[data-state]")).to_be_visible()
    expect(plain.locator("[data-state=done]")).to_be_visible(
        timeout=SECONDS
    )  # the page comes again by itself
