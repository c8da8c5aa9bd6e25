"""Headings with Chinese numbers, sections, passages."""

import pytest

from kb.ingest.labels import chinese_number, find_label
from kb.ingest.outline import outline
from kb.ingest.paragraphs import paragraphs
from kb.ingest.split import split
from kb.types import Block, Document, Section

BODY = "区财政每年在预算中单列以奖代补资金，由街道先行建设，验收合格当月拨付，有效调动了街道的积极性。"


def _paths(*lines: str) -> list[tuple[str, ...]]:
    return [section.path for section in outline(paragraphs([Block(line) for line in lines])).sections]


def _lines(*lines: str) -> list[str]:
    return [block.text for block in paragraphs([Block(line) for line in lines])]


@pytest.mark.parametrize(
    ("line", "text", "kind", "number"),
    [
        ("第一章 总则", "第一章", "chapter", 1),
        ("第十二条 本办法", "第十二条", "article", 12),
        ("第三十一条之一 新增", "第三十一条之一", "article", 311),
        ("一、总体要求", "一、", "cn", 1),
        ("十一、附则", "十一、", "cn", 11),
        ("（二）加强领导", "（二）", "cn_par", 2),
        ("(十三)其他", "(十三)", "cn_par", 13),
        ("3.工作机制", "3.", "num", 3),
        ("12、其他", "12、", "num", 12),
        ("2.1 范围", "2.1", "multi", 1),
        ("（4）步骤", "（4）", "num_par", 4),
        ("③步骤", "③", "circled", 3),
    ],
)
def test_labels(line: str, text: str, kind: str, number: int) -> None:
    label = find_label(line)
    assert label is not None
    assert (label.text, label.kind) == (text, kind)
    assert label.number == number or kind == "article"


@pytest.mark.parametrize(
    "line",
    [
        "6.8万人参与",
        "3.5%的增长",
        "第三条款规定",
        "第一节课",
        "一是加强领导",
        "2023年工作",
        "第一章程",
        "100. 元",
    ],
)
def test_what_only_looks_like_a_label(line: str) -> None:
    assert find_label(line) is None


def test_numerals() -> None:
    assert [chinese_number(text) for text in ("一", "十", "十一", "二十", "一百零三")] == [1, 10, 11, 20, 103]


def test_four_levels_of_an_official_document() -> None:
    assert _paths(
        "标题",
        "一、总体要求",
        BODY,
        "（一）指导思想",
        BODY,
        "1.原则",
        BODY,
        "（二）目标",
        BODY,
        "二、措施",
        BODY,
    ) == [
        (),
        ("一、总体要求",),
        ("一、总体要求", "（一）指导思想"),
        ("一、总体要求", "（一）指导思想", "1.原则"),
        ("一、总体要求", "（二）目标"),
        ("二、措施",),
    ]


def test_articles_keep_their_text_on_their_line() -> None:
    text = outline([Block("第一章 总则"), Block(f"第一条 {BODY}"), Block("第二条 本办法适用于本区。")])
    assert [section.path for section in text.sections] == [
        ("第一章 总则",),
        ("第一章 总则", "第一条"),
        ("第一章 总则", "第二条"),
    ]
    assert text.text.split("\n")[1] == f"第一条 {BODY}"


def test_a_heading_sentence_that_opens_a_paragraph_is_split_off() -> None:
    assert _lines(f"（一）加强领导。{BODY}") == ["（一）加强领导。", BODY]
    assert _paths("标题行", f"（一）加强领导。{BODY}", f"（二）落实经费。{BODY}")[1:] == [
        ("（一）加强领导",),
        ("（二）落实经费",),
    ]


def test_items_of_a_list_are_no_headings() -> None:
    items = ["1.身份证；", "2.户口簿；", "3.居住证。"]
    assert _paths("一、申请材料", *items, "二、办理程序", BODY) == [("一、申请材料",), ("二、办理程序",)]
    bare = ["1.身份证", "2.户口簿", "3.居住证"]
    assert ("一、申请材料", "2.户口簿") not in _paths("一、申请材料", *bare, "二、办理程序", BODY)


def test_yi_shi_er_shi_stay_in_their_paragraph() -> None:
    line = f"{BODY}一是加强领导。建立机制。二是落实经费。列入预算。"
    assert _lines(line) == [line]


def test_ordinals_on_lines_of_their_own_are_headings() -> None:
    paths = _paths(
        "三、重点工作", "一是聚焦扩大内需，着力促进消费", BODY, "二是聚焦创新驱动，着力培育产业", BODY
    )
    assert paths[1:] == [
        ("三、重点工作", "一是聚焦扩大内需，着力促进消费"),
        ("三、重点工作", "二是聚焦创新驱动，着力培育产业"),
    ]


