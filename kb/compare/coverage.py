"""How much of a comparison rests on evidence, and what was left out and why."""

from __future__ import annotations

from collections.abc import Sequence

from kb.search.filters import works
from kb.types import Column, CompareCoverage

_THIN = 0.25  # a dimension found in a smaller part of the columns is thin


def coverage(
    columns: Sequence[Column], dimensions: Sequence[str], left_out: Sequence[str]
) -> CompareCoverage:
    """Counts of works and cells; columns without documents and thin dimensions join `left_out`."""
    states = [cell.state for column in columns for cell in column.cells]
    notes = [*left_out]
    notes += [f"{column.name}：库中没有资料" for column in columns if not column.documents]
    searched = [column for column in columns if column.documents]
    for i, dimension in enumerate(dimensions):
        found = sum(column.cells[i].state != "not_mentioned" for column in searched)
        if searched and found / len(searched) < _THIN:
            notes.append(f"“{dimension}”证据很少：{len(searched)} 列中只有 {found} 列提到")
    return CompareCoverage(
        documents=works(card for column in columns for card in column.documents),
        found=states.count("found"),
        weak=states.count("weak"),
        not_mentioned=states.count("not_mentioned"),
        left_out=tuple(notes),
    )
