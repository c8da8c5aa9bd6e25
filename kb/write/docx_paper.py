"""The parts of a paper in Word: title, headings, quotations with footnotes, warnings, references."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from kb.errors import ExportError
from kb.types import Citation
from kb.write.docx_layout import (
    GUIDE_STYLE,
    REFERENCE_STYLE,
    SUBTITLE_STYLE,
    add_styles,
    lay_out,
)
from kb.write.docx_parts import Footnotes, attach_record
from kb.write.labels import labels
from kb.write.output import one_line, printable, writing
from kb.write.record import to_json
from kb.write.references import Edition, listed, located, numbered

_DIGITS = "〇一二三四五六七八九"


class Paper:
    """One Word file, filled part by part and then saved."""

    def __init__(
        self, title: str, citations: Sequence[Citation], edition: Edition, template: Path | None
    ) -> None:
        """A fresh official layout, or the office's `template` with its own page, styles and headers.

        `citations` are all that the paper will show, in the order of its references. Raises `ExportError`
        when the template cannot be opened.
        """
        self._title = one_line(title)
        self._citations = tuple(citations)
        self._edition: Edition = edition
        self.numbers = numbered(self._citations)  # of the documents in the list of references
        self.own_layout = template is None
        if template is None:
            self.document = docx.Document()
            lay_out(self.document)
        else:
            self.document = _opened(template)
            add_styles(self.document)
        self._notes = Footnotes(self.document)

    def title(self, subtitle: str = "") -> None:
        """The title block."""
        self.document.add_paragraph(self._title, style="Title")
        if subtitle:
            self.document.add_paragraph(one_line(subtitle), style=SUBTITLE_STYLE)
        self.document.add_paragraph("")

    def heading(self, text: str, level: int) -> None:
        """A heading of level 1 to 3."""
        self.document.add_heading(one_line(text), level=level)

    def text(self, text: str, citations: Sequence[Citation] = ()) -> None:
        """One paragraph of body text, with a footnote for each of `citations`."""
        paragraph = self.document.add_paragraph(one_line(text))
        for citation in citations:
            self._notes.add(paragraph, located(citation, self._edition))

    def guide(self, text: str) -> None:
        """What the writer is asked to do here: set apart, so that it is not taken for the paper's text."""
        self.document.add_paragraph(one_line(text), style=GUIDE_STYLE)

    def quotation(self, citation: Citation) -> None:
        """A quotation with its footnote."""
        paragraph = self.document.add_paragraph(f"“{one_line(citation.quote)}”", style="Quote")
        self._notes.add(paragraph, located(citation, self._edition))

    def lines(self, heading: str, lines: Sequence[str], empty: str = "") -> None:
        """A closing part with numbered lines; `empty` is said when there are none."""
        self.heading(heading, 1)
        for n, line in enumerate(lines, start=1):
            self.text(f"{n}. {one_line(line)}")
        if not lines and empty:
            self.text(empty)

    def references(self) -> None:
        """The numbered list of references."""
        self.heading(labels().words.references, 1)
        for number, entry in listed(self._citations, self._edition):
            self.document.add_paragraph(f"[{number}] {printable(entry)}", style=REFERENCE_STYLE)

    def save(self, path: Path) -> None:
        """Writes the file with its footnotes and record. Raises `ExportError` when it cannot be written."""
        self._notes.attach()
        attach_record(self.document, to_json(self._citations))
        self._describe()
        with writing(path) as temporary:
            self.document.save(str(temporary))

    def _describe(self) -> None:
        """Replaces what python-docx's template says of itself."""
        properties = self.document.core_properties
        properties.title, properties.author = self._title[:255], "kb"
        properties.comments = properties.last_modified_by = ""
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        properties.created = properties.modified = now
        for language in self.document.styles.element.iter(qn("w:lang")):
            language.set(qn("w:eastAsia"), "zh-CN")


def chinese_number(value: int) -> str:
    """1 to 99 as official headings write them: 一, 十, 十二, 四十; others in Arabic digits."""
    if not 0 < value < 100:
        return str(value)
    tens, ones = divmod(value, 10)
    if not tens:
        return _DIGITS[ones]
    return (_DIGITS[tens] if tens > 1 else "") + "十" + (_DIGITS[ones] if ones else "")


def _opened(template: Path) -> docx.document.Document:
    try:
        return docx.Document(str(template))
    except (OSError, ValueError, KeyError, PackageNotFoundError) as error:
        raise ExportError(f"the template {template} is not a Word file that can be read: {error}") from error
