"""A document cut into sentences, each with its section, its paragraph and the topic sentence over it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kb.text.normalise import fold_with_origin
from kb.text.sentences import sentence_spans
from kb.types import Section

Ints = NDArray[np.int32]

_LEAD_LENGTH = 24  # a sentence up to this long may be the topic sentence of what follows in its paragraph

_HEAD = 12  # sentences among which a title is repeated
_ANNOUNCED = 5  # characters before a title that is named as one: 原标题：


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Sentences of one text in order; every array has one entry per sentence, -1 means none."""

    folded: str  # the text folded for matching
    origin: Ints | None  # folded offset → offset in the text; None when they are the same
    starts: Ints
    ends: Ints
    line: Ints  # index of the paragraph
    lead: Ints  # the topic sentence over it in its paragraph
    parent: Ints  # the sentence that holds the heading over it; for a heading, the one above
    heading: NDArray[np.bool_]  # whether it is a section's own heading line

    def __len__(self) -> int:
        """How many sentences."""
        return len(self.starts)

    def sentence_at(self, folded_offsets: Ints) -> Ints:
        """The sentence that holds each offset of the folded text; -1 for white space between sentences."""
        offsets = folded_offsets if self.origin is None else self.origin[folded_offsets]
        index = np.searchsorted(self.starts, offsets, side="right").astype(np.int32) - 1
        inside = (index >= 0) & (offsets < self.ends[np.maximum(index, 0)])
        return np.where(inside, index, -1).astype(np.int32)

    def over(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The value of each sentence's heading; 0 where there is none."""
        above: NDArray[np.float32] = np.where(self.parent >= 0, values[self.parent], np.float32(0.0))
        return above


@lru_cache(maxsize=256)
def layout(text: str, sections: tuple[Section, ...]) -> Layout:
    """The layout of `text`; `sections` tile it, or are empty. Remembered for the texts asked for last."""
    spans = list(sentence_spans(text))
    starts = np.array([start for start, _ in spans], np.int32)
    ends = np.array([end for _, end in spans], np.int32)
    lines = np.array([i for i, c in enumerate(text) if c == "\n"], np.int32)
    line = np.searchsorted(lines, starts).astype(np.int32)
    # A heading on its own line is no passage; one that runs into its paragraph (第一条 …) belongs to it.
    headed = {section.start: len(section.path[-1]) + 1 for section in sections if section.path}
    heading = np.array([end - start <= headed.get(start, 0) for start, end in spans], np.bool_)
    folded = fold_with_origin(text)
    same = len(folded.text) == len(text) and folded.origin == tuple(range(len(text) + 1))
    origin = None if same else np.array(folded.origin, np.int32)
    parent = _parents(starts, sections)
    return Layout(folded.text, origin, starts, ends, line, _leads(starts, ends, line), parent, heading)


def titles(text: str, place: Layout, title: str) -> NDArray[np.bool_]:
    """Which sentences of `text` are lines that only say the document's title, also behind 原标题."""
    found = np.zeros(len(place), np.bool_)
    if title:
        for line in np.unique(place.line[:_HEAD]):
            own = np.flatnonzero(place.line == line)
            said = text[place.starts[own[0]] : place.ends[own[-1]]].strip()
            found[own] = len(said) <= len(title) + _ANNOUNCED and said.endswith(title)
    return found


def _parents(starts: Ints, sections: tuple[Section, ...]) -> Ints:
    """For each sentence the one that begins with the heading over it."""
    parent = np.full(len(starts), -1, np.int32)
    bounds = np.array([section.start for section in sections], np.int32)
    own = np.searchsorted(bounds, starts, side="right").astype(np.int32) - 1
    first = np.searchsorted(starts, bounds).astype(np.int32)  # the first sentence of each section
    holder: dict[tuple[str, ...], int] = {}
    for i, section in enumerate(sections):
        if section.path and first[i] < len(starts):
            holder.setdefault(section.path, int(first[i]))
    for i in range(len(starts)):
        path = sections[own[i]].path if own[i] >= 0 else ()
        while path and holder.get(path, i) == i:
            path = path[:-1]
        parent[i] = holder[path] if path else -1
    return parent


def _leads(starts: Ints, ends: Ints, line: Ints) -> Ints:
    """For each sentence the last short sentence before it in its paragraph: “二是强化经费保障。”."""
    leads = np.full(len(starts), -1, np.int32)
    lead = -1
    for i in range(len(starts)):
        if i == 0 or line[i] != line[i - 1]:
            lead = -1
        leads[i] = lead
        if ends[i] - starts[i] <= _LEAD_LENGTH:
            lead = i
    return leads
