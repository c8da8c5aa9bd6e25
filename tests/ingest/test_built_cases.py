"""Files as strange programs write them, built part by part: each must be read, or named in one line."""

import base64
import io
import re
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from word_parts import para, run, table, word_file

from kb.errors import UnsupportedFormat
from kb.ingest.pipeline import read_documents
from kb.ingest.readers.spacing import visible
from kb.types import Document

HEAD = "青禾区社区服务用房管理办法"
FIRST = "社区服务用房按照每百户不低于三十平方米的标准配置，由区民政局统一调剂使用。"
SECOND = "街道办事处应当每年核查一次使用情况，发现闲置的，及时向区民政局报告。"
THIRD = "本办法自公布之日起施行，有效期五年，由区民政局负责解释。"
STRICT = {
    b"http://schemas.openxmlformats.org/wordprocessingml/2006/main": b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}


def _one(data: bytes, name: str = "a.bin") -> Document:
    (document,) = read_documents(data, name, name)
    return document


def _word(*paragraphs: str) -> bytes:
    return word_file(*(para(run(text)) for text in paragraphs))


def _rewritten(data: bytes, change: Callable[[str, bytes], tuple[str, bytes]]) -> bytes:
    """The same package with every part changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name)))
    return stream.getvalue()


def _strict(name: str, content: bytes) -> tuple[str, bytes]:
    for old, new in STRICT.items():
        content = content.replace(old, new)
    return name, content


def _macros(name: str, content: bytes) -> tuple[str, bytes]:
    kind = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return name, content.replace(kind, b"application/vnd.ms-word.document.macroEnabled.main+xml")


def _template(name: str, content: bytes) -> tuple[str, bytes]:
    return name, content.replace(b"wordprocessingml.document.main", b"wordprocessingml.template.main")


def _renamed(name: str, content: bytes) -> tuple[str, bytes]:
    content = content.replace(b"word/document.xml", b"word/document2.xml")
    return name.replace("word/document.xml", "word/document2.xml").replace(
        "word/_rels/document.xml", "word/_rels/document2.xml"
    ), content


def _backslashes(name: str, content: bytes) -> tuple[str, bytes]:
    return name.replace("/", "\\"), content


@pytest.mark.parametrize("change", [_strict, _macros, _template, _renamed, _backslashes])
def test_word_packages_of_other_programs(change: Callable[[str, bytes], tuple[str, bytes]]) -> None:
    document = _one(_rewritten(_word(HEAD, FIRST, SECOND, THIRD), change))
    assert document.title == HEAD
    assert [line in document.text for line in (FIRST, SECOND, THIRD)] == [True] * 3


def test_a_word_package_in_one_xml_file() -> None:
    parts = []
    with zipfile.ZipFile(io.BytesIO(_word(HEAD, FIRST, SECOND, THIRD))) as archive:
        kinds = archive.read("[Content_Types].xml").decode()
        for name in archive.namelist():
            if name == "[Content_Types].xml":
                continue
            if name.endswith(".jpeg"):
                held = base64.encodebytes(archive.read(name)).decode()
                binary = f"<pkg:binaryData>{held}</pkg:binaryData>"
                parts.append(f'<pkg:part pkg:name="/{name}" pkg:contentType="image/jpeg">{binary}</pkg:part>')
                continue
            content = archive.read(name).partition(b"?>")[2].decode()
            override = re.search(rf'PartName="/{re.escape(name)}" ContentType="([^"]+)"', kinds)
            relations = "application/vnd.openxmlformats-package.relationships+xml"
            kind = override.group(1) if override else relations
            parts.append(
                f'<pkg:part pkg:name="/{name}" pkg:contentType="{kind}">'
                f"<pkg:xmlData>{content}</pkg:xmlData></pkg:part>"
            )
    flat = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<?mso-application progid="Word.Document"?>\n'
        '<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">'
        + "".join(parts)
        + "</pkg:package>"
    )
    document = _one(flat.encode())
    assert document.title == HEAD
    assert [line in document.text for line in (FIRST, SECOND, THIRD)] == [True] * 3


def test_controls_tags_and_moved_words() -> None:
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{para(run(FIRST))}</w:sdtContent></w:sdt>"
    inside = para(
        f"<w:sdt><w:sdtPr/><w:sdtContent>{run(SECOND[:10])}</w:sdtContent></w:sdt>{run(SECOND[10:])}"
    )
    tagged = para(
        f'<w:smartTag w:element="place">{run(THIRD[:6])}</w:smartTag>'
        f'<w:moveTo w:id="1" w:author="a">{run(THIRD[6:])}</w:moveTo>'
        f'<w:moveFrom w:id="2" w:author="a">{run("旧的位置上的文字。")}</w:moveFrom>'
    )
    document = _one(word_file(para(run(HEAD)), control, inside, tagged))
    assert [line in document.text for line in (FIRST, SECOND, THIRD)] == [True] * 3
    assert "旧的位置" not in document.text


def test_a_layout_table_with_a_table_of_data_in_it() -> None:
    inner = table(("街道", "面积（平方米）"), ("柳荫街道", "1200"), ("檀溪街道", "980"))
    cell = f"<w:tc>{para(run(FIRST))}{inner}{para(run(SECOND))}</w:tc>"
    document = _one(word_file(table((f"<w:tc>{para(run(HEAD))}</w:tc>",), (cell,), (THIRD,))))
    assert document.title == HEAD
    places = [document.text.index(piece) for piece in (FIRST, "柳荫街道", "檀溪街道", SECOND, THIRD)]
    assert places == sorted(places)


def test_breaks_and_spaces_that_stand_for_paragraphs() -> None:
    """Text pasted from a page: one paragraph whose lines end in breaks, indented with wide spaces."""
    lines = "<w:r><w:br/></w:r>".join(run(f"　　{text}") for text in (FIRST, SECOND, THIRD))
    document = _one(word_file(para(run(HEAD)), para(lines)))
    assert document.text.split("\n")[-3:] == [FIRST, SECOND, THIRD]


def test_letters_spaced_by_hand_in_a_title() -> None:
    document = _one(_word("关 于 加 强 社 区 建 设 的 意 见", FIRST, SECOND, THIRD))
    assert document.title == "关于加强社区建设的意见"


OFD = """<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" DocType="OFD">
<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"""


def _ofd(template: list[str], pages: list[list[str]]) -> bytes:
    def content(lines: list[str], top: float, extra: str = "") -> str:
        pieces = "".join(
            f'<ofd:TextObject ID="{i}" Boundary="20 {top + 10 * i} 170 6" Size="5">'
            f'<ofd:TextCode X="0" Y="5">{text}</ofd:TextCode></ofd:TextObject>'
            for i, text in enumerate(lines, start=1)
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><ofd:Page xmlns:ofd="http://www.ofdspec.org/2016">'
            f"{extra}<ofd:Content><ofd:Layer>{pieces}</ofd:Layer></ofd:Content></ofd:Page>"
        )

    places = "".join(f'<ofd:Page ID="{i}" BaseLoc="Pages/Page_{i}.xml"/>' for i in range(len(pages)))
    root = (
        '<?xml version="1.0" encoding="UTF-8"?><ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"><ofd:CommonData>'
        '<ofd:TemplatePage ID="90" BaseLoc="Tpls/Tpl_0.xml"/></ofd:CommonData>'
        f"<ofd:Pages>{places}</ofd:Pages></ofd:Document>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("OFD.xml", OFD)
        archive.writestr("Doc_0/Document.xml", root)
        archive.writestr("Doc_0/Tpls/Tpl_0.xml", content(template, 5))
        for i, lines in enumerate(pages):
            use = '<ofd:Template TemplateID="90" ZOrder="Background"/>'
            archive.writestr(f"Doc_0/Pages/Page_{i}.xml", content(lines, 40, use))
    return stream.getvalue()


def test_the_template_of_an_ofd_form_is_read_with_its_page() -> None:
    document = _one(_ofd(["社区服务用房登记表", "填报单位：青禾区民政局"], [[FIRST, SECOND, THIRD]]))
    assert "社区服务用房登记表" in document.text
    assert document.text.index("填报单位：青禾区民政局") < document.text.index(FIRST)


def test_a_head_that_an_ofd_template_repeats_cuts_no_sentence() -> None:
    pages = [
        [HEAD, FIRST, "街道办事处应当每年核查一次使用情况，"],
        ["发现闲置的，及时向区民政局报告。", THIRD, "社区居民委员会协助"],
        ["街道办事处开展核查。", FIRST],
    ]
    document = _one(_ofd(["青禾区人民政府公报"], pages))
    assert SECOND in document.text
    assert "社区居民委员会协助街道办事处开展核查。" in document.text
    assert document.text.count("青禾区人民政府公报") <= 1


def test_an_old_file_of_wps_writer_says_what_it_is() -> None:
    streams = "".join(name + "\x00" for name in ("Root Entry", "WPSContents", "SummaryInformation"))
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + streams.encode("utf-16-le") + bytes(512)
    with pytest.raises(UnsupportedFormat, match="WPS"):
        _one(data, "旧文件.wps")


BODY = f"<h1>{HEAD}</h1><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"


@pytest.mark.parametrize(
    ("declared", "coded"),
    [
        ("utf-8", "gb18030"),
        ("gb2312", "utf-8"),
        ("iso-8859-1", "gb18030"),
        ("big5", "gb18030"),
        ("x-user", "utf-8"),
    ],
)
def test_pages_that_declare_another_charset(declared: str, coded: str) -> None:
    head = f'<meta charset="{declared}"><title>{HEAD}-青禾区人民政府</title>'
    page = f"<html><head>{head}</head><body>{BODY}</body></html>"
    document = _one(page.encode(coded))
    assert document.title == HEAD
    assert SECOND in document.text


def test_a_page_of_breaks_and_entities() -> None:
    page = (
        f"<html><head><title>{HEAD}</title></head><body><div class='content'>"
        f"<p align=center><b>{HEAD}</b></p><p>&ensp;&ensp;&emsp;{FIRST}<br>&#12288;&#12288;{SECOND}"
        f"<br/><br/>&nbsp;&nbsp;&nbsp;{THIRD}</p></div></body></html>"
    )
    assert [line for line in _one(page.encode()).text.split("\n") if line][-3:] == [FIRST, SECOND, THIRD]


def test_a_page_that_word_wrote_keeps_the_numbers_of_its_lists() -> None:
    def item(label: str, text: str) -> str:
        return (
            "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span lang=EN-US>"
            f"<span style='mso-list:Ignore'>{label}<span style='font:7pt'>&nbsp; </span></span></span>"
            f"<![endif]><span>{text}</span></p>"
        )

    page = (
        "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head>"
        "<meta name=Generator content='Microsoft Word 15'>"
        f"<title>{HEAD}</title><style>p.MsoNormal{{margin:0}}</style>"
        f"<!--[if gte mso 9]><xml><w:x>不该出现</w:x></xml><![endif]--></head><body>"
        f"<p class=MsoNormal>{HEAD}</p>{item('一、', FIRST)}{item('二、', SECOND)}"
        f"<p class=MsoNormal><o:p>&nbsp;</o:p></p>{item('三、', THIRD)}</body></html>"
    )
    text = visible(_one(page.encode("gb18030")).text)
    assert visible(f"一、{FIRST}二、{SECOND}三、{THIRD}") in text
    assert "不该出现" not in text


def test_a_saved_page_quoted_printable_in_gb2312() -> None:
    import quopri

    page = f'<html><head><meta charset="gb2312"><title>{HEAD}</title></head><body>{BODY}</body></html>'
    saved = (
        b"From: <Saved by Blink>\r\nSubject: =?gb2312?B?x+C6zA==?=\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----b"\r\n\r\n------b\r\n'
        b'Content-Type: text/html;\r\n\tcharset="gb2312"\r\nContent-Transfer-Encoding: quoted-printable\r\n'
        b"Content-Location: http://a.gov.cn/x.html\r\n\r\n"
        + quopri.encodestring(page.encode("gb18030"))
        + b"\r\n------b--\r\n"
    )
    document = _one(saved, "a.mht")
    assert document.title == HEAD
    assert THIRD in document.text


def test_a_table_parted_by_semicolons_behind_a_mark_of_order() -> None:
    rows = ["街道;经费（万元）;备注", '柳荫街道;200;"用于阵地;设备"', "檀溪街道;150;", "云溪街道;80;新增"]
    text = _one("\r\n".join(rows).encode("utf-8-sig"), "经费.csv").text
    assert "街道：柳荫街道 | 经费（万元）：200 | 备注：用于阵地;设备" in text
    assert "\ufeff" not in text


def test_cells_with_lines_in_them() -> None:
    rows = [
        "街道,做法",
        '柳荫街道,"一是建阵地\n二是强队伍"',
        '檀溪街道,"建立清单\n逐项销号"',
        "云溪街道,集中办公",
    ]
    text = _one("\r\n".join(rows).encode("gb18030"), "a.csv").text
    assert "檀溪街道" in text
    assert [line for line in text.split("\n") if line.startswith("逐项销号")] == []


def test_dates_and_shares_of_a_workbook_are_what_it_shows() -> None:
    import datetime

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["街道社区服务用房建设情况表"])
    sheet.merge_cells("A1:D1")
    sheet.append(["街道", "竣工日期", "完成率", "编号"])
    sheet.append(["柳荫街道", datetime.datetime(2023, 5, 6), 0.856, "007"])
    sheet.append(["檀溪街道", datetime.datetime(2023, 12, 1), 1, "012"])
    sheet["B3"].number_format = sheet["B4"].number_format = 'yyyy"年"m"月"d"日"'
    sheet["C3"].number_format = sheet["C4"].number_format = "0.0%"
    stream = io.BytesIO()
    book.save(stream)
    document = _one(stream.getvalue(), "a.xlsx")
    assert document.title == "街道社区服务用房建设情况表"
    assert "街道：柳荫街道 | 竣工日期：2023年5月6日 | 完成率：85.6% | 编号：007" in document.text


def test_a_presentation_in_the_words_of_its_kind_is_named() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("ppt/presentation.xml", "<p/>")
    with pytest.raises(UnsupportedFormat, match="presentation"):
        _one(stream.getvalue(), "汇报.docx")


def _filler() -> str:
    changes = "第{}次修订时增加了核查的内容，街道社区都按此执行。"
    return "\n".join(f"{FIRST}{SECOND}{THIRD}{changes.format(number)}" for number in "一二三四")


@pytest.mark.parametrize(
    ("lead", "marks"),
    [("社区用房管理经验三篇\n", "【篇一】|【篇二】|【篇三】"), ("", "范文1：|范文2：|范文3：")],
)
def test_three_articles_under_counted_markers(lead: str, marks: str) -> None:
    titles = ["柳荫街道社区工作总结", "檀溪街道社区工作总结", "云溪街道社区工作总结"]
    text = lead + "".join(
        f"{mark}{title}\n{_filler()}\n" for mark, title in zip(marks.split("|"), titles, strict=True)
    )
    assert [document.title for document in read_documents(text.encode(), "a.txt", "a.txt")] == titles
