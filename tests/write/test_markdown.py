"""A second parser reads the Markdown."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from kb.types import Comparison
from kb.write.markdown import escaped, markdown
from kb.write.output import one_line

PARSER = MarkdownIt("commonmark").enable("table")


def inline_kinds(tokens: list[Token]) -> set[str]:
    return {child.type for token in tokens for child in token.children or ()}


def table_rows(text: str) -> list[list[str]]:
    rows: list[list[str]] = []
    tokens = PARSER.parse(text)
    for token, following in pairwise(tokens):
        if token.type == "tr_open":
            rows.append([])
        if token.type in ("th_open", "td_open"):
            rows[-1].append("".join(c.content or "\n" for c in following.children or ()))
    return rows


def test_the_table_is_whole(plain: Comparison) -> None:
    rows = table_rows(markdown(plain))
    assert rows[0] == ["维度", "天津市河东区", "云岚市"]
    assert [row[0] for row in rows[1:]] == ["经费保障", "办公用房与阵地"]
    assert rows[1][1].startswith("“区财政每年安排专项资金1680万元。”[1]（一、第1段）")
    assert "证据较弱" in rows[2][1]
    assert rows[1][2] == "未提及"


def test_markup_in_quotations_shows_as_text(hostile: Comparison) -> None:
    text = markdown(hostile)
    kinds = inline_kinds(PARSER.parse(text))
    assert kinds <= {"text", "text_special", "softbreak", "html_inline"}
    rendered = PARSER.render(text)
    assert "<script" not in rendered
    assert 'href="' not in rendered
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in rendered
    assert [len(row) for row in table_rows(text)] == [11, 11]


@given(st.text(alphabet=st.sampled_from("|\\`*_[]()<>!#-+.&=~{}\n 甲乙")))
def test_any_text_comes_through_as_itself(text: str) -> None:
    (token, *_rest) = [t for t in PARSER.parse(f"前{escaped(text)}后") if t.type == "inline"]
    shown = "".join(child.content for child in token.children or ())
    assert shown == f"前{one_line(text)}后"


def test_warnings_and_references_are_listed(plain: Comparison) -> None:
    text = PARSER.render(markdown(plain))
    assert "数字可疑" in text
    assert "[1] 河东区委. 材料甲：河东发〔2019〕3号[Z]. 天津市：河东区委，2019-06." in text
