"""A basket as Excel, Markdown and CSV, with the same citations and the same record as every export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font

from kb.text.figures import figures
from kb.types import Basket, Citation, Figure, Heading, Kept
from kb.write.delimited import HEADER, harmless, passage_fields, write_lines
from kb.write.labels import labels
from kb.write.markdown import closing, escaped, quoted, write_text
from kb.write.outline import basket_outline
from kb.write.phrases import speaker, warning_line, warnings_of
from kb.write.references import Edition, numbered, reference
from kb.write.xlsx import Link, head, put, save_book

_MISSING = Font(strike=True, color="A63A24")
_WIDTHS = (6, 20, 64, 32, 12, 24, 18, 60, 20, 16, 8, 8, 30)


def write_basket_markdown(basket: Basket, path: Path, edition: Edition = "2025") -> None:
    """Writes the basket's headings, passages and notes. Raises `ExportError` when it cannot be written."""
    outline = basket_outline(basket)
    numbers = numbered(outline.citations)
    parts = [f"# {escaped(outline.title)}", *map(escaped, outline.opening)]
    for section in outline.sections:
        parts.append(f"{'#' * (section.level + 1)} {escaped(section.heading)}")
        parts += map(escaped, section.texts)
        for excerpt in section.excerpts:
            words = quoted(excerpt.citation, numbers[excerpt.citation.doc_id])
            parts.append(f"> {escaped(excerpt.speaker + excerpt.mark)}：{words}")
            if excerpt.note:
                parts.append(escaped(labels().words.note.format(note=excerpt.note)))
    warnings = [*outline.states, *(warning_line(one) for one in warnings_of(outline.quoted))]
    parts += closing(labels().words.draft_warnings, warnings, outline.citations, edition)
    write_text("\n\n".join(parts) + "\n", path)


def write_basket_csv(basket: Basket, path: Path, edition: Edition = "2025") -> None:
    """Writes one line for each entry; a heading's line has no passage. Raises `ExportError`."""
    write_lines((*HEADER, "note", "label"), _lines(basket, edition), path)


def write_basket_xlsx(
    basket: Basket, path: Path, edition: Edition = "2025", link: Link | None = None
) -> None:
    """Writes one row for each passage; `link` gives the address behind it. Raises `ExportError`."""
    book, words = Workbook(), labels()
    sheet = book.active
    sheet.title = words.words.sheet_basket
    head(sheet, 1, words.words.basket_columns, _WIDTHS)
    numbers = numbered(kept.citation for kept in basket.passages)
    for row, (heading, kept) in enumerate(_headed(basket), start=2):
        if kept is None:
            put(sheet, row, 2, heading.text if heading else "").font = Font(bold=True)
            put(sheet, row, 4, heading.note if heading else "")
            continue
        citation = kept.citation
        values = _fields(kept, heading.text if heading else "", numbers[citation.doc_id], edition)
        for column, value in enumerate(values, start=1):
            put(sheet, row, column, value)
        if kept.state == "source_removed":
            sheet.cell(row, 3).font = _MISSING
        elif link is not None:
            shown = put(sheet, row, len(_WIDTHS), link(citation))
            shown.hyperlink, shown.style = link(citation), "Hyperlink"
    sheet.freeze_panes = "A2"
    title = words.words.basket_title.format(name=basket.name)
    save_book(book, title, [kept.citation for kept in basket.passages], path)


def _fields(kept: Kept, heading: str, number: int, edition: Edition) -> tuple[str | int, ...]:
    citation, words = kept.citation, labels()
    place = citation.paragraph + (f"，第{citation.page}页" if citation.page else "")
    flags = "；".join(words.flag(flag.name) for flag in citation.flags)
    state = words.citation_states[kept.state]
    entry = reference(citation.document, edition)
    said = (heading, citation.quote, kept.note, state, kept.label, place, entry, flags)
    return (number, *said, citation.doc_id, citation.start, citation.end)


def _headed(basket: Basket) -> Iterator[tuple[Heading | None, Kept | None]]:
    """Every entry with the heading over it; a heading's own entry has no passage."""
    over: Heading | None = None
    for entry in basket.entries:
        if isinstance(entry, Heading):
            over = entry
            yield over, None
        else:
            yield over, entry


def _lines(basket: Basket, edition: Edition) -> Iterator[list[str]]:
    for heading, kept in _headed(basket):
        over = heading.text if heading else ""
        if kept is None:
            head_fields = [basket.name, "", over, "", "", ""]
            blank = [""] * (len(HEADER) - len(head_fields))
            yield [*map(harmless, head_fields), *blank, harmless(heading.note if heading else ""), ""]
            continue
        state = labels().citation_states[kept.state]
        fields = [basket.name, "", over, speaker(kept.citation.document), kept.state, state]
        numbers = _figures(kept.citation)
        passage = passage_fields(numbers, kept.citation, edition)
        yield [*map(harmless, fields), *passage, harmless(kept.note), harmless(kept.label)]


def _figures(citation: Citation) -> tuple[Figure, ...]:
    """The figures of a quotation, at their places in the document."""
    found = figures(citation.quote)
    shift = citation.start
    return tuple(replace(one, start=one.start + shift, end=one.end + shift) for one in found)
