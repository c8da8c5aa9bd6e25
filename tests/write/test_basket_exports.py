"""A basket as Word, Excel, Markdown and CSV: the same citations in each, its order, its notes."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn
from handmade import HOSTILE, PLAIN, card, document
from lxml import etree
from markdown_it import MarkdownIt
from openpyxl import load_workbook
from test_docx import drawn, needs_office, page_text

from kb.search.cite import cite
from kb.types import Basket, Entry, Flag, Heading, Kept
from kb.write.basket_files import write_basket_csv, write_basket_markdown, write_basket_xlsx
from kb.write.docx import write_basket_docx, write_draft
from kb.write.verify import read_citations

WRITERS = {
    "docx": write_basket_docx,
    "draft.docx": write_draft,
    "xlsx": write_basket_xlsx,
    "md": write_basket_markdown,
    "csv": write_basket_csv,
}


@pytest.fixture
def basket() -> Basket:
    broken = PLAIN.index("近202300万元")
    flag = Flag("suspect_figure", "2023 被替换进数字", broken, broken + 9)
    one = document(PLAIN, "甲", region=("天津市", "河东区"), issued="2019", flags=(flag,))
    first, second = PLAIN.index("区财政"), PLAIN.index("各方")
    entries: tuple[Entry, ...] = (
        Heading(1, "经费从哪里来", 1, "先写财政"),
        Heading(2, "财政投入", 2),
        Kept(3, cite(one, card(one), first, second), "intact", "最要紧的一条", "经费保障 · 河东区"),
        Heading(4, "社会筹资", 2),
        Kept(5, cite(one, card(one), second, PLAIN.index("\n二、")), "moved"),
        Heading(6, "三、房子", 1),
        Kept(7, cite(one, card(one), PLAIN.index("新建"), len(PLAIN)), "source_removed"),
    )
    return Basket("社区经费", 7, entries)


@pytest.fixture
def nasty() -> Basket:
    entries: list[Entry] = []
    for i, words in enumerate((*HOSTILE, "长" * 10_000)):
        one = document(words, f"{i}", issuer=words[:30])
        entries.append(Heading(2 * i + 1, words[:200], 1, words[:500]))
        entries.append(Kept(2 * i + 2, cite(one, card(one), 0, len(words)), "intact", words, words[:100]))
    return Basket("=1+1", 1, tuple(entries))


@pytest.mark.parametrize("kind", WRITERS)
def test_every_export_keeps_the_same_citations(basket: Basket, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"篮.{kind}"
    WRITERS[kind](basket, path)
    kept = [(one.doc_id, one.start, one.quote) for one in read_citations(path)]
    assert kept == [(k.citation.doc_id, k.citation.start, k.citation.quote) for k in basket.passages]


def test_word_has_the_headings_notes_footnotes_and_warnings(basket: Basket, tmp_path: Path) -> None:
    path = tmp_path / "篮.docx"
    write_basket_docx(basket, path)
    paper = docx.Document(str(path))
    headings = [p.text for p in paper.paragraphs if p.style.name in ("Heading 1", "Heading 2")]
    assert headings == [
        "一、经费从哪里来", "（一）财政投入", "（二）社会筹资", "三、房子", "附：需要核对之处", "参考文献",
    ]  # fmt: skip
    lines = [p.text for p in paper.paragraphs]
    assert lines[0] == "社区经费：素材汇编"
    assert any("完好1条，位置移动1条，原文已无1条" in line for line in lines)
    assert "【批注】最要紧的一条" in lines
    assert any("原文已无，见[1]" in line for line in lines)
    assert any("近202300万元" in line and "数字可疑" in line for line in lines)
    with zipfile.ZipFile(path) as package:
        body = etree.fromstring(package.read("word/document.xml"))
    assert len(list(body.iter(qn("w:footnoteReference")))) == 3


def test_the_skeleton_takes_the_headings_as_its_outline(basket: Basket, tmp_path: Path) -> None:
    path = tmp_path / "提纲.docx"
    write_draft(basket, path)
    paper = docx.Document(str(path))
    assert [p.text for p in paper.paragraphs[:2]] == ["关于社区经费的调研报告", "（初稿提纲）"]
    guides = [p.text for p in paper.paragraphs if p.style.name == "KB Guide"]
    assert sum("请撰写" in guide for guide in guides) == 3


def test_a_basket_without_headings_gets_the_usual_five_parts(basket: Basket, tmp_path: Path) -> None:
    path = tmp_path / "提纲.docx"
    write_draft(Basket("社区经费", 1, basket.passages), path)
    headings = [p.text for p in docx.Document(str(path)).paragraphs if p.style.name == "Heading 1"]
    assert headings[:5] == ["一、基本情况", "二、主要做法", "三、经验启示", "四、存在问题", "五、对策建议"]
    assert len(read_citations(path)) == 3


def test_excel_has_a_row_for_each_entry_and_deep_links(basket: Basket, tmp_path: Path) -> None:
    path = tmp_path / "篮.xlsx"
    write_basket_xlsx(basket, path, link=lambda citation: f"http://kb/{citation.start}")
    sheet = load_workbook(path)["素材"]
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 1 + len(basket.entries)
    assert rows[3][1:6] == (
        "财政投入",
        "区财政每年安排专项资金1680万元。",
        "最要紧的一条",
        "完好",
        "经费保障 · 河东区",
    )
    assert sheet.cell(4, 13).hyperlink.target.startswith("http://kb/")
    assert sheet.cell(8, 3).font.strike
    assert sheet.cell(8, 13).value is None


def test_markdown_shows_everything_as_text(basket: Basket, nasty: Basket, tmp_path: Path) -> None:
    path = tmp_path / "篮.md"
    for one in (basket, nasty):
        write_basket_markdown(one, path)
        tokens = MarkdownIt("commonmark", {"html": True}).parse(path.read_text(encoding="utf-8"))
        inner = [child for token in tokens for child in token.children or ()]
        assert not [
            t for t in inner if t.type in ("link_open", "image", "html_inline", "code_inline", "em_open")
        ]
        assert [t.content[:8] for t in tokens if t.type == "html_block"] == ["<!-- kb-"]
        quotes = [t for t in tokens if t.type == "blockquote_open"]
        assert len(quotes) == len(one.passages)


def test_hostile_words_stay_words(nasty: Basket, tmp_path: Path) -> None:
    for kind, write in WRITERS.items():
        write(nasty, tmp_path / f"篮.{kind}")
        assert len(read_citations(tmp_path / f"篮.{kind}")) == len(nasty.passages)
    for row in load_workbook(tmp_path / "篮.xlsx")["素材"].iter_rows():
        assert all(cell.data_type in ("s", "n") for cell in row)
    text = (tmp_path / "篮.csv").read_text(encoding="utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    shown = "\n".join(p.text for p in docx.Document(str(tmp_path / "篮.docx")).paragraphs)
    assert "长" * 10_000 in shown
    assert '=HYPERLINK("http://evil.example","点我")' in shown


def test_an_empty_basket_can_be_written(tmp_path: Path) -> None:
    for kind, write in WRITERS.items():
        write(Basket("空", 1), tmp_path / f"空.{kind}")
        assert read_citations(tmp_path / f"空.{kind}") == ()


@needs_office
@pytest.mark.slow
def test_libreoffice_draws_a_basket(basket: Basket, tmp_path: Path) -> None:
    path = tmp_path / "篮.docx"
    write_basket_docx(basket, path)
    pdf: pypdfium2.PdfDocument = drawn(path)
    assert [round(value * 25.4 / 72) for value in pdf[0].get_size()] == [210, 297]
    text = "".join(page_text(pdf, i) for i in range(len(pdf)))
    pdf.close()
    for words in ("社区经费：素材汇编", "（一）财政投入", "区财政每年安排专项资金1680万元。", "—1—"):
        assert words in text
    assert text.count("材料甲[Z]") == 4  # three footnotes and the list
