"""Breaks Chinese lines for a terminal: rich breaks at white space, of which Chinese has next to none."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

_CLOSING = frozenset("，。、；：！？）》”’」』,.;:!?)")  # never begin a line (避头尾)


def wrapped(text: Text, width: int) -> list[Text]:
    """The lines of `text` at most `width` cells wide, styles kept; Latin words and numbers stay whole.

    A closing mark may stand two cells beyond the edge rather than begin a line.
    """
    return [
        piece
        for line in text.split("\n", allow_blank=True)
        for piece in line.divide(_breaks(line.plain, width))
    ]


def _breaks(line: str, width: int) -> list[int]:
    """Offsets before which a line is broken."""
    found: list[int] = []
    used = word = 0  # cells of the present row; offset where the present Latin word began
    for offset, char in enumerate(line):
        if not _latin(char) or offset == 0 or not _latin(line[offset - 1]):
            word = offset
        used += cell_len(char)
        if used > width and char not in _CLOSING:
            row = found[-1] if found else 0
            cut = word if word > row else offset
            found.append(cut)
            used = cell_len(line[cut : offset + 1])
    return found


def _latin(char: str) -> bool:
    return char.isascii() and not char.isspace()
