"""Tables and numbered lists of web pages, as a browser shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import lxml.html

from kb.ingest.labels import find_label
from kb.ingest.readers.numbering import formatted
from kb.ingest.readers.spacing import collapse

_CELL = 200  # characters: a longer cell means that the table only lays out the page
_REPEATED = 30  # characters: a cell that goes over several rows is repeated in each when it is no longer
_SPAN = 100  # rows or columns that a cell may go over: what a page says above that is a mistake
_UNNUMBERED = re.compile(r"list-style(?:-type)?\s*:[^;]*none", re.IGNORECASE)
_FORMATS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


def is_data(table: lxml.html.HtmlElement) -> bool:
    """Two or more rows of two or more filled short cells, and no table inside."""
    if table.find(".//table") is not None:
        return False
    rows = [[len(collapse(cell.text_content())) for cell in _cells(row)] for row in table.iter("tr")]
    filled = sum(1 for row in rows if sum(1 for size in row if size) >= 2)
    return filled >= 2 and max((size for row in rows for size in row), default=0) <= _CELL


def table_rows(table: lxml.html.HtmlElement) -> Iterator[tuple[str, lxml.html.HtmlElement]]:
    """Each row that says something as "a | b" with its element; cells stand in the order of their columns.

    A short cell that goes over several rows says the same in each; an empty one in between keeps its place.
    """
    above: dict[int, tuple[str, int]] = {}  # column → a cell from above, rows that it covers
    for row in table.iter("tr"):
        shown = {column: words for column, (words, _) in above.items()}
        above = {column: (words, left - 1) for column, (words, left) in above.items() if left > 1}
        place = 0
        own = [(collapse(cell.text_content()), cell) for cell in _cells(row)]
        for words, cell in own:
            while place in shown:
                place += 1
            shown[place] = words
            rows = _span(cell, "rowspan")
            if rows > 1:
                above[place] = (words if len(words) <= _REPEATED else "", rows - 1)
            # Further columns of a wide cell are taken, and say nothing of their own.
            place += _span(cell, "colspan")
        if any(words for words, _ in own):
            yield " | ".join(shown[column] for column in sorted(shown)).strip("| "), row


def _cells(row: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    return (cell for cell in row if cell.tag in ("td", "th"))


def _span(cell: lxml.html.HtmlElement, name: str) -> int:
    said = (cell.get(name) or "").strip()
    return min(max(int(said), 1), _SPAN) if said.isascii() and said.isdigit() else 1


def item_number(item: lxml.html.HtmlElement) -> str:
    """The number that a browser puts before an item of a numbered list: "3."; "" for none.

    Items that bring a label of their own, and those of lists whose style shows no numbers, have none.
    """
    parent = item.getparent()
    if parent is None or parent.tag != "ol":
        return ""
    if any(_UNNUMBERED.search(node.get("style") or "") for node in (item, parent)):
        return ""
    if find_label(collapse(item.text_content())) is not None:
        return ""
    number = _whole(parent.get("start"), 1) - 1
    for other in parent:
        if other.tag == "li":
            number = _whole(other.get("value"), number + 1)
        if other is item:
            break
    return formatted(number, _FORMATS.get(parent.get("type") or "1", "decimal")) + "."


def _whole(said: str | None, otherwise: int) -> int:
    return int(said) if said and re.fullmatch(r"\d{1,4}", said) else otherwise
