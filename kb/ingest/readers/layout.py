"""Pages of set lines, as PDF and OFD hold them, turned into paragraphs."""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kb.ingest.readers.arrange import Region, arrange, find_gutter
from kb.ingest.readers.page_line import PageLine
from kb.ingest.readers.spacing import collapse
from kb.ingest.readers.unwrap import WrappedLine, paragraphs
from kb.types import Block

_EDGE = 3  # lines from the top and from the bottom of a page that may be running heads or page numbers
_HEAD = 50  # characters of a running head
_ONE_HEIGHT = 3.0  # units by which the heights of a running head may differ
_NEARLY = 0.8  # of the pages
_UNEVEN = 0.2  # of its height by which the distance of a running head is not that of lines
_REACH = 2.5  # character widths from the right margin at which a line counts as full
_CENTRED = 1.5  # character widths that a centred line leaves free on both sides
_LEAST_WIDTH = 1.0  # units of a character, where lines are too short to tell
_SMALL = 0.98  # of the usual size: a line of a footnote
_APART = 99.0  # an indent that joins a line to none
_NOTE = re.compile(r"(?:[①-⑳*※]|[〔\[［（(]?\d{1,2}[〕\]］）)]?)[ \u3000]?(?=\D)")
_NUMBER_LINE = re.compile(
    r"(?=.*\d)[\s\-—–－_·.•第共页Page/of|\d]{1,24}"
    r"|[\s\-—–－]*第\s*[一二三四五六七八九十百零〇]{1,6}\s*页[\s/，,]*(?:共\s*[一二三四五六七八九十百零〇]{1,6}\s*页)?[\s\-—–－]*"
)


def page_blocks(pages: Sequence[Sequence[PageLine]]) -> Iterator[Block]:
    """A block per paragraph with the page on which it starts; page numbers and running heads as furniture.

    Columns are read one after the other, rows of tables as "a | b", and footnotes after the paragraphs
    that start on their page, so that a sentence goes on over the end of the page.
    """
    running = _running(pages)
    wrapped: list[WrappedLine] = []
    numbers: list[int] = []
    notes: list[tuple[list[WrappedLine], int]] = []
    for page in pages:
        body, furniture = _without_edges(page, running)
        yield from furniture
        body, below = _without_notes(body)
        for region in arrange(body):
            wrapped += _wrapped(region)
            numbers += [line.page for line in region.lines]
        if below:
            notes.append((_wrapped(Region(tuple(below))), below[0].page))
    yield from _with_notes([(text, numbers[first]) for text, first in paragraphs(wrapped)], notes)


def _with_notes(
    texts: Sequence[tuple[str, int]], notes: Sequence[tuple[Sequence[WrappedLine], int]]
) -> Iterator[Block]:
    """Paragraphs in order, each page's notes behind the last one that starts on it."""
    left = list(notes)
    for text, page in texts:
        while left and left[0][1] < page:
            yield from _notes(*left.pop(0))
        yield Block(collapse(text), page=page)
    for lines, page in left:
        yield from _notes(lines, page)


def _notes(lines: Sequence[WrappedLine], page: int) -> Iterator[Block]:
    """A block per note: what follows a line with a mark belongs to it, however it is indented."""
    groups: list[list[WrappedLine]] = []
    for line in lines:
        if not groups or _NOTE.match(line.text):
            groups.append([])
        groups[-1].append(WrappedLine(line.text, 0.0, True))
    for group in groups:
        yield from (Block(collapse(text), page=page) for text, _ in paragraphs(group))


def _without_edges(page: Sequence[PageLine], running: frozenset[str]) -> tuple[list[PageLine], list[Block]]:
    """The lines of a page, and what stands at its edges on other pages too."""
    kept, furniture = [], []
    edges = _edges(page)
    for index, line in enumerate(page):
        if line.furniture:
            furniture.append(Block(line.text, page=line.page, furniture=line.furniture))
        elif index in edges and _NUMBER_LINE.fullmatch(line.text) and not _beside(line, page, running):
            furniture.append(Block(line.text, page=line.page, furniture="page_number"))
        elif index in edges and _key(line.text) in running:
            furniture.append(Block(line.text, page=line.page, furniture="running_head"))
        else:
            kept.append(line)
    return kept, furniture


def _beside(line: PageLine, page: Sequence[PageLine], running: frozenset[str]) -> bool:
    """Whether words stand at the line's height: it may be a figure of a table's last row."""
    return any(
        other.top < (line.top + line.bottom) / 2 < other.bottom
        and not (_NUMBER_LINE.fullmatch(other.text) or _key(other.text) in running)
        for other in page
    )


