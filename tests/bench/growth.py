"""The growth of latency with the number of passages, drawn as an SVG."""

from __future__ import annotations

import math
from typing import Any

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 640, 360, 70, 30, 150, 50
_LINE = 14.0  # pixels between labels
_LINES = {
    "answer, two filters": ("whole answer, two filters", "#b3261e"),
    "find, two filters": ("finding, two filters", "#e58a00"),
    "find, any": ("finding, no filter", "#7b5ea7"),
    "words": ("word index alone", "#0b6e99"),
    "vectors": ("vector index alone", "#1b6e3c"),
}
_DATA = ("the data itself", "#888888")
_DRAWN = "cpu p50"
_COLUMNS = ("find, any", "find, two filters", "find, wide filter", "answer, any", "answer, two filters")


def table(figures: list[dict[str, Any]]) -> str:
    """Recall@10 and processor milliseconds, median and 95th percentile, a row for each index."""
    rows = [("passages", "recall@10", "GB", *_COLUMNS), ("---",) * (3 + len(_COLUMNS))]
    for one in sorted(figures, key=lambda one: one["passages"]):
        times = [f"{one[name]['cpu p50']:.0f} and {one[name]['cpu p95']:.0f}" for name in _COLUMNS]
        rows.append((f"{one['passages']:,}", f"{one['recall']:.3f}", f"{one['memory_gb']:.2f}", *times))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def chart(figures: list[dict[str, Any]]) -> str:
    """Median processor milliseconds against passages, both logarithmic; dashed: the data itself."""
    figures = sorted(figures, key=lambda one: one["passages"])
    counts = [one["passages"] for one in figures]
    series = {name: [one[name][_DRAWN] for one in figures] for name in _LINES}
    first = min(min(values) for values in series.values())
    data = [first * count / counts[0] for count in counts]
    low = 10 ** math.floor(math.log10(first))
    high = 10 ** math.ceil(math.log10(max(*data, *(max(values) for values in series.values()))))

    def x(count: float) -> float:
        share = math.log(count / counts[0]) / max(math.log(counts[-1] / counts[0]), 1e-9)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - math.log(value / low) / math.log(high / low) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="18">processor milliseconds, median (both axes logarithmic)</text>',
    ]
    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        at = y(10**power)
        parts.append(f'<path d="M{_LEFT} {at:.1f}H{_WIDTH - _RIGHT}" stroke="#dddddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10**power:g}</text>')
    for count in counts:
        parts.append(f'<text x="{x(count):.1f}" y="{_HEIGHT - 28}" text-anchor="middle">{count:,}</text>')
    parts.append(f'<text x="{_LEFT}" y="{_HEIGHT - 8}">passages</text>')
    every = [(label, colour, series[name], "") for name, (label, colour) in _LINES.items()]
    for _, colour, values, dash in [*every, (*_DATA, data, ' stroke-dasharray="5 4"')]:
        points = " ".join(f"{x(c):.1f},{y(v):.1f}" for c, v in zip(counts, values, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
    below = 0.0
    for label, colour, values, _ in sorted([*every, (*_DATA, data, "")], key=lambda one: -one[2][-1]):
        below = max(y(values[-1]) + 4, below + _LINE)  # no label over another
        parts.append(f'<text x="{_WIDTH - _RIGHT + 6}" y="{below:.1f}" fill="{colour}">{label}</text>')
    return "\n".join([*parts, "</svg>", ""])
