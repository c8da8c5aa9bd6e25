"""Lenses and rules edited on the page and over the API, by whoever may."""

from __future__ import annotations

import html
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from kb.library import Library
from kb.surfaces.app import create_app

LENS = """name = "谁出钱"
[[dimension]]
name = "来源"
strong = ["专项经费", "区财政"]
"""
RULES = "[[line]]\nname = \"小编\"\npattern = '本网小编.*'\n"


@pytest.fixture
def client(shelf: Library) -> Iterator[TestClient]:
    app = create_app(shelf)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as opened:
        yield opened


def test_a_lens_is_begun_tried_saved_used_and_deleted_on_the_page(client: TestClient, shelf: Library) -> None:
    begun = client.post("/library/lenses", data={"name": "谁出钱", "from": "funding"}, follow_redirects=False)
    editor = client.get(begun.headers["location"]).text
    assert "strong = [" in html.unescape(editor)
    url = "/library/lenses/谁出钱"
    tried = client.post(url, data={"do": "try", "text": LENS, "version": "", "topic": ""})
    assert "由居民会议决定用途" in tried.text
    assert shelf.upkeep.lenses.names() == ()
    assert LENS.strip() in html.unescape(tried.text).replace("\r", "")
    wrong = client.post(url, data={"do": "save", "text": LENS.replace('"来源"', "3"), "version": ""})
    assert wrong.status_code == 422
    assert "line 3: dimension.0.name" in wrong.text
    assert "name = 3" in html.unescape(wrong.text), "what was typed is not lost"
    saved = client.post(url, data={"do": "save", "text": LENS.replace("\n", "\r\n"), "version": ""})
    assert "已保存" in saved.text
    assert "谁出钱" in client.get("/library/lenses").text
    assert client.get("/api/v1/compare", params={"topic": "社区经费", "lens": "谁出钱"}).status_code == 200
    stale = client.post(url, data={"do": "save", "text": LENS + "# x\n", "version": ""})
    assert (stale.status_code, "被别人改过" in stale.text) == (412, True)
    version = client.get(f"/api/v1{url.removeprefix('/library')}").json()["version"]
    client.post(url, data={"do": "delete", "version": version})
    assert shelf.upkeep.lenses.names() == ()


def test_rules_are_tried_saved_and_taken_back_on_the_page(client: TestClient, shelf: Library) -> None:
    url = "/library/rules/cleaning"
    tried = client.post(url, data={"do": "try", "text": RULES, "version": ""})
    assert "本网小编整理" in tried.text
    saved = client.post(url, data={"do": "save", "text": RULES, "version": ""})
    assert "kb ingest --reprocess" in saved.text
    (change,) = shelf.upkeep.rules.history("cleaning")
    undone = client.post(url, data={"do": "undo", "id": str(change.id)})
    assert undone.status_code == 200
    assert shelf.upkeep.rules.text("cleaning") == ""
    assert client.get("/library/rules/none").status_code == 404
    assert client.post(url, data={"do": "dance"}).status_code == 422


def test_the_api_tries_saves_and_takes_back(client: TestClient) -> None:
    tried = client.post("/api/v1/rules/cleaning/preview", json={"text": RULES}).json()
    assert [one["removed"] for one in tried["tried"]] == [[{"text": "本网小编整理", "rule": "小编"}]]
    bad = client.post("/api/v1/rules/cleaning/preview", json={"text": "[[line]]\n"})
    assert bad.status_code == 422
    assert "line 1" in bad.json()["detail"]
    kept = client.put("/api/v1/rules/cleaning", json={"text": RULES, "version": ""}).json()
    assert kept["problem"] == ""
    assert client.put("/api/v1/rules/cleaning", json={"text": RULES, "version": "x"}).status_code == 412
    (change,) = client.get("/api/v1/rules/cleaning/history").json()["changes"]
    assert client.post(f"/api/v1/rules/cleaning/history/{change['id']}/undo").json()["text"] == ""
    assert client.post("/api/v1/rules/cleaning/history/99/undo").status_code == 404
    assert client.get("/api/v1/rules/none").status_code == 422
    trial = client.post("/api/v1/lenses/新的/preview", json={"text": LENS, "topic": "社区经费"}).json()
    assert trial["lens"] == "谁出钱"
    assert any(cell["citations"] for column in trial["columns"] for cell in column["cells"])
    assert client.put("/api/v1/lenses/.x", json={"text": LENS}).status_code == 422
    assert client.put("/api/v1/lenses/新的", json={"text": LENS}).json()["name"] == "新的"
    assert client.get("/api/v1/lenses/新的").json()["text"] == LENS
    assert client.delete("/api/v1/lenses/新的").json()["text"] == ""


def test_a_broken_lens_of_the_offices_own_can_be_mended(client: TestClient, shelf: Library) -> None:
    folder = shelf.settings.home / "lenses"
    folder.mkdir()
    (folder / "坏.toml").write_text("name = 3\n", encoding="utf-8")
    listed = client.get("/library/lenses")
    assert "line 1: name" in listed.text
    assert "line 1: name" in client.get("/library/lenses/坏").text