def _edges(page: Sequence[PageLine]) -> frozenset[int]:
    """The places in `page` of the lines at its top and bottom; programs write footers in any order."""
    order = sorted(range(len(page)), key=lambda index: page[index].top)
    return frozenset((*order[:_EDGE], *order[-_EDGE:]))


def _without_notes(lines: Sequence[PageLine]) -> tuple[list[PageLine], list[PageLine]]:
    """The lines of a page without the footnotes, and those: small print below each column, after a mark."""
    sizes = [line.size for line in lines]
    if len(lines) < _EDGE or not all(sizes):
        return list(lines), []
    usual = statistics.median(sizes)
    gutter = find_gutter([line for line in lines if line.size >= _SMALL * usual])
    if gutter is None:
        below = _below(lines, usual)
    else:
        parts = ([line for line in lines if (line.left < gutter) == before] for before in (True, False))
        below = [line for part in parts for line in _below(part, usual)]
    return [line for line in lines if line not in below], below


def _below(lines: Sequence[PageLine], usual: float) -> list[PageLine]:
    """The small print at the foot of one column."""
    order = sorted(lines, key=lambda line: line.top)
    below: list[PageLine] = []
    while order and order[-1].size < _SMALL * usual:
        below.insert(0, order.pop())
    while below and not _NOTE.match(below[0].text):
        below.pop(0)
    return below


def _key(text: str) -> str:
    """A running head without its page number."""
    return re.sub(r"[\d\s]+", "", text)


def _running(pages: Sequence[Sequence[PageLine]]) -> frozenset[str]:
    """Short lines without a full stop at the edge of three pages or more, and of a third of them.

    A line of the text may recur too: a running head stands at one height on its pages, apart from the text
    or in letters of another size; or it is the first line of nearly all of them.
    """
    found: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    first = Counter(_key(min(page, key=lambda line: line.top).text) for page in pages if page)
    for page in pages:
        usual = statistics.median([line.size for line in page]) if page else 0.0
        for index in _edges(page):
            line = page[index]
            key = _key(line.text)
            if len(line.text) <= _HEAD and "。" not in line.text and key:
                found[key].append((line.top, _is_apart(line, page, usual)))
    least = max(3, len(pages) // 3)
    most = max(least, _NEARLY * len(pages))
    return frozenset(key for key, places in found.items() if _recurs(places, least) or first[key] >= most)


def _recurs(places: Sequence[tuple[float, bool]], least: int) -> bool:
    """Whether a line stands apart at one of its heights on enough pages."""
    return any(
        sum(abs(top - other) <= _ONE_HEIGHT and apart for other, apart in places) >= least
        for top, _ in places
    )


def _is_apart(line: PageLine, page: Sequence[PageLine], usual: float) -> bool:
    """Whether a line keeps another distance from the text than its lines do, or is set in another size.

    Where the format does not tell heights, every line counts as apart.
    """
    height = line.bottom - line.top
    if not height or abs(line.size - usual) > (1 - _SMALL) * usual:
        return True
    text = sorted(
        (other for other in page if not _NUMBER_LINE.fullmatch(other.text)), key=lambda one: one.top
    )
    gaps = [below.top - above.bottom for above, below in pairwise(text)]
    place = text.index(line) if line in text else 0
    own = [gap for gap in gaps[max(0, place - 1) : place + 1] if gap > -height]
    leading = statistics.median(gaps) if gaps else 0.0
    return all(abs(gap - leading) > _UNEVEN * height for gap in own)


def _wrapped(region: Region) -> list[WrappedLine]:
    """The lines of a region with their indent and whether they reach the margin, in character widths."""
    lines = region.lines
    widths = [(line.right - line.left) / len(line.text) for line in lines if len(line.text) >= 8]
    width = max(statistics.median(widths) if widths else 0.0, _LEAST_WIDTH)
    margin = _common([line.left for line in lines], width / 2) if region.left is None else region.left
    right = sorted(line.right for line in lines)[int(len(lines) * 0.9)]
    return [_line(line, margin, region.right or right, width) for line in lines]


def _line(line: PageLine, margin: float, right: float, width: float) -> WrappedLine:
    if line.cells:
        return WrappedLine(line.text, indent=_APART, full=False)
    before, behind = (line.left - margin) / width, (right - line.right) / width
    centred = before > _CENTRED and behind > _CENTRED and abs(before - behind) < _CENTRED
    return WrappedLine(line.text, indent=before, full=behind <= _REACH and not centred)


def _common(values: Sequence[float], step: float) -> float:
    """The usual left edge: the middle of the `step` in which most of the edges lie."""
    (place, _), *_ = Counter(round(value / step) for value in values).most_common(1)
    return statistics.median([value for value in values if abs(value / step - place) <= 1])
