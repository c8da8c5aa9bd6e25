from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from kb.surfaces import reader
from kb.surfaces.messages import Words
from kb.types import Document, Flag, Removed, Section

ZH = Words("zh")
TEXT = (
    "办法\n一、经费\n（一）来源。\n区财政每年20230万元。\n"
    "项目 | 金额\n房屋 | 30万元\n只有 | 一行\n二、人员\n若干名。"
)


def document(text: str = TEXT, flags: tuple[Flag, ...] = ()) -> Document:
    first, second = text.find("一、"), text.find("二、")
    sections = (
        Section((), 0, first),
        Section(("一、经费",), first, text.find("（一）")),
        Section(("一、经费", "（一）来源"), text.find("（一）"), second),
        Section(("二、人员",), second, len(text)),
    )
    return Document("d", "s.txt", "", "办法", text, sections if first > 0 else (), flags=flags)


def test_headings_paragraphs_and_tables_are_told_apart() -> None:
    groups = reader.lines(document(), None, ZH)
    levels = [[line.level for line in group] for group in groups]
    assert levels == [[0], [1], [2], [0], [0, 0, 0], [1], [0]]
    assert [str(cell) for cell in groups[4][1].cells] == ["房屋", "30万元"]


def test_pages_of_the_file_begin_at_their_first_line() -> None:
    text = "甲\n乙\n丙\n丁"
    sections = (Section((), 0, 2, 1), Section((), 2, 5, 2), Section((), 5, 6, 2), Section((), 6, 7, 3))
    groups = reader.lines(Document("d", "s.pdf", "", "题", text, sections), None, ZH)
    assert [line.page for group in groups for line in group] == [1, 2, None, 3]
    assert reader.pages(groups) == (1, 2, 3)
    alone = reader.lines(Document("d", "s.pdf", "", "题", text, sections[:1]), None, ZH)
    assert reader.pages(alone) == ()


def test_a_single_line_with_a_bar_is_no_table() -> None:
    groups = reader.lines(document("甲 | 乙\n丙"), None, ZH)
    assert [len(group) for group in groups] == [1, 1]
    assert str(groups[0][0].html) == "甲 | 乙"


@given(st.text(alphabet="甲<。 |\n", max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_lines_hold_every_word_and_one_anchor(text: str, start: int, end: int) -> None:
    made = document(text)
    cited = reader.valid_span(made, start, end)
    groups = reader.lines(made, cited, ZH)
    joined = "\n".join(str(line.html) for group in groups for line in group)
    assert [line for line in text.split("\n") if line.strip()] == re.sub(r"<[^<>]*>", "", joined).replace(
        "&lt;", "<"
    ).split("\n") or not text.strip()
    assert joined.count('id="cite"') == (1 if cited else 0)


def test_the_outline_names_the_place_of_the_citation() -> None:
    at = TEXT.index("区财政")
    entries = reader.outline(document(), (at, at + 3))
    assert [(entry.level, entry.heading, entry.current) for entry in entries] == [
        (1, "一、经费", False),
        (2, "（一）来源", True),
        (1, "二、人员", False),
    ]


def test_spans_are_trimmed_and_checked() -> None:
    made = document("  甲乙  \n丙")
    assert reader.valid_span(made, 0, 6) == (2, 4)
    for start, end in ((0, 2), (3, 3), (4, 2), (-1, 3), (0, 99), (None, 3), (0, None)):
        assert reader.valid_span(made, start, end) is None


def test_flags_of_words_become_layers_and_flags_of_documents_do_not() -> None:
    at = TEXT.index("20230")
    flags = (
        Flag("suspect_figure", "20230万元", at, at + 7),
        Flag("anonymised", "某区"),
        Flag("ocr", "", 0, 5),
    )
    layers = reader.flag_layers(flags, ZH)
    assert [layer.css for layer in layers] == ["flagged suspect_figure"]
    page = "".join(
        str(line.html) for group in reader.lines(document(flags=flags), None, ZH) for line in group
    )
    assert 'data-word="数字可疑">20230万元</span>' in page


def test_removed_lines_are_grouped_by_rule() -> None:
    removed = (Removed("a", "x"), Removed("b", "y"), Removed("c", "x"))
    assert reader.removed_groups(removed) == (
        reader.RemovedGroup(
            "x",
            (
                (Removed("a", "x").key, "a"),
                (Removed("c", "x").key, "c"),
            ),
        ),
        reader.RemovedGroup("y", ((Removed("b", "y").key, "b"),)),
    )


def test_a_line_is_named_by_its_start() -> None:
    assert reader.line_start(document(), TEXT.index("20230")) == TEXT.index("区财政")
    assert reader.line_start(document(), 0) == 0
