"""What is remembered of requests, how often one may ask, and that no secret gets into any log."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from guarding import BASE, PASSWORD, guarded

from kb.config import load_settings
from kb.library import Library
from kb.surfaces.app import create_app


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "kb.toml").write_text("[server]\nrequests_per_minute = 30\n", encoding="utf-8")
    with Library.open(load_settings(tmp_path, environ={})) as opened:
        yield opened


def test_what_changes_something_is_remembered_with_who_did_it(library: Library) -> None:
    place = guarded(library, ed="editor")
    client = place.person("ed")
    key, secret = library.accounts.add_key("写", "editor")
    assert client.post("/api/v1/baskets", json={"name": "篮"}).status_code == 201
    client.get("/api/v1/baskets")
    client.post("/api/v1/search", json={"q": "经费"})
    client.post("/api/v1/baskets", json={"name": "篮"})  # refused: the name is taken
    renamed = place.program(secret).patch("/api/v1/baskets/篮", json={"name": "新篮"})
    client.get("/api/v1/baskets/新篮/export?format=md")
    said = [(one.who, one.key_id, one.action, one.object) for one in reversed(library.audit.page(50))]
    assert said == [
        ("ed", "", "login", "/login"),
        ("ed", "", "POST /api/v1/baskets", "/api/v1/baskets"),
        ("写", key.id, "PATCH /api/v1/baskets/{name}", "/api/v1/baskets/篮"),
        ("ed", "", "GET /api/v1/baskets/{name}/export", "/api/v1/baskets/新篮/export"),
    ]
    change = library.audit.page(50)[1]
    assert change.before
    assert change.request == renamed.headers["x-request-id"]
    assert library.audit.verify() == (4, None)


def test_the_user_of_this_machine_is_neither_counted_nor_logged(library: Library) -> None:
    client = TestClient(create_app(library), base_url=BASE)
    for number in range(40):
        answer = client.post("/api/v1/baskets", json={"name": str(number)})
        assert answer.status_code == 201
        assert "ratelimit" not in answer.headers
    assert library.audit.page(10) == []


def test_who_asks_too_often_waits_and_others_do_not(library: Library) -> None:
    place = guarded(library, rui="reader")
    secrets = [library.accounts.add_key(name)[1] for name in ("甲", "乙")]
    one, two = (place.program(secret) for secret in secrets)
    answers = [one.get("/api/v1/documents") for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert answers[0].headers["ratelimit-policy"] == '"minute";q=30;w=60'
    assert answers[0].headers["ratelimit"].startswith('"minute";r=29;t=')
    late = answers[-1]
    assert late.headers["content-type"] == "application/problem+json"
    assert 0 < int(late.headers["retry-after"]) <= 61
    assert two.get("/api/v1/documents").status_code == 200
    nobody = place.nobody()
    assert {nobody.get("/api/v1/health").status_code for _ in range(40)} == {200, 429}
    assert nobody.get("/static/app.css").status_code == 200


def test_no_secret_gets_into_a_log(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    place = guarded(library, ed="editor")
    client = place.person("ed")
    _, secret = library.accounts.add_key("写", "admin")
    place.program(secret).get("/api/v1/documents")
    place.program(secret + "x").post("/api/v1/search", json={"q": "经费"})
    client.post("/baskets", data={"name": "篮", "_token": client.headers["x-csrf-token"]})
    client.get(f"/documents/{secret}")
    place.nobody().post("/login", data={"name": PASSWORD, "password": PASSWORD})
    place.nobody().post("/login", data={"name": "ed", "password": PASSWORD + "!"})
    logged = caplog.text + json.dumps([repr(one) for one in library.audit.page(100)], ensure_ascii=False)
    assert "wrong password" in logged
    hidden = (PASSWORD, client.cookies["kb_login"], client.headers["x-csrf-token"])
    for one in hidden:
        assert one not in logged
    assert secret not in json.dumps([repr(one) for one in library.audit.page(100)])
