"""PDF as an office makes it: LibreOffice prints a report with all that stands around its text."""

from __future__ import annotations

import subprocess

import pytest

from kb.ingest.installed import find_office
from kb.ingest.pipeline import read_documents
from kb.types import Document

pytestmark = pytest.mark.slow

TITLE = "青禾区社区用房建设调研报告"
HEAD = "青禾区民政局调研材料"
NOTED = "每百户居民社区用房面积达到三十二平方米"
NOTE = "面积按建筑面积计算，不含地下室和设备用房。"
ROWS = (("街道", "社区数", "奖补金额"), ("柳荫街道", "9", "135.5"), ("檀溪街道", "12", "180"))
STREETS = ("柳荫", "檀溪", "望樟", "沙棠", "汐湾", "临溪", "栖桥", "云岚", "澜湖", "砚山", "竹园", "梅岭")


CLAUSES = (
    "把社区用房建设作为基层治理的重要抓手",
    "坚持先建后补、以奖代补",
    "由街道统一规划选址",
    "区民政局会同财政、规划部门联合验收",
    "验收合格后按照面积分档给予奖励",
    "居民办事不再跑远路",
    "议事协商有了固定场所",
    "养老托育等服务也一并进了社区",
)


def _body(street: str) -> str:
    """A paragraph whose lines are no other paragraph's: what stands on each page is a running head."""
    turn = STREETS.index(street) % len(CLAUSES)
    clauses = (*CLAUSES[turn:], *CLAUSES[:turn])
    return f"{street}街道" + f"，{street}".join(clauses) + "。"


FIRST, (BETWEEN, LEFT, RIGHT, LAST) = STREETS[:8], STREETS[8:]
COLUMNS = '<table:table-column table:number-columns-repeated="3"/>'
SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"),
        ("text", "text"),
        ("style", "style"),
        ("table", "table"),
        ("fo", "xsl-fo-compatible"),
    )
)


def _p(words: str, style: str = "B") -> str:
    return f'<text:p text:style-name="{style}">{words}</text:p>'


def _flat() -> str:
    """The report as one flat OpenDocument file."""
    note = (
        '<text:note text:id="n1" text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        f"<text:note-body>{_p(NOTE, 'Footnote')}</text:note-body></text:note>"
    )
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell>{_p(cell, 'Standard')}</table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in ROWS
    )
    body = [
        _p(TITLE, "T"),
        _p("一、基本情况", "B"),
        _p(f"全区{NOTED}。{note}区里建立了先建后补的机制，街道先建好，验收合格后再奖励。"),
        *(_p(_body(street)) for street in FIRST),
        f"<table:table>{COLUMNS}{rows}</table:table>",
        _p(_body(BETWEEN), "N"),
        f'<text:section text:style-name="C" text:name="s">{_p(_body(LEFT) * 2)}',
        f"{_p(_body(RIGHT) * 2)}</text:section>",
        _p(_body(LAST)),
    ]
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {SPACES} office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:styles>
<style:style style:name="Standard" style:family="paragraph"><style:text-properties fo:font-size="14pt"
 style:font-size-asian="14pt" fo:language="zh" fo:country="CN"/></style:style>
<style:style style:name="Footnote" style:family="paragraph"><style:text-properties fo:font-size="9pt"
 style:font-size-asian="9pt"/></style:style>
<text:notes-configuration text:note-class="footnote" text:citation-body-style-name="Anchor"/>
<style:style style:name="Anchor" style:family="text"><style:text-properties style:text-position="super 58%"/>
</style:style></office:styles>
<office:automatic-styles>
<style:style style:name="B" style:family="paragraph" style:parent-style-name="Standard">
<style:paragraph-properties
 fo:text-indent="28pt"/></style:style>
<style:style style:name="N" style:family="paragraph" style:parent-style-name="B">
<style:paragraph-properties fo:break-before="page" fo:text-indent="28pt"/></style:style>
<style:style style:name="T" style:family="paragraph" style:parent-style-name="Standard">
<style:paragraph-properties
 fo:text-align="center"/></style:style>
<style:style style:name="C" style:family="section"><style:section-properties>
<style:columns fo:column-count="2"
 fo:column-gap="12pt"/></style:section-properties></style:style>
<style:page-layout style:name="L">
<style:page-layout-properties fo:page-width="210mm" fo:page-height="200mm"
 fo:margin="25mm"/><style:header-style/><style:footer-style/>
</style:page-layout></office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="L">
<style:header>{_p(HEAD, "Standard")}</style:header>
<style:footer><text:p>- <text:page-number text:select-page="current"/> -　第<text:page-number
 text:select-page="current"/>页 共<text:page-count/>页</text:p></style:footer>
</style:master-page></office:master-styles>
<office:body><office:text>{"".join(body)}</office:text></office:body></office:document>"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Document:
    program = find_office()
    if program is None:
        pytest.skip("LibreOffice is not installed: nothing can be printed")
    folder = tmp_path_factory.mktemp("printed")
    (folder / "report.fodt").write_text(_flat(), encoding="utf-8")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*command, str(folder / "report.fodt")], check=True, timeout=180, capture_output=True)
    (document,) = read_documents((folder / "report.pdf").read_bytes(), "报告.pdf", "报告.pdf")
    return document


def test_paragraphs_are_whole_and_in_order_over_pages(printed: Document) -> None:
    lines = printed.text.split("\n")
    wanted = [_body(street) for street in (*FIRST, BETWEEN, LAST)]
    assert printed.title == TITLE
    assert [line for line in lines if line in wanted] == wanted
    assert len({section.page for section in printed.sections}) >= 2


def test_running_heads_and_page_numbers_are_filed_away(printed: Document) -> None:
    assert HEAD not in printed.text
    assert "共" + "3页" not in printed.text.replace(" ", "")
    rules = [item.rule for item in printed.removed]
    assert set(rules) == {"running_head", "page_number"}
    assert rules.count("running_head") == rules.count("page_number") >= 3


def test_a_footnote_stands_below_its_paragraph_and_its_mark_apart(printed: Document) -> None:
    assert f"{NOTED}。[1]区里建立了先建后补的机制" in printed.text
    note = next(line for line in printed.text.split("\n") if NOTE in line)
    assert note.lstrip("[1] ") == NOTE


def test_rows_of_a_table_are_rows(printed: Document) -> None:
    for row in ROWS:
        assert " | ".join(row) in printed.text
