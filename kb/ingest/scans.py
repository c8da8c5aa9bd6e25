"""What text recognition read, kept while a file is read, and the warnings that follow from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from kb.ingest.readers.page_line import PageLine
from kb.ingest.readers.recognition import Picture, Recognise
from kb.types import Block, Flag

_DOUBTFUL = 0.8  # a line below this confidence is noted; on clean scans lines lie above 0.95
_NOTED = 40  # doubtful lines noted of one document
_LEAST = 4  # characters of a line that is looked for in the text


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was read from one page's picture."""

    page: int
    lines: tuple[PageLine, ...]


def recorded(recognise: Recognise | None, scans: list[Recognised]) -> Recognise | None:
    """`recognise`, with what it reads put into `scans`."""
    if recognise is None:
        return None

    def reading(picture: Picture, page: int) -> tuple[PageLine, ...]:
        lines = recognise(picture, page)
        scans.append(Recognised(page, lines))
        return lines

    return reading


def scan_flags(text: str, blocks: Sequence[Block], scans: Sequence[Recognised]) -> Iterator[Flag]:
    """`ocr` for a text that was recognised: as a whole, or the stretch of each of its scanned pages.

    Then one for each line that was hard to read, with the confidence.
    """
    used = [scan for scan in scans if scan.lines and any(_places(text, scan))]
    if not used:
        return
    pages = {block.page for block in blocks if not block.furniture}
    if pages <= {scan.page for scan in scans}:
        yield Flag("ocr", _words(used))
    else:
        for scan in used:
            places = list(_places(text, scan))
            start, end = min(place for place, _ in places), max(end for _, end in places)
            yield Flag("ocr", _words([scan]), start, end)
    yield from _doubtful(text, used)


def _doubtful(text: str, scans: Sequence[Recognised]) -> Iterator[Flag]:
    found = 0
    for scan in scans:
        for line in scan.lines:
            place = text.find(line.text) if line.confidence < _DOUBTFUL and line.text else -1
            if place >= 0 and found < _NOTED:
                found += 1
                words = f"第{scan.page}页识别置信度{line.confidence:.2f}：{line.text}"
                yield Flag("ocr", words, place, place + len(line.text))


def _places(text: str, scan: Recognised) -> Iterator[tuple[int, int]]:
    """Where the page's lines stand in the text, those that stand there once."""
    for line in scan.lines:
        place = text.find(line.text) if len(line.text) >= _LEAST else -1
        if place >= 0 and text.find(line.text, place + 1) < 0:
            yield place, place + len(line.text)


def _confidence(scans: Sequence[Recognised]) -> float:
    """The mean over all characters, 0..1."""
    lines = [line for scan in scans for line in scan.lines if line.text and not line.furniture]
    return fmean([line.confidence for line in lines], [len(line.text) for line in lines])


def _words(scans: Sequence[Recognised]) -> str:
    lost = sum(1 for scan in scans for line in scan.lines if line.furniture)
    words = f"{_pages(scans)}由扫描件识别，平均置信度{_confidence(scans):.2f}"
    return f"{words}，另有{lost}行无法辨认" if lost else words


def _pages(scans: Sequence[Recognised]) -> str:
    numbers = [scan.page for scan in scans]
    return f"第{numbers[0]}页" if len(numbers) == 1 else f"第{numbers[0]}–{numbers[-1]}页共{len(numbers)}页"
