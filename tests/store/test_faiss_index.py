"""The FAISS index against a NumPy oracle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import kb.store.nearest
import kb.store.vectors
from kb.errors import StoreError
from kb.ports import Scored, Vector, Vectors
from kb.store.nearest import lists_of
from kb.store.vectors import FaissIndex, read_vectors, write_vectors

DIM = 6
ids = st.integers(1, 30) | st.integers(1, 2**63 - 1)
groups = st.integers(1, 5)


def unit(seed: int) -> Vector:
    vector = np.random.default_rng(seed).standard_normal(DIM).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


class Oracle:
    """What the index must be: a dictionary searched from end to end."""

    def __init__(self) -> None:
        self.rows: dict[int, tuple[int, Vector]] = {}

    def search(self, vector: Vector, within: frozenset[int] | None) -> dict[int, float]:
        return {
            id: float(row @ vector)
            for id, (group, row) in self.rows.items()
            if within is None or group in within
        }


def assert_best(found: list[Scored], every: dict[int, float], k: int) -> None:
    """`found` are the best k: equal scores may stand in any order, and any of them may be left out."""
    assert len({scored.id for scored in found}) == len(found) == min(k, len(every))
    assert all(scored.score == pytest.approx(every[scored.id], abs=1e-5) for scored in found)
    best = sorted(every.values(), reverse=True)[:k]
    assert [scored.score for scored in found] == pytest.approx(best, abs=1e-5)


class Machine(RuleBasedStateMachine):
    """Any sequence of changes, with searches between them."""

    @initialize()
    def start(self) -> None:
        self.index = FaissIndex.empty(DIM)
        self.oracle = Oracle()
        self.before = self.index
        self.rows_before: set[int] = set()

    @rule(rows=st.dictionaries(ids, st.tuples(groups, st.integers(0, 10**6)), max_size=6), gone=st.sets(ids))
    def change(self, rows: dict[int, tuple[int, int]], gone: set[int]) -> None:
        self.before, self.rows_before = self.index, set(self.oracle.rows)
        gone -= set(rows)
        vectors = np.array([unit(seed) for _, seed in rows.values()], np.float32).reshape(-1, DIM)
        self.index = self.index.changed(
            list(rows), [group for group, _ in rows.values()], vectors, list(gone)
        )
        for id in gone:
            self.oracle.rows.pop(id, None)
        self.oracle.rows |= {id: (group, unit(seed)) for id, (group, seed) in rows.items()}

    @rule()
    def remove_one_that_is_there(self) -> None:
        if self.oracle.rows:
            id = min(self.oracle.rows)
            self.index = self.index.changed([], [], np.zeros((0, DIM), np.float32), [id])
            del self.oracle.rows[id]

    @rule()
    def merge(self) -> None:
        self.index = self.index.merged()

    @rule(seed=st.integers(0, 10**6), k=st.integers(1, 12), within=st.none() | st.frozensets(groups))
    def search(self, seed: int, k: int, within: frozenset[int] | None) -> None:
        found = self.index.search(unit(seed), k, within)
        assert_best(found, self.oracle.search(unit(seed), within), k)

    @invariant()
    def the_same_rows(self) -> None:
        assert len(self.index) == len(self.oracle.rows)
        found_ids, found_groups, vectors = self.index.rows()
        held = {
            int(id): (int(group), row)
            for id, group, row in zip(found_ids, found_groups, vectors, strict=True)
        }
        assert held.keys() == self.oracle.rows.keys()
        for id, (group, row) in self.oracle.rows.items():
            assert held[id][0] == group
            np.testing.assert_array_equal(held[id][1], row)

    @invariant()
    def a_change_leaves_the_index_before_it_alone(self) -> None:
        assert set(self.before.rows()[0].tolist()) == self.rows_before


@pytest.mark.parametrize("merge_above", [2, 10**6])
def test_any_changes_keep_step_with_the_oracle(merge_above: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kb.store.vectors, "_MERGE_ABOVE", merge_above)

    class Case(Machine.TestCase):  # type: ignore[misc]  # hypothesis makes the class at run time
        settings = settings(max_examples=40, stateful_step_count=15, deadline=None)

    Case("runTest").runTest()


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(ids, st.tuples(groups, st.integers(0, 10**6)), max_size=12))
def test_a_file_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[int, tuple[int, int]]
) -> None:
    vectors = np.array([unit(seed) for _, seed in rows.values()], np.float32).reshape(-1, DIM)
    index = FaissIndex.empty(DIM).changed(list(rows), [group for group, _ in rows.values()], vectors, [])
    path = tmp_path_factory.mktemp("faiss") / "g1.faiss"
    write_vectors(index, path)
    again = read_vectors(path)
    assert len(again) == len(rows)
    for before, after in zip(index.rows(), again.rows(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_no_row_and_no_admitted_row_give_nothing() -> None:
    assert FaissIndex.empty(DIM).search(unit(1), 5) == []
    one = FaissIndex.empty(DIM).changed([1], [1], unit(1).reshape(1, DIM), [])
    assert one.search(unit(1), 5, frozenset()) == []
    assert one.search(unit(1), 5, frozenset({2})) == []


def test_vectors_of_another_length_are_refused() -> None:
    wrong: Vectors = np.ones((1, DIM + 1), np.float32)
    with pytest.raises(StoreError, match="length 6"):
        FaissIndex.empty(DIM).changed([1], [1], wrong, [])


def test_files_of_different_counts_are_damaged(tmp_path: Path) -> None:
    path = tmp_path / "g1.faiss"
    write_vectors(FaissIndex.empty(DIM).changed([1], [1], unit(1).reshape(1, DIM), []), path)
    np.save(path.with_suffix(".ids.npy"), np.ones((2, 3), np.int64))
    with pytest.raises(StoreError, match="1 vectors for 3 ids"):
        read_vectors(path)


@pytest.fixture
def in_lists(monkeypatch: pytest.MonkeyPatch) -> tuple[FaissIndex, Vectors]:
    """An index above the size that is searched exactly, and its 3000 vectors under the ids 1, 2, 3 …"""
    monkeypatch.setattr(kb.store.nearest, "EXACT_BELOW", 2000)
    rng = np.random.default_rng(5)
    centres = rng.standard_normal((200, 48))
    mixed = centres[rng.integers(200, size=3000)] + 0.3 * rng.standard_normal((3000, 48))
    vectors = (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)
    return FaissIndex.of(np.arange(1, 3001), np.arange(3000) // 10, vectors), vectors


def recall(index: FaissIndex, vectors: Vectors, within: frozenset[int] | None = None) -> float:
    """Of the ten rows that are nearest to each hundredth row."""
    inside = [row for row in range(len(vectors)) if within is None or row // 10 in within]
    shares = []
    for vector in vectors[::100]:
        best = sorted(inside, key=lambda row: -float(vectors[row] @ vector))[:10]
        found = {scored.id - 1 for scored in index.search(vector, 10, within)}
        shares.append(len(found & set(best)) / len(best))
    return float(np.mean(shares))


def test_many_vectors_lie_in_lists_and_are_found(in_lists: tuple[FaissIndex, Vectors]) -> None:
    index, vectors = in_lists
    assert lists_of(index.base()[2]) > 1
    assert recall(index, vectors) >= 0.98


@pytest.mark.parametrize("share", [2, 10, 100])
def test_a_filter_costs_little_recall(in_lists: tuple[FaissIndex, Vectors], share: int) -> None:
    index, vectors = in_lists
    assert recall(index, vectors, frozenset(range(0, 300, share))) >= 0.95, "rows here lie far apart"


@pytest.mark.parametrize("documents", [[], [3], [3, 17, 60, 299], list(range(0, 300, 20)), [7, 5000]])
def test_rows_put_side_by_side_score_what_their_lists_say(
    in_lists: tuple[FaissIndex, Vectors], monkeypatch: pytest.MonkeyPatch, documents: list[int]
) -> None:
    """Few documents' rows are gathered once; before and after rows have gone and others have come."""
    index, vectors = in_lists
    changed = index.changed([9001, 9002], [3, 17], vectors[:2], [31, 32]).merged()
    for one in (index, changed, changed.changed([9003], [60], vectors[2:3], [9001])):
        lists = FaissIndex(one._base, one._later, one._alive)
        monkeypatch.setattr(kb.store.nearest, "_GATHERED", 0)
        wanted = [lists.search(vector, 60, frozenset(documents)) for vector in vectors[:40:5]]
        monkeypatch.setattr(kb.store.nearest, "_GATHERED", 2000)
        monkeypatch.setattr(kb.store.vectors, "_MERGE_MOST", 5)
        within = frozenset(documents)
        for vector, best in zip(vectors[:40:5], wanted, strict=True):
            assert one.search(vector, 60, within) == best
        assert bool(one._admitted(within)[0].gathered) is bool(wanted[0])


