"""What speaks for each sentence's belonging to each dimension, as numbers.

Words of the lens in the sentence (a word inside a longer one, or inside a phrase that is `against`, does not
count), in the headings over it and in its paragraph's topic sentence; quantities of the dimension's kind; the
passage's cosine to the dimension. One document's numbers are an array (sentences, dimensions, FEATURES).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kb.compare.layout import Ints, Layout, layout
from kb.ports import Embedder, Vectors
from kb.text.normalise import fold
from kb.types import Chunk, Dimension, Document, Section

FEATURES = (
    "strong",
    "words",
    "weak",
    "heading",
    "lead",
    "dense",
    "dense_own",
    "figure",
    "share",
    "long",
    "short",
    "off_subject",
    "never",
)
Numbers = NDArray[np.float32]

_AGAINST, _STRONG, _WORD, _WEAK = range(4)  # kinds of words, in this order
_MOST = (3.0, 4.0, 3.0)  # distinct words of each weight that count
# Parts of the sentences that name the field: in a text that strays to it, and in one devoted to it.
_STRAY, _DEVOTED = 0.05, 0.3
_TEXTS_REMEMBERED = 64  # evidence of a work report under eight dimensions takes 0.2 MB
_MOST_REMEMBERED = 64  # lenses whose vectors are kept
_remembered: dict[tuple[str, tuple[Dimension, ...]], Vectors] = {}
_NUMBER = r"[0-9〇零一二三四五六七八九十百千万亿两数几余多]"
# Cheap signs that a sentence holds a quantity; kb.text.figures reads it when the passage is shown.
_QUANTITIES = {
    "money": rf"{_NUMBER}[ ]?(?:元|美元|港元|欧元)|[0-9][余多]?[万亿](?=[,，。;；、])",
    "people": rf"{_NUMBER}[ ]?(?:名|人|位)",
    "share": r"[0-9][ ]?%|百分之|个百分点",
    "area": rf"{_NUMBER}[ ]?(?:平方米|平方公里|平米|㎡|亩|公顷)",
    "count": rf"{_NUMBER}[ ]?(?:个|家|支|项|场|次|处|座|所|套|户|件|份|条|期|栋|间)",
    "frequency": r"每[半两]?(?:年|季度|月|周|天|日)[^，。,;；]{0,10}[次场期]",
    "length": rf"{_NUMBER}[ ]?(?:米|公里|千米)",
    "duration": rf"{_NUMBER}[ ]?(?:年|个月|天|小时)",
    "date": r"(?:19|20)[0-9]{2}年",
}


@lru_cache(maxsize=64)
def _vocabulary(dimension: Dimension) -> tuple[tuple[str, int], ...]:
    """Folded words with their kind, longest first, so that a longer word claims its characters."""
    lists = (dimension.against, dimension.strong, dimension.words, dimension.weak)
    found: dict[str, int] = {}
    for kind, words in enumerate(lists):
        for word in words:
            found.setdefault(fold(word), kind)
    return tuple(sorted(found.items(), key=lambda item: -len(item[0])))


def _hits(text: str, dimension: Dimension) -> list[tuple[int, int, int]]:
    """(offset, index of the word, kind) of the dimension's words in a folded text.

    A word inside a longer one, or inside a phrase that is `against`, is not counted.
    """
    taken = bytearray(len(text) + 1)
    hits: list[tuple[int, int, int]] = []
    for index, (word, kind) in enumerate(_vocabulary(dimension)):
        size = len(word)
        at = text.find(word)
        while at >= 0:
            if not (taken[at] and taken[at + size - 1]):
                taken[at : at + size] = b"\x01" * size
                if kind != _AGAINST:
                    hits.append((at, index, kind))
            at = text.find(word, at + size)
    return hits


def dimension_vectors(embedder: Embedder, dimensions: tuple[Dimension, ...]) -> Vectors:
    """One unit row per dimension: the mean of its description as a question and its examples as passages.

    Remembered per embedder name, which names the weights.
    """
    key = (embedder.name, dimensions)
    if key not in _remembered:
        while len(_remembered) >= _MOST_REMEMBERED:
            _remembered.pop(next(iter(_remembered)), None)
        _remembered[key] = _encoded(embedder, dimensions)
    return _remembered[key]


def _encoded(embedder: Embedder, dimensions: tuple[Dimension, ...]) -> Vectors:
    rows = np.zeros((len(dimensions), embedder.dim), np.float32)
    for i, dimension in enumerate(dimensions):
        rows[i] = embedder.query(f"{dimension.name}：{dimension.description}")
        if dimension.examples:
            rows[i] += embedder.passages(dimension.examples).mean(axis=0)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Vectors = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
    return unit


def document_evidence(
    document: Document, dimensions: tuple[Dimension, ...], subject: tuple[str, ...] = ()
) -> Numbers:
    """The evidence in the document's own text, float32 (sentences, dimensions, FEATURES); dense is zero.

    `subject` are the words of the lens's field; none means that every sentence is within it. The array is the
    caller's own; the work behind it is remembered for the documents asked about last.
    """
    return _text_evidence(document.text, document.sections, dimensions, subject).copy()


@lru_cache(maxsize=_TEXTS_REMEMBERED)
def _text_evidence(
    text: str, sections: tuple[Section, ...], dimensions: tuple[Dimension, ...], subject: tuple[str, ...]
) -> Numbers:
    place = layout(text, sections)
    evidence = np.zeros((len(place), len(dimensions), len(FEATURES)), np.float32)
    for d, dimension in enumerate(dimensions):
        _add_words(evidence[:, d], place, dimension)
        _add_context(evidence[:, d], place)
        if dimension.figures:
            _add_figures(evidence[:, d], place, dimension)
    _add_shape(evidence, place)
    if subject:
        evidence[:, :, FEATURES.index("off_subject")] = 1.0 - _on_subject(place, subject)[:, None]
    return evidence


def _on_subject(place: Layout, subject: tuple[str, ...]) -> NDArray[np.float32]:
    """How far each sentence is within the field, 0..1: by its own words, else by the document's habit."""
    own = np.zeros(len(place), np.float32)
    own[sentences_with(place, tuple(map(fold, subject)))] = 1.0
    part = float(own.mean()) if len(own) else 0.0
    habit = min(1.0, max(0.0, (part - _STRAY) / (_DEVOTED - _STRAY)))
    return np.maximum(own, np.float32(habit))


