"""`kb restore` puts back what cleaning took away; `kb list` says which documents are copies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from commands import Ended
from hashing import HashEncoder

Run = Callable[..., Ended]

FURNITURE = "上传人：小禾"
WHO = ("区财政", "区民政局", "街道办事处", "驻区单位", "居民委员会")
PAGE = "\n".join(
    (
        "社区经费保障的做法",
        FURNITURE,
        *(f"{who}为社区安排服务群众专项经费，由居民会议决定用途，街道逐笔公开，接受评议。" for who in WHO),
    )
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kb_here: Run) -> Path:
    monkeypatch.setattr("kb.models.opened.open_embedder", lambda *_: HashEncoder())
    folder = tmp_path / "资料"
    folder.mkdir()
    (folder / "甲.txt").write_text(PAGE, encoding="utf-8")
    (folder / "乙.txt").write_text(f"{PAGE}\n转载自青禾日报，文字略有改动。", encoding="utf-8")
    assert kb_here("ingest", folder, home=tmp_path).code == 0
    return tmp_path


def test_a_piece_comes_back_and_goes_again(home: Path, kb_here: Run) -> None:
    listed = kb_here("list", "--json", home=home).json["documents"]
    id = next(one["id"] for one in listed if one["source"].endswith("甲.txt"))
    said = kb_here("show", id, "--removed", home=home).out
    key = next(line.split()[0] for line in said.splitlines() if FURNITURE in line)
    back = kb_here("restore", id, key, home=home)
    assert back.code == 0
    assert f"{key} 已恢复" in back.out
    shown = kb_here("show", id, "--json", home=home).json
    assert FURNITURE in shown["text"]
    assert [one["id"] for one in shown["restored"]] == [key]
    undone = kb_here("restore", id, key, "--undo", "--json", home=home)
    assert undone.code == 0
    assert FURNITURE not in undone.json["text"]
    assert undone.json["restored"] == []


def test_an_unknown_piece_is_named(home: Path, kb_here: Run) -> None:
    id = kb_here("list", "--json", home=home).json["documents"][0]["id"]
    failed = kb_here("restore", id, "0" * 12, home=home)
    assert failed.code == 1
    assert f"kb show {id} --removed" in failed.complaint


def test_the_table_says_which_documents_are_copies(home: Path, kb_here: Run) -> None:
    table, said = kb_here("list", home=home).out.rsplit("共", 1)
    assert table.count("同源") == 1
    assert said.strip() == "2 篇，其中 1 篇与别的同源"
