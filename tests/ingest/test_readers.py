"""Readers on real files built here."""

import io
import re
import zipfile
from collections.abc import Iterable

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from drawn_pdf import joined, latin_pages, pdf, picture_pages

from kb.errors import DamagedFile, EmptyFile, NeedsOcr, ProtectedFile
from kb.ingest.pipeline import read_documents
from kb.ingest.readers.archive import open_archive
from kb.ingest.readers.docx import read_docx
from kb.ingest.readers.html import read_html
from kb.ingest.readers.mhtml import read_mhtml
from kb.ingest.readers.ofd import read_ofd
from kb.ingest.readers.pdf import read_pdf
from kb.ingest.readers.rtf import read_rtf
from kb.ingest.readers.sheets import read_csv, read_xlsx
from kb.ingest.readers.text import read_text, wrap_width
from kb.types import Block

LONG = (
    "社区综合服务设施按每百户不低于三十平方米的标准配置，单个社区总建筑面积不少于六百平方米，由区财政统筹安排建设资金。"
    * 4
)


def _texts(blocks: Iterable[Block]) -> list[str]:
    return [block.text for block in blocks if not block.furniture]


def _save(document: docx.document.Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


# --- Word ---


def test_word_paragraphs_and_tables_stand_in_document_order() -> None:
    document = docx.Document()
    document.add_heading("标题", 1)
    document.add_paragraph("表前。")
    table = document.add_table(rows=2, cols=2)
    for index, words in enumerate(("任务", "单位", "验收", "区住建局")):
        table.cell(index // 2, index % 2).text = words
    document.add_paragraph("表后。")
    blocks = list(read_docx(_save(document), "a.docx"))
    assert [(block.text, block.level) for block in blocks] == [
        ("标题", 1),
        ("表前。", 0),
        ("任务 | 单位", 0),
        ("验收 | 区住建局", 0),
        ("表后。", 0),
    ]


def test_word_layout_tables_give_their_paragraphs_also_when_nested() -> None:
    document = docx.Document()
    outer = document.add_table(rows=1, cols=2)
    outer.cell(0, 0).text = "目录栏"
    inner = outer.cell(0, 1).add_table(rows=1, cols=1)
    inner.cell(0, 0).text = LONG
    inner.cell(0, 0).add_paragraph("第二段。")
    texts = _texts(read_docx(_save(document), "a.docx"))
    assert texts == ["目录栏", LONG, "第二段。"]


def test_word_cells_merged_downwards_speak_in_every_row() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=2)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "财政"
    for row, words in enumerate(("建设", "运转", "")):
        table.cell(row, 1).text = words
    table.cell(2, 0).text = "民政"
    table.cell(2, 1).text = "考核"
    assert _texts(read_docx(_save(document), "a.docx")) == ["财政 | 建设", "财政 | 运转", "民政 | 考核"]


def test_word_changes_are_accepted_and_notes_and_boxes_read() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("经费")
    ns = nsdecls("w")
    paragraph._p.append(parse_xml(f"<w:ins {ns}><w:r><w:t>由区财政</w:t></w:r></w:ins>"))
    paragraph._p.append(parse_xml(f"<w:del {ns}><w:r><w:delText>由街道</w:delText></w:r></w:del>"))
    paragraph.add_run("负担。")
    box = (
        f'<w:r {ns}><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>'
        "<w:p><w:r><w:t>框中的话。</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    document.add_paragraph()._p.append(parse_xml(box))
    control = (
        f"<w:sdt {ns}><w:sdtContent><w:p><w:r><w:t>控件中的段落。</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    document.element.body.insert(0, parse_xml(control))
    assert _texts(read_docx(_save(document), "a.docx")) == [
        "控件中的段落。",
        "经费由区财政负担。",
        "框中的话。",
    ]


def test_word_line_breaks_split_paragraphs_and_tabs_are_spaces() -> None:
    document = docx.Document()
    document.add_paragraph("甲\t乙\n丙")
    assert _texts(read_docx(_save(document), "a.docx")) == ["甲 乙", "丙"]


def test_word_without_text_is_empty() -> None:
    with pytest.raises(EmptyFile, match=r"a\.docx"):
        list(read_docx(_save(docx.Document()), "a.docx"))


def _repacked(data: bytes, part: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item, content if item.filename == part else old.read(item))
    return stream.getvalue()


def _simple() -> bytes:
    document = docx.Document()
    document.add_paragraph("正文。")
    return _save(document)


def test_hostile_archives_are_refused_before_parsing() -> None:
    bomb = _repacked(_simple(), "word/document.xml", b"<w>" + b"0" * 60_000_000 + b"</w>")
    with pytest.raises(DamagedFile, match="200 times"):
        open_archive(bomb, "a.docx")
    entities = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><w>&a;</w>'
    with pytest.raises(DamagedFile, match="entities"):
        open_archive(_repacked(_simple(), "word/document.xml", entities), "a.docx")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("../outside.xml", "x")
    with pytest.raises(DamagedFile, match="outside"):
        open_archive(stream.getvalue(), "a.docx")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for index in range(2_001):
            archive.writestr(f"{index}", "")
    with pytest.raises(DamagedFile, match="2001 parts"):
        open_archive(stream.getvalue(), "a.docx")


def test_an_encrypted_member_needs_a_password() -> None:
    data = bytearray(_simple())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    with pytest.raises(ProtectedFile, match="password"):
        open_archive(bytes(data), "a.docx")


# --- web pages ---

PAGE = """<html><head><title>关于社区用房的通知_青禾区人民政府门户网站</title></head><body>
<div class=nav><a href=/>首页</a><a href=/b>新闻中心</a><a href=/c>信息公开</a><a href=/d>便民服务</a></div>
<div><h1>关于社区用房的通知</h1><div>来源：区民政局　日期：2022-03-01</div>
<div class=text><p><span>各街道办事处：</span></p>
<p>为解决社区用房<b>不足</b>的问题，经区政府同意，现就有关事项通知如下。</p>
<table><tr><td>档次</td><td>奖励</td></tr><tr><td>一档</td><td>50万元</td></tr></table>
<p>一、严格配建。新建小区按每百户三十平方米配建。<br>二、统筹调剂。国有闲置房产优先用于社区。</p></div></div>
<ul><li><a href=1>另一篇文章的标题之一</a></li><li><a href=2>另一篇文章的标题之二</a></li>
<li><a href=3>另一篇文章的标题之三</a></li></ul>
<script>var x = "脚本不是正文。";</script></body></html>"""


def test_a_page_gives_its_article_and_files_the_rest_away() -> None:
    blocks = list(read_html(PAGE.encode(), "a.html"))
    assert [block.text for block in blocks if not block.furniture] == [
        "关于社区用房的通知",
        "来源：区民政局 日期：2022-03-01",
        "各街道办事处：",
        "为解决社区用房不足的问题，经区政府同意，现就有关事项通知如下。",
        "档次 | 奖励",
        "一档 | 50万元",
        "一、严格配建。新建小区按每百户三十平方米配建。",
        "二、统筹调剂。国有闲置房产优先用于社区。",
    ]
    outside = [block.text for block in blocks if block.furniture == "outside_main_content"]
    assert "另一篇文章的标题之一" in outside
    assert blocks[0].furniture == "page_title"
    assert not any("脚本" in block.text for block in blocks)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_bytes_decide_the_encoding_of_a_page(encoding: str) -> None:
    for declared in ("gb2312", "utf-8", ""):
        page = PAGE.replace("<head>", f'<head><meta charset="{declared}">' if declared else "<head>")
        assert "各街道办事处：" in _texts(read_html(page.encode(encoding), "a.html"))


def test_a_page_of_word_spans_is_one_paragraph() -> None:
    spans = "<span>为进一步</span><span style='x'>深化</span>服务活动，<span>召开</span>会议。"
    page = f"<html><body><p>{spans}</p></body></html>"
    assert _texts(read_html(page.encode(), "a.html")) == ["为进一步深化服务活动，召开会议。"]


def test_a_saved_page_with_its_parts() -> None:
    part = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n"
    part += "--x\r\nContent-Type: text/html\r\n"
    data = f"{part}Content-Transfer-Encoding: 8bit\r\n\r\n{PAGE}\r\n--x--\r\n".encode()
    assert "各街道办事处：" in _texts(read_mhtml(data, "a.mht"))


# --- text ---


def test_wrapped_text_is_put_together_to_paragraphs() -> None:
    first = "　　" + LONG[:170] + "。"
    second = "　　一、" + LONG[:120] + "。"
    wrapped = "\n".join(
        text[start : start + 36] for text in (first, second) for start in range(0, len(text), 36)
    )
    assert wrap_width(wrapped.split("\n")) == 36
    assert _texts(read_text(wrapped.encode(), "a.txt")) == [first.strip(), second.strip()]


def test_lines_of_an_ordinary_text_are_its_paragraphs() -> None:
    text = "标题\n\n　　第一段。\n　　第二段，\n一、小标题\n"
    assert _texts(read_text(text.encode(), "a.txt")) == ["标题", "第一段。", "第二段，", "一、小标题"]


def test_markdown_marks_are_taken_off() -> None:
    text = "# 条例\n\n<!-- INFO -->\n## 第一章 总则\n**第一条** 见[办法](http://a.b/c)。\n"
    text += "| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n"
    blocks = list(read_text(text.encode(), "a.md"))
    assert [(block.text, block.level) for block in blocks if not block.furniture] == [
        ("条例", 1),
        ("第一章 总则", 2),
        ("第一条 见办法。", 0),
        ("甲 | 乙", 0),
        ("1 | 2", 0),
    ]


# --- PDF and OFD ---


def test_pdf_lines_become_paragraphs_without_running_heads_and_page_numbers() -> None:
    pages = [
        [
            (72.0, 780.0, "District Gazette"),
            (96.0, 700.0, f"In street {word} the office space was built with a budget of"),
            (72.0, 680.0, f"the district government and of the street office in year {word}"),
            (72.0, 660.0, f"and it ends here {word}."),
            (96.0, 640.0, f"A second paragraph {word}."),
            (300.0, 40.0, f"- {number} -"),
        ]
        for number, word in enumerate(("one", "two", "six", "ten"), start=1)
    ]
    blocks = list(read_pdf(latin_pages(*pages), "a.pdf"))
    assert {block.furniture for block in blocks} == {"", "page_number", "running_head"}
    paragraphs = [block for block in blocks if not block.furniture]
    assert [block.page for block in paragraphs] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert paragraphs[0].text == (
        "In street one the office space was built with a budget of the district government "
        "and of the street office in year one and it ends here one."
    )
    assert not any("Gazette" in block.text for block in paragraphs)


def test_pdf_of_pictures_needs_ocr() -> None:
    with pytest.raises(NeedsOcr, match=r"a\.pdf has 2 scanned.*pip install 'kb\[ocr\]'"):
        list(read_pdf(picture_pages(2), "a.pdf"))


def test_pictures_among_pages_of_text_are_told() -> None:
    words = [(72.0, 700.0, "In this street the office space was built with the money of the district.")]
    text, scans = latin_pages(words, []), picture_pages(2)
    blocks = list(read_pdf(joined(text, scans), "a.pdf"))
    assert [(block.page, block.furniture) for block in blocks] == [(3, "scanned_page"), (1, "")]
    assert "第3–4页" in blocks[0].text
    assert "kb[ocr]" in blocks[0].text


def test_pages_whose_text_layer_means_nothing_count_as_scanned() -> None:
    words = [(72.0, 700.0, "In this street the office space was built with the money of the district.")]
    with pytest.raises(NeedsOcr):
        list(read_pdf(latin_pages(words, private_use=True), "a.pdf"))


def test_a_page_with_nothing_but_its_number_is_no_scan() -> None:
    words = [(72.0, 700.0, "In this street the office space was built with the money of the district.")]
    blocks = list(read_pdf(latin_pages(words, [(300.0, 40.0, "- 2 -")]), "a.pdf"))
    assert {block.furniture for block in blocks} == {"", "page_number"}


def test_marks_of_footnotes_are_set_apart_and_figures_are_not() -> None:
    words = b"(There are 86 rooms of 3.5 metres in 12 streets,) Tj"
    drawn = (
        b"BT /F1 12 Tf 72 700 Td " + words + b" /F1 6 Tf 5 Ts (1) Tj 0 Ts /F1 12 Tf ( built with money.) Tj"
    )
    drawn += b" /F1 6 Tf 5 Ts (12) Tj 0 Ts /F1 12 Tf ( In 2021 more.) Tj ET"
    data = pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 900 800] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
        ]
    )
    said = "There are 86 rooms of 3.5 metres in 12 streets,[1] built with money.[12] In 2021 more."
    assert _texts(read_pdf(data, "a.pdf")) == [said]


