from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.places import place
from kb.types import Section

LINES = (
    ((), "青禾区的做法"),
    ((), "这是导语。"),
    (("一、高位统筹",), "一、高位统筹"),
    (("一、高位统筹",), "区委书记领办。"),
    (("二、以奖代补", "（三）分三档奖励。"), "（三）分三档奖励。"),
    (("二、以奖代补", "（三）分三档奖励。"), "一档五十万元。"),
    (("二、以奖代补", "（三）分三档奖励。"), "二档三十万元。"),
    (("二、以奖代补", "（三）分三档奖励。"), ""),
    (("二、以奖代补", "（三）分三档奖励。"), "三档十五万元。"),
    (("第三章 附则", "第十一条"), "第十一条"),
    (("第三章 附则", "第十一条"), "本办法自发布之日起施行。"),
    (("工作体会与下一步的打算和安排",), "工作体会与下一步的打算和安排"),
    (("工作体会与下一步的打算和安排",), "要坚持下去。"),
    (("1.2 资金来源",), "1.2 资金来源"),
    (("1.2 资金来源",), "区级财政承担。"),
)


def laid_out() -> tuple[str, list[Section]]:
    text, sections = "", []
    for path, line in LINES:
        if sections and sections[-1].path == path:
            sections[-1] = Section(path, sections[-1].start, len(text) + len(line) + 1, sections[-1].page)
        else:
            sections.append(Section(path, len(text), len(text) + len(line) + 1, page=len(sections) + 1))
        text += line + "\n"
    return text, sections


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("这是导语", "第2段"),
        ("一、高位统筹", "一、"),
        ("区委书记领办", "一、第1段"),
        ("（三）分三档", "二、（三）"),
        ("二档三十万元", "二、（三）第2段"),
        ("三十万元", "二、（三）第2段"),
        ("三档十五万元", "二、（三）第3段"),
        ("本办法自发布", "第三章第十一条第1段"),
        ("要坚持下去", "“工作体会与下一步的打算和…”第1段"),
        ("区级财政承担", "1.2第1段"),
    ],
)
def test_a_place_is_said_as_a_reader_would(words: str, said: str) -> None:
    text, sections = laid_out()
    start = text.index(words)
    found = place(text, sections, start)
    assert found.paragraph == said
    section = next(one for one in sections if one.start <= start < one.end)
    assert (found.path, found.page) == (section.path, section.page)


def test_a_text_without_sections_counts_its_lines() -> None:
    assert place("甲。\n\n乙。", (), 4).paragraph == "第2段"


@given(st.integers(0, 200))
def test_every_offset_has_a_place(offset: int) -> None:
    text, sections = laid_out()
    found = place(text, sections, min(offset, len(text) - 1))
    assert found.paragraph
    assert found.page is not None


def test_paragraphs_are_counted_on_over_the_pages_of_one_section() -> None:
    text = "一、甲部分\n第一段。\n第二段。\n第三段。\n"
    cut = text.index("第二段")
    path = ("一、甲部分",)
    sections = [Section(path, 0, cut, page=1), Section(path, cut, len(text), page=2)]
    found = place(text, sections, text.index("第三段"))
    assert (found.paragraph, found.page) == ("一、第3段", 2)
