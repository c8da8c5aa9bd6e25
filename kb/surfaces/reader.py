"""A document as its page shows it: lines with anchors, tables, outline, cited span and flags in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from markupsafe import Markup

from kb.surfaces.messages import Words
from kb.surfaces.render import Layer, Span, marked
from kb.types import Document, Flag, Removed, Section

CELL_SEPARATOR = " | "
MARKED_FLAGS = ("suspect_figure", "spun_text")
_CLOSING = "。：:；;"
_DEEPEST_HEADING = 5  # h1 is the page's title, so the outline uses h2 to h6


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the text: a heading (level 1 is the outermost), a paragraph or a row of a table."""

    start: int  # also its anchor: #p-120
    end: int
    level: int  # 0 for what is no heading
    html: Markup
    cells: tuple[Markup, ...] = ()  # of a row, otherwise ()
    titled: bool = False  # repeats the title, which stands above the text already
    page: int | None = None  # the page of the file that begins with this line


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A heading in the outline."""

    start: int
    level: int
    heading: str
    current: bool  # the cited span stands under it


@dataclass(frozen=True, slots=True)
class RemovedGroup:
    """What one cleaning rule dropped."""

    rule: str
    lines: tuple[tuple[str, str], ...]  # the piece's key, its words


def lines(document: Document, cited: Span | None, words: Words) -> tuple[tuple[Line, ...], ...]:
    """The lines of the text in groups: rows of one table together, every other line alone."""
    headings = {
        section.start: len(section.path) for section in document.sections if _opens(document.text, section)
    }
    layers = _layers(document, cited, words)
    every = [
        _line(document.text, span, headings.get(span[0], 0), layers) for span in _line_spans(document.text)
    ]
    if (
        every
        and not every[0].level
        and document.text[every[0].start : every[0].end].strip() == document.title
    ):
        every[0] = replace(every[0], titled=True)
    every = _paged(every, document.sections)
    groups: list[tuple[Line, ...]] = []
    for columns, run in groupby(every, key=lambda line: len(line.cells)):
        rows = tuple(run)
        if columns and len(rows) > 1:
            groups.append(rows)
        else:
            groups.extend((row,) for row in rows)
    return tuple(groups)


def _paged(every: Sequence[Line], sections: Sequence[Section]) -> list[Line]:
    """The lines with page numbers on those that begin a page; a page may begin inside a paragraph before."""
    paged = list(every)
    shown: int | None = None
    for section in sections:
        if section.page is None or section.page == shown:
            continue
        first = next((i for i, line in enumerate(paged) if line.start >= section.start), None)
        if first is not None:
            paged[first] = replace(paged[first], page=section.page)
            shown = section.page
    return paged


def pages(groups: Sequence[Sequence[Line]]) -> tuple[int, ...]:
    """The pages of the file in order; () when it has one or is not known to have any."""
    found = tuple(line.page for group in groups for line in group if line.page is not None)
    return found if len(found) > 1 else ()


def outline(document: Document, cited: Span | None) -> tuple[OutlineEntry, ...]:
    """The headings in order, each with its depth."""
    found = [section for section in document.sections if _opens(document.text, section)]
    at = max((s.start for s in found if cited and s.start <= cited[0]), default=None)
    return tuple(OutlineEntry(s.start, len(s.path), s.path[-1], s.start == at) for s in found)


def valid_span(document: Document, start: int | None, end: int | None) -> Span | None:
    """[start, end) without surrounding white space when it lies in the text and holds anything; else None."""
    if start is None or end is None or not 0 <= start < end <= len(document.text):
        return None
    piece = document.text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = start + len(piece.rstrip())
    return (left, right) if left < right else None


def line_start(document: Document, offset: int) -> int:
    """Where the line that holds `offset` begins: the number in its anchor."""
    return document.text.rfind("\n", 0, offset) + 1


def same_heading(line: str, heading: str) -> bool:
    """Whether a line of the text is that heading; a path leaves the closing punctuation out."""
    return line.strip().rstrip(_CLOSING) == heading.strip().rstrip(_CLOSING)


def removed_groups(removed: Sequence[Removed]) -> tuple[RemovedGroup, ...]:
    """What cleaning dropped, by rule in the order of first use."""
    rules = dict.fromkeys(piece.rule for piece in removed)
    return tuple(
        RemovedGroup(rule, tuple((piece.key, piece.text) for piece in removed if piece.rule == rule))
        for rule in rules
    )


def flag_layers(flags: Sequence[Flag], words: Words, shift: int = 0) -> list[Layer]:
    """Layers for the flags that concern single words; `shift` is where the shown text begins."""
    layers = []
    for name in MARKED_FLAGS:
        spans = tuple((f.start - shift, f.end - shift) for f in flags if f.name == name and f.start < f.end)
        if spans:
            layers.append(Layer("span", f"flagged {name}", spans, word=words(f"flag.{name}.short")))
    return layers


def _layers(document: Document, cited: Span | None, words: Words) -> list[Layer]:
    cite = [Layer("mark", "cited", (cited,), anchor="cite")] if cited else []
    return cite + flag_layers(document.flags, words)


def _opens(text: str, section: Section) -> bool:
    """Whether the section begins with its own heading line (a page may cut one section into several)."""
    first = text[section.start : section.end].lstrip("\n").partition("\n")[0]
    return bool(section.path) and same_heading(first, section.path[-1])


def _line_spans(text: str) -> Iterator[Span]:
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield start, start + len(line)
        start += len(line) + 1


def _line(text: str, span: Span, level: int, layers: Sequence[Layer]) -> Line:
    start, end = span
    parts = text[start:end].split(CELL_SEPARATOR)
    cells = tuple(_cells(text, start, parts, layers)) if len(parts) > 1 and not level else ()
    return Line(start, end, min(level, _DEEPEST_HEADING), marked(text, layers, start, end), cells)


def _cells(text: str, start: int, parts: Sequence[str], layers: Sequence[Layer]) -> Iterator[Markup]:
    for part in parts:
        yield marked(text, layers, start, start + len(part))
        start += len(part) + len(CELL_SEPARATOR)
