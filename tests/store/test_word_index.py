"""The tantivy index: BM25 over words and character pairs."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kb.store.lexical
import kb.store.queries
from kb.ports import Clause, Phrase
from kb.store.entries import Entry
from kb.store.lexical import TantivyIndex
from kb.text.tokens import bigrams

WORDS = ("经费", "社区", "办公", "食堂", "网格", "共建")
entries = st.lists(
    st.tuples(st.integers(1, 4), st.lists(st.sampled_from(WORDS), min_size=1, max_size=8)), max_size=12
)


def word(text: str, weight: float = 1.0) -> Clause:
    return Clause((Phrase("words", (text,), weight),))


def index_of(folder: Path, *texts: str) -> TantivyIndex:
    """Keys from 1 on; every second document is of group 2."""
    index = TantivyIndex(folder)
    index.update([Entry(key, 1 + key % 2, "", text) for key, text in enumerate(texts, start=1)], [])
    return index


def keys(index: TantivyIndex, *clauses: Clause, k: int = 50) -> list[int]:
    return [scored.id for scored in index.search(clauses, k)]


def test_more_mentions_and_shorter_texts_come_first(tmp_path: Path) -> None:
    index = index_of(
        tmp_path,
        "经费由街道承担。" + "社区开展活动。" * 30,
        "经费由街道承担，经费按月拨付，经费公开。",
        "经费由街道承担。",
        "社区开展活动。",
    )
    assert set(keys(index, word("经费"))) == {1, 2, 3}
    assert keys(index, word("经费"))[-1] == 1
    assert keys(index, word("经费"))[0] == 2


def test_a_rare_word_says_more_than_a_common_one(tmp_path: Path) -> None:
    index = index_of(tmp_path, *["社区经费"] * 8, "社区食堂")
    found = {scored.id: scored.score for scored in index.search([word("社区"), word("食堂")], 50)}
    assert max(found, key=lambda key: found[key]) == 9


def test_scores_are_those_of_bm25(tmp_path: Path) -> None:
    """tantivy: k1 = 1.2, b = 0.75, idf = ln(1 + (N - n + 0.5) / (n + 0.5)); texts of one length."""
    index = index_of(tmp_path, "经费", "食堂", "网格")
    (scored,) = index.search([word("经费")], 5)
    idf = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    assert scored.score == pytest.approx(idf * (1 + 1.2) / (1 + 1.2), rel=1e-3)
    (weighted,) = index.search([word("经费", 2.5)], 5)
    assert weighted.score == pytest.approx(2.5 * scored.score, rel=1e-3)


def test_a_phrase_needs_its_tokens_side_by_side(tmp_path: Path) -> None:
    index = index_of(tmp_path, "办公用房维修", "用房先办公", "办公室与用房")
    phrase = Clause((Phrase("bigrams", tuple(bigrams("办公用房"))),))
    assert keys(index, phrase) == [1]


def test_the_best_of_several_ways_to_say_it_counts(tmp_path: Path) -> None:
    index = index_of(tmp_path, "经费", "资金", "经费资金", "食堂")
    clause = Clause((Phrase("words", ("经费",)), Phrase("words", ("资金",), 0.5)))
    found = {scored.id: scored.score for scored in index.search([clause], 9)}
    assert set(found) == {1, 2, 3}
    assert found[1] > found[2]
    both = index.search([word("经费"), word("资金")], 9)
    assert both[0].id == 3, "clauses add up, alternatives do not"
    assert found[3] < both[0].score


def test_a_common_last_way_does_not_make_a_sure_first_one_say_less(tmp_path: Path) -> None:
    index = index_of(tmp_path, "协商", "网格", *["参与"] * 20)
    ways = (Phrase("words", ("协商",)), Phrase("words", ("参与",), 0.5))
    asked = [word("网格"), Clause(ways, ordered=True)]
    found = {scored.id: scored.score for scored in index.search(asked, 50)}
    assert found[1] == pytest.approx(found[2], rel=1e-3), "as rare as it is alone"
    assert found[3] < found[1] / 2
    unordered = {scored.id: scored.score for scored in index.search([word("网格"), Clause(ways)], 50)}
    assert unordered[1] < found[1] / 2


def test_a_rare_last_way_never_outweighs_the_first(tmp_path: Path) -> None:
    index = index_of(tmp_path, *["网格"] * 20, "电网")
    clause = Clause((Phrase("words", ("网格",)), Phrase("words", ("电网",), 0.9)), ordered=True)
    found = {scored.id: scored.score for scored in index.search([clause], 50)}
    assert found[21] <= found[1]


def test_only_admitted_documents_answer(tmp_path: Path) -> None:
    index = index_of(tmp_path, *["社区经费"] * 6)
    clauses = [word("经费")]
    assert {scored.id for scored in index.search(clauses, 50, frozenset({1}))} == {2, 4, 6}
    assert index.search(clauses, 50, frozenset()) == []
    assert len(index.search(clauses, 2, frozenset({1, 2}))) == 2
    everywhere = {scored.id: scored.score for scored in index.search(clauses, 50)}
    inside = {scored.id: scored.score for scored in index.search(clauses, 50, frozenset({1}))}
    assert all(score == pytest.approx(everywhere[key]) for key, score in inside.items())


def test_an_entry_is_replaced_and_removed_by_its_key(tmp_path: Path) -> None:
    index = index_of(tmp_path, "经费", "食堂")
    index.update([Entry(1, 1, "", "网格")], [])
    assert keys(index, word("经费")) == []
    assert keys(index, word("网格")) == [1]
    index.update([], [1, 99])
    assert keys(index, word("网格")) == []
    assert len(index) == 1


def test_a_key_removed_and_added_again_in_one_change_is_there(tmp_path: Path) -> None:
    index = index_of(tmp_path, "经费")
    index.update([Entry(1, 1, "", "网格")], [1])
    assert keys(index, word("网格")) == [1]
    assert len(index) == 1


def test_an_open_index_shows_a_change_after_reload(tmp_path: Path) -> None:
    writer = index_of(tmp_path, "经费")
    reader = TantivyIndex.existing(tmp_path)
    writer.update([Entry(7, 1, "", "网格")], [1])
    assert (keys(reader, word("经费")), keys(reader, word("网格"))) == ([1], [])
    reader.reload()
    assert (keys(reader, word("经费")), keys(reader, word("网格"))) == ([], [7])


def test_a_word_of_the_title_is_found_in_the_title(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path)
    index.update([Entry(1, 1, "社区食堂\n一、经费", "办公"), Entry(2, 1, "", "食堂")], [])
    assert keys(index, Clause((Phrase("title", ("食堂",)),))) == [1]
    assert keys(index, word("食堂")) == [2]


def test_spun_words_are_indexed_as_what_they_stand_for(tmp_path: Path) -> None:
    index = index_of(tmp_path, "党群效劳中心", "党群服务中心")
    assert set(keys(index, word("服务"))) == {1, 2}


def test_nothing_is_found_without_words_or_documents(tmp_path: Path) -> None:
    empty = TantivyIndex(tmp_path / "empty")
    assert empty.search([word("经费")], 5) == []
    assert empty.scores([word("经费")], [1]) == {}
    index = index_of(tmp_path / "one", "经费")
    assert index.search([], 5) == []
    assert index.search([Clause(())], 5) == []
    assert index.scores([word("经费")], []) == {}


@settings(max_examples=25, deadline=None)
@given(entries, st.sets(st.integers(1, 14)), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
def test_scores_of_ids_are_those_that_search_gives(
    tmp_path_factory: pytest.TempPathFactory,
    made: list[tuple[int, list[str]]],
    gone: set[int],
    asked: list[str],
) -> None:
    index = TantivyIndex(tmp_path_factory.mktemp("words"))
    index.update([Entry(key, group, "", "，".join(text)) for key, (group, text) in enumerate(made, 1)], [])
    index.update([], sorted(gone))
    clauses = [word(one) for one in dict.fromkeys(asked)]
    found = {scored.id: scored.score for scored in index.search(clauses, 50)}
    holding = {key for key, (_, text) in enumerate(made, 1) if key not in gone and set(text) & set(asked)}
    assert set(found) == holding
    assert list(found.values()) == sorted(found.values(), reverse=True)
    some = sorted(range(1, 15))[::2]
    assert index.scores(clauses, some) == pytest.approx({k: s for k, s in found.items() if k in some})
    assert len(index) == len(set(range(1, len(made) + 1)) - gone)


def test_what_is_said_counts_once_and_by_its_weight(tmp_path: Path) -> None:
    index = index_of(tmp_path, "经费" * 5, "经费食堂", "网格", "食堂")
    asked = [
        word("经费"),
        word("食堂", 0.5),
        Clause((Phrase("words", ("共建",)), Phrase("words", ("网格",)))),
    ]
    said = index.said(asked, [1, 2, 3, 4])
    assert said[2] > said[1] > said[4] > 0
    assert said[1] + said[4] == pytest.approx(said[2])
    assert said[1] + said[3] + said[4] == pytest.approx(1.0)
    assert index.said(asked, [1]).keys() == {1}
    assert index.said([word("考核")], [1, 2]) == {}


@pytest.mark.parametrize("most_read", [20, 20_000])
def test_a_filter_of_many_documents_gives_what_a_list_of_them_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_read: int
) -> None:
    """Whether entries are picked from more hits, or the documents are named one by one in the end."""
    index = TantivyIndex(tmp_path)
    texts = ["社区经费" + "共建" * (number % 7) for number in range(300)]
    index.update([Entry(key, key, "", text) for key, text in enumerate(texts, start=1)], [])
    within = frozenset(range(40, 300, 3))
    clauses = [word("经费"), word("共建", 0.3)]
    listed = {k: index.search(clauses, k, within) for k in (5, 60, 500)}
    needed = index.holding([word("共建")], clauses, 60, within)
    monkeypatch.setattr(kb.store.lexical, "_LISTED", 1)
    monkeypatch.setattr(kb.store.lexical, "_MOST_READ", most_read)
    for k, wanted in listed.items():
        found = index.search(clauses, k, within)
        assert [one.score for one in found] == pytest.approx([one.score for one in wanted])
        assert {one.id for one in found} <= within
    assert {one.score for one in index.holding([word("共建")], clauses, 60, within)} == {
        one.score for one in needed
    }


@pytest.mark.parametrize("nested", [0, 64])
def test_entries_looked_up_score_what_a_search_gives_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nested: int
) -> None:
    """Whether every list is asked for each entry, or read from end to end."""
    monkeypatch.setattr(kb.store.queries, "_NESTED", nested)
    monkeypatch.setattr(kb.store.queries, "_LARGE", 0)
    index = TantivyIndex(tmp_path)
    said = ["社区经费", "共建共享经费经费", "社区考核办法", "办公用房", "社区社区共建"]
    index.update([Entry(key, key, "", said[key % 5] * (1 + key % 3)) for key in range(1, 200)], [7, 8])
    clauses = (word("经费"), word("共建", 0.3), word("社区"), Clause((Phrase("bigrams", ("办公", "公用")),)))
    every = {one.id: one.score for one in index.search(clauses, 500)}
    asked = [1, 2, 3, 4, 7, 55, 120, 199, 1000]
    assert index.scores(clauses, asked) == {id: every[id] for id in asked if id in every}
    shares = index.said(clauses, asked)
    assert shares.keys() == {id for id in asked if id in every}
    assert shares[55] == index.said(clauses, [55])[55] == index.said(list(clauses), [55])[55]
    index.update([], [55])
    assert index.scores(clauses, [55, 120]).keys() == {120}
    assert index.scores(clauses, asked) == index.scores(list(clauses), asked), "rarer words weigh more now"
    index.update([Entry(55, 55, "", "社区")], [])
    longer = [word(f"词{number}") for number in range(300)]
    assert index.scores([*clauses, *longer], asked).keys() == shares.keys()


@pytest.mark.parametrize("first", [1, 3, 1000])
def test_leading_entries_and_what_is_known_of_them_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    """However many are read first, and never beyond a change."""
    monkeypatch.setattr(kb.store.lexical, "_READ_LEADING", first)
    index = TantivyIndex(tmp_path)
    assert index.leading((word("经费"),), 0.5) == index.leading((Clause(()),), 0.5) == set()
    said = ["社区经费", "共建共享经费经费", "社区考核办法", "办公用房", "社区社区共建"]
    index.update([Entry(key, key, "", said[key % 5]) for key in range(1, 60)], [])
    clauses, ids = (word("经费"), word("社区", 0.2)), list(range(1, 70))
    every = {one.id: one.score for one in index.search(list(clauses), 100)}
    for within in (None, frozenset(range(3, 40)), frozenset({3}), frozenset[int]()):
        inside = {id: score for id, score in every.items() if within is None or id in within}
        least = 0.5 * max(inside.values(), default=0.0)
        assert index.leading(clauses, 0.5, within) == {id for id, score in inside.items() if score >= least}
        assert index.leading(list(clauses), 0.5, within) == index.leading(clauses, 0.5, within)
        assert index.scores(clauses, ids) == every
    index.update([Entry(1, 1, "", "经费" * 9)], [5, 6])
    now = index.scores(list(clauses), ids)
    assert index.scores(clauses, ids) == now != every
    assert not {5, 6} & (index.leading(clauses, 0.0) | now.keys())
    assert 1 in index.leading(clauses, 0.9)
