"""The Word file, read by python-docx and drawn by LibreOffice."""

from __future__ import annotations

import re
import shutil
import subprocess
import warnings
import zipfile
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml import etree

from kb.errors import ExportError
from kb.types import Comparison
from kb.write.docx import write_docx, write_draft
from kb.write.docx_layout import lay_out
from kb.write.docx_paper import chinese_number
from kb.write.verify import read_citations

OFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed")


@pytest.fixture
def written(plain: Comparison, tmp_path: Path) -> Path:
    path = tmp_path / "对比.docx"
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # zipfile warns of two parts of one name
        write_docx(plain, path)
    return path


def drawn(path: Path) -> pypdfium2.PdfDocument:
    profile = path.parent / "profile"
    command = [str(OFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", str(path.parent), str(path)], check=True, capture_output=True, timeout=180
    )
    return pypdfium2.PdfDocument(path.with_suffix(".pdf"))


def page_text(pdf: pypdfium2.PdfDocument, index: int) -> str:
    page = pdf[index]
    textpage = page.get_textpage()
    text = str(textpage.get_text_bounded())
    textpage.close()
    page.close()
    return re.sub(r"\s", "", text)


def test_the_page_and_its_styles_are_official(written: Path) -> None:
    document = docx.Document(str(written))
    section = document.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(value.mm) for value in margins] == [37, 35, 28, 26]
    assert document.settings.odd_and_even_pages_header_footer
    for name, font in {
        "Normal": "仿宋_GB2312",
        "Title": "方正小标宋简体",
        "Heading 1": "黑体",
        "Heading 2": "楷体_GB2312",
    }.items():
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == font
        assert not [key for key in fonts.attrib if key.endswith("Theme")]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")


def test_spacing_stands_before_the_size(written: Path) -> None:
    names = [child.tag for child in docx.Document(str(written)).styles["Normal"].element.rPr]
    assert names.index(qn("w:spacing")) < names.index(qn("w:sz"))


def test_the_table_is_real_and_repeats_its_header(written: Path) -> None:
    (table,) = docx.Document(str(written)).tables
    assert [cell.text for cell in table.rows[0].cells] == ["维度", "天津市河东区", "云岚市"]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert table.cell(1, 1).text == "“区财政每年安排专项资金1680万元。”[1]（另1条见摘录）"
    assert table.cell(2, 1).text.startswith("（证据较弱）")
    assert table.cell(1, 2).text == "未提及"


def test_quotations_have_native_footnotes(written: Path) -> None:
    with zipfile.ZipFile(written) as package:
        notes = etree.fromstring(package.read("word/footnotes.xml"))
        body = etree.fromstring(package.read("word/document.xml"))
    ids = [note.get(qn("w:id")) for note in notes]
    assert ids == ["-1", "0", "1", "2", "3"]
    assert [mark.get(qn("w:id")) for mark in body.iter(qn("w:footnoteReference"))] == ["1", "2", "3"]
    first = "".join(notes[2].itertext())
    assert first.strip() == "河东区委. 材料甲：河东发〔2019〕3号[Z]. 天津市：河东区委，2019-06：一、第1段."


def test_warnings_and_references_close_the_paper(written: Path) -> None:
    lines = [paragraph.text for paragraph in docx.Document(str(written)).paragraphs]
    assert any("近202300万元" in line and "数字可疑" in line for line in lines)
    assert lines[-1].startswith("[1] 河东区委. 材料甲")
    assert "未提及：云岚市。" in lines