def test_a_pdf_without_anything_is_empty() -> None:
    assert list(read_pdf(latin_pages([], []), "a.pdf")) == []


def test_a_picture_says_what_to_install() -> None:
    with pytest.raises(NeedsOcr, match=r"照片\.png is a picture: install .*kb\[ocr\].*kb ingest"):
        read_documents(b"\x89PNG\r\n\x1a\n" + bytes(50), "照片.png", "照片.png")


def test_a_damaged_pdf_is_named() -> None:
    with pytest.raises(DamagedFile, match=r"a\.pdf"):
        list(read_pdf(b"%PDF-1.7 and nothing more", "a.pdf"))


def _ofd(*pages: list[tuple[float, float, float, str]]) -> bytes:
    ns = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(
            "OFD.xml",
            f"<ofd:OFD {ns}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"
            "</ofd:OFD>",
        )
        kids = "".join(
            f'<ofd:Page ID="{i}" BaseLoc="Pages/Page_{i}/Content.xml"/>' for i in range(len(pages))
        )
        archive.writestr(
            "Doc_0/Document.xml", f"<ofd:Document {ns}><ofd:Pages>{kids}</ofd:Pages></ofd:Document>"
        )
        for i, pieces in enumerate(pages):
            objects = "".join(
                f'<ofd:TextObject Boundary="{x} {y} {w} 6">'
                f'<ofd:TextCode X="0" Y="5">{text}</ofd:TextCode></ofd:TextObject>'
                for x, y, w, text in pieces
            )
            archive.writestr(
                f"Doc_0/Pages/Page_{i}/Content.xml",
                f"<ofd:Page {ns}><ofd:Content>{objects}</ofd:Content></ofd:Page>",
            )
    return stream.getvalue()


