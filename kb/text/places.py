"""Where a passage stands, said as a reader would: 二、（三）第2段."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from kb.types import Section

_NUMBERED = re.compile(
    r"\s*(第[一二三四五六七八九十百零〇\d]+[编章节条款部分]+|[一二三四五六七八九十百]+、"
    r"|[（(][一二三四五六七八九十百\d]+[）)]|\d{1,2}(?:\.\d{1,2})+|\d{1,2}[.．、])"
)
_HEADING_SHOWN = 12  # characters of a heading without a number that stand in its label


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an offset in its document."""

    path: tuple[str, ...]  # heading lines from the outermost in
    paragraph: str
    page: int | None


def place(text: str, sections: Sequence[Section], start: int) -> Place:
    """The place of the character at `start`; `sections` tile `text` in order, or are empty."""
    index = bisect_right([section.start for section in sections], start) - 1
    if index < 0:
        return Place((), f"第{_line_number(text, 0, start)}段", None)
    section = sections[index]
    label = "".join(_label(heading) for heading in section.path)
    number = _line_number(text, _opening(text, sections, index), start) - (1 if section.path else 0)
    return Place(section.path, f"{label}第{number}段" if number else label, section.page)


def _opening(text: str, sections: Sequence[Section], index: int) -> int:
    """Where the heading of a section stands: a section is told again where a new page begins in it."""
    path = sections[index].path
    while index and sections[index - 1].path == path:
        if path and text.startswith(path[-1], sections[index].start):
            break
        index -= 1
    return sections[index].start


def _label(heading: str) -> str:
    match = _NUMBERED.match(heading)
    if match:
        return match.group(1)
    short = heading.strip()
    return f"“{short[:_HEADING_SHOWN]}…”" if len(short) > _HEADING_SHOWN else f"“{short}”"


def _line_number(text: str, start: int, offset: int) -> int:
    """1-based number of the line that holds `offset`, counted from `start`, empty lines left out."""
    return 1 + sum(1 for line in text[start:offset].split("\n")[:-1] if line.strip())
