"""Accounts, keys, collections and the audit log over the API, and what everybody may do for themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from guarding import BASE, PASSWORD, Guarded, guarded
from hashing import HashEncoder

from kb.config import load_settings
from kb.library import Library
from kb.surfaces.app import create_app

OTHER = "another long sentence"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setattr("kb.models.opened.open_embedder", lambda *_: HashEncoder())
    with Library.open(load_settings(tmp_path, environ={})) as opened:
        yield opened


@pytest.fixture
def place(library: Library) -> Guarded:
    return guarded(library, rui="reader", ed="editor", ad="admin")


@pytest.fixture
def admin(place: Guarded) -> TestClient:
    return place.person("ad")


def test_an_account_from_making_to_deleting(place: Guarded, admin: TestClient) -> None:
    made = admin.post("/api/v1/accounts", json={"name": "王芳", "password": PASSWORD, "role": "reader"})
    assert made.status_code == 201
    assert PASSWORD not in made.text
    wang = place.person("王芳")
    assert wang.get("/api/v1/me").json() == {
        "name": "王芳",
        "role": "reader",
        "collections": None,
        "kind": "session",
    }
    assert wang.post("/api/v1/baskets", json={"name": "篮"}).status_code == 403
    changed = admin.patch("/api/v1/accounts/王芳", json={"role": "editor"}).json()
    assert (changed["role"], changed["disabled"]) == ("editor", False)
    assert wang.post("/api/v1/baskets", json={"name": "篮"}).status_code == 201
    assert admin.patch("/api/v1/accounts/王芳", json={"disabled": True}).json()["disabled"]
    assert wang.get("/api/v1/me").status_code == 401
    locked = place.nobody().post("/login", data={"name": "王芳", "password": PASSWORD})
    assert locked.status_code == 422, "a locked account is answered as a wrong password"
    admin.patch("/api/v1/accounts/王芳", json={"disabled": False})
    wang = place.person("王芳")
    assert admin.put("/api/v1/accounts/王芳/password", json={"password": OTHER}).status_code == 204
    assert wang.get("/api/v1/me").status_code == 401
    assert admin.delete("/api/v1/accounts/王芳").status_code == 204
    assert admin.get("/api/v1/accounts/王芳").status_code == 404


def test_what_cannot_be_is_refused_with_a_problem(admin: TestClient) -> None:
    for body in (
        {"name": "ed", "password": PASSWORD},
        {"name": "新", "password": "short"},
        {"name": "a b", "password": PASSWORD},
        {"name": "新", "password": PASSWORD, "role": "owner"},
        {"name": "新", "password": PASSWORD, "rank": 1},
    ):
        answer = admin.post("/api/v1/accounts", json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert "short" not in answer.json()["detail"], "no password is repeated"
    nowhere = {"name": "新", "password": PASSWORD, "collections": ["没有的"]}
    assert admin.post("/api/v1/accounts", json=nowhere).status_code == 404
    assert admin.patch("/api/v1/accounts/ed", json={}).status_code == 422


def test_the_last_administrator_stays_one(place: Guarded, admin: TestClient) -> None:
    for change in ({"role": "editor"}, {"disabled": True}, {"collections": ["default"]}):
        answer = admin.patch("/api/v1/accounts/ad", json=change)
        assert answer.status_code == 422
        assert "last administrator" in answer.json()["detail"]
    assert admin.delete("/api/v1/accounts/ad").status_code == 422
    assert admin.delete("/api/v1/collections/default/members/ad").status_code == 422
    place.library.accounts.add("bo", PASSWORD, "admin")
    assert admin.delete("/api/v1/accounts/bo").status_code == 204
    place.library.accounts.add("bo", PASSWORD, "admin")
    assert admin.patch("/api/v1/accounts/ad", json={"role": "editor"}).status_code == 200
    assert admin.get("/api/v1/accounts").status_code == 403


def test_an_administrator_who_does_not_see_everything_administers_nothing(place: Guarded) -> None:
    place.library.accounts.add("half", PASSWORD, "admin", ["default"])
    half = place.person("half")
    asked = (
        ("GET", "/api/v1/accounts"),
        ("POST", "/api/v1/accounts"),
        ("PATCH", "/api/v1/accounts/half"),
        ("POST", "/api/v1/keys"),
        ("POST", "/api/v1/collections"),
        ("PATCH", "/api/v1/collections/default"),
        ("GET", "/api/v1/audit"),
    )
    for method, path in asked:
        answer = half.request(method, path, json={"name": "x", "password": PASSWORD, "role": "admin"})
        assert answer.status_code == 403, path


def test_without_accounts_the_first_is_an_administrator_and_keys_come_later(library: Library) -> None:
    client = TestClient(create_app(library), base_url=BASE)
    assert client.post("/api/v1/keys", json={"name": "dify"}).status_code == 422
    person = {"name": "li", "password": PASSWORD}
    assert client.post("/api/v1/accounts", json=person).status_code == 422
    assert client.post("/api/v1/accounts", json=person | {"role": "admin"}).status_code == 201
    said = [(one.who, one.action, one.object) for one in library.audit.page(5)]
    assert said == [("local", "POST /api/v1/accounts", "/api/v1/accounts li admin *")]


def test_a_key_is_told_once_and_revoked_for_good(place: Guarded, admin: TestClient) -> None:
    answer = admin.post("/api/v1/keys", json={"name": "dify", "role": "editor", "days": 30})
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    made = answer.json()
    program = place.program(made["secret"])
    assert program.get("/api/v1/me").json()["kind"] == "key"
    for path in ("/api/v1/keys", f"/api/v1/keys/{made['key']['id']}", "/api/v1/audit"):
        assert made["secret"] not in admin.get(path).text
    (listed,) = admin.get("/api/v1/keys").json()["keys"]
    assert (listed["role"], listed["revoked"]) == ("editor", None)
    assert listed["used"]
    assert listed["expires"] > listed["created"]
    revoked = admin.delete(f"/api/v1/keys/{listed['id']}").json()
    assert revoked["revoked"]
    assert program.get("/api/v1/me").status_code == 401
    assert admin.delete(f"/api/v1/keys/{listed['id']}").json() == revoked, "revoking twice changes nothing"
    assert admin.delete("/api/v1/keys/00000000").status_code == 404


def test_lists_come_in_pages_and_are_not_sent_twice(admin: TestClient) -> None:
    for name in ("丙", "乙"):
        admin.post("/api/v1/keys", json={"name": name})
        admin.post("/api/v1/collections", json={"name": name})
    for path, field, key in (
        ("/api/v1/accounts", "accounts", "name"),
        ("/api/v1/keys", "keys", "id"),
        ("/api/v1/collections", "collections", "name"),
        ("/api/v1/audit", "entries", "number"),
    ):
        whole = admin.get(path, params={"limit": 100})
        found, cursor = [], ""
        while True:
            asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            part = admin.get(path, params=asked).json()
            found += part[field]
            cursor = part["next"]
            if not cursor:
                break
        assert [one[key] for one in found] == [one[key] for one in whole.json()[field]]
        assert len(found) > 1
        tag = {"if-none-match": whole.headers["etag"]}
        assert admin.get(path, params={"limit": 100}, headers=tag).status_code == 304


def test_collections_open_close_and_change_their_names(
    place: Guarded, admin: TestClient, tmp_path: Path
) -> None:
    folder = tmp_path / "资料"
    folder.mkdir()
    text = "社区经费的做法\n\n每个社区每年安排工作经费36万元，由居民会议决定用途，街道逐笔公开。\n"
    (folder / "甲.txt").write_text(text, encoding="utf-8")
    report = place.library.ingest([folder])
    assert not report.failed, report
    (card,) = place.library.cards()
    assert admin.post("/api/v1/collections", json={"name": "内部", "role": "editor"}).status_code == 201
    moved = admin.post("/api/v1/collections/内部/documents", json={"documents": [card.id]})
    assert moved.json() == {"name": "内部", "role": "editor", "documents": 1}
    rui, ed = place.person("rui"), place.person("ed")
    assert rui.get(f"/api/v1/documents/{card.id}").status_code == 404
    assert rui.get("/api/v1/collections/内部").status_code == 404
    assert [one["name"] for one in rui.get("/api/v1/collections").json()["collections"]] == ["default"]
    assert ed.get(f"/api/v1/documents/{card.id}").status_code == 200

    def sees(name: str) -> dict[str, bool]:
        found = admin.get(f"/api/v1/collections/{name}/members").json()["members"]
        return {one["name"]: one["named"] for one in found}

    assert sees("内部") == {"ad": False, "ed": False}
    assert admin.put("/api/v1/collections/内部/members/rui").status_code == 200
    assert sees("内部") == {"ad": False, "ed": False, "rui": True}
    assert rui.get(f"/api/v1/documents/{card.id}").status_code == 200
    assert admin.patch("/api/v1/collections/内部", json={"name": "内部资料"}).json()["name"] == "内部资料"
    assert rui.get("/api/v1/me").json()["collections"] == ["default", "内部资料"]
    assert rui.get(f"/api/v1/documents/{card.id}").status_code == 200
    place.library.ingest([folder], reprocess=True)
    assert place.library.card(card.id).collection == "内部资料"
    admin.delete("/api/v1/collections/内部资料/members/rui")
    assert rui.get(f"/api/v1/documents/{card.id}").status_code == 404
    assert admin.delete("/api/v1/collections/内部资料/members/rui").status_code == 404
    admin.patch("/api/v1/collections/内部资料", json={"role": "admin"})
    assert ed.get(f"/api/v1/documents/{card.id}").status_code == 404
    assert admin.patch("/api/v1/collections/default", json={"name": "公开"}).status_code == 422
    assert admin.patch("/api/v1/collections/内部资料", json={"name": "default"}).status_code == 422
    assert (
        admin.post("/api/v1/collections/没有的/documents", json={"documents": [card.id]}).status_code == 404
    )
    assert place.library.check().ok


def test_the_log_says_what_was_done_to_whom_and_that_it_is_whole(admin: TestClient) -> None:
    admin.post("/api/v1/accounts", json={"name": "王芳", "password": PASSWORD, "role": "editor"})
    admin.patch("/api/v1/accounts/王芳", json={"collections": ["default"], "disabled": True})
    entries = admin.get("/api/v1/audit").json()["entries"]
    assert [(one["who"], one["object"]) for one in entries[:2]] == [
        ("ad", "/api/v1/accounts/王芳 editor default locked"),
        ("ad", "/api/v1/accounts 王芳 editor *"),
    ]
    assert PASSWORD not in admin.get("/api/v1/audit").text
    state = admin.get("/api/v1/audit/state").json()
    assert state == {"entries": entries[0]["number"], "ok": True, "broken": None}


def test_everybody_changes_their_own_password_and_ends_their_own_logins(place: Guarded) -> None:
    one, two, three = (place.person("rui") for _ in range(3))
    logins = one.get("/api/v1/me/logins").json()["logins"]
    assert [login["present"] for login in logins].count(True) == 1
    assert len(logins) == 3
    assert one.put("/api/v1/me/password", json={"present": OTHER, "password": OTHER}).status_code == 422
    assert two.get("/api/v1/me").status_code == 200
    own = next(login["id"] for login in two.get("/api/v1/me/logins").json()["logins"] if login["present"])
    assert place.person("ed").delete(f"/api/v1/me/logins/{own}").status_code == 404, "only one's own"
    assert one.delete(f"/api/v1/me/logins/{own}").status_code == 204
    assert two.get("/api/v1/me").status_code == 401
    assert one.put("/api/v1/me/password", json={"present": PASSWORD, "password": OTHER}).status_code == 204
    assert one.get("/api/v1/me").status_code == 200
    assert three.get("/api/v1/me").status_code == 401
    assert place.nobody().post("/login", data={"name": "rui", "password": OTHER}).status_code == 303
    assert one.delete("/api/v1/me/logins").status_code == 204
    assert len(one.get("/api/v1/me/logins").json()["logins"]) == 1
    key = place.program(place.library.accounts.add_key("写", "editor")[1])
    assert key.get("/api/v1/me/logins").status_code == 403


def test_guessing_the_own_password_has_to_wait(place: Guarded) -> None:
    client = place.person("rui")
    for _ in range(5):
        wrong = client.put("/api/v1/me/password", json={"present": "wrong password", "password": OTHER})
        assert wrong.status_code == 422
    late = client.put("/api/v1/me/password", json={"present": PASSWORD, "password": OTHER})
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) > 0
