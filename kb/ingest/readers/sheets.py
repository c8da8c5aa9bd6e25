"""Spreadsheets and CSV files as rows that name their columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from kb.errors import DamagedFile, EmptyFile, ProtectedFile
from kb.ingest.charset import decode
from kb.ingest.readers.archive import open_archive
from kb.ingest.readers.spacing import collapse
from kb.types import Block

_ROWS = 50_000  # rows of a sheet that are read
_HEADER = 40  # characters of a column's name
_NUMERIC_PART = 0.3  # share of numbers that a header row may hold


def read_xlsx(data: bytes, name: str) -> Iterator[Block]:
    """Blocks of an Excel workbook: each sheet's name as a heading, each row as "column：value | …".

    Raises `DamagedFile`, `ProtectedFile` or `EmptyFile`.
    """
    # openpyxl takes 200 ms to import: only workbooks pay for it.
    from openpyxl import load_workbook

    open_archive(data, name).close()
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [
            (sheet.title, [list(row) for row in _first(sheet.iter_rows(values_only=True))]) for sheet in book
        ]
    except (KeyError, ValueError, TypeError, AttributeError, OSError) as error:
        raise DamagedFile(f"{name} is not a readable Excel workbook ({error}): save it again") from error
    yield from _book(sheets, name)


def read_xls(data: bytes, name: str) -> Iterator[Block]:
    """Blocks of an Excel 97–2003 workbook, as of a newer one."""
    # xlrd is only needed for this format.
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, on_demand=True)
        sheets = [
            (sheet.name, [sheet.row_values(index) for index in range(min(sheet.nrows, _ROWS))])
            for sheet in book.sheets()
        ]
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise ProtectedFile(f"{name} is protected by a password: save a copy without one") from error
        raise DamagedFile(f"{name} is not a readable Excel workbook ({error}): save it again") from error
    except (AssertionError, IndexError, KeyError, ValueError) as error:  # what xlrd raises on broken records
        raise DamagedFile(f"{name} is a damaged Excel workbook: save it again") from error
    yield from _book(sheets, name)


def read_csv(data: bytes, name: str) -> Iterator[Block]:
    """Rows of a CSV or tab-separated file."""
    text, _ = decode(data, name)
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:20_000], delimiters=",\t;")
    except csv.Error:
        dialect = csv.excel
    try:
        rows: list[list[object]] = [list(row) for row in _first(csv.reader(io.StringIO(text), dialect))]
    except csv.Error as error:
        raise DamagedFile(f"{name} is not a readable CSV file ({error})") from error
    yield from _book([("", rows)], name)


def _first(rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
    for index, row in enumerate(rows):
        if index >= _ROWS:
            return
        yield row


def _book(sheets: Sequence[tuple[str, list[list[object]]]], name: str) -> Iterator[Block]:
    filled = [(title, [row for row in map(_cells, rows) if any(row)]) for title, rows in sheets]
    filled = [(title, rows) for title, rows in filled if rows]
    if not filled:
        raise EmptyFile(f"{name} is a workbook without content")
    for title, rows in filled:
        if len(filled) > 1:
            yield Block(title, level=2)
        yield from _sheet(rows)


def _cells(row: Sequence[object]) -> list[str]:
    return [_shown(cell) for cell in row]


def _shown(cell: object) -> str:
    """A cell as a person sees it: 2011.0 is 2011, a date has no midnight."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == cell.time().min else f"{cell:%Y-%m-%d %H:%M}"
    return collapse(str(cell))


def _sheet(rows: list[list[str]]) -> Iterator[Block]:
    """Lines over the header as they are, the header as a row, then every row with its columns' names."""
    header = next((index for index, row in enumerate(rows[:10]) if _is_header(row)), None)
    for index, row in enumerate(rows):
        if header is None or index <= header:
            yield Block(" | ".join(cell for cell in row if cell))
        else:
            yield Block(" | ".join(_named(rows[header], row)))


def _is_header(row: Sequence[str]) -> bool:
    filled = [cell for cell in row if cell]
    numbers = sum(1 for cell in filled if cell.replace(".", "").replace("%", "").isdigit())
    short = all(len(cell) <= _HEADER for cell in filled)
    return (
        len(filled) >= 2
        and short
        and len(set(filled)) == len(filled)
        and numbers <= len(filled) * _NUMERIC_PART
    )


def _named(header: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    for index, cell in enumerate(row):
        if cell:
            column = header[index] if index < len(header) else ""
            yield f"{column}：{cell}" if column else cell
