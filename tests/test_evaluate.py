from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.config import load_settings
from kb.errors import DataError
from kb.evaluate import evaluate, ndcg, recall, reciprocal_rank
from kb.library import silent

TEXTS = {
    "d1": "区财政每年安排社区办公用房专项资金，按照每个社区十万元的标准拨付。",
    "d2": "网格员每日巡查小区，发现问题通过平台上报，街道限时办结。",
    "d3": "老年助餐点由企业运营，政府按用餐人次给予补贴。",
}


def write_set(folder: Path, qrels: str = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t2\n") -> Path:
    folder.mkdir(exist_ok=True)
    rows = [
        json.dumps({"id": id, "title": "", "text": text}, ensure_ascii=False) for id, text in TEXTS.items()
    ]
    (folder / "corpus.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    queries = {"q1": "社区办公用房的钱从哪里来", "q2": "网格员怎么巡查", "q3": "没有判定的问题"}
    lines = [json.dumps({"id": id, "text": text}, ensure_ascii=False) for id, text in queries.items()]
    (folder / "queries.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return folder


def test_a_small_set(bare_home: Path, tmp_path: Path) -> None:
    settings = load_settings(bare_home, environ={})
    folder = write_set(tmp_path / "set")
    for mode in ("hybrid", "dense", "lexical"):
        measured = evaluate(settings, folder, None, mode, silent)
        assert (measured.queries, measured.ndcg_10, measured.mrr_10, measured.recall_100) == (
            2,
            1.0,
            1.0,
            1.0,
        )
    assert list((bare_home / "indexes" / ".eval").iterdir()), "the index is kept"
    assert not (bare_home / "indexes" / "main").exists()


@pytest.mark.parametrize(
    ("qrels", "says"),
    [
        ("q1 d1 1\n", "between tabs"),
        ("query-id\tcorpus-id\tscore\nq1\td1\tyes\n", "whole number"),
        ("query-id\tcorpus-id\tscore\nzz\td1\t1\n", "judges none"),
    ],
)
def test_what_cannot_be_used_is_named(bare_home: Path, tmp_path: Path, qrels: str, says: str) -> None:
    folder = write_set(tmp_path / "set", qrels)
    with pytest.raises(DataError, match=says):
        evaluate(load_settings(bare_home, environ={}), folder, None, "lexical", silent)


def test_measures_by_hand() -> None:
    grades = {"a": 2, "b": 1}
    assert ndcg(["a", "b"], grades, 10) == 1
    assert ndcg(["x", "b", "a"], grades, 10) == pytest.approx(
        (1 / math.log2(3) + 2 / math.log2(4)) / (2 + 1 / math.log2(3))
    )
    assert reciprocal_rank(["x", "b", "a"], grades, 10) == 0.5
    assert reciprocal_rank(["x"], grades, 10) == 0
    assert recall(["x", "b"], grades, 10) == 0.5


@given(st.permutations(list("abcdef")), st.integers(1, 6))
def test_measures_lie_between_0_and_1(ranked: list[str], depth: int) -> None:
    grades = {"a": 2, "b": 1, "zz": 1}
    for measure in (ndcg, reciprocal_rank, recall):
        assert 0 <= measure(ranked, grades, depth) <= 1
