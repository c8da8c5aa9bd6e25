"""Where a passage says what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kb.text.normalise import Folded, fold_with_origin

_REMEMBERED = 2048  # passages


def marked(quote: str, terms: Sequence[str]) -> tuple[tuple[tuple[int, int], ...], tuple[str, ...]]:
    """Spans of `quote` that hold one of the folded `terms`, merged and in order, and the terms found."""
    folded = _folded(quote)
    spans: list[tuple[int, int]] = []
    present: list[str] = []
    for term in terms:
        at = folded.text.find(term)
        if at >= 0:
            present.append(term)
        while at >= 0:
            spans.append((folded.origin[at], folded.origin[at + len(term) - 1] + 1))
            at = folded.text.find(term, at + 1)
    return merged(spans), tuple(present)


@lru_cache(_REMEMBERED)
def _folded(quote: str) -> Folded:
    """The same passages are shown again and again."""
    return fold_with_origin(quote)


def merged(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same characters covered by spans in order that neither touch nor overlap."""
    whole: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return tuple(whole)
