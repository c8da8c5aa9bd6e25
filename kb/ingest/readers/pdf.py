"""PDF: lines put together to paragraphs, running heads set aside, scanned pages recognised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.errors import DamagedFile, NeedsOcr, ProtectedFile
from kb.ingest.readers.layout import page_blocks
from kb.ingest.readers.page_line import PageLine
from kb.ingest.readers.pdf_lines import legible, page_lines
from kb.ingest.readers.recognition import INSTALL, SCANS, Picture, Recognise
from kb.types import Block

if TYPE_CHECKING:
    import pypdfium2

SCANNED = "scanned_page"  # the furniture of a note on pages that are pictures among pages of text

_PAGES = 3_000
_FEW = 12  # visible characters of a page: with fewer, and something drawn on it, it is a scan
_STAMPED = 100  # characters that a scanning program or a site may have set over a scan
_COVER = 0.7  # share of the page that one picture covers, for the text to be set over a scan
_CURVES = 40  # drawn shapes on a page without text: letters that were turned into curves
_DPI = 200  # of the picture that is recognised; 300 finds no more and takes longer
_PIXELS = 4_000  # of its longer side at most


@dataclass(frozen=True, slots=True)
class _Page:
    """What a page holds: its lines, and whether they are all that can be read on it."""

    number: int
    lines: tuple[PageLine, ...]
    scanned: bool
    broken: bool  # the text layer cannot be read


def read_pdf(data: bytes, name: str, recognise: Recognise | None = None) -> Iterator[Block]:
    """One block per paragraph with the page on which it starts.

    Pages that are pictures, or whose text layer is garbage, are read by `recognise`. Without it they are
    told by a block with the furniture "scanned_page", and a file of nothing else raises `NeedsOcr`. Also
    raises `ProtectedFile` or `DamagedFile`.
    """
    pages: list[Sequence[PageLine]] = []
    scans: list[int] = []
    with _opened(data, name) as document:
        for page in (_page(document, index, name) for index in range(len(document))):
            if page.scanned:
                scans.append(page.number)
            if page.scanned and recognise is not None:
                if len(scans) > SCANS:
                    raise DamagedFile(f"{name} has more than {SCANS} scanned pages: split it")
                found = recognise(_picture(document, page.number - 1), page.number)
                pages.append(found if page.broken else max(page.lines, found, key=_visible))
            else:
                pages.append(() if page.broken else page.lines)
    if recognise is None and scans:
        if sum(map(_visible, pages)) < _FEW * len(pages) or len(scans) == len(pages):
            raise NeedsOcr(f"{name} has {len(scans)} scanned page(s) without text: {INSTALL}")
        words = f"第{_shown(scans)}页是图片，没有文字；安装 kb[ocr] 后再运行 kb ingest"
        yield Block(words, page=scans[0], furniture=SCANNED)
    yield from page_blocks(pages)


def _visible(lines: Sequence[PageLine]) -> int:
    return sum(len(re.sub(r"\s", "", line.text)) for line in lines if not line.furniture)


def _shown(numbers: Sequence[int]) -> str:
    """1、3–5: page numbers with runs shortened."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "、".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _opened(data: bytes, name: str) -> pypdfium2.PdfDocument:
    # pypdfium2 takes 50 ms to import: only PDF files pay for it.
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise ProtectedFile(f"{name} is protected by a password: save a copy without one") from error
        raise DamagedFile(f"{name} is a damaged PDF ({error}): save it again") from error
    if len(document) > _PAGES:
        count = len(document)
        document.close()
        raise DamagedFile(f"{name} has {count} pages, more than the {_PAGES} allowed: split it")
    return document


def _page(document: pypdfium2.PdfDocument, index: int, name: str) -> _Page:
    try:
        page = document[index]
        textpage = page.get_textpage()
    except RuntimeError as error:  # the base of pypdfium2's own error
        raise DamagedFile(f"{name}: page {index + 1} cannot be read ({error})") from error
    try:
        text = textpage.get_text_range() if textpage.count_chars() else ""
        broken = not legible(text)
        lines = () if broken else tuple(page_lines(textpage, text, index + 1, page.get_height()))
        return _Page(index + 1, lines, broken or _is_scan(page, _visible(lines)), broken)
    finally:
        textpage.close()
        page.close()


def _is_scan(page: pypdfium2.PdfPage, visible: int) -> bool:
    """Whether a page says more in pictures than in its text layer."""
    # pypdfium2 is loaded by now: kinds of page objects are 1 text, 2 path, 3 image (FPDF_PAGEOBJ_…).
    if visible >= _STAMPED:
        return False
    objects = list(page.get_objects(filter=[1, 2, 3], max_depth=3))
    kinds = [item.type for item in objects]
    if visible < _FEW:
        return 3 in kinds or (1 in kinds and not visible) or kinds.count(2) >= _CURVES
    area = page.get_width() * page.get_height()
    return any(
        (right - left) * (top - bottom) >= _COVER * area
        for left, bottom, right, top in (item.get_bounds() for item in objects if item.type == 3)
    )


def _picture(document: pypdfium2.PdfDocument, index: int) -> Picture:
    """A page as (height, width, 3) bytes, blue, green, red."""
    page = document[index]
    try:
        scale = min(_DPI / 72, _PIXELS / max(page.get_size()))
        picture: Picture = page.render(scale=scale, prefer_bgrx=False).to_numpy().copy()
        return picture[:, :, :3] if picture.ndim == 3 else picture
    finally:
        page.close()
