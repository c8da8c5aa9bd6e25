"""Word documents: paragraphs and tables in order, with the numbers that Word keeps outside the text."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from kb.errors import DamagedFile, EmptyFile, UnsupportedFormat
from kb.ingest.detect import detect
from kb.ingest.readers.html import read_html
from kb.ingest.readers.mhtml import read_mhtml
from kb.ingest.readers.numbering import Numbering, read_numbering
from kb.ingest.readers.package import usual_package
from kb.ingest.readers.rtf import read_rtf
from kb.ingest.readers.spacing import collapse
from kb.ingest.readers.text import read_text
from kb.ingest.readers.word_styles import Styles, paragraph_facts, read_styles, value
from kb.ingest.readers.word_text import MC, W, WordText, is_gone
from kb.types import Block

if TYPE_CHECKING:
    import docx

HIDDEN = "hidden_text"  # the furniture of text that Word does not print

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_POINT_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}t"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_CELL = 200  # characters: a longer cell means that the table only lays out the page …
_DATA_CELL = 600  # … unless other rows are data; then a row stays one line up to this
_DATA_ROWS = 2  # rows of several short cells that make a table one of data
_REPEATED = 30  # characters: a cell merged downwards is repeated in each row when it is no longer than this
_HEADING = 80  # characters: a longer paragraph with an outline level is body text
_DEPTH = 60  # nested tables and boxes
_WRAPPERS = frozenset(W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"))


@dataclass(slots=True)
class _Word:
    """What paragraphs refer to."""

    styles: Styles
    numbering: Numbering
    words: WordText
    parts: Mapping[str, docx.opc.rel._Relationship]
    name: str
    notes: dict[str, str] = field(default_factory=dict)


def read_docx(data: bytes, name: str) -> Iterator[Block]:
    """Blocks of a Word document; tracked changes as accepted, notes at the end.

    Text that Word hides carries `furniture="hidden_text"`. Raises `DamagedFile`, `ProtectedFile` or
    `EmptyFile`.
    """
    document = _open(data, name)
    body = document.element.body
    if body is None:
        raise EmptyFile(f"{name} is a Word document without a body")
    word = _word(document, name)
    blocks = [block for block in _container(body, word, 0) if block.text]
    if not blocks:
        raise EmptyFile(f"{name} is a Word document without text (pictures only?)")
    yield from blocks
    for note in word.notes.values():
        yield Block(note)


def _open(data: bytes, name: str) -> docx.document.Document:
    # python-docx takes 60 ms to import: only Word documents pay for it.
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    try:
        return Document(io.BytesIO(usual_package(data, name)))
    except (PackageNotFoundError, KeyError, ValueError, AttributeError, etree.XMLSyntaxError) as error:
        raise DamagedFile(f"{name} is not a readable Word document ({error}): save it again") from error


def _word(document: docx.document.Document, name: str) -> _Word:
    kinds = {str(rel.reltype).rpartition("/")[2]: rel for rel in document.part.rels.values()}
    styles = read_styles(document.styles.element)
    numbering = read_numbering(_root(kinds.get("numbering")))
    word = _Word(styles, numbering, WordText(styles.hidden()), dict(document.part.rels), name)
    for kind in ("footnote", "endnote"):
        root = _root(kinds.get(kind + "s"))
        for node in () if root is None else root.findall(W + kind):
            text = collapse(WordText(styles.hidden()).read(node.iter(W + "p")).text)
            if text and node.get(W + "type") not in ("separator", "continuationSeparator"):
                word.notes[f"{kind}{node.get(W + 'id')}"] = text
    return word


def _root(rel: docx.opc.rel._Relationship | None) -> etree._Element | None:
    if rel is None or rel.is_external:
        return None
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return etree.fromstring(rel.target_part.blob, parser)
    except etree.XMLSyntaxError:
        return None  # a broken side part costs its labels or notes, not the document


def _container(node: etree._Element, word: _Word, depth: int) -> Iterator[Block]:
    """Paragraphs and tables of a body, cell or box, also where controls wrap them."""
    if depth > _DEPTH:
        return
    joined: list[etree._Element] = []  # paragraphs whose ends are deleted: the next goes on in their line
    for child in _members(node, word):
        if child.tag == W + "p":
            joined.append(child)
            if not is_gone(child.find(W + "pPr")):
                yield from _paragraph(joined, word, depth)
                joined = []
            continue
        if joined:
            yield from _paragraph(joined, word, depth)
            joined = []
        if child.tag == W + "tbl":
            yield from _table(child, word, depth + 1)
        elif child.tag == W + "altChunk":
            yield from _chunk(child, word)
    if joined:
        yield from _paragraph(joined, word, depth)


def _members(node: etree._Element, word: _Word) -> Iterator[etree._Element]:
    """Paragraphs, tables and chunks, those inside controls and alternatives too, deleted ones left out."""
    for child in node:
        if child.tag in (W + "p", W + "tbl", W + "altChunk"):
            yield child
        elif child.tag == MC + "AlternateContent":
            yield from next(filter(None, (list(_members(branch, word)) for branch in child)), [])
        elif isinstance(child.tag, str) and child.tag not in (W + "del", W + "moveFrom"):
            yield from _members(child, word)


def _paragraph(nodes: Sequence[etree._Element], word: _Word, depth: int) -> Iterator[Block]:
    """The paragraph that `nodes` are together; its properties are those of its end, the last one's."""
    outline, number_id, index, style = _facts(nodes[-1], word)
    inline = word.words.read(nodes, word.styles.hides(style))
    text = inline.text
    toc = inline.contents or any(item.toc for _, item in word.styles.chain(style))
    counted = number_id not in ("", "0") and (collapse(text) or not inline.hidden)
    label = word.numbering.label(number_id, index) if counted else ""
    if collapse(text):
        level = outline + 1 if outline is not None and outline < 9 and len(text) <= _HEADING else 0
        for place, line in enumerate(text.split("\n")):
            yield Block(
                collapse(line),
                level=level,
                number=label if place == 0 else "",
                furniture="table_of_contents" if toc else "",
            )
    if hidden := collapse("".join(inline.hidden)):
        yield Block(hidden, furniture=HIDDEN)
    for box in inline.boxes:
        yield from _container(box, word, depth + 1)
    for relation in inline.diagrams:
        yield from _diagram(_root(word.parts.get(relation)))


