"""PDF with a text layer: lines put together to paragraphs, running heads and page numbers set aside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kb.errors import DamagedFile, NeedsOcr, ProtectedFile
from kb.ingest.readers.layout import PageLine, page_blocks
from kb.types import Block

if TYPE_CHECKING:
    import pypdfium2

SCANNED = "scanned_page"  # the furniture of a page that is a picture among pages of text

_PAGES = 3_000
_PICTURE = 12  # visible characters of a page; one with fewer and an image on it is a scan


def read_pdf(data: bytes, name: str) -> Iterator[Block]:
    """One block per paragraph with the page on which it starts.

    A scanned page among others is told by a block with the furniture "scanned_page". Raises `NeedsOcr` when
    all pages are pictures, `ProtectedFile` or `DamagedFile`.
    """
    pages: list[list[PageLine]] = []
    scans: list[int] = []
    for number, lines, has_image in _pages(data, name):
        pages.append(lines)
        if has_image and sum(len(re.sub(r"\s", "", line.text)) for line in lines) < _PICTURE:
            scans.append(number)
    visible = sum(len(re.sub(r"\s", "", line.text)) for page in pages for line in page)
    if visible < _PICTURE * max(1, len(pages)):
        raise NeedsOcr(
            f"{name} has {len(pages)} scanned page(s) without text: run text recognition (OCR) on it first"
        )
    for number in scans:
        yield Block(f"第{number}页是图片，没有文字", page=number, furniture=SCANNED)
    yield from page_blocks(pages)


def _pages(data: bytes, name: str) -> Iterator[tuple[int, list[PageLine], bool]]:
    """Number, lines and whether there is a picture, page by page."""
    # pypdfium2 takes 50 ms to import: only PDF files pay for it.
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise ProtectedFile(f"{name} is protected by a password: save a copy without one") from error
        raise DamagedFile(f"{name} is a damaged PDF ({error}): save it again") from error
    try:
        if len(document) > _PAGES:
            raise DamagedFile(f"{name} has {len(document)} pages, more than the {_PAGES} allowed: split it")
        for index in range(len(document)):
            yield index + 1, *_page(document, index, name)
    finally:
        document.close()


def _page(document: pypdfium2.PdfDocument, index: int, name: str) -> tuple[list[PageLine], bool]:
    # pypdfium2 is loaded by now; its constant for pictures is 3 (FPDF_PAGEOBJ_IMAGE).
    try:
        page = document[index]
        textpage = page.get_textpage()
    except RuntimeError as error:  # the base of pypdfium2's own error
        raise DamagedFile(f"{name}: page {index + 1} cannot be read ({error})") from error
    try:
        has_image = any(True for _ in page.get_objects(filter=[3], max_depth=2))
        return list(_lines(textpage, index + 1)), has_image
    finally:
        textpage.close()
        page.close()


def _lines(textpage: pypdfium2.PdfTextPage, number: int) -> Iterator[PageLine]:
    count = textpage.count_chars()
    text = textpage.get_text_range() if count else ""
    offset = 0
    for raw in re.split(r"(\r\n|\r|\n)", text):
        if stripped := raw.strip("\r\n \u3000\t\x00\ufffe"):
            first = offset + len(raw) - len(raw.lstrip())
            last = offset + len(raw.rstrip()) - 1
            left = textpage.get_charbox(first)[0] if first < count else 0.0
            right = textpage.get_charbox(last)[2] if last < count else 0.0
            yield PageLine(stripped.replace("\ufffe", ""), number, left, right)
        offset += len(raw)
