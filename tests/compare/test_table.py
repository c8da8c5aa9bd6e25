from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hashing import HashEncoder
from labelled import card

from kb.compare.lens import find_lens, parse_lens
from kb.compare.table import ColumnSource, CompareRequest, build_comparison, sorted_by_figure
from kb.errors import QuestionError
from kb.text.sentences import sentence_spans
from kb.types import Chunk, Comparison, Document, Flag, Lens

ENCODER = HashEncoder()
TEXTS = {
    "青禾区": "区财政每年安排社区工作经费专项资金1800万元。新建办公用房3处，面积960平方米。社区居民满意。",
    "砚湖区": "建立驻区单位联席会议制度，签订共建协议。社区书记参加轮训班，月报酬提高到3000元。",
    "丹圃区": "社区财政专项资金200万元纳入预算。各方筹资近202300万元投入社区办公用房建设。",
}


def document(name: str, text: str, flags: tuple[Flag, ...] = ()) -> Document:
    return Document(f"id{name}", f"{name}.txt", "0" * 64, f"{name}的做法", text, flags=flags)


def source(name: str, *documents: Document) -> ColumnSource:
    chunks = tuple(
        Chunk(hash((one.id, start)) % 2**40 + 1, one.id, start, end, ())
        for one in documents
        for start, end in sentence_spans(one.text)
    )
    texts = {one.id: one.text for one in documents}
    vectors = ENCODER.passages([texts[chunk.doc_id][chunk.start : chunk.end] for chunk in chunks])
    return ColumnSource(name, documents, tuple(card(one) for one in documents), chunks, vectors)


def sources() -> list[ColumnSource]:
    return [source(name, document(name, text)) for name, text in TEXTS.items()]


def build(request: CompareRequest, columns: list[ColumnSource], lens: Lens | None = None) -> Comparison:
    return build_comparison(request, lens or find_lens(), columns, ENCODER)


def cell(comparison: Comparison, column: str, dimension: str) -> tuple[str, list[str]]:
    (found,) = [
        cell
        for one in comparison.columns
        if one.name == column
        for cell in one.cells
        if cell.dimension == dimension
    ]
    return found.state, [citation.quote for citation in found.citations]


def test_cells_are_verbatim_and_blanks_admitted() -> None:
    columns = sources()
    comparison = build(CompareRequest("", columns=tuple(TEXTS)), columns)
    assert cell(comparison, "青禾区", "经费保障") == (
        "found",
        ["区财政每年安排社区工作经费专项资金1800万元。"],
    )
    assert cell(comparison, "砚湖区", "经费保障") == ("not_mentioned", [])
    assert cell(comparison, "砚湖区", "共建共治机制")[0] == "found"
    texts = {one.id: one.text for column in columns for one in column.documents}
    for column in comparison.columns:
        assert len(column.cells) == 8
        for made in column.cells:
            assert (made.state == "not_mentioned") == (not made.citations)
            assert len(made.citations) <= 3
            for citation in made.citations:
                assert texts[citation.doc_id][citation.start : citation.end] == citation.quote


def test_every_passage_says_how_surely_it_belongs() -> None:
    comparison = build(CompareRequest("", columns=tuple(TEXTS)), sources())
    cells = [made for column in comparison.columns for made in column.cells]
    assert all(len(made.confidences) == len(made.citations) for made in cells)
    found = [one for made in cells if made.state == "found" for one in made.confidences]
    assert found
    assert "low" not in found
    assert all(made.confidences == ("low",) for made in cells if made.state == "weak")


def test_what_was_passed_over_joins_the_coverage() -> None:
    comparison = build_comparison(
        CompareRequest("", columns=("青禾区",)), find_lens(), sources()[:1], ENCODER, "", ("排除 3 篇",)
    )
    assert "排除 3 篇" in comparison.coverage.left_out


def test_coverage_counts_every_cell() -> None:
    comparison = build(CompareRequest("", columns=tuple(TEXTS)), sources())
    coverage = comparison.coverage
    assert coverage.documents == 3
    assert coverage.found + coverage.weak + coverage.not_mentioned == 24
    assert any("“数字化”" in note for note in coverage.left_out)


def test_the_topic_chooses_the_columns_that_say_most() -> None:
    comparison = build(CompareRequest("社区经费", best=2), sources())
    assert {column.name for column in comparison.columns} == {"青禾区", "丹圃区"}
    assert any("砚湖区" in note for note in comparison.coverage.left_out)


def test_the_topic_narrows_what_enters_a_cell() -> None:
    comparison = build(CompareRequest("轮训", columns=tuple(TEXTS)), sources())
    assert cell(comparison, "砚湖区", "队伍建设")[0] == "found"
    assert cell(comparison, "青禾区", "经费保障")[0] == "not_mentioned"


