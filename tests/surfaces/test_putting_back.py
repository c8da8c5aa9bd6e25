"""What cleaning took away is put back on the API and the page, and copies of one work are shown as such."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hashing import HashEncoder

from kb.config import load_settings
from kb.library import Library
from kb.surfaces.app import create_app

FURNITURE = "上传人：小禾"
WHO = ("区财政", "区民政局", "街道办事处", "驻区单位", "居民委员会")
LINES = [
    f"{number}、{who}为社区安排服务群众专项经费，由社区居民会议决定用途，街道逐笔公开，年底接受居民评议。"
    for number, who in zip("一二三四五", WHO, strict=True)
]
PAGE = "\n".join(("社区经费保障的做法", FURNITURE, *LINES))


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setattr("kb.models.opened.open_embedder", lambda *_: HashEncoder())
    folder = tmp_path / "资料"
    folder.mkdir()
    (folder / "甲.txt").write_text(PAGE, encoding="utf-8")
    (folder / "乙.txt").write_text(f"{PAGE}\n转载自青禾日报，文字略有改动。", encoding="utf-8")
    with Library.open(load_settings(tmp_path, environ={})) as opened:
        assert not opened.ingest([folder]).failed
        yield opened


@pytest.fixture
def client(library: Library) -> Iterator[TestClient]:
    with TestClient(create_app(library), base_url="http://127.0.0.1") as opened:
        yield opened


@pytest.fixture
def id(library: Library) -> str:
    return next(card.id for card in library.cards() if card.source.endswith("甲.txt"))


def test_the_api_puts_a_piece_back_and_takes_it_away_again(client: TestClient, id: str) -> None:
    address = f"/api/v1/documents/{id}"
    before = client.get(address).json()
    (piece,) = [one for one in before["removed"] if one["text"] == FURNITURE]
    back = client.post(f"{address}/removed/{piece['id']}/restore")
    assert back.status_code == 200
    assert FURNITURE in back.json()["text"].split("\n")
    assert [one["id"] for one in back.json()["restored"]] == [piece["id"]]
    assert client.get(address).json() == back.json()
    away = client.delete(f"{address}/removed/{piece['id']}/restore")
    assert away.status_code == 200
    assert away.json() == before


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("unknown", ["piece", "document"])
def test_the_api_names_what_there_is_not(client: TestClient, id: str, method: str, unknown: str) -> None:
    document = id if unknown == "piece" else "aaaaaaaaaaaa"
    answer = client.request(method, f"/api/v1/documents/{document}/removed/{'0' * 12}/restore")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert document in answer.json()["detail"]


def test_a_file_that_has_gone_cannot_give_a_piece_back(client: TestClient, library: Library, id: str) -> None:
    key = next(piece.key for piece in library.document(id).removed if piece.text == FURNITURE)
    Path(library.document(id).source).unlink()
    answer = client.post(f"/api/v1/documents/{id}/removed/{key}/restore")
    assert 400 <= answer.status_code < 500
    assert "甲.txt" in answer.json()["detail"]
    assert library.restored(id) == ()


def press(client: TestClient, page: str, label: str) -> str:
    """Presses the only button of that name, as a browser without JavaScript does; the page that follows."""
    forms = re.findall(r'<form method="post" action="([^"]+)">((?:(?!</form>).)*)</form>', page, re.DOTALL)
    (action,) = [html.unescape(address) for address, inside in forms if f">{label}</button>" in inside]
    answer = client.post(action, headers={"origin": "http://127.0.0.1"}, follow_redirects=False)
    assert answer.status_code == 303
    shown = client.get(answer.headers["location"])
    assert shown.status_code == 200
    return shown.text


def text_of(page: str) -> str:
    return page[page.index('<div class="text">') : page.index('<div class="margin">')]


def test_the_page_does_it_without_javascript(client: TestClient, id: str) -> None:
    before = client.get(f"/documents/{id}").text
    assert FURNITURE not in text_of(before)
    back = press(client, before, "恢复")
    assert FURNITURE in text_of(back)
    again = press(client, back, "撤销恢复")
    assert FURNITURE not in text_of(again)


def test_the_page_of_a_copy_names_the_work_and_lets_a_person_decide(
    client: TestClient, library: Library, id: str
) -> None:
    copy = next(card for card in library.cards() if card.source.endswith("乙.txt"))
    assert copy.work == library.card(id).work
    main, other = (copy.id, id) if copy.work == copy.id else (id, copy.id)
    page = client.get(f"/documents/{other}").text
    assert f'href="/documents/{main}"' in page[page.index('id="family"') :]
    apart = client.post(
        f"/documents/{other}", data={"family": "none"}, headers={"origin": "http://127.0.0.1"}
    )
    assert apart.status_code == 200
    assert library.card(other).work == other
    shown = client.get(f"/api/v1/documents/{other}").json()
    assert shown["family"]["others"] == []
