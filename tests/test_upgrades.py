"""A store of any earlier release opens with everything that its user put there."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from hashing import HashEncoder

from kb.config import load_settings
from kb.library import Library
from kb.store.backup import back_up
from kb.store.database import adding, open_engine
from kb.store.layout import Layout
from kb.store.migrations import MIGRATIONS
from kb.store.restoring import restore_backup
from kb.store.schema import migrations
from kb.types import Picked, Quotation

FURNITURE = "上传人：小禾"
WHO = ("区财政", "区民政局", "街道办事处", "驻区单位", "居民委员会")
LINES = [f"{who}为社区安排服务群众专项经费，由居民会议决定用途，街道逐笔公开，年底接受评议。" for who in WHO]
PAGE = "\n".join(("社区经费保障的做法", FURNITURE, *LINES))
FAMILIES, BASKETS, RESTORED, ACCOUNTS, COLLECTIONS, LOCKED = (
    3,
    4,
    5,
    8,
    11,
    13,
)  # the migrations that brought them


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with documents, corrections, a piece put back, a decision on a family, and a basket."""
    home = tmp_path_factory.mktemp("full")
    folder = home / "资料"
    folder.mkdir()
    (folder / "甲.txt").write_text(PAGE, encoding="utf-8")
    (folder / "乙.txt").write_text(f"{PAGE}\n转载自青禾日报，文字略有改动。", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, Library.open(load_settings(home, environ={})) as library:
        patch.setattr("kb.models.opened.open_embedder", lambda *_: HashEncoder())
        assert not library.ingest([folder]).failed
        one, two = (named(library, name) for name in ("甲.txt", "乙.txt"))
        key = next(piece.key for piece in library.document(one).removed if piece.text == FURNITURE)
        library.restore(one, key)
        library.set_metadata(one, {"title": "人工题名", "region": "天津市/河东区"})
        library.set_metadata(two, {"family": "none"})
        start = library.document(one).text.index(LINES[1])
        library.baskets.add("我的篮", [Picked(one, start, start + len(LINES[1]))], note="记下")
    return home


def named(library: Library, name: str) -> str:
    return next(card.id for card in library.cards() if card.source.endswith(name))


def truth(home: Path) -> Path:
    return next(home.rglob("truth.sqlite3"))


def as_of(number: int, full: Path, home: Path) -> None:
    """The home as the release with that many migrations would have left it: its tables, its rows."""
    shutil.copytree(full, home)
    path = truth(home)
    path.rename(home / "new.sqlite3")
    engine = open_engine(path)
    for applied, step in enumerate(MIGRATIONS[:number], start=1):
        with adding(engine) as connection:
            step(connection)
            connection.execute(migrations.insert().values(number=applied, name=step.__name__, applied=0.0))
    engine.dispose()
    with sqlite3.connect(path) as old:
        if number < 2:
            old.execute("ALTER TABLE documents DROP COLUMN topics")
        if number < COLLECTIONS:
            old.execute("ALTER TABLE documents DROP COLUMN collection")
        if ACCOUNTS <= number < LOCKED:
            old.execute("ALTER TABLE accounts DROP COLUMN disabled")
            old.execute("ALTER TABLE sessions DROP COLUMN address")
        old.execute("ATTACH ? AS new", (str(home / "new.sqlite3"),))
        for (table,) in old.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            if table == "migrations" or table.startswith("sqlite_"):
                continue
            columns = ", ".join(f'"{row[1]}"' for row in old.execute(f'PRAGMA main.table_info("{table}")'))
            old.execute(f'DELETE FROM main."{table}"')
            old.execute(f'INSERT INTO main."{table}" ({columns}) SELECT {columns} FROM new."{table}"')
    old.close()


@pytest.mark.parametrize("number", range(1, len(MIGRATIONS) + 1))
def test_a_store_of_an_earlier_release_opens_as_it_was(
    number: int, full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.models.opened.open_embedder", lambda *_: HashEncoder())
    home = tmp_path / "home"
    as_of(number, full, home)
    assert_as_it_was(number, home)


@pytest.mark.parametrize("number", range(1, len(MIGRATIONS) + 1))
def test_a_backup_of_an_earlier_release_is_restored_as_it_was(
    number: int, full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.models.opened.open_embedder", lambda *_: HashEncoder())
    home, new = tmp_path / "home", tmp_path / "new"
    as_of(number, full, home)
    new.mkdir()
    back_up(Layout(truth(home).parent), home, tmp_path / "old.kbz")
    restore_backup(
        Layout(load_settings(new, environ={}).index_folder), new, tmp_path / "old.kbz", replace=False
    )
    assert_as_it_was(number, new, settled=True)


def assert_as_it_was(number: int, home: Path, settled: bool = False) -> None:
    with Library.open(load_settings(home, environ={})) as library:
        one, two = (named(library, name) for name in ("甲.txt", "乙.txt"))
        first = library.document(one)
        assert first.text.split("\n")[-len(LINES) :] == LINES
        assert (first.title, first.region) == ("人工题名", ("天津市", "河东区"))
        start = first.text.index(LINES[1])
        (checked,) = library.verify([Quotation(one, LINES[1], start)])
        assert checked.state == "intact"
        assert [piece.text for piece in library.restored(one)] == ([FURNITURE] if number >= RESTORED else [])
        assert library.family(two).decided == ("none" if number >= FAMILIES else "")
        assert library.card(two).work == two
        baskets = [card.name for card in library.baskets.cards()]
        assert baskets == (["我的篮"] if number >= BASKETS else [])
        if baskets:
            (kept,) = library.baskets.get("我的篮").passages
            assert (kept.citation.quote, kept.state) == (LINES[1], "intact")
        report = library.check()
        compared = not any("were not compared" in problem for problem in report.problems)
        assert compared == (settled or number >= FAMILIES), report.problems
