"""PDF with a text layer: lines put together to paragraphs, running heads and page numbers set aside."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2

from kb.errors import DamagedFile, NeedsOcr, ProtectedFile
from kb.ingest.readers.spacing import collapse
from kb.ingest.readers.unwrap import WrappedLine, paragraphs
from kb.types import Block

_PAGES = 3_000
_SCANNED = 12  # visible characters per page; below that the page is a picture
_EDGE = 3  # lines from the top and from the bottom of a page that may be running heads or page numbers
_NUMBER = re.compile(r"[\s\-—–－_·.•第共页/|]*\d{1,4}(?:\s*[/／]\s*\d{1,4})?[\s\-—–－_·.•页共\d]*")
_NUMBER_LINE = re.compile(r"(?=.*\d)[\s\-—–－_·.•第共页Page/of|\d]{1,24}")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it is set on the page; x in points."""

    text: str
    page: int
    left: float
    right: float


def read_pdf(data: bytes, name: str) -> Iterator[Block]:
    """One block per paragraph with the page on which it starts.

    Raises `NeedsOcr` when the pages are pictures, `ProtectedFile` or `DamagedFile`.
    """
    pages = list(_pages(data, name))
    visible = sum(len(re.sub(r"\s", "", line.text)) for page in pages for line in page)
    if visible < _SCANNED * max(1, len(pages)):
        raise NeedsOcr(
            f"{name} has {len(pages)} scanned page(s) without text: run text recognition (OCR) on it first"
        )
    running = _running(pages)
    kept: list[_Line] = []
    for page in pages:
        for index, line in enumerate(page):
            edge = index < _EDGE or index >= len(page) - _EDGE
            if edge and _NUMBER_LINE.fullmatch(line.text):
                yield Block(line.text, page=line.page, furniture="page_number")
            elif edge and _key(line.text) in running:
                yield Block(line.text, page=line.page, furniture="running_head")
            else:
                kept.append(line)
    wrapped = [
        line
        for number in range(1, len(pages) + 1)
        for line in _wrapped([x for x in kept if x.page == number])
    ]
    for text, first in paragraphs(wrapped):
        yield Block(collapse(text), page=kept[first].page)


def _pages(data: bytes, name: str) -> Iterator[list[_Line]]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise ProtectedFile(f"{name} is protected by a password: save a copy without one") from error
        raise DamagedFile(f"{name} is a damaged PDF ({error}): save it again") from error
    try:
        if len(document) > _PAGES:
            raise DamagedFile(f"{name} has {len(document)} pages, more than the {_PAGES} allowed: split it")
        for number in range(len(document)):
            yield list(_lines(document, number, name))
    finally:
        document.close()


def _lines(document: pypdfium2.PdfDocument, number: int, name: str) -> Iterator[_Line]:
    try:
        page = document[number]
    except pypdfium2.PdfiumError as error:
        raise DamagedFile(f"{name}: page {number + 1} cannot be read ({error})") from error
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range() if textpage.count_chars() else ""
        offset = 0
        for raw in re.split(r"(\r\n|\r|\n)", text):
            if stripped := raw.strip("\r\n \u3000\t\x00\ufffe"):
                begin = offset + len(raw) - len(raw.lstrip())
                end = offset + len(raw.rstrip()) - 1
                left = textpage.get_charbox(begin)[0] if begin < textpage.count_chars() else 0.0
                right = textpage.get_charbox(end)[2] if end < textpage.count_chars() else 0.0
                yield _Line(stripped.replace("\ufffe", ""), number + 1, left, right)
            offset += len(raw)
    finally:
        textpage.close()
        page.close()


def _key(text: str) -> str:
    """A running head without its page number."""
    return re.sub(r"[\d\s]+", "", text)


def _running(pages: list[list[_Line]]) -> frozenset[str]:
    """Lines at the edge of three pages or more, and of at least a third of them."""
    counts: Counter[str] = Counter()
    for page in pages:
        edges = {_key(line.text) for line in (*page[:_EDGE], *page[-_EDGE:])}
        counts.update(key for key in edges if key)
    least = max(3, len(pages) // 3)
    return frozenset(key for key, count in counts.items() if count >= least)


def _wrapped(lines: list[_Line]) -> list[WrappedLine]:
    """Lines with their indent and with whether they reach the right margin, in character widths."""
    if not lines:
        return []
    margin = _common([line.left for line in lines])
    widths = [(line.right - line.left) / len(line.text) for line in lines if len(line.text) >= 8]
    width = max(1.0, statistics.median(widths)) if widths else 12.0
    right = sorted(line.right for line in lines)[int(len(lines) * 0.9)]
    return [
        WrappedLine(line.text, indent=(line.left - margin) / width, full=line.right >= right - 2.5 * width)
        for line in lines
    ]


def _common(values: list[float]) -> float:
    """The most frequent left edge, to the nearest two points."""
    return Counter(round(value / 2) * 2 for value in values).most_common(1)[0][0]
