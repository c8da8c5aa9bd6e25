"""The words of the field are kept beside the models, made again when damaged, and not needed there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kb.search import field
from kb.search.field import field_words, skeletons
from kb.search.kept import forget_older, made_of


def test_the_words_are_kept_and_damaged_ones_are_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = field_words.__wrapped__(tmp_path)
    assert {"网格员", "办公用房"} <= words
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert field_words.__wrapped__(tmp_path) == words
    assert path.read_bytes() == whole
    monkeypatch.setattr(field, "_read", lambda: pytest.fail("the glossary was read again"))
    assert field_words.__wrapped__(tmp_path) == words


def test_where_nothing_can_be_kept_they_are_there_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert "网格员" in field_words.__wrapped__(tmp_path / "file" / "models")


def test_a_word_is_found_by_what_is_left_of_it(built_models: Path) -> None:
    found = skeletons(built_models)
    for left, place in (("格员", 0), ("网员", 1), ("网格", 2)):
        assert ("网格员", place) in found[left]


def test_what_was_made_of_other_rules_or_by_other_packages_has_another_name() -> None:
    names = {
        made_of(("spun.toml",), ("opencc",)),
        made_of(("spun.toml", "userdict.txt"), ("opencc",)),
        made_of(("spun.toml",), ("opencc", "jieba")),
        made_of(("spun.toml",), ()),
    }
    assert len(names) == 4
    assert made_of(("spun.toml",), ("opencc",)) in names


def test_the_three_made_last_stay(tmp_path: Path) -> None:
    for age, name in enumerate(["english-e", "english-d", "english-c", "english-b", "english-a", "other"]):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1_700_000_000 - age,) * 2)
    forget_older(tmp_path, "english-*")
    assert {path.name for path in tmp_path.iterdir()} == {"english-e", "english-d", "english-c", "other"}