def test_ofd_text_is_read_line_by_line() -> None:
    data = _ofd(
        [
            (75, 20, 50, "关于印发办法的通知"),
            (40, 60, 60, "为规范管理，"),
            (100, 60, 60, "制定本办法。"),
            (30, 90, 40, "第一条 总则。"),
        ]
    )
    assert _texts(read_ofd(data, "a.ofd")) == [
        "关于印发办法的通知",
        "为规范管理，制定本办法。",
        "第一条 总则。",
    ]


def test_ofd_of_pictures_needs_ocr() -> None:
    with pytest.raises(NeedsOcr):
        list(read_ofd(_ofd([]), "a.ofd"))


# --- tables and RTF ---


def test_workbook_rows_name_their_columns() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "经费"
    for row in (
        ["2023年社区经费表"],
        ["街道", "社区数", "金额（万元）"],
        ["柳荫街道", 9, 135.5],
        ["檀溪街道", 12, 180],
    ):
        sheet.append(row)
    book.create_sheet("说明").append(["口径", "按常住人口"])
    stream = io.BytesIO()
    book.save(stream)
    blocks = list(read_xlsx(stream.getvalue(), "a.xlsx"))
    assert [(block.text, block.level) for block in blocks] == [
        ("经费", 2),
        ("2023年社区经费表", 0),
        ("街道 | 社区数 | 金额（万元）", 0),
        ("街道：柳荫街道 | 社区数：9 | 金额（万元）：135.5", 0),
        ("街道：檀溪街道 | 社区数：12 | 金额（万元）：180", 0),
        ("说明", 2),
        ("口径 | 按常住人口", 0),
    ]