def test_lost_line_ends_are_put_back() -> None:
    lines = [
        "标题文字",
        BODY,
        "一、以制度为目标，完善机制",
        f"组织网络化。{BODY}",
        "二、以服务为重点，丰富内容",
        BODY * 4,
    ]
    assert _lines(" ".join(lines)) == lines


def test_a_stray_space_breaks_nothing() -> None:
    line = f"工作中我们坚持每月一 次的学习雷打不动，{BODY}"
    assert _lines(line) == [line]


def test_headings_without_numbers_need_a_companion() -> None:
    one = _paths("标题文字", BODY, "坚持上下联动，构建治理新局面", BODY)
    two = _paths("标题文字", BODY, "坚持上下联动，构建治理新局面", BODY, "优化力量设置，推进治理无死角", BODY)
    assert one == [()]
    assert two == [(), ("坚持上下联动，构建治理新局面",), ("优化力量设置，推进治理无死角",)]


def test_pages_are_told_where_they_begin() -> None:
    blocks = [
        Block("一、甲部分", page=1),
        Block(BODY, page=1),
        Block(BODY, page=2),
        Block("二、乙部分", page=2),
        Block(BODY, page=3),
    ]
    sections = outline(blocks).sections
    assert [(section.path, section.page) for section in sections] == [
        (("一、甲部分",), 1),
        (("一、甲部分",), 2),
        (("二、乙部分",), 2),
        (("二、乙部分",), 3),
    ]


# --- passages ---


def _passages(*lines: str, title: str = "") -> list[tuple[str, tuple[str, ...]]]:
    found = outline(paragraphs([Block(line) for line in lines]))
    document = Document("d" * 12, "s", "0" * 64, title, found.text, found.sections)
    return [(found.text[chunk.start : chunk.end], chunk.path) for chunk in split(document)]


def test_passages_are_whole_sentences_of_one_section() -> None:
    passages = _passages("一、甲部分", *[BODY] * 14, "二、乙部分", BODY * 3)
    assert all(150 <= len(text) <= 450 for text, _ in passages[:-1])
    assert all(text.endswith("。") for text, _ in passages)
    assert [path for _, path in passages] == [("一、甲部分",)] * (len(passages) - 1) + [("二、乙部分",)]
    assert passages[0][0].startswith("一、甲部分\n")


def test_the_title_and_bare_headings_are_in_no_passage() -> None:
    passages = _passages(
        "青禾区的经验", BODY, "一、主要做法", "（一）加强领导", BODY * 3, title="青禾区的经验"
    )
    assert [text for text, _ in passages] == [BODY, f"（一）加强领导\n{BODY * 3}"]


def test_a_title_over_several_lines_is_left_out() -> None:
    passages = _passages("青禾区关于社区用房的", "实施意见", BODY * 2, title="青禾区关于社区用房的实施意见")
    assert [text for text, _ in passages] == [BODY * 2]


def test_tiny_neighbours_share_a_passage_under_their_parent() -> None:
    passages = _passages("第一章 总则", *(f"第{number}条 本条只有一句话。" for number in "一二三四"))
    assert passages == [
        (
            "第一条 本条只有一句话。\n第二条 本条只有一句话。\n"
            "第三条 本条只有一句话。\n第四条 本条只有一句话。",
            ("第一章 总则",),
        )
    ]


def test_a_long_sentence_is_cut_behind_a_semicolon_then_a_comma_then_anywhere() -> None:
    clause = "由区财政统筹安排社区建设资金并逐年增加投入"
    for mark in "；，":
        text = mark.join([clause] * 30) + "。"
        pieces = [piece for piece, _ in _passages(text)]
        assert "".join(pieces) == text
        assert all(piece.endswith((mark, "。")) and len(piece) <= 450 for piece in pieces)
    pieces = [piece for piece, _ in _passages("字" * 1000)]
    assert "".join(pieces) == "字" * 1000


def test_a_sentence_that_opens_a_paragraph_stays_with_it() -> None:
    passages = _passages("一、甲部分", BODY * 8, "——积极改善环境。" + BODY * 3)
    assert not any(text.endswith("——积极改善环境。") for text, _ in passages)


def test_a_text_without_sections_is_one_run() -> None:
    document = Document("d" * 12, "s", "0" * 64, "", BODY * 2)
    assert [(chunk.start, chunk.end, chunk.path) for chunk in split(document)] == [(0, len(BODY) * 2, ())]


def test_the_page_of_a_passage_is_where_it_starts() -> None:
    text = f"{BODY * 8}\n{BODY * 8}"
    sections = (Section((), 0, len(BODY) * 8 + 1, 1), Section((), len(BODY) * 8 + 1, len(text), 2))
    chunks = split(Document("d" * 12, "s", "0" * 64, "", text, sections))
    assert chunks[0].page == 1
    assert chunks[-1].page == 2
