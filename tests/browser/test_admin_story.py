"""What an administrator does in a browser, and what everybody sees of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from looking import complaints, look
from serving import served

from kb.config import load_settings
from kb.library import Library

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the Python package playwright is not installed"
)
expect = playwright.expect
ROOT = Path(__file__).parents[2]
PASSWORD = "三人行必有我师焉-2026"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with accounts over an empty library."""
    home = tmp_path_factory.mktemp("office")
    (home / "indexes").mkdir()
    (home / "indexes" / ".models").symlink_to(ROOT / "indexes" / ".models")  # not built once more
    with Library.open(load_settings(home, environ={})) as library:
        library.accounts.add("赵敏", PASSWORD, "admin")
        library.accounts.add("王芳", PASSWORD, "reader")
    with served(home) as port:
        yield f"http://127.0.0.1:{port}"


def log_in(page: playwright.Page, name: str, following: str) -> None:
    page.goto(f"/login?next={following}")
    page.get_by_label("用户名", exact=True).fill(name)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def test_an_administrator_makes_an_account_a_collection_and_a_key(page: playwright.Page) -> None:
    new = f"李强{page.viewport_size['width']}"
    log_in(page, "赵敏", "/")
    page.get_by_role("link", name="管理").click()
    page.get_by_label("用户名", exact=True).fill(new)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("角色", exact=True).select_option("editor")
    page.get_by_role("button", name="新建").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(new)
    wrong = complaints(page)
    page.get_by_role("link", name="分库").click()
    page.get_by_label("分库名", exact=True).fill(f"内部{new}")
    page.get_by_label("从此角色起可见", exact=True).select_option("admin")
    page.get_by_role("button", name="新建").click()
    page.get_by_label("让这个账号也能看见", exact=True).select_option(new)
    page.get_by_role("button", name="加入").click()
    expect(page.get_by_role("link", name=new)).to_be_visible()
    wrong += complaints(page)
    page.get_by_role("link", name="密钥").click()
    page.get_by_label("用途", exact=True).fill("dify")
    page.get_by_role("button", name="新建").click()
    expect(page.locator(".secret code")).to_contain_text("kb_")
    wrong += complaints(page)
    page.get_by_role("link", name="日志").click()
    expect(page.get_by_role("status")).to_contain_text("已核验")
    expect(page.locator("tbody tr").first).to_contain_text("dify")
    pages = (
        "/account",
        "/admin/accounts",
        "/admin/keys",
        "/admin/collections",
        "/documents",
        "/library/jobs",
    )
    assert wrong + [line for path in pages for line in look(page, path)] == []


def test_a_reader_ends_another_login_of_theirs(page: playwright.Page) -> None:
    log_in(page, "王芳", "/account")
    before = page.locator("tbody tr").count()
    expect(page.get_by_role("link", name="管理")).to_have_count(0)
    expect(page.locator("tbody tr").filter(has_text="本次登录")).to_have_count(1)
    page.locator("tbody tr").filter(has_text="本次登录").get_by_role("button", name="结束").click()
    expect(page.get_by_label("用户名", exact=True)).to_be_visible()
    assert before >= 1
