"""A comparison as a Word file in the official layout, to start a 调研报告 from.

Title, scope, the comparison as a real table (on its side when it is wide), the excerpts as quotations with
native footnotes, what needs checking, and the numbered list of references.
"""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Sequence
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table
from docx.table import _Cell as TableCell
from lxml import etree

from kb.errors import ExportError
from kb.types import Cell, Column, Comparison
from kb.write.docx_layout import REFERENCE_STYLE, SUBTITLE_STYLE, TABLE_STYLE, lay_out, set_page, text_width
from kb.write.docx_parts import RECORD_NAMESPACE, Footnotes, attach_record
from kb.write.labels import labels
from kb.write.output import one_line, printable, writing
from kb.write.phrases import scope_of, state_words, title_of, warning_line, warnings_of
from kb.write.record import Cited, citations_of, from_json, to_json
from kb.write.references import Edition, located, numbered, reference

_FIRST_COLUMN = 24.0  # millimetres for the names of the dimensions
_DIGITS = "〇一二三四五六七八九"


def write_docx(comparison: Comparison, path: Path, edition: Edition = "2025") -> None:
    """Writes `path`. Raises `ExportError` when it cannot be written."""
    document = docx.Document()
    lay_out(document)
    _title_block(document, comparison)
    _matrix(document, comparison)
    notes = Footnotes(document)
    _excerpts(document, comparison, notes, edition)
    _warnings(document, comparison)
    _references(document, comparison, edition)
    notes.attach()
    attach_record(document, to_json(comparison))
    _describe(document, comparison)
    with writing(path) as temporary:
        document.save(str(temporary))


def read_docx(path: Path) -> tuple[Cited, ...]:
    """The citations of an exported file. Raises `ExportError` when it is not ours or damaged."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if name.startswith("customXml/item") and name.endswith(".xml"):
                    root = etree.fromstring(package.read(name), parser)
                    if root.tag == f"{{{RECORD_NAMESPACE}}}citations":
                        return from_json(root.text or "", path.name)
    except (zipfile.BadZipFile, etree.XMLSyntaxError, PackageNotFoundError) as error:
        raise ExportError(f"{path.name} is not a Word file that can be read: {error}") from error
    raise ExportError(f"{path.name} is not one of our exports: it keeps no citations")


def _title_block(document: Document, comparison: Comparison) -> None:
    words = labels().words
    document.add_paragraph(title_of(comparison), style="Title")
    document.add_paragraph(words.subtitle.format(lens=one_line(comparison.lens)), style=SUBTITLE_STYLE)
    document.add_paragraph("")
    document.add_heading(words.scope, level=1)
    document.add_paragraph(scope_of(comparison))
    if comparison.coverage.left_out:
        document.add_paragraph(words.left_out + "；".join(map(one_line, comparison.coverage.left_out)) + "。")


def _matrix(document: Document, comparison: Comparison) -> None:
    page = labels().page
    wide = len(comparison.columns) > page.portrait_columns
    if wide:
        set_page(document.add_section(WD_SECTION.NEW_PAGE), wide=True)
    document.add_heading(labels().words.table, level=1)
    most = page.landscape_columns if wide else page.portrait_columns
    numbers = numbered(citations_of(comparison))
    for i in range(0, max(len(comparison.columns), 1), most):
        if i:
            document.add_paragraph("")
        _table(document, comparison, comparison.columns[i : i + most], numbers, text_width(wide))
    if wide:
        set_page(document.add_section(WD_SECTION.NEW_PAGE), wide=False)


def _table(
    document: Document,
    comparison: Comparison,
    columns: Sequence[Column],
    numbers: dict[str, int],
    width: float,
) -> None:
    table = document.add_table(rows=1, cols=len(columns) + 1, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    widths = [_FIRST_COLUMN, *[(width - _FIRST_COLUMN) / max(len(columns), 1)] * len(columns)]
    for cell, name in zip(
        table.rows[0].cells, [labels().words.dimension, *(column.name for column in columns)], strict=True
    ):
        _write(cell, one_line(name), bold=True)
    for i, dimension in enumerate(comparison.dimensions):
        cells = table.add_row().cells
        _write(cells[0], one_line(dimension), bold=True)
        for shown, column in zip(cells[1:], columns, strict=True):
            _fill(shown, column.cells[i], numbers)
    _finish(table, widths)


def _finish(table: Table, widths: Sequence[float]) -> None:
    """Column widths, a header row that repeats on every page, rows that stay whole where they can."""
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    header = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(header)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)


def _write(cell: TableCell, text: str, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.style = TABLE_STYLE
    paragraph.add_run(text).bold = bold


def _fill(shown: TableCell, cell: Cell, numbers: dict[str, int]) -> None:
    words = labels().words
    if not cell.citations:
        _write(shown, state_words(cell))
        return
    first = cell.citations[0]
    mark = words.weak_mark if cell.state == "weak" else ""
    _write(shown, f"{mark}“{one_line(first.quote)}”")
    shown.paragraphs[0].add_run(f"[{numbers[first.doc_id]}]").font.superscript = True
    if len(cell.citations) > 1:
        shown.paragraphs[0].add_run(words.more.format(n=len(cell.citations) - 1))


def _excerpts(document: Document, comparison: Comparison, notes: Footnotes, edition: Edition) -> None:
    words = labels().words
    document.add_heading(words.excerpts, level=1)
    for i, dimension in enumerate(comparison.dimensions):
        document.add_heading(f"（{chinese_number(i + 1)}）{one_line(dimension)}", level=2)
        said = [column for column in comparison.columns if column.cells[i].citations]
        for n, column in enumerate(said, start=1):
            cell = column.cells[i]
            mark = words.weak_mark if cell.state == "weak" else ""
            document.add_heading(f"{n}. {one_line(column.name)}{mark}", level=3)
            for citation in cell.citations:
                paragraph = document.add_paragraph(f"“{one_line(citation.quote)}”", style="Quote")
                notes.add(paragraph, located(citation, edition))
        silent = [one_line(column.name) for column in comparison.columns if not column.cells[i].citations]
        if silent:
            document.add_paragraph(words.nobody.format(columns="、".join(silent)))


def _warnings(document: Document, comparison: Comparison) -> None:
    words = labels().words
    document.add_heading(words.warnings, level=1)
    lines = [warning_line(warning) for warning in warnings_of(comparison)]
    for n, line in enumerate(lines, start=1):
        document.add_paragraph(f"{n}. {line}")
    if not lines:
        document.add_paragraph(words.warnings_none)


def _references(document: Document, comparison: Comparison, edition: Edition) -> None:
    document.add_heading(labels().words.references, level=1)
    cards = {citation.doc_id: citation.document for citation in citations_of(comparison)}
    for doc_id, number in numbered(citations_of(comparison)).items():
        entry = printable(reference(cards[doc_id], edition))
        document.add_paragraph(f"[{number}] {entry}", style=REFERENCE_STYLE)


def _describe(document: Document, comparison: Comparison) -> None:
    """Replaces what python-docx's template says of itself."""
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title_of(comparison)[:255], "kb", ""
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    properties.created = properties.modified = now
    properties.last_modified_by = ""
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def chinese_number(value: int) -> str:
    """1 to 99 as official headings write them: 一, 十, 十二, 四十."""
    tens, ones = divmod(value, 10)
    if not tens:
        return _DIGITS[ones]
    return (_DIGITS[tens] if tens > 1 else "") + "十" + (_DIGITS[ones] if ones else "")
