"""`kb basket` and `kb cite check` of a basket."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from commands import Ended

from kb.config import load_settings
from kb.library import Library

Runner = Callable[..., Ended]


def test_the_life_of_a_basket(kb_here: Runner, own_home: Path, tmp_path: Path) -> None:
    with Library.open(load_settings(own_home, environ={})) as library:
        id = library.cards()[0].id
    shown = kb_here(
        "basket", "add", "篮", f"{id}:0-20", f"[{id}:30-60]", "--note", "要紧", "--json", home=own_home
    )
    first, second = (entry["id"] for entry in shown.json["entries"])
    kb_here("basket", "heading", "篮", "一、来源", "--at", "1", home=own_home)
    kb_here("basket", "move", "篮", second, "--to", "2", home=own_home)
    kb_here("basket", "note", "篮", first, "", home=own_home)
    entries = kb_here("basket", "show", "篮", "--json", home=own_home).json["entries"]
    assert [(entry["kind"], entry["note"]) for entry in entries] == [
        ("heading", ""), ("passage", "要紧"), ("passage", ""),
    ]  # fmt: skip
    checked = kb_here("cite", "check", "篮", "--json", home=own_home)
    assert (checked.code, checked.json["intact"]) == (0, 2)
    options = [
        word
        for kind in ("docx", "draft", "xlsx", "md", "csv")
        for word in (f"--{kind}", tmp_path / f"x.{kind}")
    ]
    options[3] = tmp_path / "draft.docx"
    assert kb_here("basket", "export", "篮", *options, home=own_home).code == 0
    for name in ("x.docx", "draft.docx", "x.xlsx", "x.md", "x.csv"):
        found = kb_here("cite", "check", tmp_path / name, "--json", home=own_home).json
        assert (found["intact"], len(found["items"])) == (2, 2), name
    kb_here("basket", "remove", "篮", first, home=own_home)
    kb_here("basket", "rename", "篮", "新篮", home=own_home)
    assert kb_here("basket", "list", "--json", home=own_home).json["baskets"][0]["passages"] == 1
    assert kb_here("basket", "delete", "新篮", "--json", home=own_home).json == {"baskets": []}


def test_what_cannot_be_is_one_line(kb_here: Runner, own_home: Path, tmp_path: Path) -> None:
    for words in (
        ("basket", "show", "没有"),
        ("basket", "add", "篮", "哪里"),
        ("basket", "add", "篮", "none:0-5"),
        ("basket", "export", "没有"),
        ("basket", "export", "没有", "--md", tmp_path / "x.md"),
        ("cite", "check", "没有"),
    ):
        ended = kb_here(*words, home=own_home)
        assert ended.code == 1
        assert ended.complaint
    assert not (tmp_path / "x.md").exists()
