"""The lines of a PDF page's text layer, with their places."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.ingest.readers.page_line import PageLine

if TYPE_CHECKING:
    import pypdfium2

TURNED = "turned_text"  # the furniture of a line that runs in another direction than the page: a watermark

_GAP = 1.5  # line heights between two pieces of a line that stand apart: cells of a table
_ILLEGIBLE = 0.1  # share of characters that mean nothing; a font without ToUnicode gives little else
_MARK = 0.75  # of the size of a line's letters: a mark of a footnote
_MARKS = re.compile(r"(?<=[\u4e00-\u9fff。，、；：！？”’）》.,;:!?)])\d{1,2}(?!\d)")
_EDGES = "\r\n \u3000\t\x00\ufffe"


def legible(text: str) -> bool:
    """Whether a text layer can be read: not private-use, control and replacement characters."""
    marks = [char for char in text if not char.isspace()]
    bad = sum(
        1 for char in marks if char in "\ufffd\ufffe" or unicodedata.category(char) in ("Co", "Cn", "Cc")
    )
    return bad <= _ILLEGIBLE * len(marks)


def page_lines(textpage: pypdfium2.PdfTextPage, text: str, number: int, height: float) -> list[PageLine]:
    """The lines of a page `height` points high, in the order in which they are written.

    `text` is the page's whole text. A line is parted where PDFium put cells of a table, or of two rows,
    together; one that runs in another direction than most is marked as furniture.
    """
    # pypdfium2 is loaded by now: the page came from it.
    from pypdfium2 import raw

    lines: list[PageLine] = []
    angles: list[int] = []
    offset = 0
    for piece in re.split(r"(\r\n|\r|\n)", text):
        if piece.strip(_EDGES):
            first = offset + len(piece) - len(piece.lstrip(_EDGES))
            angle = round(raw.FPDFText_GetCharAngle(textpage, first) * 10)
            found = list(_parts(textpage, piece.strip(_EDGES), first, number, height))
            lines += found
            angles += [angle] * len(found)
        offset += len(piece)
    usual = Counter(angles).most_common(1)[0][0] if angles else 0
    return [
        line if angle == usual else replace(line, furniture=TURNED)
        for line, angle in zip(lines, angles, strict=True)
    ]


def _parts(
    textpage: pypdfium2.PdfTextPage, text: str, first: int, number: int, height: float
) -> Iterator[PageLine]:
    """A line's pieces; nearly always one."""
    from pypdfium2 import raw

    last = min(first + len(text), textpage.count_chars()) - 1
    _, bottom, _, top = textpage.get_charbox(first, loose=True)
    _, end_bottom, _, end_top = textpage.get_charbox(last, loose=True)
    whole = " " not in text and min(top, end_top) > max(bottom, end_bottom)
    places = [(0, len(text))] if whole else list(_cuts(textpage, text, first, last))
    for begin, end in places:
        piece = text[begin:end].strip(_EDGES)
        if not piece:
            continue
        begin += len(text[begin:end]) - len(text[begin:end].lstrip(_EDGES))
        _, bottom, _, top = textpage.get_charbox(first + begin, loose=True)
        size = raw.FPDFText_GetFontSize(textpage, first + begin + len(piece) // 2)
        yield PageLine(
            _with_marks(textpage, piece, first + begin, size).replace("\ufffe", ""),
            number,
            left=textpage.get_charbox(first + begin)[0],
            right=textpage.get_charbox(min(first + begin + len(piece) - 1, last))[2],
            top=height - top,
            bottom=height - bottom,
            size=size,
        )


def _with_marks(textpage: pypdfium2.PdfTextPage, piece: str, first: int, size: float) -> str:
    """The words with marks of footnotes in brackets: 平方米。[1]区里, for small digits behind a word."""
    from pypdfium2 import raw

    def bracketed(match: re.Match[str]) -> str:
        small = raw.FPDFText_GetFontSize(textpage, first + match.start()) < _MARK * size
        return f"[{match.group()}]" if small else match.group()

    return _MARKS.sub(bracketed, piece)


def _cuts(textpage: pypdfium2.PdfTextPage, text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Where a line falls apart: at wide gaps, at jumps back, and where the next character is not beside."""
    begin, before = 0, None
    for index, char in enumerate(text[: last - first + 1]):
        if char.isspace():
            continue
        box: Sequence[float] = textpage.get_charbox(first + index, loose=True)
        if before is not None and _apart(before, box):
            yield begin, index
            begin = index
        before = box
    yield begin, len(text)


def _apart(before: Sequence[float], box: Sequence[float]) -> bool:
    size = before[3] - before[1]
    beside = min(before[3], box[3]) > max(before[1], box[1])
    return not beside or box[0] - before[2] > _GAP * size or box[0] < before[0] - size
