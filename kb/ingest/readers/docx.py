"""Word documents: paragraphs and tables in order, with the numbers that Word keeps outside the text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from kb.errors import DamagedFile, EmptyFile
from kb.ingest.readers.archive import open_archive
from kb.ingest.readers.numbering import Numbering, read_numbering
from kb.ingest.readers.spacing import collapse
from kb.types import Block

if TYPE_CHECKING:
    import docx

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_GONE = {
    _W + "del",
    _W + "moveFrom",
    _W + "pPr",
    _W + "rPr",
    _W + "sdtPr",
    _W + "tblPr",
    _W + "trPr",
    _W + "tcPr",
}
_CELL = 200  # characters: a longer cell means that the table only lays out the page
_REPEATED = 30  # characters: a cell merged downwards is repeated in each row when it is no longer than this
_HEADING = 80  # characters: a longer paragraph with an outline level is body text
_DEPTH = 60  # nested tables and boxes


@dataclass(slots=True)
class _Style:
    based_on: str = ""
    outline: int | None = None  # 0-based
    number_id: str = ""
    level: int | None = None
    toc: bool = False


@dataclass(slots=True)
class _Word:
    """What paragraphs refer to."""

    styles: dict[str, _Style]
    default: str
    numbering: Numbering
    notes: dict[str, str] = field(default_factory=dict)


def read_docx(data: bytes, name: str) -> Iterator[Block]:
    """Blocks of a Word document; tracked changes as accepted, notes at the end.

    Raises `DamagedFile`, `ProtectedFile` or `EmptyFile`.
    """
    document = _open(data, name)
    body = document.element.body
    if body is None:
        raise EmptyFile(f"{name} is a Word document without a body")
    word = _word(document)
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

    open_archive(data, name).close()
    try:
        return Document(io.BytesIO(data))
    except (PackageNotFoundError, KeyError, ValueError, AttributeError, etree.XMLSyntaxError) as error:
        raise DamagedFile(f"{name} is not a readable Word document ({error}): save it again") from error


def _word(document: docx.document.Document) -> _Word:
    parts = {str(rel.reltype).rpartition("/")[2]: rel for rel in document.part.rels.values()}
    numbering = _root(parts, "numbering")
    styles: dict[str, _Style] = {}
    default = ""
    for node in document.styles.element.iter(_W + "style"):
        if node.get(_W + "type") == "paragraph":
            styles[str(node.get(_W + "styleId"))] = _style(node)
            if node.get(_W + "default") in ("1", "true"):
                default = str(node.get(_W + "styleId"))
    word = _Word(styles, default, read_numbering(numbering))
    for kind in ("footnote", "endnote"):
        root = _root(parts, kind + "s")
        for node in () if root is None else root.findall(_W + kind):
            text = collapse("".join(_text(part) for part in node.iter(_W + "p")))
            if text and node.get(_W + "type") not in ("separator", "continuationSeparator"):
                word.notes[f"{kind}{node.get(_W + 'id')}"] = text
    return word


def _root(parts: dict[str, docx.opc.rel._Relationship], kind: str) -> etree._Element | None:
    rel = parts.get(kind)
    if rel is None or rel.is_external:
        return None
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return etree.fromstring(rel.target_part.blob, parser)
    except etree.XMLSyntaxError:
        return None  # a broken side part costs its labels or notes, not the document


def _style(node: etree._Element) -> _Style:
    style = _Style(based_on=_value(node, "basedOn"))
    called = _value(node, "name").lower()
    style.toc = bool(re.match(r"toc\b|toc \d|目录", called))
    if called in ("title", "标题"):
        style.outline = 0
    properties = node.find(_W + "pPr")
    if properties is not None:
        style.outline, style.number_id, style.level = _paragraph_facts(properties, style.outline)
    return style


def _paragraph_facts(properties: etree._Element, outline: int | None) -> tuple[int | None, str, int | None]:
    """Outline level, list and list level that a pPr states itself."""
    level = _value(properties, "outlineLvl")
    numbers = properties.find(_W + "numPr")
    if numbers is None:
        return (int(level) if level else outline), "", None
    index = _value(numbers, "ilvl")
    return (int(level) if level else outline), _value(numbers, "numId"), int(index) if index else None


def _container(node: etree._Element, word: _Word, depth: int) -> Iterator[Block]:
    """Blocks of a body, cell, content control or text box."""
    if depth > _DEPTH:
        return
    for child in node:
        if child.tag in _GONE or child.tag == _MC + "Fallback":
            continue
        if child.tag == _W + "p":
            yield from _paragraph(child, word, depth)
        elif child.tag == _W + "tbl":
            yield from _table(child, word, depth + 1)
        elif isinstance(child.tag, str):
            yield from _container(child, word, depth + 1)


def _paragraph(node: etree._Element, word: _Word, depth: int) -> Iterator[Block]:
    outline, number_id, index, toc = _facts(node, word)
    text = _text(node)
    if collapse(text):
        label = word.numbering.label(number_id, index) if number_id not in ("", "0") else ""
        level = outline + 1 if outline is not None and outline < 9 and len(text) <= _HEADING else 0
        for place, line in enumerate(text.split("\n")):
            yield Block(
                collapse(line),
                level=level,
                number=label if place == 0 else "",
                furniture="table_of_contents" if toc else "",
            )
    for box in node.iter(_W + "txbxContent"):
        if not any(parent.tag == _MC + "Fallback" for parent in box.iterancestors()):
            yield from _container(box, word, depth + 1)


def _facts(node: etree._Element, word: _Word) -> tuple[int | None, str, int, bool]:
    """Outline level, list, list level and whether it is a contents line, own statements before styles."""
    properties = node.find(_W + "pPr")
    style_id = (_value(properties, "pStyle") if properties is not None else "") or word.default
    outline, number_id, level = (None, "", None) if properties is None else _paragraph_facts(properties, None)
    toc, seen, current = False, set[str](), style_id
    while current in word.styles and current not in seen:
        seen.add(current)
        style = word.styles[current]
        toc = toc or style.toc
        outline = style.outline if outline is None else outline
        if not number_id and style.number_id:
            number_id = style.number_id
            tied = word.numbering.level_of_style(number_id, current)
            level = level if level is not None else style.level if style.level is not None else tied
        current = style.based_on
    return outline, number_id, level or 0, toc


def _text(node: etree._Element) -> str:
    """The visible text of a paragraph, insertions accepted, deletions and text boxes left out."""
    pieces: list[str] = []
    for child in node:
        tag = child.tag
        if tag in _GONE or tag in (_W + "txbxContent", _W + "pict", _W + "drawing", _MC + "AlternateContent"):
            continue
        if tag == _W + "t":
            pieces.append(child.text or "")
        elif tag in (_W + "tab", _W + "ptab"):
            pieces.append(" ")
        elif tag in (_W + "br", _W + "cr"):
            pieces.append("\n")
        elif tag == _W + "noBreakHyphen":
            pieces.append("-")
        elif isinstance(tag, str):
            pieces.append(_text(child))
    return "".join(pieces)


def _table(table: etree._Element, word: _Word, depth: int) -> Iterator[Block]:
    """Rows as "a | b"; a row that only lays out the page gives its cells' own blocks."""
    above: dict[int, str] = {}
    for row in _children(table, "tr"):
        cells = list(_children(row, "tc"))
        filled = [[block for block in _container(cell, word, depth) if block.text] for cell in cells]
        texts = [" ".join(block.number + block.text for block in blocks) for blocks in filled]
        shown = list(_merged(cells, texts, above))
        nested = any(cell.find(".//" + _W + "tbl") is not None for cell in cells)
        if nested or sum(1 for text in shown if text) <= 1 or max(map(len, shown)) > _CELL:
            yield from (block for blocks in filled for block in blocks)
            continue
        yield Block(" | ".join(shown))


def _merged(cells: list[etree._Element], texts: list[str], above: dict[int, str]) -> Iterator[str]:
    """The row's cells; a cell merged with the one above it says the same, when that is short."""
    column = 0
    for cell, text in zip(cells, texts, strict=True):
        merge = cell.find(f"{_W}tcPr/{_W}vMerge")
        if merge is not None and merge.get(_W + "val") != "restart":
            text = text or above.get(column, "")
        elif merge is not None and len(text) <= _REPEATED:
            above[column] = text
        else:
            above.pop(column, None)
        span = cell.find(f"{_W}tcPr/{_W}gridSpan")
        column += int(span.get(_W + "val") or 1) if span is not None else 1
        yield text


def _children(node: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Rows or cells, also where content controls wrap them."""
    for child in node:
        if child.tag == _W + tag:
            yield child
        elif child.tag in (_W + "sdt", _W + "sdtContent", _W + "customXml", _W + "ins"):
            yield from _children(child, tag)


def _value(node: etree._Element, tag: str) -> str:
    found = node.find(_W + tag)
    return str(found.get(_W + "val") or "") if found is not None else ""