def _diagram(root: etree._Element | None) -> Iterator[Block]:
    """The words in the shapes of a SmartArt diagram, shape by shape."""
    for shape in () if root is None else root.iter(_POINT_TEXT):
        for line in shape.iter(_A + "p"):
            yield Block(collapse("".join(piece.text or "" for piece in line.iter(_A + "t"))))


def _chunk(node: etree._Element, word: _Word) -> Iterator[Block]:
    """A file of another format that Word was told to show at this place."""
    rel = word.parts.get(node.get(_RELATION) or "")
    if rel is None or rel.is_external:
        return
    data: bytes = rel.target_part.blob
    try:
        found = _CHUNKS.get(detect(data, word.name).format)
        yield from (
            (block for block in found(data, word.name) if block.furniture != "page_title") if found else ()
        )
    except (EmptyFile, UnsupportedFormat):
        return  # a piece without text adds none


def _facts(node: etree._Element, word: _Word) -> tuple[int | None, str, int, str]:
    """Outline level, list, list level and style of a paragraph, own statements before styles."""
    properties = node.find(W + "pPr")
    style_id = value(properties, "pStyle") if properties is not None else ""
    outline, number_id, level = (None, "", None) if properties is None else paragraph_facts(properties, None)
    for current, style in word.styles.chain(style_id):
        outline = style.outline if outline is None else outline
        if not number_id and style.number_id:
            number_id = style.number_id
            tied = word.numbering.level_of_style(number_id, current)
            level = level if level is not None else style.level if style.level is not None else tied
    return outline, number_id, level or 0, style_id


@dataclass(frozen=True, slots=True)
class _Row:
    shown: tuple[str, ...]  # the cells' words
    blocks: tuple[tuple[Block, ...], ...]  # the cells' paragraphs
    nested: bool

    def is_line(self, longest: int) -> bool:
        """Whether the row is one of a table: short cells, or long ones of a single paragraph."""
        filled = sum(1 for text in self.shown if text)
        short = all(
            len(text) <= _CELL or (len(text) <= longest and len(cell) == 1)
            for text, cell in zip(self.shown, self.blocks, strict=True)
        )
        return not self.nested and filled > 1 and short


def _table(table: etree._Element, word: _Word, depth: int) -> Iterator[Block]:
    """Rows as "a | b"; a row that only lays out the page gives its cells' own blocks."""
    rows = list(_rows(table, word, depth))
    data = sum(1 for row in rows if row.is_line(_CELL)) >= _DATA_ROWS
    for row in rows:
        yield from (block for cell in row.blocks for block in cell if block.furniture)
        if row.is_line(_DATA_CELL if data else _CELL):
            yield Block(" | ".join(row.shown))
        else:
            yield from (block for cell in row.blocks for block in cell if not block.furniture)


def _rows(table: etree._Element, word: _Word, depth: int) -> Iterator[_Row]:
    above: dict[int, str] = {}
    for row in _children(table, "tr"):
        cells = list(_children(row, "tc"))
        blocks = [tuple(block for block in _container(cell, word, depth) if block.text) for cell in cells]
        texts = [
            " ".join(block.number + block.text for block in cell if not block.furniture) for cell in blocks
        ]
        nested = any(cell.find(".//" + W + "tbl") is not None for cell in cells)
        if cells:
            yield _Row(tuple(_merged(cells, texts, above)), tuple(blocks), nested)


def _merged(cells: list[etree._Element], texts: list[str], above: dict[int, str]) -> Iterator[str]:
    """The row's cells; a cell merged with the one above it says the same, when that is short."""
    column = 0
    for cell, text in zip(cells, texts, strict=True):
        merge = cell.find(f"{W}tcPr/{W}vMerge")
        if merge is not None and merge.get(W + "val") != "restart":
            text = text or above.get(column, "")
        elif merge is not None and len(text) <= _REPEATED:
            above[column] = text
        else:
            above.pop(column, None)
        span = cell.find(f"{W}tcPr/{W}gridSpan")
        column += int(span.get(W + "val") or 1) if span is not None else 1
        yield text


def _children(node: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Rows or cells, also where content controls wrap them; deleted ones left out."""
    for child in node:
        if child.tag == W + tag:
            deleted = (
                child.find(f"{W}trPr/{W}del") is not None or child.find(f"{W}tcPr/{W}cellDel") is not None
            )
            yield from () if deleted else (child,)
        elif child.tag in _WRAPPERS:
            yield from _children(child, tag)


_CHUNKS: Mapping[str, Callable[[bytes, str], Iterator[Block]]] = {
    "docx": read_docx,
    "html": read_html,
    "mhtml": read_mhtml,
    "rtf": read_rtf,
    "text": read_text,
}