def test_changes_of_an_index_in_lists(
    in_lists: tuple[FaissIndex, Vectors], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Merging extends the lists, and what has gone stays gone, in the file too."""
    monkeypatch.setattr(kb.store.vectors, "_MERGE_ABOVE", 0)
    monkeypatch.setattr(kb.store.vectors, "_MERGE_MOST", 5)
    index, vectors = in_lists
    grown = index.changed(list(range(5001, 5011)), [999] * 10, vectors[:10], [7, 8])
    assert len(grown.base()[0]) == 3010, "the later rows were merged into the base"
    assert (len(index), len(grown)) == (3000, 3008)
    assert {scored.id for scored in grown.search(vectors[3], 2)} == {4, 5004}
    assert 7 not in {scored.id for scored in grown.search(vectors[6], 10)}
    assert 7 in {scored.id for scored in index.search(vectors[6], 10)}


def test_an_index_in_lists_is_written_and_read(in_lists: tuple[FaissIndex, Vectors], tmp_path: Path) -> None:
    index, vectors = in_lists
    write_vectors(index.changed([], [], vectors[:0], [7, 8]), tmp_path / "g1.faiss")
    again = read_vectors(tmp_path / "g1.faiss")
    assert len(again) == 2998
    assert not {7, 8} & set(again.rows()[0].tolist())
    assert again.search(vectors[0], 1)[0].id == 1


def test_products_and_documents_of_rows(in_lists: tuple[FaissIndex, Vectors]) -> None:
    index, vectors = in_lists
    changed = index.changed([9001], [77], vectors[:1], [2])
    assert changed.documents([1, 2, 9001, 12345]) == {1: 0, 9001: 77}
    products = changed.products(vectors[0], [1, 2, 9001, 12345])
    assert products == pytest.approx({1: 1.0, 9001: 1.0}, abs=1e-3)
    assert FaissIndex.empty(DIM).products(unit(1), [3]) == {}
    assert {one.id: one.document for one in changed.search(vectors[0], 2)} == {1: 0, 9001: 77}
    assert changed.vectors([1, 2, 9001]).keys() == {9001}, "lists hold them in half the precision"


def test_vectors_of_an_exact_index_are_those_given() -> None:
    index = FaissIndex.empty(DIM).changed([1, 2, 3], [5, 5, 6], np.stack([unit(i) for i in range(3)]), [])
    changed = index.changed([3, 4], [6, 7], np.stack([unit(8), unit(9)]), [1])
    for one, wanted in ((index, {1: 0, 2: 1, 3: 2}), (changed, {2: 1, 3: 8, 4: 9})):
        found = one.vectors([1, 2, 3, 4, 5])
        assert found.keys() == wanted.keys()
        assert all((found[id] == unit(seed)).all() for id, seed in wanted.items())


def test_so_many_dead_rows_outgrow_the_lists(in_lists: tuple[FaissIndex, Vectors]) -> None:
    index, vectors = in_lists
    fewer = index.changed([], [], vectors[:0], list(range(1, 901)))
    assert (index.outgrown, fewer.outgrown) == (False, True)
    assert len(fewer.anew().base()[0]) == len(fewer) == 2100
    assert not fewer.anew().outgrown


def test_an_index_changes_its_type_only_when_it_is_made_anew(in_lists: tuple[FaissIndex, Vectors]) -> None:
    index, vectors = in_lists
    small = index.changed([], [], vectors[:0], list(range(1, 1501)))
    assert small.merged().lists == index.lists > 0
    assert small.outgrown
    assert (small.anew().lists, len(small.anew())) == (0, 1500)
    exact = FaissIndex.empty(48).changed(list(range(1, 3001)), [1] * 3000, vectors, [])
    assert (exact.lists, exact.merged().lists, exact.outgrown) == (0, 0, True)
    assert exact.anew().lists == index.lists
