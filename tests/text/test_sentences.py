from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.text.sentences import sentence_spans

ALPHABET = "社区经费。！？!?；，、：“”‘’（）》\n\r\t \u3000\u2028.a1％"
texts = st.text(alphabet=ALPHABET, max_size=80) | st.text(max_size=40)


@given(texts)
def test_spans_are_in_order_and_cover_every_visible_character(text: str) -> None:
    covered: set[int] = set()
    last = 0
    for start, end in sentence_spans(text):
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        covered.update(range(start, end))
        last = end
    assert {i for i, char in enumerate(text) if not char.isspace()} <= covered


@given(texts, st.integers(0, 80), st.integers(0, 80))
def test_a_part_is_cut_within_its_bounds(text: str, a: int, b: int) -> None:
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    spans = list(sentence_spans(text, start, end))
    assert all(start <= first < last <= end for first, last in spans)
    visible = sum(not char.isspace() for char in text[start:end])
    assert sum(not char.isspace() for first, last in spans for char in text[first:last]) == visible


@given(texts)
def test_no_sentence_runs_over_a_line(text: str) -> None:
    assert not any("\n" in text[start:end] for start, end in sentence_spans(text))


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def test_closing_marks_stay_with_their_sentence() -> None:
    text = "书记说：“钱要花在刀刃上。”（见附件！）大家同意吗？！同意。"
    assert cut(text) == ["书记说：“钱要花在刀刃上。”", "（见附件！）", "大家同意吗？！", "同意。"]


def test_a_semicolon_joins_what_belongs_together() -> None:
    assert cut("一是定标准；二是管用途。三是严考核") == ["一是定标准；二是管用途。", "三是严考核"]


def test_headings_and_table_rows_are_sentences_of_their_own() -> None:
    assert cut("一、基本情况\n　　全区有58个社区。\n项目 | 金额\n") == [
        "一、基本情况",
        "全区有58个社区。",
        "项目 | 金额",
    ]


def test_a_decimal_point_and_a_dot_do_not_end_a_sentence() -> None:
    assert cut("改扩建面积2.8万平方米，见www.example.cn。") == ["改扩建面积2.8万平方米，见www.example.cn。"]
