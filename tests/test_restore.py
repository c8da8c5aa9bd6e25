"""What a person decided of a document outlives what happens to it: metadata, restored pieces, families."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hashing import HashEncoder

from kb.config import load_settings
from kb.errors import NotFound, QuestionError
from kb.library import Library
from kb.types import Quotation

BODY = "为社区安排服务群众专项经费，按户数核定，由社区居民会议决定用途，街道逐笔公开，年底接受居民评议。"
FURNITURE = "上传人：小禾"
PARTS = ("区财政", "区民政局", "街道办事处", "驻区单位", "居民委员会")
LINES = [f"{number}、{who}{BODY}" for number, who in zip("一二三四五", PARTS, strict=True)]
PAGE = "\n".join(("社区经费保障的做法", FURNITURE, *LINES, "下一篇：网格员队伍建设"))


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setattr("kb.models.opened.open_embedder", lambda *_: HashEncoder())
    folder = tmp_path / "资料"
    folder.mkdir()
    (folder / "甲.txt").write_text(PAGE, encoding="utf-8")
    (folder / "乙.txt").write_text(PAGE.replace("区财政", "县财政"), encoding="utf-8")
    with Library.open(load_settings(tmp_path, environ={})) as opened:
        assert not opened.ingest([folder]).failed
        yield opened


def named(library: Library, name: str) -> str:
    return next(card.id for card in library.cards() if card.source.endswith(name))


def key_of(library: Library, id: str, text: str) -> str:
    return next(piece.key for piece in library.document(id).removed if piece.text == text)


def test_a_piece_comes_back_where_it_stood_and_can_go_again(library: Library) -> None:
    id = named(library, "甲.txt")
    before = library.document(id)
    assert FURNITURE not in before.text
    key = key_of(library, id, FURNITURE)
    quote = LINES[2]
    start = before.text.index(quote)
    after = library.restore(id, key)
    assert after.text.split("\n")[:2] == ["社区经费保障的做法", FURNITURE]
    assert [piece.text for piece in library.restored(id)] == [FURNITURE]
    assert key not in {piece.key for piece in after.removed}
    (checked,) = library.verify([Quotation(id, quote, start)])
    assert checked.state == "moved"
    again = library.restore(id, key, undo=True)
    assert again.text == before.text
    assert again.removed == before.removed
    assert library.restored(id) == ()
    (checked,) = library.verify([Quotation(id, quote, start)])
    assert checked.state == "intact"


def test_what_cannot_be_put_back_is_said(library: Library) -> None:
    id = named(library, "甲.txt")
    with pytest.raises(NotFound, match="no removed piece"):
        library.restore(id, "0" * 12)
    with pytest.raises(NotFound, match="no restored piece"):
        library.restore(id, "0" * 12, undo=True)
    key = key_of(library, id, FURNITURE)
    Path(library.document(id).source).unlink()
    with pytest.raises(QuestionError, match="could not be read again"):
        library.restore(id, key)
    assert library.restored(id) == (), "nothing is kept of what failed"


def decide(library: Library) -> tuple[str, str]:
    """A person's decisions of every sort; the ids of the two documents."""
    one, two = named(library, "甲.txt"), named(library, "乙.txt")
    assert library.card(one).work == library.card(two).work
    library.restore(one, key_of(library, one, FURNITURE))
    library.set_metadata(one, {"title": "人工题名", "issued": "2021-06", "region": "天津市/河东区"})
    library.set_metadata(two, {"family": "none", "kind": "经验材料"})
    return one, two


def assert_kept(library: Library, one: str, two: str) -> None:
    first, second = library.document(one), library.document(two)
    assert (first.title, first.issued, first.region) == ("人工题名", "2021-06", ("天津市", "河东区"))
    assert FURNITURE in first.text
    assert [piece.text for piece in library.restored(one)] == [FURNITURE]
    assert second.kind == "经验材料"
    assert library.card(one).work == one
    assert library.card(two).work == two
    assert library.family(two).decided == "none"
    assert library.check().ok


def test_decisions_by_hand_survive(library: Library, tmp_path: Path) -> None:
    one, two = decide(library)
    folder = tmp_path / "资料"
    assert_kept(library, one, two)
    library.ingest([folder], reprocess=True)
    assert_kept(library, one, two)
    assert library.check(repair=True).ok
    assert_kept(library, one, two)
    longer = PAGE.replace("下一篇", "六、居民满意度逐年提高，来访逐年减少。\n下一篇")
    (folder / "甲.txt").write_text(longer, encoding="utf-8")
    library.ingest([folder])
    assert "六、" in library.document(one).text
    assert_kept(library, one, two)
    (folder / "甲.txt").rename(folder / "丙.txt")
    library.ingest([folder], prune=True)
    assert library.document(one).source.endswith("丙.txt")
    library.ingest([folder], reprocess=True)
    assert_kept(library, one, two)


def test_decisions_survive_the_file_going_and_coming_back(library: Library, tmp_path: Path) -> None:
    one, two = decide(library)
    folder = tmp_path / "资料"
    held = {path: path.read_bytes() for path in folder.iterdir()}
    for path in held:
        path.unlink()
    assert library.ingest([folder], prune=True).removed == 2
    for path, data in held.items():
        path.write_bytes(data)
    library.ingest([folder])
    assert_kept(library, one, two)


def test_corrections_survive_a_migration_from_the_first_tables(library: Library, tmp_path: Path) -> None:
    one, two = named(library, "甲.txt"), named(library, "乙.txt")
    library.set_metadata(one, {"title": "人工题名"})
    library.close()
    with sqlite3.connect(next(tmp_path.rglob("truth.sqlite3"))) as old:
        first = {"meta", "files", "documents", "corrections", "chunks", "embeddings", "tombstones"}
        found = old.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in found.fetchall():
            if table not in {*first, "migrations"} and not table.startswith("sqlite_"):
                old.execute(f"DROP TABLE {table}")
        old.execute("ALTER TABLE documents DROP COLUMN topics")
        old.execute("DELETE FROM migrations WHERE number > 1")
    old.close()
    with Library.open(load_settings(tmp_path, environ={})) as upgraded:
        assert upgraded.document(one).title == "人工题名"
        assert upgraded.card(one).work == one
        assert any("were not compared" in problem for problem in upgraded.check().problems)
        upgraded.ingest([tmp_path / "资料"])
        assert upgraded.check().ok
        assert upgraded.card(one).work == upgraded.card(two).work
        assert upgraded.document(one).title == "人工题名"
        decide(upgraded)
        assert_kept(upgraded, one, two)
