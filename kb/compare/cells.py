"""Cells: which sentences answer a dimension, how surely, and as which verbatim passages.

A sentence belongs to the dimension that it fits best and to a second one only when it serves that nearly as
well. No word is ever made up: a passage is `document.text[start:end]`, from the start of a sentence to the
end of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.compare.evidence import FEATURES, Numbers
from kb.compare.layout import Layout, layout
from kb.compare.rules import compare_rules
from kb.search.cite import cite
from kb.text.figures import figures
from kb.text.normalise import fold
from kb.types import Cell, CellState, Citation, Confidence, Document, DocumentCard, Figure

Chances = NDArray[np.float32]  # (sentences, dimensions), 0..1


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring sentences of one paragraph that answer a dimension."""

    document: int  # index in the column
    start: int
    end: int
    chance: float


def chances(evidence: Numbers) -> Chances:
    """The chance that each sentence belongs to each dimension."""
    rules = compare_rules().model
    weights = np.array([getattr(rules, name) for name in FEATURES[:-1]] + [0.0], np.float32)
    logits = evidence @ weights + np.float32(rules.bias)
    named = evidence[:, :, FEATURES.index("strong")] + evidence[:, :, FEATURES.index("words")] > 0
    under = evidence[:, :, FEATURES.index("heading")] + evidence[:, :, FEATURES.index("lead")] > 0
    ruled_out = evidence[:, :, FEATURES.index("never")] > 0
    result: Chances = 1.0 / (1.0 + np.exp(-logits))
    return np.where((named | under) & ~ruled_out, result, 0.0)


def settle(chance: Chances, evidence: Numbers) -> Chances:
    """Keeps each sentence's best dimension, and others that it truly serves; the rest become 0.

    It serves another when that fits nearly as well, or when it is sure enough and a quantity of that
    dimension's own kind stands in the sentence.
    """
    rules = compare_rules().cell
    best = chance.max(axis=1, keepdims=True)
    near = chance >= rules.second * best
    own_figure = evidence[:, :, FEATURES.index("figure")] > 0
    served = (chance >= best) | ((chance >= rules.found) & (near | own_figure))
    return np.where(served, chance, 0.0)


def passages(documents: Sequence[Document], settled: Sequence[Chances], dimension: int) -> list[Passage]:
    """The passages of a column for one cell: best first, none twice, at most as many as a cell shows."""
    found: list[Passage] = []
    for index, (document, chance) in enumerate(zip(documents, settled, strict=True)):
        found.extend(_document_passages(index, document, chance[:, dimension]))
    found.sort(key=lambda passage: (-passage.chance, passage.document, passage.start))
    seen: set[str] = set()
    distinct: list[Passage] = []
    for passage in found:
        words = fold(documents[passage.document].text[passage.start : passage.end])
        if words not in seen:
            seen.add(words)
            distinct.append(passage)
        if len(distinct) == compare_rules().cell.passages:
            break
    return distinct


def make_cell(
    dimension: str, documents: Sequence[Document], cards: Sequence[DocumentCard], found: Sequence[Passage]
) -> Cell:
    """The cell of the best passages: `weak` when none is sure, `not_mentioned` when there is none."""
    rules = compare_rules().cell
    sure = [p for i, p in enumerate(found) if p.chance >= (rules.more if i else rules.found)]
    state: CellState = "found" if sure else "weak" if found else "not_mentioned"
    citations: list[Citation] = []
    numbers: list[Figure] = []
    shown = sure or found[:1]
    for passage in shown:
        document = documents[passage.document]
        citations.append(cite(document, cards[passage.document], passage.start, passage.end))
        numbers.extend(figures(document.text, passage.start, passage.end, document.flags))
    confidences = tuple(_confidence(passage.chance) for passage in shown)
    return Cell(dimension, state, tuple(citations), tuple(numbers), confidences)


def _confidence(chance: float) -> Confidence:
    rules = compare_rules().cell
    return "high" if chance >= rules.high else "medium" if chance >= rules.found else "low"


def _document_passages(index: int, document: Document, chance: NDArray[np.float32]) -> list[Passage]:
    place = layout(document.text, document.sections)
    weak = compare_rules().cell.weak
    open_ = {int(i) for i in np.flatnonzero((chance >= weak) & ~place.heading)}
    found: list[Passage] = []
    for i in sorted(open_, key=lambda i: -chance[i]):
        if i in open_:
            first, last = _grown(i, place, open_)
            open_ -= set(range(first, last + 1))
            found.append(Passage(index, int(place.starts[first]), int(place.ends[last]), float(chance[i])))
    return found


def _grown(i: int, place: Layout, open_: set[int]) -> tuple[int, int]:
    """The run of neighbouring candidates in one paragraph around `i`, while the passage stays short."""
    most = compare_rules().cell.passage_length
    first = last = i
    while True:
        after, before = last + 1, first - 1
        if after in open_ and _joins(place, first, after, most):
            last = after
        elif before in open_ and _joins(place, before, last, most):
            first = before
        else:
            return first, last


def _joins(place: Layout, first: int, last: int, most: int) -> bool:
    return bool(place.line[first] == place.line[last] and place.ends[last] - place.starts[first] <= most)
