"""The comparison as real Word tables; a wide one lies on pages turned on their side."""

from __future__ import annotations

from collections.abc import Sequence

from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.shared import Mm
from docx.table import Table
from docx.table import _Cell as TableCell

from kb.types import Cell
from kb.write.docx_layout import TABLE_STYLE, set_page, text_width
from kb.write.docx_paper import Paper
from kb.write.grid import Grid
from kb.write.labels import labels
from kb.write.output import one_line
from kb.write.phrases import state_words

_FIRST_COLUMN = 24.0  # millimetres for the names of the rows


def add_matrix(paper: Paper, grid: Grid, heading: str) -> None:
    """Adds the grid under a heading of the first level, in several tables when it is very wide."""
    page, names = labels().page, grid.across
    wide = len(names) > page.portrait_columns
    turned = wide and paper.own_layout
    if turned:
        set_page(paper.document.add_section(WD_SECTION.NEW_PAGE), wide=True)
    paper.heading(heading, 1)
    most = page.landscape_columns if turned else page.portrait_columns
    for first in range(0, max(len(names), 1), most):
        if first:
            paper.document.add_paragraph("")
        _table(paper, grid, first, first + most, text_width(turned))
    if turned:
        set_page(paper.document.add_section(WD_SECTION.NEW_PAGE), wide=False)


def _table(paper: Paper, grid: Grid, first: int, end: int, width: float) -> None:
    """One table of the columns [first, end), `width` millimetres wide."""
    names = grid.across[first:end]
    table = paper.document.add_table(rows=1, cols=len(names) + 1, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for shown, name in zip(table.rows[0].cells, [grid.corner, *names], strict=True):
        _write(shown, one_line(name), bold=True)
    for name, row in grid.down:
        cells = table.add_row().cells
        _write(cells[0], one_line(name), bold=True)
        for shown, cell in zip(cells[1:], row[first:end], strict=True):
            _fill(shown, cell, paper.numbers)
    rest = (width - _FIRST_COLUMN) / max(len(names), 1)
    _finish(table, [_FIRST_COLUMN, *[rest] * len(names)])


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


def _write(cell: TableCell, text: str, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.style = TABLE_STYLE
    paragraph.add_run(text).bold = bold


def _finish(table: Table, widths: Sequence[float]) -> None:
    """Column widths in millimetres, and a header row that repeats on every page."""
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