def test_a_wide_table_lies_on_its_side_in_pieces(wide: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    write_docx(wide, path)
    document = docx.Document(str(path))
    assert [section.page_width > section.page_height for section in document.sections] == [False, True, False]
    assert [len(table.columns) for table in document.tables] == [6, 6, 3]


def test_hostile_text_is_only_text(hostile: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    write_docx(hostile, path)
    document = docx.Document(str(path))
    shown = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert '=HYPERLINK("http://evil.example","点我")' in shown
    assert "控制字符[31m与倒写" in shown
    assert "长" * 10_000 in shown
    assert not list(document.element.body.iter(qn("w:hyperlink")))


def test_an_offices_template_keeps_its_page_styles_and_notes(plain: Comparison, tmp_path: Path) -> None:
    template = docx.Document()
    template.sections[0].left_margin = Mm(50)
    template.styles["Normal"].font.size = Pt(12)
    template.add_paragraph("某某区委研究室")
    letterhead, path = tmp_path / "模板.docx", tmp_path / "x.docx"
    write_docx(plain, letterhead)  # a template that has footnotes of its own
    for source, margin in ((template, 50), (docx.Document(str(letterhead)), 28)):
        source.save(str(letterhead))
        write_docx(plain, path, template=letterhead)
        document = docx.Document(str(path))
        assert round(document.sections[0].left_margin.mm) == margin
        assert document.styles["Normal"].font.size == source.styles["Normal"].font.size
        with zipfile.ZipFile(path) as package:
            assert len(set(package.namelist())) == len(package.namelist())
            notes = etree.fromstring(package.read("word/footnotes.xml"))
        ids = [note.get(qn("w:id")) for note in notes]
        assert len(set(ids)) == len(ids)
        assert len(read_citations(path)) == 3


def test_a_template_that_is_no_word_file_is_refused(plain: Comparison, tmp_path: Path) -> None:
    bad = tmp_path / "bad.docx"
    bad.write_bytes(b"no")
    with pytest.raises(ExportError, match="template"):
        write_docx(plain, tmp_path / "x.docx", template=bad)
    assert not (tmp_path / "x.docx").exists()


def test_the_skeleton_has_five_parts_with_their_excerpts(plain: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    write_draft(plain, path)
    document = docx.Document(str(path))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    parts = ["一、基本情况", "二、主要做法", "三、经验启示", "四、存在问题", "五、对策建议"]
    assert headings == [*parts, "附表：对比表", "附：需要核对之处", "参考文献"]
    lines = [p.text for p in document.paragraphs]
    practice, lessons = lines.index("二、主要做法"), lines.index("三、经验启示")
    assert "“区财政每年安排专项资金1680万元。”" in lines[practice:lessons]
    assert any("请撰写" in line for line in lines)
    assert any("请补充材料" in line for line in lines[lessons:])
    assert len(read_citations(path)) == 3


@pytest.mark.parametrize(("value", "words"), [(1, "一"), (10, "十"), (12, "十二"), (38, "三十八")])
def test_heading_numbers(value: int, words: str) -> None:
    assert chinese_number(value) == words


@needs_office
@pytest.mark.slow
def test_a_page_holds_22_lines_of_28_characters(tmp_path: Path) -> None:
    document = docx.Document()
    lay_out(document)
    paragraph = document.add_paragraph("社" * 28 * 40)
    place = paragraph._p.get_or_add_pPr().get_or_add_ind()
    place.set(qn("w:firstLineChars"), "0")
    place.set(qn("w:firstLine"), "0")
    path = tmp_path / "grid.docx"
    document.save(str(path))
    pdf = drawn(path)
    page = pdf[0]
    assert [round(value * 25.4 / 72) for value in page.get_size()] == [210, 297]
    text = page.get_textpage()
    held = [i for i in range(text.count_chars()) if text.get_text_range(i, 1) == "社"]
    tops = [round(text.get_charbox(i)[1]) for i in held]
    lines = [tops.count(top) for top in sorted(set(tops), reverse=True)]
    assert lines == [28] * 22
    text.close()
    page.close()
    pdf.close()


@needs_office
@pytest.mark.slow
def test_libreoffice_draws_the_whole_paper(plain: Comparison, wide: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "对比.docx"
    write_docx(plain, path)
    pdf = drawn(path)
    text = "".join(page_text(pdf, i) for i in range(len(pdf)))
    assert "社区经费：做法对比" in text
    assert "—1—" in text
    assert text.count("河东区委.材料甲") == 4  # three footnotes and the list
    pdf.close()
    write_docx(wide, path)
    pdf = drawn(path)
    sizes = [pdf[i].get_size() for i in range(len(pdf))]
    assert any(width > height for width, height in sizes)
    text = "".join(page_text(pdf, i) for i in range(len(pdf)))
    assert all(f"第{i}区" in text for i in range(12))
    pdf.close()
