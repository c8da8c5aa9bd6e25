"""Spreadsheets as a person sees them: merged headers, formats, hidden sheets, parted text."""

import datetime
import io
import subprocess
from pathlib import Path

import openpyxl
import pytest

from kb.errors import UnsupportedFormat
from kb.ingest.detect import detect
from kb.ingest.installed import find_office
from kb.ingest.readers.cells import shown
from kb.ingest.readers.registry import reader
from kb.ingest.readers.sheets import read_csv, read_xlsx
from kb.types import Block


def _book() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "经费"
    sheet["A1"] = "2023年社区经费表"
    for place, words in (("A2", "街道"), ("B2", "经费（万元）"), ("D2", "完成率"), ("E2", "日期")):
        sheet[place] = words
    for merge in ("A1:E1", "A2:A3", "B2:C2", "D2:D3", "E2:E3"):
        sheet.merge_cells(merge)
    sheet["B3"], sheet["C3"] = "2022年", "2023年"
    sheet.append(["柳荫街道", 1234567.5, 0.1 + 0.2, 0.856, datetime.datetime(2023, 5, 1)])
    sheet.append(["檀溪街道", 1e6, 2, 1, datetime.date(2023, 6, 1)])
    for place, form in (("B4", "#,##0.00"), ("D4", "0.0%"), ("D5", "0%"), ("E4", 'yyyy"年"m"月"d"日"')):
        sheet[place].number_format = form
    sheet["A6"], sheet["B6"], sheet["B7"], sheet["A8"] = "北片", 1, 2, "注：数据截至2023年底。"
    sheet.merge_cells("A6:A7")
    secret = book.create_sheet("底稿")
    secret.append(["甲", "乙"])
    secret.sheet_state = "hidden"
    book.create_sheet("空表")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


SHOWN = [
    "经费",
    "2023年社区经费表",
    "街道 | 经费（万元） | 完成率 | 日期",
    "2022年 | 2023年",
    "街道：柳荫街道 | 经费（万元）/2022年：1,234,567.50 | 经费（万元）/2023年：0.3"
    " | 完成率：85.6% | 日期：2023年5月1日",
    "街道：檀溪街道 | 经费（万元）/2022年：1000000 | 经费（万元）/2023年：2"
    " | 完成率：100% | 日期：2023-06-01",
    "街道：北片 | 经费（万元）/2022年：1",
    "街道：北片 | 经费（万元）/2022年：2",
    "注：数据截至2023年底。",
]


def _told(blocks: list[Block]) -> tuple[list[str], list[str]]:
    """The texts that are shown, and those of hidden sheets."""
    return [b.text for b in blocks if not b.furniture], [b.text for b in blocks if b.furniture]


def test_a_header_of_two_rows_formats_and_hidden_sheets() -> None:
    assert _told(list(read_xlsx(_book(), "a.xlsx"))) == (SHOWN, ["底稿", "甲 | 乙"])


@pytest.mark.slow
def test_an_old_workbook_reads_like_a_new_one_and_formulas_give_their_last_values(tmp_path: Path) -> None:
    program = find_office()
    if program is None:
        pytest.skip("LibreOffice is not installed: nothing writes an old workbook")
    (tmp_path / "a.xlsx").write_bytes(_book())
    formulas = openpyxl.Workbook()
    assert formulas.active is not None
    for row in (["项目", "值"], ["和", "=SUM(1,2)"], ["错", "=1/0"], ["真", "=1=1"], ["半", 0.5]):
        formulas.active.append(row)
    formulas.save(tmp_path / "f.xlsx")
    run = [program, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xls"]
    files = [str(tmp_path / "a.xlsx"), str(tmp_path / "f.xlsx")]
    subprocess.run([*run, "--outdir", str(tmp_path), *files], check=True, timeout=120, capture_output=True)
    told = []
    for name in ("a.xls", "f.xls"):
        data = (tmp_path / name).read_bytes()
        told.append(_told(list(reader(detect(data, name).format, None)(data, name))))
    assert told[0] == (SHOWN, ["底稿", "甲 | 乙"])
    assert told[1][0][1:] == [
        "项目：和 | 值：3",
        "项目：错 | 值：#DIV/0!",
        "项目：真 | 值：TRUE",
        "项目：半 | 值：0.5",
    ]


@pytest.mark.parametrize(
    ("value", "form", "words"),
    [
        (2011.0, "General", "2011"),
        (2.5, "0.00", "2.50"),
        (-0.05, "0.00%", "-5.00%"),
        (1 / 3, "General", "0.3333333333"),
        (0.000012, "General", "0.000012"),
        (12345678901234567, "General", "12345678901234567"),
        (1234.5, '#,##0.0"元"', "1,234.5"),
        (45, "@", "45"),
        (datetime.time(9, 30), "h:mm", "09:30"),
        (datetime.datetime(2023, 1, 2, 3, 4), "General", "2023-01-02 03:04"),
        (datetime.datetime(2023, 1, 1), 'yyyy"年"m"月"', "2023年1月"),
        (True, "General", "TRUE"),
        (None, "", ""),
    ],
)
def test_what_a_cell_shows(value: object, form: str, words: str) -> None:
    assert shown(value, form) == words


@pytest.mark.parametrize(
    ("mark", "encoding"), [(";", "gb18030"), ("\t", "utf-16"), ("|", "utf-8"), (",", "gbk")]
)
def test_tables_in_plain_text(mark: str, encoding: str) -> None:
    rows = (("街道", "社区数", "说明"), ("柳荫", "9", f'"一、{mark}二\n三。"'), ("檀溪", "12", "无"))
    data = "\r\n".join(mark.join(row) for row in rows).encode(encoding)
    assert detect(data, "a").format == "csv"
    said = "一、 二三。" if mark == "\t" else f"一、{mark}二三。"
    assert [block.text for block in read_csv(data, "a")][1:] == [
        f"街道：柳荫 | 社区数：9 | 说明：{said}",
        "街道：檀溪 | 社区数：12 | 说明：无",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "为规范管理，制定办法。\n一,二,三\n四",
        "甲,乙\n丙,丁\n戊,己",
        "今年,我们工作。,好\n明年,他们。,好\n后年,a,b",
    ],
)
def test_prose_with_commas_is_no_table(text: str) -> None:
    assert detect(text.encode(), "a").format == "text"


def test_xml_of_office_2003() -> None:
    head = '<?xml version="1.0"?>\n<?mso-application progid="{}"?>\n<x/>'
    assert detect(head.format("Word.Document").encode(), "a").format == "doc"
    with pytest.raises(UnsupportedFormat, match=r"save it as \.xlsx"):
        detect(head.format("Excel.Sheet").encode(), "a")
