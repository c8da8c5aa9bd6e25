"""A comparison as an Excel workbook: the matrix, the figures as numbers, the sources, the machine's record.

Every text is written as text: nothing in it becomes a formula, and control characters are left out. The
record is a hidden sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import zip_longest
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from kb.errors import ExportError
from kb.types import Cell, Citation, Comparison
from kb.write.grid import grid_of
from kb.write.labels import labels
from kb.write.output import printable, writing
from kb.write.phrases import scope_of, state_words, title_of
from kb.write.record import MARK, Cited, citations_of, from_json, to_json
from kb.write.references import Edition, numbered, reference

Link = Callable[[Citation], str]  # the address at which a citation can be opened

_LONGEST = 32_000  # characters; Excel's limit is 32 767
_SHEET = "_kb"
_HEAD = PatternFill("solid", fgColor="E9F1EF")
_GREY = Font(color="7A8288")
_DAMAGED = Font(strike=True, color="A63A24")
_LINE = Border(*[Side(style="thin", color="D8D3C8")] * 4)


def write_xlsx(
    comparison: Comparison,
    path: Path,
    edition: Edition = "2025",
    link: Link | None = None,
    swap: bool = False,
) -> None:
    """Writes `path`; `link` gives the address behind each source, `swap` puts the districts down.

    Raises `ExportError` when it cannot be written.
    """
    book = Workbook()
    words = labels().words
    _matrix(book.active, comparison, swap)
    _figures(book.create_sheet(words.sheet_figures), comparison)
    _sources(book.create_sheet(words.sheet_sources), comparison, edition, link)
    save_book(book, title_of(comparison), citations_of(comparison), path)


def save_book(book: Workbook, title: str, citations: Iterable[Citation], path: Path) -> None:
    """Saves a workbook with the machine's record of `citations`. Raises `ExportError` when it cannot."""
    _record(book.create_sheet(_SHEET), to_json(citations))
    book.properties.title, book.properties.creator = printable(title), "kb"
    with writing(path) as temporary:
        book.save(temporary)


def read_xlsx(path: Path) -> tuple[Cited, ...]:
    """The citations of an exported workbook. Raises `ExportError` when it is not ours or damaged."""
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        if _SHEET not in book.sheetnames:
            raise ExportError(f"{path.name} is not one of our exports: it keeps no citations")
        rows = list(book[_SHEET].iter_rows(values_only=True))
    finally:
        book.close()
    return from_json("".join(str(row[0]) for row in rows[1:] if row and row[0] is not None), path.name)


def put(sheet: Worksheet, row: int, column: int, value: str | float | None) -> SheetCell:
    """Writes a number as a number and a text as nothing but text."""
    cell = sheet.cell(row, column)
    if isinstance(value, str) and (text := printable(value)):
        cell.value = text if len(text) <= _LONGEST else text[:_LONGEST] + "……"
        cell.data_type = "s"  # openpyxl takes a leading = for a formula
        cell.quotePrefix = text.startswith(("=", "+", "-", "@", "'"))
    elif value is not None and not isinstance(value, str):
        cell.value = value
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    cell.border = _LINE
    return cell


def head(sheet: Worksheet, row: int, values: Iterable[str], widths: Iterable[float]) -> None:
    """Writes a row of column names and sets the columns' widths."""
    for i, (value, width) in enumerate(zip(values, widths, strict=False), start=1):
        cell = put(sheet, row, i, value)
        cell.font, cell.fill = Font(bold=True), _HEAD
        sheet.column_dimensions[get_column_letter(i)].width = width


def _matrix(sheet: Worksheet, comparison: Comparison, swap: bool) -> None:
    sheet.title = labels().words.sheet_matrix
    numbers, grid = numbered(citations_of(comparison)), grid_of(comparison, swap)
    head(sheet, 1, [grid.corner, *grid.across], [16.0, *[48.0] * len(grid.across)])
    for i, (name, cells) in enumerate(grid.down, start=2):
        put(sheet, i, 1, name).font = Font(bold=True)
        for j, cell in enumerate(cells, start=2):
            shown = put(sheet, i, j, _text(cell, numbers))
            if cell.state != "found":
                shown.font = _GREY
    sheet.freeze_panes = "B2"
    below = len(grid.down) + 3
    for i, note in enumerate((scope_of(comparison), *comparison.coverage.left_out), start=below):
        put(sheet, i, 1, note).alignment = Alignment(vertical="top")


def _text(cell: Cell, numbers: dict[str, int]) -> str:
    if not cell.citations:
        return state_words(cell)
    mark = labels().words.weak_mark if cell.state == "weak" else ""
    return mark + "\n".join(f"“{c.quote}”[{numbers[c.doc_id]}]" for c in cell.citations)


def _figures(sheet: Worksheet, comparison: Comparison) -> None:
    words = labels()
    head(sheet, 1, words.words.figure_columns, (24, 16, 10, 24, 16, 16, 16, 12, 10, 20))
    row = 2
    for column in comparison.columns:
        for cell in column.cells:
            for figure in cell.figures:
                values: tuple[str | float | None, ...] = (
                    column.name,
                    cell.dimension,
                    words.quantities.get(figure.quantity, figure.quantity),
                    figure.quote,
                    figure.counted,
                    figure.value_min,
                    figure.value_max,
                    figure.unit,
                    words.approximations.get(figure.approx, figure.approx),
                    "；".join(words.flag(flag.name) for flag in figure.flags),
                )
                for i, value in enumerate(values, start=1):
                    shown = put(sheet, row, i, value)
                    if figure.flags and i in (4, 6, 7):
                        shown.font = _DAMAGED
                row += 1
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:J{max(row - 1, 1)}"


def _sources(sheet: Worksheet, comparison: Comparison, edition: Edition, link: Link | None) -> None:
    words = labels()
    numbers = numbered(citations_of(comparison))
    head(sheet, 1, words.words.source_columns, (6, 24, 16, 60, 18, 60, 20, 16, 8, 8, 30, 8))
    row = 2
    for column in comparison.columns:
        for cell in column.cells:
            for citation, confidence in zip_longest(cell.citations, cell.confidences):
                place = citation.paragraph + (f"，第{citation.page}页" if citation.page else "")
                flags = "；".join(words.flag(flag.name) for flag in citation.flags)
                entry = reference(citation.document, edition)
                number = numbers[citation.doc_id]
                said = (column.name, cell.dimension, citation.quote, place, entry, flags)
                values: tuple[str | int, ...] = (number, *said, citation.doc_id, citation.start, citation.end)
                for i, value in enumerate(values, start=1):
                    put(sheet, row, i, value)
                if link is not None:
                    address = link(citation)
                    shown = put(sheet, row, 11, address)
                    shown.hyperlink, shown.style = address, "Hyperlink"
                put(sheet, row, 12, words.confidences.get(confidence, ""))
                row += 1
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:L{max(row - 1, 1)}"


def _record(sheet: Worksheet, record: str) -> None:
    sheet.sheet_state = "hidden"
    put(sheet, 1, 1, MARK)
    for i in range(0, len(record), _LONGEST):
        put(sheet, 2 + i // _LONGEST, 1, record[i : i + _LONGEST])
