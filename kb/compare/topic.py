"""The topic of a comparison narrows what may enter a cell.

Words that half the material uses (社区、治理) say little of a sentence. They name the field: a text must be
of it, by its habit or where the sentence stands. The other words of the topic are taken with their kin from
the default lens (办公用房 with 阵地、活动场所), the rarer the heavier, and a sentence must touch enough of
them: in itself, in the headings over it, in its paragraph or in the document's title.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.compare.evidence import sentences_with
from kb.compare.layout import Layout, layout
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
    weights: tuple[float, ...] = ()  # of the groups; rare words say more, with less force than in a search
    field: tuple[str, ...] = ()  # folded words of the field that the topic names; () when it names none

    def touch(self, document: Document) -> Chances:
        """How much of the topic each sentence touches, float32 (sentences,), 0..1; 1 when nothing narrows."""
        place = layout(document.text, document.sections)
        title = fold(document.title)
        total = np.zeros(len(place), np.float32)
        for group, weight in zip(self.groups, self.weights, strict=True):
            total += weight * _touched(place, title, group)
        of_topic = total / np.float32(sum(self.weights)) if self.groups else np.ones_like(total)
        return np.where(self._within(place, title), of_topic, 0.0).astype(np.float32)

    def _within(self, place: Layout, title: str) -> NDArray[np.bool_]:
        """Whether each sentence is of the field: it says so, its surroundings do, or the document mostly."""
        if not self.field or not len(place):
            return np.ones(len(place), np.bool_)
        touched = _touched(place, title, self.field)
        habit = float((touched == 1.0).mean())
        return np.logical_or(touched > 0, habit >= compare_rules().topic.habit)


def _touched(place: Layout, title: str, group: Sequence[str]) -> Chances:
    """1 for a sentence with a word of the group, less where one stands near it, else 0."""
    near = compare_rules().topic.near
    own = np.zeros(len(place), np.float32)
    own[sentences_with(place, group)] = 1.0
    headed = place.over(own)
    above = np.maximum(headed, place.over(headed))
    around = np.maximum(_spread(own, place.line), above) * near
    if any(word in title for word in group):
        around = np.maximum(around, near)
    return np.maximum(own, around).astype(np.float32)


def narrow(topic: str, documents: Sequence[Document], about: Sequence[str] = ()) -> Topic:
    """What of `topic` narrows a comparison over `documents`; no groups when nothing does.

    `about` are the words of the lens's field: each of its rows asks for them already, so beside another word
    they narrow nothing (乡村振兴资金 under 经费投入 is about 乡村振兴).
    A Latin word that no document holds says nothing of Chinese texts, so it narrows nothing.
    """
    rules = compare_rules().topic
    groups: dict[tuple[str, ...], float] = {}
    terms = telling(topic)
    owned = set(map(fold, about))
    for term in [term for term in terms if bare(term) not in owned] or terms:
        part = _part_with(documents, (term,))
        group = _kin(term)
        if part <= rules.widest and not (part == 0 and term.isascii()):
            groups[group] = math.sqrt(-math.log(max(_part_with(documents, group), rules.rarest)))
    subject = tuple(map(fold, find_lens().subject))
    folded = fold(topic)
    named = any(word in folded for word in subject)
    return Topic(tuple(groups), tuple(groups.values()), subject if named else ())


def _kin(term: str) -> tuple[str, ...]:
    """The word, also without its general parts, and the strong words of the dimension that it names.

    经费 names one: it is in its name, or in several of its words. 养老服务 is one service of many.
    """
    short = bare(term)
    for dimension in find_lens().dimensions:
        within = sum(short in word for word in dimension.strong)
        if short in dimension.name or within >= compare_rules().topic.central:
            return tuple(dict.fromkeys((term, short, *map(fold, dimension.strong))))
    return (term,)


def _part_with(documents: Sequence[Document], group: Sequence[str]) -> float:
    """The part of all sentences that hold a word of the group."""
    places = [layout(document.text, document.sections) for document in documents]
    total = sum(len(place) for place in places)
    return sum(len(sentences_with(place, group)) for place in places) / total if total else 0.0


def _spread(own: Chances, line: NDArray[np.int32]) -> Chances:
    """1 for every sentence with a 1 in its paragraph, a few sentences away at most."""
    best = own.copy()
    for step in range(1, compare_rules().topic.reach + 1):
        same = (line[step:] == line[:-step]).astype(np.float32)
        best[step:] = np.maximum(best[step:], own[:-step] * same)
        best[:-step] = np.maximum(best[:-step], own[step:] * same)
    return best
