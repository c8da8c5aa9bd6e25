"""OFD, the fixed-layout format of Chinese administrations (GB/T 33190-2016): the text of its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from posixpath import dirname, join, normpath
from zipfile import ZipFile

from lxml import etree

from kb.errors import DamagedFile, NeedsOcr
from kb.ingest.readers.archive import open_archive, read_member
from kb.ingest.readers.layout import page_blocks
from kb.ingest.readers.page_line import PageLine
from kb.types import Block

_PAGES = 3_000
_SAME_LINE = 1.5  # millimetres between the tops of pieces that stand in one line


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of text; x and y of its upper left corner and its width, in millimetres."""

    text: str
    x: float
    y: float
    width: float


def read_ofd(data: bytes, name: str) -> Iterator[Block]:
    """A block per paragraph with its page. Raises `DamagedFile`, or `NeedsOcr` when pages are pictures."""
    with open_archive(data, name) as archive:
        pages = [list(_lines(layers, number)) for number, layers in enumerate(_pages(archive, name), start=1)]
    if not any(pages):
        raise NeedsOcr(
            f"{name} has {len(pages)} page(s) without text: run text recognition (OCR) on it first"
        )
    yield from page_blocks(pages)


def _pages(archive: ZipFile, name: str) -> Iterator[list[etree._Element]]:
    """The content of each page in order with the templates under it, as OFD.xml and Document.xml name it."""
    root = _parse(archive, "OFD.xml", name)
    for document in _texts(root, "DocRoot"):
        main = normpath(document.lstrip("/"))
        tree = _parse(archive, main, name)
        templates = {
            node.get("ID"): _parse(archive, _place(main, base), name)
            for node in _all(tree, "TemplatePage")
            if (base := node.get("BaseLoc"))
        }
        for number, node in enumerate(_all(tree, "Page")):
            if number >= _PAGES:
                return
            if base := node.get("BaseLoc"):
                page = _parse(archive, _place(main, base), name)
                used = (use.get("TemplateID") for use in _all(page, "Template"))
                yield [page, *(templates[key] for key in used if key in templates)]


def _place(main: str, base: str) -> str:
    """Where a part lies that the document names."""
    return base[1:] if base.startswith("/") else normpath(join(dirname(main), base))


def _parse(archive: ZipFile, part: str, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        return etree.fromstring(read_member(archive, part, name), parser)
    except etree.XMLSyntaxError as error:
        raise DamagedFile(f"{name}: its part {part} is damaged: save it again") from error


def _all(root: etree._Element, tag: str) -> list[etree._Element]:
    """Elements by local name: producers differ in the namespace prefix."""
    return [node for node in root.iter() if isinstance(node.tag, str) and etree.QName(node).localname == tag]


def _texts(root: etree._Element, tag: str) -> list[str]:
    return [node.text.strip() for node in _all(root, tag) if node.text and node.text.strip()]


def _pieces(page: etree._Element) -> Iterator[_Piece]:
    for node in _all(page, "TextObject"):
        box = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", node.get("Boundary") or "")]
        text = "".join(code.text or "" for code in _all(node, "TextCode"))
        if len(box) == 4 and text.strip():
            yield _Piece(text, box[0], box[1], box[2])


def _lines(layers: list[etree._Element], number: int) -> Iterator[PageLine]:
    """Pieces of one height put together from left to right, from the top of the page down."""
    row: list[_Piece] = []
    pieces = chain.from_iterable(_pieces(layer) for layer in layers)
    for piece in sorted(pieces, key=lambda piece: (piece.y, piece.x)):
        if row and piece.y - row[0].y > _SAME_LINE:
            yield _line(row, number)
            row = []
        row.append(piece)
    if row:
        yield _line(row, number)


def _line(row: list[_Piece], number: int) -> PageLine:
    ordered = sorted(row, key=lambda piece: piece.x)
    text = "".join(piece.text for piece in ordered).strip()
    return PageLine(text, number, ordered[0].x, max(piece.x + piece.width for piece in ordered))
