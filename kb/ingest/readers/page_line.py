"""A line as it is set on a page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line as it is set on the page; its edges in one unit, heights growing downwards."""

    text: str
    page: int  # 1-based
    left: float
    right: float
    top: float = 0.0
    bottom: float = 0.0  # the same as `top` where the format does not tell
    size: float = 0.0  # of its letters, where the format tells
    confidence: float = 1.0  # of text recognition
    cells: bool = False  # a row of a table
    furniture: str = ""  # the rule by which the reader took it for none of the text
