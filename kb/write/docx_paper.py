"""The parts of a paper in Word: title, matrix, excerpts with footnotes, warnings, references."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import docx
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table
from docx.table import _Cell as TableCell

from kb.errors import ExportError
from kb.types import Cell, Column, Comparison
from kb.write.docx_layout import (
    REFERENCE_STYLE,
    SUBTITLE_STYLE,
    TABLE_STYLE,
    add_styles,
    lay_out,
    set_page,
    text_width,
)
from kb.write.docx_parts import Footnotes, attach_record
from kb.write.labels import labels
from kb.write.output import one_line, printable, writing
from kb.write.phrases import scope_of, state_words, title_of, warning_line, warnings_of
from kb.write.record import citations_of, to_json
from kb.write.references import Edition, located, numbered, reference

_FIRST_COLUMN = 24.0  # millimetres for the names of the dimensions
_DIGITS = "〇一二三四五六七八九"


class Paper:
    """One Word file about a comparison, filled part by part and then saved."""

    def __init__(self, comparison: Comparison, edition: Edition, template: Path | None) -> None:
        """A fresh official layout, or the office's `template` with its own page, styles and headers.

        Raises `ExportError` when the template cannot be opened.
        """
        self._comparison = comparison
        self._edition: Edition = edition
        self._numbers = numbered(citations_of(comparison))
        self._own_layout = template is None
        if template is None:
            self._document = docx.Document()
            lay_out(self._document)
        else:
            self._document = _opened(template)
            add_styles(self._document)
        self._notes = Footnotes(self._document)

    def title(self) -> None:
        """The title block."""
        self._document.add_paragraph(title_of(self._comparison), style="Title")
        lens = labels().words.subtitle.format(lens=one_line(self._comparison.lens))
        self._document.add_paragraph(lens, style=SUBTITLE_STYLE)
        self._document.add_paragraph("")

    def heading(self, text: str, level: int) -> None:
        """A heading of level 1 to 3."""
        self._document.add_heading(one_line(text), level=level)

    def text(self, text: str) -> None:
        """One paragraph of body text."""
        self._document.add_paragraph(one_line(text))

    def scope(self) -> None:
        """What was compared, how much was found, and what was left out."""
        self.text(scope_of(self._comparison))
        if self._comparison.coverage.left_out:
            notes = "；".join(map(one_line, self._comparison.coverage.left_out))
            self.text(f"{labels().words.left_out}{notes}。")

    def matrix(self, heading: str, level: int) -> None:
        """The comparison as tables; a wide one lies on pages turned on their side."""
        page, columns = labels().page, self._comparison.columns
        wide = len(columns) > page.portrait_columns
        if wide and self._own_layout:
            set_page(self._document.add_section(WD_SECTION.NEW_PAGE), wide=True)
        self.heading(heading, level)
        most = page.landscape_columns if wide and self._own_layout else page.portrait_columns
        for i in range(0, max(len(columns), 1), most):
            if i:
                self._document.add_paragraph("")
            self._table(columns[i : i + most], text_width(wide and self._own_layout))
        if wide and self._own_layout:
            set_page(self._document.add_section(WD_SECTION.NEW_PAGE), wide=False)

    def excerpts(self, row: int, level: int) -> None:
        """All quotations of one dimension, column by column, each with a footnote; who is silent is named."""
        words, columns = labels().words, self._comparison.columns
        said = [column for column in columns if column.cells[row].citations]
        for n, column in enumerate(said, start=1):
            cell = column.cells[row]
            mark = words.weak_mark if cell.state == "weak" else ""
            self.heading(f"{n}. {one_line(column.name)}{mark}", level)
            for citation in cell.citations:
                paragraph = self._document.add_paragraph(f"“{one_line(citation.quote)}”", style="Quote")
                self._notes.add(paragraph, located(citation, self._edition))
        silent = [one_line(column.name) for column in columns if not column.cells[row].citations]
        if silent:
            self.text(words.nobody.format(columns="、".join(silent)))

    def warnings(self, heading: str) -> None:
        """What the writer must check before using the quotations."""
        self.heading(heading, 1)
        lines = [warning_line(warning) for warning in warnings_of(self._comparison)]
        for n, line in enumerate(lines, start=1):
            self.text(f"{n}. {line}")
        if not lines:
            self.text(labels().words.warnings_none)

    def references(self) -> None:
        """The numbered list of references."""
        self.heading(labels().words.references, 1)
        cards = {citation.doc_id: citation.document for citation in citations_of(self._comparison)}
        for doc_id, number in self._numbers.items():
            entry = printable(reference(cards[doc_id], self._edition))
            self._document.add_paragraph(f"[{number}] {entry}", style=REFERENCE_STYLE)

    def save(self, path: Path) -> None:
        """Writes the file with its footnotes and record. Raises `ExportError` when it cannot be written."""
        self._notes.attach()
        attach_record(self._document, to_json(self._comparison))
        self._describe()
        with writing(path) as temporary:
            self._document.save(str(temporary))

    def _describe(self) -> None:
        """Replaces what python-docx's template says of itself."""
        properties = self._document.core_properties
        properties.title, properties.author = title_of(self._comparison)[:255], "kb"
        properties.comments = properties.last_modified_by = ""
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        properties.created = properties.modified = now
        for language in self._document.styles.element.iter(qn("w:lang")):
            language.set(qn("w:eastAsia"), "zh-CN")

    def _table(self, columns: Sequence[Column], width: float) -> None:
        """One table of `columns`, `width` millimetres wide."""
        table = self._document.add_table(rows=1, cols=len(columns) + 1, style="Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        names = [labels().words.dimension, *(column.name for column in columns)]
        for cell, name in zip(table.rows[0].cells, names, strict=True):
            _write(cell, one_line(name), bold=True)
        for i, dimension in enumerate(self._comparison.dimensions):
            cells = table.add_row().cells
            _write(cells[0], one_line(dimension), bold=True)
            for shown, column in zip(cells[1:], columns, strict=True):
                self._fill(shown, column.cells[i])
        rest = (width - _FIRST_COLUMN) / max(len(columns), 1)
        _finish(table, [_FIRST_COLUMN, *[rest] * len(columns)])

    def _fill(self, shown: TableCell, cell: Cell) -> None:
        words = labels().words
        if not cell.citations:
            _write(shown, state_words(cell))
            return
        first = cell.citations[0]
        mark = words.weak_mark if cell.state == "weak" else ""
        _write(shown, f"{mark}“{one_line(first.quote)}”")
        shown.paragraphs[0].add_run(f"[{self._numbers[first.doc_id]}]").font.superscript = True
        if len(cell.citations) > 1:
            shown.paragraphs[0].add_run(words.more.format(n=len(cell.citations) - 1))


def chinese_number(value: int) -> str:
    """1 to 99 as official headings write them: 一, 十, 十二, 四十."""
    tens, ones = divmod(value, 10)
    if not tens:
        return _DIGITS[ones]
    return (_DIGITS[tens] if tens > 1 else "") + "十" + (_DIGITS[ones] if ones else "")


def _opened(template: Path) -> docx.document.Document:
    try:
        return docx.Document(str(template))
    except (OSError, ValueError, KeyError, PackageNotFoundError) as error:
        raise ExportError(f"the template {template} is not a Word file that can be read: {error}") from error


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