def test_a_topic_in_english_narrows_by_its_translation() -> None:
    request = CompareRequest("training of staff", columns=tuple(TEXTS))
    assert build(request, sources()).coverage.found > 4
    narrowed = build_comparison(request, find_lens(), sources(), ENCODER, narrowing="轮训")
    assert cell(narrowed, "青禾区", "经费保障")[0] == "not_mentioned"
    assert narrowed.topic == "training of staff"


def test_a_damaged_figure_is_kept_struck_and_never_sorted_on() -> None:
    text = TEXTS["丹圃区"]
    at = text.index("近202300万元")
    broken = document("丹圃区", text, (Flag("suspect_figure", "2023", at, at + 9),))
    columns = [source("丹圃区", broken), *sources()[:2]]
    comparison = build(CompareRequest("", columns=tuple(TEXTS)), columns)
    figures = [
        figure
        for column in comparison.columns
        for made in column.cells
        for figure in made.figures
        if figure.quote == "近202300万元"
    ]
    assert figures
    assert all(figure.flags for figure in figures)
    ordered = sorted_by_figure(comparison, "经费保障")
    assert [column.name for column in ordered.columns] == ["青禾区", "丹圃区", "砚湖区"]


def test_the_same_passage_in_two_documents_stands_once() -> None:
    twice = [document("甲", TEXTS["青禾区"]), document("乙", TEXTS["青禾区"])]
    comparison = build(CompareRequest("", columns=("青禾区",)), [source("青禾区", *twice)])
    assert len(cell(comparison, "青禾区", "经费保障")[1]) == 1


def test_a_question_adds_a_row() -> None:
    request = CompareRequest("", columns=tuple(TEXTS), questions=("书记的报酬是多少？",))
    comparison = build(request, sources())
    assert comparison.dimensions[-1] == "书记的报酬是多少"
    assert cell(comparison, "砚湖区", "书记的报酬是多少")[0] != "not_mentioned"
    assert cell(comparison, "青禾区", "书记的报酬是多少")[0] == "not_mentioned"


def test_never_rules_a_sentence_out() -> None:
    lens = parse_lens(
        "name = '甲'\n[[dimension]]\nname = '钱'\nstrong = ['资金', '财政']\nnever = ['预算']", "own"
    )
    comparison = build(CompareRequest("", columns=("丹圃区",)), sources()[2:], lens)
    assert cell(comparison, "丹圃区", "钱") == ("not_mentioned", [])


def test_a_row_of_amounts_takes_no_sentence_without_one() -> None:
    rows = "name = '甲'\n[[dimension]]\nname = '金额'\nstrong = ['资金', '财政']\nfigures = ['money']\n"
    column = source("甲区", document("甲区", "区财政加快资金拨付和支出，专项资金安排到位。"))
    states = []
    for only in ("false", "true"):
        lens = parse_lens(f"{rows}only_with_figures = {only}", "own")
        states.append(cell(build(CompareRequest("", columns=("甲区",)), [column], lens), "甲区", "金额")[0])
    assert states == ["found", "not_mentioned"]


def test_the_title_of_a_document_fills_no_cell() -> None:
    text = "原标题：区财政投入专项资金办好社区\n区财政每年安排专项资金，社区经费足额保障。"
    one = replace(document("甲区", text), title="区财政投入专项资金办好社区")
    comparison = build(CompareRequest("", columns=("甲区",)), [source("甲区", one)])
    assert cell(comparison, "甲区", "经费保障") == ("found", [text.split("\n")[1]])


def test_columns_without_documents_or_vectors_are_blank() -> None:
    empty = ColumnSource("空区", (), (), (), np.zeros((0, ENCODER.dim), np.float32))
    comparison = build(CompareRequest("", columns=("空区",)), [empty])
    assert {made.state for made in comparison.columns[0].cells} == {"not_mentioned"}
    assert "空区：库中没有资料" in comparison.coverage.left_out


@pytest.mark.parametrize(
    "request_",
    [
        CompareRequest("长" * 1001),
        CompareRequest("", best=0),
        CompareRequest("", columns=tuple(map(str, range(41)))),
        CompareRequest("", questions=("？",)),
        CompareRequest("", questions=tuple(f"问题{i}的经费" for i in range(33))),
    ],
)
def test_impossible_requests_are_refused(request_: CompareRequest) -> None:
    with pytest.raises(QuestionError):
        build(request_, sources())


def test_sorting_by_an_unknown_row_is_refused() -> None:
    with pytest.raises(QuestionError, match="天气"):
        sorted_by_figure(build(CompareRequest(""), sources()), "天气")
