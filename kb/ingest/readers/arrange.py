"""The order in which a person reads the lines of a page: columns, and rows of tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise
from statistics import fmean, median

from kb.ingest.labels import label_of
from kb.ingest.readers.page_line import PageLine

_COLUMN_LINES = 5  # lines that a column of print has at least
_COLUMN_WIDTH = 9.0  # character widths of its usual line: cells of tables are narrower
_PRINT = 0.7  # of a column's print that its long lines hold
_BREAK = 1.4  # of the usual step from row to row: a gap
_NARROW = 0.6  # of a column's width: a piece that fills less may be a cell
_CANDIDATES = 6  # left edges tried as the start of a second column
_SLACK = 0.4  # character widths by which an edge may be off
_CELL_GAP = 0.5  # line heights between two cells; less is a gap that recognition left in a line
_ROW_OVERLAP = 0.5  # share of the lower line's height that two lines of one row share
_LEADING = 0.9  # line heights between two lines of one cell at most
_TABLE_ROWS = 2  # rows of several pieces, one under the other, that make a table


@dataclass(frozen=True, slots=True)
class Region:
    """Lines in reading order that share a left and a right margin."""

    lines: tuple[PageLine, ...]
    left: float | None = None  # None: to be taken from the lines
    right: float | None = None


def arrange(lines: Sequence[PageLine]) -> list[Region]:
    """The regions of one page in reading order.

    Without columns and tables the lines stay in the order given. Lines that do not know their height
    (bottom == top) are left as they are.
    """
    if not lines:
        return []
    if any(line.bottom == line.top for line in lines):
        return [Region(tuple(lines))]
    return list(_arranged(lines, min(line.left for line in lines), max(line.right for line in lines)))


def _arranged(lines: Sequence[PageLine], left: float, right: float) -> Iterator[Region]:
    gutter = find_gutter(lines)
    if gutter is None:
        yield Region(tuple(_rows(lines)))
        return
    for across, band in _bands(lines, gutter):
        if across:
            yield Region(tuple(_rows(band)), left, right)
        else:
            for part in (
                [line for line in band if line.right <= gutter],
                [line for line in band if line.right > gutter],
            ):
                if part:
                    yield from _arranged(part, left, right)


def find_gutter(lines: Sequence[PageLine]) -> float | None:
    """The place between two columns of print; None where there is one column."""
    unit = median([line.bottom - line.top for line in lines])
    first = min(line.left for line in lines)
    starts = Counter(round(line.left / unit) for line in lines if line.left > first + _COLUMN_WIDTH * unit)
    for start, _ in starts.most_common(_CANDIDATES):
        edges = [line.left for line in lines if abs(line.left / unit - start) <= 1]
        place = min(edges) - _SLACK * unit
        before = [line for line in lines if line.right <= place + _SLACK * unit]
        behind = [line for line in lines if line.left >= place]
        if all(_is_print(part, unit) for part in (before, behind)) and _side_by_side(before, behind):
            return place + _SLACK * unit
    return None


def _is_print(lines: Sequence[PageLine], unit: float) -> bool:
    """Whether a side of the page holds lines of text; cells of a table may stand above or below them."""
    widths = [line.right - line.left for line in lines]
    wide = [width for width in widths if width >= _COLUMN_WIDTH * unit]
    return len(wide) >= _COLUMN_LINES and sum(wide) >= _PRINT * sum(widths)


def _side_by_side(before: Sequence[PageLine], behind: Sequence[PageLine]) -> bool:
    top = max(min(line.top for line in part) for part in (before, behind))
    bottom = min(max(line.bottom for line in part) for part in (before, behind))
    return all(
        sum(1 for line in part if top <= line.top and line.bottom <= bottom) >= _COLUMN_LINES - 2
        for part in (before, behind)
    )


def _bands(lines: Sequence[PageLine], gutter: float) -> Iterator[tuple[bool, list[PageLine]]]:
    """Runs of rows that cross the gutter or belong to a table, and of rows that do not, from the top down."""
    rows = _grouped(lines)
    across = [any(line.left < gutter < line.right for line in row) for row in rows]
    for first, last in _tables(rows, across, gutter):
        across[first:last] = [True] * (last - first)
    for state, run in groupby(range(len(rows)), key=across.__getitem__):
        yield state, [line for index in run for line in rows[index]]


def _tables(
    rows: Sequence[list[PageLine]], across: Sequence[bool], gutter: float
) -> Iterator[tuple[int, int]]:
    """Runs of rows beside columns whose pieces are cells: narrow ones, two rows of them or more.

    Such a run stands above or below the columns, or at rows that cross the gutter, never among their lines.
    """
    left = gutter - min(line.left for row in rows for line in row)
    right = max(line.right for row in rows for line in row) - gutter

    blocks = _blocks(rows)

    def is_cells(index: int) -> tuple[int, bool]:
        row = rows[index]
        widths = [(line.right - line.left) / (left if line.right <= gutter else right) for line in row]
        return blocks[index], across[index] or (len(row) > 1 and max(widths) < _NARROW)

    for (_, cells), run in groupby(range(len(rows)), key=is_cells):
        places = list(run)
        first, last = places[0], places[-1] + 1
        at_edge = first == 0 or last == len(rows) or any(across[first - 1 : last + 1])
        if cells and at_edge and sum(len(rows[index]) > 1 for index in places) >= _TABLE_ROWS:
            yield first, last


def _blocks(rows: Sequence[Sequence[PageLine]]) -> list[int]:
    """For each row the number of its block: rows that follow each other without a gap."""
    tops = [min(line.top for line in row) for row in rows]
    steps = [following - top for top, following in pairwise(tops)]
    usual = median(steps) if steps else 0.0
    return [0, *accumulate(int(step > _BREAK * usual) for step in steps)]


def _grouped(lines: Sequence[PageLine]) -> list[list[PageLine]]:
    """Lines that stand beside each other, row by row."""
    rows: list[list[PageLine]] = []
    for line in sorted(lines, key=lambda line: (line.top + line.bottom) / 2):
        if rows and _same_row(rows[-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _rows(lines: Sequence[PageLine]) -> Iterator[PageLine]:
    """Lines as given when each stands alone in its row; else row by row, cells of tables apart by " | "."""
    rows = _grouped(lines)
    if all(len(row) == 1 for row in rows):
        yield from lines
        return
    cells = _without_wraps([_cells(sorted(row, key=lambda line: line.left)) for row in rows])
    for index, row in enumerate(cells):
        around = sum(1 for other in cells[max(0, index - 1) : index + _TABLE_ROWS] if len(other) > 1)
        yield _joined(row, table=len(row) > 1 and around >= _TABLE_ROWS)


def _same_row(row: Sequence[PageLine], line: PageLine) -> bool:
    """Beside what is in the row, at one height with it."""
    if any(other.left < line.right and line.left < other.right for other in row):
        return False
    top, bottom = (fmean([getattr(other, edge) for other in row]) for edge in ("top", "bottom"))
    shared = min(bottom, line.bottom) - max(top, line.top)
    return shared >= _ROW_OVERLAP * min(bottom - top, line.bottom - line.top)


def _cells(row: Sequence[PageLine]) -> list[PageLine]:
    """Pieces between which there is no more than a character's width put together."""
    cells = [row[0]]
    for line in row[1:]:
        last = cells[-1]
        unit = line.bottom - line.top
        if line.left - last.right < _CELL_GAP * unit:
            cells[-1] = _joined([last, line], table=False, mark="")
        elif label_of(last.text) == last.text:
            cells[-1] = _joined([last, line], table=False)
        else:
            cells.append(line)
    return cells


