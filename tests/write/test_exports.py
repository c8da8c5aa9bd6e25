"""Every export carries the same citations, is written whole or not at all, and is harmless."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from handmade import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from kb.errors import ExportError
from kb.types import Comparison
from kb.write import output
from kb.write.delimited import harmless, write_csv
from kb.write.docx import write_docx
from kb.write.markdown import write_markdown
from kb.write.record import citations_of
from kb.write.verify import exported_quotes, read_citations
from kb.write.xlsx import write_xlsx

WRITERS: dict[str, Callable[[Comparison, Path], None]] = {
    "docx": write_docx,
    "xlsx": write_xlsx,
    "md": write_markdown,
    "csv": write_csv,
}


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("which", ["plain", "hostile", "wide"])
def test_the_citations_come_back_exactly(
    kind: str, which: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    comparison: Comparison = request.getfixturevalue(which)
    path = tmp_path / f"对比.{kind}"
    WRITERS[kind](comparison, path)
    citations = list(citations_of(comparison))
    assert exported_quotes(path) == tuple((c.doc_id, c.quote) for c in citations)
    for kept, citation in zip(read_citations(path), citations, strict=True):
        assert (kept.version, kept.start, kept.end) == (citation.version, citation.start, citation.end)


@pytest.mark.parametrize("kind", WRITERS)
def test_a_refused_write_leaves_the_old_file(
    kind: str, plain: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"old.{kind}"
    path.write_text("old", encoding="utf-8")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kb.store.layout.os.replace", refuse)
    with pytest.raises(ExportError, match="was not written"):
        WRITERS[kind](plain, path)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", WRITERS)
def test_a_missing_folder_is_one_clear_error(kind: str, plain: Comparison, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="nowhere"):
        WRITERS[kind](plain, tmp_path / "nowhere" / f"x.{kind}")


@pytest.mark.parametrize("kind", WRITERS)
def test_damaged_or_foreign_files_are_refused(kind: str, tmp_path: Path) -> None:
    for content in (b"", b"nothing of ours", b"\xff\xfe\x00", b"PK\x03\x04 broken"):
        path = tmp_path / f"x.{kind}"
        path.write_bytes(content)
        with pytest.raises(ExportError, match=r"x\."):
            read_citations(path)


def test_an_unknown_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"\.docx"):
        read_citations(tmp_path / "x.pdf")


@pytest.mark.parametrize("kind", ["md", "csv"])
def test_an_altered_quotation_is_noticed(kind: str, plain: Comparison, tmp_path: Path) -> None:
    path = tmp_path / f"x.{kind}"
    WRITERS[kind](plain, path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("1680", "9680"), encoding="utf-8")
    with pytest.raises(ExportError, match="altered"):
        read_citations(path)


def test_no_cell_of_a_workbook_is_a_formula(hostile: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    write_xlsx(hostile, path)
    book = load_workbook(path)
    values = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in values} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in values)
    shown = "\n".join(str(cell.value) for cell in values)
    assert HOSTILE[0] in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_figures_are_numbers_and_damaged_ones_are_struck(plain: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    write_xlsx(plain, path)
    rows = list(load_workbook(path)["数据"].iter_rows(min_row=2))
    money = {row[3].value: row for row in rows if row[2].value == "金额"}
    assert money["1680万元"][5].value == 16_800_000
    damaged = money["近202300万元"]
    assert damaged[3].font.strike
    assert damaged[9].value == "数字可疑"
    assert not money["1680万元"][3].font.strike


def test_a_workbook_links_its_sources(plain: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    write_xlsx(plain, path, link=lambda citation: f"http://127.0.0.1:8765/documents/{citation.doc_id}")
    cell = load_workbook(path)["来源"]["K2"]
    assert cell.hyperlink.target == "http://127.0.0.1:8765/documents/doc甲"


def test_csv_says_empty_cells_and_no_formula(plain: Comparison, hostile: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    write_csv(plain, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert [row["state_zh"] for row in rows].count("未提及") == 2
    write_csv(hostile, path)
    for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))):
        assert not any(value.startswith(("=", "+", "-", "@", "\t")) for value in row)


@given(st.text())
def test_nothing_a_spreadsheet_takes_for_a_formula_is_left(text: str) -> None:
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text(alphabet=st.characters()))
@settings(max_examples=200)
def test_printable_text_fits_xml(text: str) -> None:
    shown = output.printable(text)
    assert all(c in "\t\n" or ord(c) >= 0x20 for c in shown)
    shown.encode()
