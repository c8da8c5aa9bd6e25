"""Pages of set lines, as PDF and OFD hold them, turned into paragraphs."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.ingest.readers.spacing import collapse
from kb.ingest.readers.unwrap import WrappedLine, paragraphs
from kb.types import Block

_EDGE = 3  # lines from the top and from the bottom of a page that may be running heads or page numbers
_HEAD = 50  # characters of a running head
_REACH = 2.5  # character widths from the right margin at which a line counts as full
_CENTRED = 1.5  # character widths that a centred line leaves free on both sides
_NUMBER_LINE = re.compile(r"(?=.*\d)[\s\-—–－_·.•第共页Page/of|\d]{1,24}")


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line as it is set on the page; left and right edge in one unit."""

    text: str
    page: int  # 1-based
    left: float
    right: float


def page_blocks(pages: Sequence[Sequence[PageLine]]) -> Iterator[Block]:
    """A block per paragraph with the page on which it starts; page numbers and running heads as furniture."""
    running = _running(pages)
    kept: list[PageLine] = []
    for page in pages:
        for index, line in enumerate(page):
            edge = index < _EDGE or index >= len(page) - _EDGE
            if edge and _NUMBER_LINE.fullmatch(line.text):
                yield Block(line.text, page=line.page, furniture="page_number")
            elif edge and _key(line.text) in running:
                yield Block(line.text, page=line.page, furniture="running_head")
            else:
                kept.append(line)
    numbers = sorted({line.page for line in kept})
    wrapped = [
        item for number in numbers for item in _wrapped([line for line in kept if line.page == number])
    ]
    for text, first in paragraphs(wrapped):
        yield Block(collapse(text), page=kept[first].page)


def _key(text: str) -> str:
    """A running head without its page number."""
    return re.sub(r"[\d\s]+", "", text)


def _running(pages: Sequence[Sequence[PageLine]]) -> frozenset[str]:
    """Short lines without a full stop at the edge of three pages or more, and of a third of them."""
    counts: Counter[str] = Counter()
    for page in pages:
        edges = [line.text for line in (*page[:_EDGE], *page[-_EDGE:])]
        counts.update(
            {_key(text) for text in edges if len(text) <= _HEAD and "。" not in text and _key(text)}
        )
    least = max(3, len(pages) // 3)
    return frozenset(key for key, count in counts.items() if count >= least)


def _wrapped(lines: Sequence[PageLine]) -> list[WrappedLine]:
    """The lines of a page with their indent and whether they reach the right margin, in character widths."""
    if not lines:
        return []
    margin = _common([line.left for line in lines])
    widths = [(line.right - line.left) / len(line.text) for line in lines if len(line.text) >= 8]
    width = statistics.median(widths) if widths else 12.0
    right = sorted(line.right for line in lines)[int(len(lines) * 0.9)]
    return [_line(line, margin, right, width) for line in lines]


def _line(line: PageLine, margin: float, right: float, width: float) -> WrappedLine:
    before, behind = (line.left - margin) / width, (right - line.right) / width
    centred = before > _CENTRED and behind > _CENTRED and abs(before - behind) < _CENTRED
    return WrappedLine(line.text, indent=before, full=behind <= _REACH and not centred)


def _common(values: Sequence[float]) -> float:
    """The most frequent left edge, to the nearest two units."""
    return Counter(round(value / 2) * 2 for value in values).most_common(1)[0][0]
