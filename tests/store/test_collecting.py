"""Baskets over a small store: collecting, order, notes, states after a change, lost updates, kill -9."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import environment
from hypothesis import given
from hypothesis import strategies as st
from shelf import document, save, text_of

from kb.errors import NotFound, Outdated, QuestionError
from kb.store.layout import Layout
from kb.store.store import Store
from kb.types import Heading, Kept, Picked
from kb.write.baskets import Baskets

TEXT = text_of("经费")
ONE = document("/a.txt", TEXT)

COLLECTOR = """
import sys
from pathlib import Path
from kb.store.layout import Layout
from kb.store.store import Store
from kb.types import Picked
from kb.write.baskets import Baskets
baskets = Baskets(Store.open(Layout(Path(sys.argv[1]))))
for i in range(1000):
    (id,) = baskets.add("篮", [Picked(sys.argv[2], i % 100, i % 100 + 1 + i // 100)])
    baskets.note("篮", id, f"第{i}条")
    print(id, flush=True)
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(Layout(tmp_path / "index"))
    save(opened, ONE)
    yield opened
    opened.close()


@pytest.fixture
def baskets(store: Store) -> Baskets:
    return Baskets(store)


def test_what_is_collected_is_cited_and_kept(store: Store, baskets: Baskets) -> None:
    ids = baskets.add(
        "我的篮", [Picked(ONE.id, 0, 10, ONE.version), Picked(ONE.id, 20, 30)], label="经费问题"
    )
    again = Baskets(store).get("我的篮")
    assert [kept.id for kept in again.passages] == list(ids)
    for kept in again.passages:
        assert kept.state == "intact"
        assert kept.label == "经费问题"
        assert TEXT[kept.citation.start : kept.citation.end] == kept.citation.quote
    assert [(card.name, card.passages) for card in baskets.cards()] == [("我的篮", 2)]
    assert baskets.spans("我的篮") == {(ONE.id, 0, 10), (ONE.id, 20, 30)}


def test_a_passage_is_not_repeated(baskets: Baskets) -> None:
    first = baskets.add("篮", [Picked(ONE.id, 0, 10), Picked(ONE.id, 0, 10)])
    assert first[0] == first[1]
    assert baskets.add("篮", [Picked(ONE.id, 0, 10)]) == first[:1]
    assert len(baskets.get("篮").entries) == 1


def test_entries_are_ordered_headed_noted_and_removed(baskets: Baskets) -> None:
    a, b = baskets.add("篮", [Picked(ONE.id, 0, 5), Picked(ONE.id, 6, 9)])
    head = baskets.heading("篮", "一、经费", at=0)
    baskets.note("篮", b, "可用\n第二行")
    baskets.step("篮", b, -1)
    assert [entry.id for entry in baskets.get("篮").entries] == [head, b, a]
    baskets.step("篮", a, 5)
    baskets.step("篮", head, -5)
    baskets.move("篮", a, 0)
    assert [entry.id for entry in baskets.get("篮").entries] == [a, head, b]
    baskets.order("篮", [head, a, b])
    baskets.edit("篮", head, text="二、经费来源", level=2)
    baskets.remove("篮", [a])
    first, second = baskets.get("篮").entries
    assert isinstance(first, Heading)
    assert (first.text, first.level) == ("二、经费来源", 2)
    assert second.note == "可用\n第二行"


def test_states_follow_the_source(store: Store, baskets: Baskets) -> None:
    quote = TEXT[12:40]
    baskets.add("篮", [Picked(ONE.id, 12, 40)])
    save(store, document("/a.txt", "新的开头。" + TEXT))
    (kept,) = baskets.get("篮").passages
    assert (kept.state, kept.citation.start, kept.citation.quote) == ("moved", 17, quote)
    save(store, document("/a.txt", "全都换了。"))
    (kept,) = baskets.get("篮").passages
    assert (kept.state, kept.citation.quote) == ("source_removed", quote)
    store.remove(["/a.txt"])
    (kept,) = baskets.get("篮").passages
    assert kept.state == "source_removed"
    assert kept.citation.document.title == ONE.title
    save(store, ONE)
    assert baskets.get("篮").passages[0].state == "intact"


def test_nobody_overwrites_unseen(baskets: Baskets) -> None:
    (id,) = baskets.add("篮", [Picked(ONE.id, 0, 5)])
    seen = baskets.get("篮").revision
    baskets.note("篮", id, "甲的批注", expected=seen)
    for change in (
        lambda: baskets.note("篮", id, "乙的批注", expected=seen),
        lambda: baskets.order("篮", [id], expected=seen),
        lambda: baskets.remove("篮", [id], expected=seen),
        lambda: baskets.rename("篮", "别的", expected=seen),
        lambda: baskets.delete("篮", expected=seen),
        lambda: baskets.add("篮", [Picked(ONE.id, 6, 9)], expected=seen),
        lambda: baskets.heading("篮", "标题", expected=seen),
    ):
        with pytest.raises(Outdated, match="changed meanwhile"):
            change()
    assert [entry.note for entry in baskets.get("篮").entries] == ["甲的批注"]
    assert baskets.get("篮").revision == seen + 1


def test_what_cannot_be_done_is_said_and_changes_nothing(baskets: Baskets) -> None:
    (id,) = baskets.add("篮", [Picked(ONE.id, 0, 5)])
    baskets.create("另一个")
    before = baskets.get("篮")
    for error, change in (
        (NotFound, lambda: baskets.get("没有")),
        (NotFound, lambda: baskets.note("没有", id, "x")),
        (NotFound, lambda: baskets.note("篮", 999, "x")),
        (NotFound, lambda: baskets.remove("篮", [id, 999])),
        (NotFound, lambda: baskets.move("篮", 999, 0)),
        (NotFound, lambda: baskets.step("篮", 999, 1)),
        (NotFound, lambda: baskets.add("篮", [Picked("none", 0, 5)])),
        (QuestionError, lambda: baskets.add("篮", [Picked(ONE.id, 5, 5)])),
        (QuestionError, lambda: baskets.add("篮", [Picked(ONE.id, 0, 10**7)])),
        (QuestionError, lambda: baskets.add("篮", [Picked(ONE.id, 0, 5, "0" * 16)])),
        (QuestionError, lambda: baskets.edit("篮", id, text="改原文")),
        (QuestionError, lambda: baskets.heading("篮", " ")),
        (QuestionError, lambda: baskets.heading("篮", "三级", 3)),
        (QuestionError, lambda: baskets.note("篮", id, "长" * 10_001)),
        (QuestionError, lambda: baskets.order("篮", [])),
        (QuestionError, lambda: baskets.rename("篮", "另一个")),
        (QuestionError, lambda: baskets.create("篮")),
        (QuestionError, lambda: baskets.create("a/b")),
        (QuestionError, lambda: baskets.create("..")),
        (QuestionError, lambda: baskets.create("长" * 61)),
    ):
        with pytest.raises(error):
            change()
    assert baskets.get("篮") == before


@given(moves=st.lists(st.tuples(st.integers(0, 4), st.integers(-2, 7)), max_size=8))
def test_moves_lose_nothing(tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[int, int]]) -> None:
    opened = Store.open(Layout(tmp_path_factory.mktemp("moves")))
    try:
        kept = Baskets(opened)
        ids = [kept.heading("篮", f"第{i}个") for i in range(5)]
        wanted = list(ids)
        for which, to in moves:
            kept.move("篮", ids[which], to)
            wanted.remove(ids[which])
            wanted.insert(max(0, min(to, 4)), ids[which])
        assert [entry.id for entry in kept.get("篮").entries] == wanted
    finally:
        opened.close()


def test_kill_nine_loses_nothing_acknowledged(store: Store, tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", COLLECTOR, str(tmp_path / "index"), ONE.id],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert child.stdout is not None
    said = [int(child.stdout.readline()) for _ in range(15)]
    child.send_signal(signal.SIGKILL)
    said += [int(line) for line in child.stdout.read().split("\n")[:-1]]
    child.wait(timeout=60)
    child.stdout.close()
    kept = {entry.id: entry for entry in Baskets(store).get("篮").entries}
    assert set(said) <= kept.keys()
    assert len(kept) <= len(said) + 1  # the one that was being written
    for i, id in enumerate(said):
        entry = kept[id]
        assert isinstance(entry, Kept)
        assert (entry.note, entry.state) == (f"第{i}条", "intact")
