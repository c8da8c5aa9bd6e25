"""The topic of a comparison narrows what may enter a cell.

Words that half the material uses (社区、治理) narrow nothing. The other words of the topic are taken with
their kin from the default lens (办公用房 with 阵地、活动场所), and a sentence must touch enough of them: in
itself, in the headings over it, in its paragraph or in the document's title.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.compare.evidence import sentences_with
from kb.compare.layout import layout
from kb.compare.lens import find_lens
from kb.compare.rules import compare_rules
from kb.compare.terms import bare, telling
from kb.text.normalise import fold
from kb.types import Document

Chances = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Topic:
    """The narrowing part of a topic: groups of folded words, one group for each of its words."""

    groups: tuple[tuple[str, ...], ...] = ()

    def touch(self, document: Document) -> Chances:
        """How much of the topic each sentence touches, float32 (sentences,), 0..1; all 1 without groups."""
        place = layout(document.text, document.sections)
        if not self.groups:
            return np.ones(len(place), np.float32)
        near = compare_rules().topic.near
        title = fold(document.title)
        total = np.zeros(len(place), np.float32)
        for group in self.groups:
            own = np.zeros(len(place), np.float32)
            own[sentences_with(place, group)] = 1.0
            headed = place.over(own)
            above = np.maximum(headed, place.over(headed))
            around = np.maximum(_spread(own, place.line), above) * near
            if any(word in title for word in group):
                around = np.maximum(around, near)
            total += np.maximum(own, around)
        return (total / np.float32(len(self.groups))).astype(np.float32)


def narrow(topic: str, documents: Sequence[Document]) -> Topic:
    """What of `topic` narrows a comparison over `documents`; no groups when nothing does.

    A Latin word that no document holds says nothing of Chinese texts, so it narrows nothing.
    """
    widest = compare_rules().topic.widest
    groups: list[tuple[str, ...]] = []
    for term in telling(topic):
        part = _part_with(documents, (term,))
        group = _kin(term)
        if part <= widest and group not in groups and not (part == 0 and term.isascii()):
            groups.append(group)
    return Topic(tuple(groups))


def _kin(term: str) -> tuple[str, ...]:
    """The word, also without its general parts, and the strong words of the dimension that lists it."""
    for dimension in find_lens().dimensions:
        if {term, bare(term)} & {*dimension.strong, *dimension.words}:
            return tuple(dict.fromkeys((term, bare(term), *map(fold, dimension.strong))))
    return (term,)


def _part_with(documents: Sequence[Document], group: Sequence[str]) -> float:
    """The part of all sentences that hold a word of the group."""
    places = [layout(document.text, document.sections) for document in documents]
    total = sum(len(place) for place in places)
    return sum(len(sentences_with(place, group)) for place in places) / total if total else 0.0


def _spread(own: Chances, line: NDArray[np.int32]) -> Chances:
    """1 for every sentence of a paragraph in which some sentence has 1."""
    if not len(own):
        return own
    best = np.zeros(int(line.max()) + 1, np.float32)
    np.maximum.at(best, line, own)
    return best[line]
