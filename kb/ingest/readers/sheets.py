"""Spreadsheets and CSV files as rows that name their columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import islice
from typing import TYPE_CHECKING, Any

from kb.errors import DamagedFile, EmptyFile, ProtectedFile
from kb.ingest.charset import decode
from kb.ingest.detect import delimiter
from kb.ingest.readers.archive import open_archive
from kb.ingest.readers.cells import shown
from kb.types import Block

if TYPE_CHECKING:
    import xlrd

HIDDEN = "hidden_text"  # the furniture of sheets that are not shown

_ROWS = 50_000  # rows of a sheet that are read
_LARGE = 20 * 1024 * 1024  # bytes of sheets unpacked, beyond which merged cells are not looked for
_HEADER = 40  # characters of a column's name
_HEADERS = 4  # rows that a header has at most
_NUMERIC_PART = 0.3  # share of numbers that a header row may hold
_REPEATED = 30  # characters: a cell merged downwards is repeated in each row when it is no longer than this

Merge = tuple[int, int, int, int]  # first row, first column, last row, last column; from 0


@dataclass(frozen=True, slots=True)
class _Sheet:
    title: str
    rows: list[list[str]]
    merges: tuple[Merge, ...] = ()
    hidden: bool = False


def read_xlsx(data: bytes, name: str) -> Iterator[Block]:
    """Blocks of an Excel workbook: each sheet's name as a heading, each row as "column：value | …".

    Values are those of the last calculation, in the form the cell shows them; rows of hidden sheets carry
    `furniture="hidden_text"`. Raises `DamagedFile`, `ProtectedFile` or `EmptyFile`.
    """
    # openpyxl takes 200 ms to import: only workbooks pay for it.
    from openpyxl import load_workbook

    with open_archive(data, name) as archive:
        size = sum(item.file_size for item in archive.infolist() if item.filename.startswith("xl/worksheets"))
    try:
        book = load_workbook(io.BytesIO(data), read_only=size > _LARGE, data_only=True)
        sheets = [
            _Sheet(
                sheet.title,
                [
                    [shown(cell.value, getattr(cell, "number_format", None) or "") for cell in row]
                    for row in islice(sheet.iter_rows(), _ROWS)
                ],
                tuple(
                    (merge.min_row - 1, merge.min_col - 1, merge.max_row - 1, merge.max_col - 1)
                    for merge in (() if size > _LARGE else sheet.merged_cells.ranges)
                ),
                sheet.sheet_state != "visible",
            )
            for sheet in book.worksheets
        ]
    except (KeyError, ValueError, TypeError, AttributeError, OSError) as error:
        raise DamagedFile(f"{name} is not a readable Excel workbook ({error}): save it again") from error
    yield from _book(sheets, name)


def read_xls(data: bytes, name: str) -> Iterator[Block]:
    """Blocks of an Excel 97–2003 workbook, as of a newer one."""
    # xlrd is only needed for this format.
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True)
        sheets = [
            _Sheet(
                sheet.name,
                [_old_row(book, sheet, row) for row in range(min(sheet.nrows, _ROWS))],
                tuple((top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells),
                bool(sheet.visibility),
            )
            for sheet in book.sheets()
        ]
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise ProtectedFile(f"{name} is protected by a password: save a copy without one") from error
        raise DamagedFile(f"{name} is not a readable Excel workbook ({error}): save it again") from error
    except (AssertionError, IndexError, KeyError, ValueError) as error:  # what xlrd raises on broken records
        raise DamagedFile(f"{name} is a damaged Excel workbook: save it again") from error
    yield from _book(sheets, name)


def _old_row(book: xlrd.book.Book, sheet: xlrd.sheet.Sheet, row: int) -> list[str]:
    return [_old_cell(book, cell) for cell in sheet.row(row)]


def _old_cell(book: xlrd.book.Book, cell: xlrd.sheet.Cell) -> str:
    # xlrd is loaded by now: the cell came from it.
    import xlrd

    looks = book.format_map.get(book.xf_list[cell.xf_index].format_key) if cell.xf_index is not None else None
    form = str(looks.format_str) if looks is not None else ""
    value: Any = cell.value
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(value, ""))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return shown(bool(value))
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment = xlrd.xldate_as_datetime(value, book.datemode)
        except (ValueError, OverflowError, xlrd.xldate.XLDateError):
            return shown(value)  # a number in a date's format that is no day
        return shown(moment.time() if value < 1 else moment, form) if value else shown(time())
    return shown(value, form)


def read_csv(data: bytes, name: str) -> Iterator[Block]:
    """Rows of a file whose values stand apart by commas, tabs, semicolons or bars."""
    text, _ = decode(data, name)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text) or ",")
        cells = [[shown(cell) for cell in row] for row in islice(rows, _ROWS)]
    except csv.Error as error:
        raise DamagedFile(f"{name} is not a readable CSV file ({error})") from error
    yield from _book([_Sheet("", cells)], name)


def _book(sheets: Sequence[_Sheet], name: str) -> Iterator[Block]:
    filled = [sheet for sheet in sheets if any(any(row) for row in sheet.rows)]
    if not filled:
        raise EmptyFile(f"{name} is a workbook without content")
    for sheet in filled:
        furniture = HIDDEN if sheet.hidden else ""
        if len(filled) > 1:
            yield Block(sheet.title, level=2, furniture=furniture)
        yield from (Block(line, furniture=furniture) for line in _lines(sheet) if line)


def _lines(sheet: _Sheet) -> Iterator[str]:
    """Lines over the header as they are, the header as a row, then every row with its columns' names."""
    rows = sheet.rows
    header = next((index for index, row in enumerate(rows[:10]) if _is_header(row)), None)
    if header is None:
        yield from (" | ".join(filter(None, row)) for row in _filled_down(rows, sheet.merges, 0))
        return
    last = _last_of_header(header, sheet)
    yield from (" | ".join(filter(None, row)) for row in rows[: last + 1])
    names = _names(sheet, header, last)
    for row in _filled_down(rows, sheet.merges, last + 1):
        filled = [cell for cell in row if cell]
        # A single first cell is a note under the table, or the name of a part of it.
        yield filled[0] if filled and filled == row[:1] else " | ".join(_named(names, row))


