"""Quantities read from texts and questions."""

from __future__ import annotations

from dataclasses import dataclass

from kb.types.documents import Flag


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity read from Chinese text: 600多万元 → 6 000 000.. CNY, "more than"."""

    quantity: str  # what is measured: money, people, count, area, length, share, duration, frequency, date
    unit: str  # CNY, person, ㎡, %, year, …
    value_min: float | None
    value_max: float | None
    approx: str  # "", more than, less than, about, between
    quote: str
    start: int  # in the document's text
    end: int
    flags: tuple[Flag, ...] = ()
    counted: str = ""  # what is counted, in the text's words: 驻区单位, 在职党员