def _add_words(column: Numbers, place: Layout, dimension: Dimension) -> None:
    if dimension.never:
        ruled_out = sentences_with(place, tuple(map(fold, dimension.never)))
        column[ruled_out, FEATURES.index("never")] = 1.0
    hits = _hits(place.folded, dimension)
    if not hits:
        return
    offsets = np.array([offset for offset, _, _ in hits], np.int32)
    sentences = place.sentence_at(offsets)
    seen = {(int(s), index, kind) for s, (_, index, kind) in zip(sentences, hits, strict=True) if s >= 0}
    for sentence, _, kind in seen:
        column[sentence, kind - _STRONG] += 1.0
    np.minimum(column[:, :3], _MOST, out=column[:, :3])


def _add_context(column: Numbers, place: Layout) -> None:
    """What the heading and the topic sentence over each sentence say: strong words 1, others 0.5."""
    own = np.minimum(2.0, column[:, 0] + 0.5 * column[:, 1]).astype(np.float32)
    column[:, FEATURES.index("heading")] = place.over(own)
    column[:, FEATURES.index("lead")] = np.where(place.lead >= 0, own[place.lead], 0.0)


def _add_figures(column: Numbers, place: Layout, dimension: Dimension) -> None:
    pattern = "|".join(_QUANTITIES[quantity] for quantity in dimension.figures)
    offsets = [match.start() for match in re.finditer(pattern, place.folded)]
    sentences = place.sentence_at(np.array(offsets, np.int32))
    named = column[:, 0] + column[:, 1] > 0
    found = np.zeros(len(place), np.bool_)
    found[sentences[sentences >= 0]] = True
    column[:, FEATURES.index("figure")] = found & named
    if dimension.only_with_figures:
        column[~found, FEATURES.index("never")] = 1.0


def _add_shape(evidence: Numbers, place: Layout) -> None:
    lexical = evidence[:, :, 0] + 0.5 * evidence[:, :, 1] + 0.1 * evidence[:, :, 2]
    total = lexical.sum(axis=1, keepdims=True)
    share = np.divide(lexical, total, out=np.zeros_like(lexical), where=total > 0)
    evidence[:, :, FEATURES.index("share")] = share
    length = (place.ends - place.starts).astype(np.float32)
    evidence[:, :, FEATURES.index("long")] = np.log(np.maximum(length, 60.0) / 60.0)[:, None]
    evidence[:, :, FEATURES.index("short")] = (length < 14)[:, None]


def sentences_with(place: Layout, words: Sequence[str]) -> Ints:
    """The sentences that hold one of the folded words, each once."""
    offsets: list[int] = []
    for word in words:
        at = place.folded.find(word)
        while at >= 0:
            offsets.append(at)
            at = place.folded.find(word, at + len(word))
    found = place.sentence_at(np.array(offsets, np.int32))
    return np.unique(found[found >= 0])


def chunk_of_sentences(place: Layout, chunks: Sequence[Chunk]) -> Ints:
    """For each sentence the index of the chunk that holds its start; -1 when none does."""
    order = sorted(range(len(chunks)), key=lambda i: chunks[i].start)
    starts = np.array([chunks[i].start for i in order], np.int32)
    ends = np.array([chunks[i].end for i in order], np.int32)
    at = np.searchsorted(starts, place.starts, side="right").astype(np.int32) - 1
    if not order:
        return np.full(len(place), -1, np.int32)
    inside = (at >= 0) & (place.starts < ends[np.maximum(at, 0)])
    return np.where(inside, np.array(order, np.int32)[np.maximum(at, 0)], -1).astype(np.int32)


def add_dense(evidence: Numbers, chunk: Ints, standard: Numbers) -> None:
    """Puts each sentence's standardised cosines (chunks, dimensions) into its evidence, in place."""
    if not len(standard):
        return
    dense = np.where((chunk >= 0)[:, None], standard[np.maximum(chunk, 0)], 0.0)
    evidence[:, :, FEATURES.index("dense")] = dense
    if evidence.shape[1] > 1:
        evidence[:, :, FEATURES.index("dense_own")] = dense - dense.mean(axis=1, keepdims=True)
