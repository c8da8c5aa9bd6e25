"""A small library of text files for the tests of what people keep and mend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hashing import HashEncoder
from small_shelf import LINES

from kb.config import load_settings
from kb.library import Library


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library with two documents; `settings.home / "资料"` holds their files."""
    monkeypatch.setattr("kb.models.opened.open_embedder", lambda *_: HashEncoder())
    home = tmp_path / "home"
    folder = home / "资料"
    folder.mkdir(parents=True)
    first = "\n".join(("天津市河东区社区经费保障的做法", "本网小编整理", *LINES))
    second = "\n".join(
        ("湖北省黄石市社区经费保障的经验", *LINES[::-1], "居民（来源：本地宝）都很满意，效果明显。")
    )
    (folder / "甲.txt").write_text(first, encoding="utf-8")
    (folder / "乙.txt").write_text(second, encoding="utf-8")
    with Library.open(load_settings(home, environ={})) as library:
        assert not library.ingest([folder]).failed
        yield library
