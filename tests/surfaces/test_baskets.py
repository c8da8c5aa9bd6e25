"""Baskets over HTTP: the API with its revisions, and the pages without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kb.config import load_settings
from kb.library import Library
from kb.surfaces.app import create_app
from kb.types import Picked

API = "/api/v1/baskets"


@pytest.fixture
def own(own_home: Path) -> Iterator[Library]:
    with Library.open(load_settings(own_home, environ={})) as opened:
        yield opened


@pytest.fixture
def visitor(own: Library) -> Iterator[TestClient]:
    with TestClient(create_app(own), base_url="http://127.0.0.1", raise_server_exceptions=False) as opened:
        yield opened


def passage(library: Library, start: int = 0, end: int = 20) -> dict[str, object]:
    card = library.cards()[0]
    return {"doc_id": card.id, "start": start, "end": end, "version": card.version}


def test_the_life_of_a_basket_over_the_api(visitor: TestClient, own: Library) -> None:
    made = visitor.post(API, json={"name": "经费"})
    assert (made.status_code, made.json()["entries"]) == (201, [])
    sent = {"passages": [passage(own), passage(own, 30, 60)], "label": "检索", "note": "要紧"}
    added = visitor.post(f"{API}/经费/entries", json=sent, headers={"If-Match": made.headers["etag"]}).json()
    assert [entry["state"] for entry in added["entries"]] == ["intact", "intact"]
    for entry in added["entries"]:
        text = visitor.get(f"/api/v1/documents/{entry['citation']['doc_id']}").json()["text"]
        assert text[entry["citation"]["start"] : entry["citation"]["end"]] == entry["text"]
    headed = visitor.post(f"{API}/经费/entries", json={"heading": "一、来源", "at": 0})
    ids = [entry["id"] for entry in headed.json()["entries"]]
    tag = headed.headers["etag"]
    assert visitor.put(f"{API}/经费/order", json={"ids": ids}).status_code == 428
    ordered = visitor.put(f"{API}/经费/order", json={"ids": ids[::-1]}, headers={"If-Match": tag})
    assert [entry["id"] for entry in ordered.json()["entries"]] == ids[::-1]
    stale = visitor.patch(f"{API}/经费/entries/{ids[0]}", json={"text": "二"}, headers={"If-Match": tag})
    assert (stale.status_code, stale.headers["content-type"]) == (412, "application/problem+json")
    assert visitor.patch(f"{API}/经费/entries/{ids[1]}", json={"note": ""}).status_code == 200
    assert len(visitor.delete(f"{API}/经费/entries/{ids[2]}").json()["entries"]) == 2
    got = visitor.get(f"{API}/经费")
    assert visitor.get(f"{API}/经费", headers={"If-None-Match": got.headers["etag"]}).status_code == 304
    assert visitor.patch(f"{API}/经费", json={"name": "新名"}).json()["name"] == "新名"
    assert [one["name"] for one in visitor.get(API).json()["baskets"]] == ["新名"]
    assert visitor.delete(f"{API}/新名").status_code == 204
    assert visitor.get(f"{API}/新名").status_code == 404


def test_wrong_requests_are_problems(visitor: TestClient, own: Library) -> None:
    visitor.post(API, json={"name": "篮"})
    for name in ("篮", "", "a/b", ".x", "x" * 61):
        assert visitor.post(API, json={"name": name}).status_code == 422
    for body in (
        {},
        {"heading": "x", "passages": [passage(own)]},
        {"passages": [passage(own, 5, 5)]},
        {"passages": [passage(own) | {"version": "0" * 16}]},
        {"passages": [passage(own)], "at": -1},
        {"heading": "x", "level": 3},
    ):
        assert visitor.post(f"{API}/篮/entries", json=body).status_code == 422, body
    missing = {"passages": [passage(own) | {"doc_id": "none"}]}
    assert visitor.post(f"{API}/篮/entries", json=missing).status_code == 404
    bad = visitor.post(f"{API}/篮/entries", json={"heading": "x"}, headers={"If-Match": '"none"'})
    assert bad.status_code == 412
    assert visitor.get(f"{API}/篮").json()["entries"] == []


@pytest.mark.parametrize("kind", ["docx", "draft", "xlsx", "md", "csv"])
def test_a_basket_can_be_taken_along(visitor: TestClient, own: Library, kind: str) -> None:
    visitor.post(f"{API}/篮/entries", json={"passages": [passage(own)]})
    for address in (f"{API}/篮/export?format={kind}", f"/baskets/篮/export.{kind}"):
        answer = visitor.get(address)
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith('attachment; filename="basket.')
        assert len(answer.content) > 100
    assert visitor.get("/baskets/篮/export.exe").status_code == 404


def collect_form(html: str) -> dict[str, object]:
    form = re.search(r'<form class="collect".*?</form>', html, re.S)
    assert form
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', form.group())
    return {
        "span": [value for name, value in fields if name == "span"],
        "label": next(value for name, value in fields if name == "label"),
        "back": next(value for name, value in fields if name == "back").replace("&amp;", "&"),
    }


def test_hits_cells_and_spans_are_collected_without_scripts(visitor: TestClient, own: Library) -> None:
    card = own.cards()[0]
    pages = (
        "/search?q=社区办公用房经费",
        "/compare?topic=社区办公用房经费&best=3",
        f"/documents/{card.id}?start=0&end=20&v={card.version}",
    )
    for number, page in enumerate(pages, start=1):
        form = collect_form(visitor.get(page).text)
        answer = visitor.post("/baskets/add", data=form, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(page.partition("?")[0])
        after = visitor.get(page).text
        assert 'class="collected"' in after
        assert len(own.baskets.get("素材篮").passages) >= number
    shown = visitor.get("/baskets").text
    assert shown.count('class="state intact"') >= 4
    assert f"data-basket-count>{len(own.baskets.get('素材篮').passages)}<" in shown


def test_scripts_get_a_count(visitor: TestClient, own: Library) -> None:
    card = own.cards()[0]
    sent = {"span": f"{card.id}:0-20:{card.version}"}
    answer = visitor.post("/baskets/add", data=sent, headers={"Accept": "application/json"})
    assert answer.json() == {"basket": "素材篮", "passages": 1}


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "", "x"])
def test_one_goes_back_to_this_server_only(visitor: TestClient, own: Library, back: str) -> None:
    sent = {"span": f"{own.cards()[0].id}:0-20", "back": back}
    answer = visitor.post("/baskets/add", data=sent, follow_redirects=False)
    assert answer.headers["location"].startswith("/baskets/%E7")


def test_the_page_orders_notes_and_heads_without_scripts(visitor: TestClient, own: Library) -> None:
    card = own.cards()[0]
    first, second = own.baskets.add("篮", picks(card.id))
    visitor.post("/baskets/篮", data={"do": "heading", "text": "一、来源", "level": "1"})
    visitor.post("/baskets/篮", data={"do": "up", "id": str(second), "note": "先用这条"})
    ids = [entry.id for entry in own.baskets.get("篮").entries]
    assert ids[:2] == [second, first]
    assert own.baskets.get("篮").entries[0].note == "先用这条"
    revision = str(own.baskets.get("篮").revision)
    order = {"do": "order", "ids": " ".join(map(str, ids[::-1])), "revision": revision}
    assert visitor.post("/baskets/篮", data=order).status_code == 200
    assert [entry.id for entry in own.baskets.get("篮").entries] == ids[::-1]
    stale = {"do": "note", "id": str(first), "note": "<b>迟到的批注</b>", "revision": revision}
    answer = visitor.post("/baskets/篮", data=stale)
    assert answer.status_code == 412
    assert "&lt;b&gt;迟到的批注" in answer.text
    head = own.baskets.get("篮").entries[0].id
    visitor.post(
        "/baskets/篮", data={"do": "note", "id": str(head), "text": "改过的标题", "level": "2", "note": ""}
    )
    assert "改过的标题" in visitor.get("/baskets/篮").text
    visitor.post("/baskets/篮", data={"do": "remove", "id": str(second)})
    assert visitor.post("/baskets/篮", data={"do": "rename", "name": "新篮"}).status_code == 200
    assert visitor.post("/baskets/新篮", data={"do": "explode"}).status_code == 422
    assert visitor.post("/baskets", data={"name": "a/b"}).status_code == 422
    assert visitor.post("/baskets", data={"name": "第二个"}).status_code == 200
    visitor.post("/baskets/新篮", data={"do": "delete"})
    assert [one.name for one in own.baskets.cards()] == ["第二个"]
    assert visitor.get("/baskets?lang=en").text.count("New basket") == 1


def picks(doc_id: str) -> list[Picked]:
    return [Picked(doc_id, 0, 20), Picked(doc_id, 30, 60)]


def test_a_write_from_elsewhere_is_refused(visitor: TestClient) -> None:
    answer = visitor.post("/baskets", data={"name": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
