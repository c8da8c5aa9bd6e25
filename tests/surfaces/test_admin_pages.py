"""The pages of administration and of one's own account, as a browser without scripts uses them."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from guarding import BASE, PASSWORD, Guarded, guarded, token_of
from hashing import HashEncoder

from kb.config import load_settings
from kb.library import Library
from kb.surfaces.app import create_app

OTHER = "another long sentence"
TEXT = "{}的社区经费\n\n每个社区每年安排工作经费36万元，由居民会议决定用途，街道逐笔公开。\n"
PAGES = ("/admin/accounts", "/admin/keys", "/admin/collections", "/admin/audit")


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setattr("kb.models.opened.open_embedder", lambda *_: HashEncoder())
    folder = tmp_path / "资料"
    folder.mkdir()
    for name in ("甲区", "乙区"):
        (folder / f"{name}.txt").write_text(TEXT.format(name), encoding="utf-8")
    with Library.open(load_settings(tmp_path, environ={})) as opened:
        assert not opened.ingest([folder]).failed
        yield opened


@pytest.fixture
def place(library: Library) -> Guarded:
    return guarded(library, rui="reader", ad="admin")


@pytest.fixture
def admin(place: Guarded) -> TestClient:
    client = place.person("ad")
    client.follow_redirects = True
    return client


def send(client: TestClient, page: str, **fields: str | list[str]) -> tuple[int, str]:
    """Sends a form of a page as a browser without scripts does."""
    client.headers.pop("x-csrf-token", None)
    answer = client.post(page, data={"_token": token_of(client), **fields})
    return answer.status_code, html.unescape(answer.text)


def test_only_those_who_may_find_the_way(place: Guarded) -> None:
    rui = place.person("rui")
    assert 'href="/admin/accounts"' not in rui.get("/").text
    assert 'href="/account"' in rui.get("/").text
    assert [rui.get(page).status_code for page in PAGES] == [403] * len(PAGES)
    assert 'href="/admin/accounts"' in place.person("ad").get("/").text
    assert "move-to" not in rui.get("/documents").text


def test_an_account_from_making_to_deleting(place: Guarded, admin: TestClient) -> None:
    code, page = send(admin, "/admin/accounts", name="王芳", password="short", role="editor", sees="role")
    assert code == 422
    assert "密码要有 10 至 200 个字符，这个有 5 个" in page
    assert 'value="王芳"' in page, "what was typed stays"
    assert "short" not in page
    made = {"name": "王芳", "password": PASSWORD, "role": "editor", "sees": "only", "collection": "default"}
    assert send(admin, "/admin/accounts", **made)[0] == 200
    one = place.library.accounts.person("王芳")
    assert (one.role, one.collections) == ("editor", ("default",))
    assert place.person("王芳").get("/documents").status_code == 200
    url = "/admin/accounts/王芳"
    assert "127" in admin.get(url).text or "testclient" in admin.get(url).text, "where the login came from"
    send(admin, url, do="save", role="reader", sees="role", disabled="1")
    one = place.library.accounts.person("王芳")
    assert (one.role, one.collections, one.disabled) == ("reader", None, True)
    send(admin, url, do="save", role="reader", sees="only")
    assert place.library.accounts.person("王芳").collections == (), "no tick is nothing, not everything"
    send(admin, url, do="password", password=OTHER)
    assert place.library.accounts.login("王芳", OTHER) is not None
    code, page = send(admin, "/admin/accounts/ad", do="remove")
    assert (code, "最后一个管理员" in page) == (422, True)
    assert send(admin, url, do="remove")[0] == 200
    assert [one.name for one in place.library.accounts.people()] == ["ad", "rui"]
    assert send(admin, "/admin/accounts/rui", do="explode")[0] == 422


def test_the_secret_of_a_key_is_shown_once(place: Guarded, admin: TestClient) -> None:
    code, page = send(admin, "/admin/keys", name="dify", role="reader", days="30", sees="role")
    found = re.search(r"kb_[0-9a-f]{8}_[\w-]+", page)
    assert code == 200
    assert found
    assert place.program(found.group()).get("/api/v1/me").status_code == 200
    assert found.group() not in admin.get("/admin/keys").text
    (key,) = place.library.accounts.every_key()
    assert key.expires is not None
    send(admin, "/admin/keys", do="revoke", id=key.id)
    assert "已撤销" in admin.get("/admin/keys").text
    assert place.program(found.group()).get("/api/v1/me").status_code == 401
    assert send(admin, "/admin/keys", name="x", role="reader", days="9999", sees="role")[0] == 422


def test_documents_move_from_the_list_and_from_their_page(place: Guarded, admin: TestClient) -> None:
    assert "move-to" not in admin.get("/documents").text, "there is nothing to choose from"
    send(admin, "/admin/collections", name="内部", role="editor")
    listed = admin.get("/documents").text
    one, two = re.findall(r'form="move" name="document" value="([^"]+)"', listed)
    move = {"collection": "内部", "back": "/documents?q=社区"}
    code, page = send(admin, "/documents/move", document=[one, two], **move)
    assert (code, page.count('<span class="part">内部</span>')) == (200, 2)
    assert place.person("rui").get(f"/documents/{one}").status_code == 404
    page = admin.get(f"/documents/{one}").text
    assert "<option selected>内部</option>" in page
    send(admin, "/documents/move", document=one, collection="default", back=f"/documents/{one}")
    rui = place.person("rui")
    assert rui.get(f"/documents/{one}").status_code == 200
    assert rui.post("/documents/move", data={"document": one, "collection": "内部"}).status_code == 403
    elsewhere = admin.post(
        "/documents/move",
        data={"_token": token_of(admin), "back": "//evil.example"},
        follow_redirects=False,
    )
    assert elsewhere.headers["location"] == "/documents"


def test_a_collection_is_renamed_opened_and_given_to_an_account(place: Guarded, admin: TestClient) -> None:
    send(admin, "/admin/collections", name="内部", role="admin")
    url = "/admin/collections/内部"
    assert send(admin, "/admin/collections", name="内部", role="admin")[0] == 422
    assert "rui" not in re.findall(r"/admin/accounts/(\w+)", admin.get(url).text)
    send(admin, url, do="join", account="rui")
    assert place.library.accounts.person("rui").collections == ("default", "内部")
    send(admin, url, do="leave", account="rui")
    assert place.library.accounts.person("rui").collections == ("default",)
    code, page = send(admin, url, do="save", name="内参", role="editor")
    assert (code, "内参" in page) == (200, True)
    assert [(one.name, one.role) for one in place.library.collections.every()] == [
        ("default", "reader"),
        ("内参", "editor"),
    ]


def test_the_log_is_paged_and_a_changed_entry_is_named(place: Guarded, admin: TestClient) -> None:
    for number in range(60):
        place.library.audit.record(place.library.accounts.session(cookie(admin)), "tried", f"第{number}件")  # type: ignore[arg-type]
    page = admin.get("/admin/audit").text
    assert "已核验" in page
    assert "第59件" in page
    assert "第0件" not in page
    older = re.search(r'href="(/admin/audit\?before=\d+)"', page)
    assert older
    assert "第0件" in admin.get(older[1]).text
    with sqlite3.connect(next(place.library.settings.home.rglob("truth.sqlite3"))) as truth:
        truth.execute("DROP TRIGGER audit_no_update")
        truth.execute("UPDATE audit SET object = '别的' WHERE number = 7")
    truth.close()
    assert "第 7 条记录" in admin.get("/admin/audit").text


def cookie(client: TestClient) -> str:
    return str(client.cookies["kb_login"])


def test_everybody_has_a_page_of_their_own(place: Guarded) -> None:
    one, two = place.person("rui"), place.person("rui")
    one.follow_redirects = True
    assert one.get("/account").text.count('value="end"') == 2
    code, page = send(one, "/account", do="password", present="wrong password", password=OTHER)
    assert (code, "现在的密码不对" in page) == (422, True)
    assert send(one, "/account", do="end_others")[0] == 200
    assert two.get("/account").status_code == 303
    assert send(one, "/account", do="password", present=PASSWORD, password=OTHER)[0] == 200
    assert place.library.accounts.login("rui", OTHER) is not None
    assert "My account" in one.get("/account?lang=en").text
    assert "wrong" in send(one, "/account", do="password", present="wrong password", password=OTHER)[1]
    key = place.program(place.library.accounts.add_key("写", "admin")[1])
    assert key.get("/account").status_code == 403


def test_the_first_account_is_made_on_the_page_and_is_an_administrators(library: Library) -> None:
    client = TestClient(create_app(library), base_url=BASE, follow_redirects=False)
    assert "还没有账号" in client.get("/admin/accounts").text
    person = {"name": "li", "password": PASSWORD, "sees": "role"}
    refused = client.post("/admin/accounts", data=person | {"role": "reader"})
    assert (refused.status_code, "第一个账号必须是" in refused.text) == (422, True)
    assert client.post("/admin/accounts", data=person | {"role": "admin"}).status_code == 303
    assert library.accounts.person("li").rules
    assert client.get("/account").status_code in (303, 403), "this machine's user has no account"


@pytest.mark.parametrize("page", PAGES)
def test_every_form_carries_the_token(admin: TestClient, page: str) -> None:
    admin.post("/admin/keys", data={"name": "x", "role": "reader", "sees": "role"})
    text = admin.get(page).text
    forms = re.findall(r'<form[^>]*method="post".*?</form>', text, re.S)
    assert forms
    assert all('name="_token"' in form for form in forms)