def _is_header(row: Sequence[str]) -> bool:
    filled = [cell for cell in row if cell]
    numbers = sum(1 for cell in filled if cell.replace(".", "").replace("%", "").replace(",", "").isdigit())
    short = all(len(cell) <= _HEADER for cell in filled)
    return (
        len(filled) >= 2
        and short
        and len(set(filled)) == len(filled)
        and numbers <= len(filled) * _NUMERIC_PART
    )


def _last_of_header(first: int, sheet: _Sheet) -> int:
    """The header's last row: as far down as its cells go, and one more under a cell that spans columns."""
    own = [merge for merge in sheet.merges if merge[0] == first]
    down = max((bottom for _, _, bottom, _ in own), default=first)
    wide = any(bottom == first and right > left for _, left, bottom, right in own)
    if down == first and wide and first + 1 < len(sheet.rows) and _is_header(sheet.rows[first + 1]):
        down = first + 1
    return min(down, first + _HEADERS - 1, len(sheet.rows) - 1)


def _names(sheet: _Sheet, first: int, last: int) -> list[str]:
    """Each column's name: those of its header's rows, once each."""
    width = max(map(len, sheet.rows[first : last + 1]))
    grid = [list(row) + [""] * (width - len(row)) for row in sheet.rows[first : last + 1]]
    for top, left, bottom, right in sheet.merges:
        if first <= top <= last:
            for row in range(top, min(bottom, last) + 1):
                for column in range(left, min(right, width - 1) + 1):
                    grid[row - first][column] = sheet.rows[top][left]
    return ["/".join(dict.fromkeys(filter(None, parts))) for parts in zip(*grid, strict=True)]


def _filled_down(rows: Sequence[list[str]], merges: Sequence[Merge], first: int) -> Iterator[list[str]]:
    """Rows from `first` on; a short cell that is merged downwards says the same in each of its rows."""
    below: dict[tuple[int, int], str] = {}
    for top, left, bottom, _ in merges:
        if first <= top < len(rows) and left < len(rows[top]) and len(rows[top][left]) <= _REPEATED:
            below.update({(row, left): rows[top][left] for row in range(top + 1, min(bottom + 1, len(rows)))})
    for index, row in enumerate(rows[first:], start=first):
        yield [cell or below.get((index, column), "") for column, cell in enumerate(row)]


def _named(names: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    for index, cell in enumerate(row):
        if cell:
            name = names[index] if index < len(names) else ""
            yield f"{name}：{cell}" if name else cell