def _without_wraps(rows: Sequence[list[PageLine]]) -> list[list[PageLine]]:
    """Rows of cells, the second and further lines of a cell put behind its first.

    Such a line stands close below, under cells of the row but not under the first one.
    """
    whole: list[list[PageLine]] = []
    for row in rows:
        above = whole[-1] if whole else []
        places = [_cell_above(line, above) for line in row]
        if len(above) > 1 and all(places):
            for line, place in zip(row, places, strict=True):
                above[place] = replace(_joined([above[place], line], table=False, mark=""), top=above[0].top)
        else:
            whole.append(row)
    return whole


def _cell_above(line: PageLine, row: Sequence[PageLine]) -> int:
    """The place in `row` of the cell under which the line stands; 0 for the first one, or for none."""
    unit = line.bottom - line.top
    near = bool(row) and line.top - max(cell.bottom for cell in row) < _LEADING * unit
    found = [
        place
        for place, cell in enumerate(row)
        if abs(cell.left - line.left) <= unit * _SLACK
        or abs(cell.left + cell.right - line.left - line.right) <= unit * _SLACK
    ]
    return found[0] if near and found else 0


def _joined(row: Sequence[PageLine], table: bool, mark: str = " ") -> PageLine:
    if len(row) == 1:
        return row[0]
    sizes = [len(line.text) for line in row]
    return replace(
        row[0],
        text=(" | " if table else mark).join(line.text for line in row),
        right=max(line.right for line in row),
        top=min(line.top for line in row),
        bottom=max(line.bottom for line in row),
        confidence=fmean([line.confidence for line in row], sizes),
        cells=table,
    )