def test_csv_in_gbk() -> None:
    data = "街道,社区数\r\n柳荫街道,9\r\n檀溪街道,12\r\n".encode("gb18030")
    assert _texts(read_csv(data, "a.csv"))[1] == "街道：柳荫街道 | 社区数：9"


def test_rtf_in_code_page_and_unicode() -> None:
    gbk = "".join(f"\\'{byte:02x}" for byte in "青禾区办法".encode("gbk"))
    data = f"{{\\rtf1\\ansi\\ansicpg936 {gbk}\\par \\u31532?\\u19968?\\u26465?\\par}}".encode("ascii")
    assert _texts(read_rtf(data, "a.rtf")) == ["青禾区办法", "第一条"]
    declared = (
        f"{{\\rtf1\\ansi\\ansicpg1252{{\\fonttbl\\f0\\fnil\\fcharset134 SimSun;}}\\f0 {gbk}\\par}}".encode(
            "ascii"
        )
    )
    assert _texts(read_rtf(declared, "a.rtf")) == ["青禾区办法"]


@pytest.mark.parametrize(
    ("name", "written"),
    [("a.txt", "社区\0办公\x07经费"), ("a.html", "<p>社区&#0;办公&#xD800;&#xFFFF;&#x1F;经费")],
)
def test_characters_that_nothing_can_keep_are_left_out(name: str, written: str) -> None:
    body = (
        f"{written}由街道统筹安排，每年按标准列入预算。"
        + "社区办公用房由街道统一调配，面积不少于三百平方米。" * 9
    )
    [document] = read_documents(body.encode(), name, f"/{name}")
    assert not re.search("[\0-\x08\x0b-\x1f\ud800-\udfff\uffff]", document.text + document.title)
    assert document.text.startswith("社区")
    assert "经费由街道统筹安排" in document.text
