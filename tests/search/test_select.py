from __future__ import annotations

from kb.search.engine import Found
from kb.search.select import Candidate, spread, without_repeats
from kb.types import DocumentCard


def candidate(id: int, key: int, text: str = "") -> Candidate:
    found = Found(id, key, 1 / id, 0.8, 1.0, 1.0, id, id, 0.4)
    return Candidate(found, text or f"第{id}段说的是完全不同的事情{'甲乙丙丁戊己庚辛'[id % 8] * 9}")


CARDS = {
    1: DocumentCard("a", "a", "v", "甲", region=("天津市", "河东区")),
    2: DocumentCard("b", "b", "v", "乙", region=("天津市", "河东区", "大王庄街道")),
    3: DocumentCard("c", "c", "v", "丙", region=("湖北省", "黄石市")),
    4: DocumentCard("d", "d", "v", "丁"),
    5: DocumentCard("e", "e", "v", "戊"),
}
RANKED = [
    candidate(1, 1),
    candidate(2, 1),
    candidate(3, 3),
    candidate(4, 4),
    candidate(5, 5),
    candidate(6, 3),
]


def ids(chosen: list[Candidate]) -> list[int]:
    return [one.found.id for one in chosen]


def test_a_narrow_question_keeps_the_order() -> None:
    assert ids(spread(RANKED, CARDS, 4, None, broad=False)) == [1, 2, 3, 4]


def test_a_broad_question_gives_each_district_its_turn_and_then_the_rest() -> None:
    assert ids(spread(RANKED, CARDS, 6, None, broad=True)) == [1, 3, 4, 5, 2, 6]


def test_per_region_is_a_limit() -> None:
    assert ids(spread(RANKED, CARDS, 9, 1, broad=False)) == [1, 3, 4, 5]
    assert ids(spread(RANKED, CARDS, 9, 2, broad=True)) == [1, 2, 3, 4, 5, 6]


def test_the_same_words_are_shown_once() -> None:
    words = "区财政每年安排专项资金一千六百八十万元，用于社区党群服务中心的日常运转。"
    ranked = [candidate(1, 1, words), candidate(2, 3, words[:-1] + "！"), candidate(3, 4)]
    assert ids(without_repeats(ranked, 0.9)) == [1, 3]
