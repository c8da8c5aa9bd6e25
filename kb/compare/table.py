"""The comparison: columns of districts or documents against the dimensions of a lens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from kb.compare.cells import Chances, chances, make_cell, passages, settle
from kb.compare.coverage import coverage
from kb.compare.evidence import Numbers, add_dense, chunk_of_sentences, dimension_vectors, document_evidence
from kb.compare.layout import layout, titles
from kb.compare.lens import MOST_DIMENSIONS, ask_dimension
from kb.compare.rules import compare_rules
from kb.compare.topic import Topic, narrow
from kb.errors import QuestionError
from kb.ports import Embedder, Vectors
from kb.text.figures import sort_value
from kb.types import Chunk, Column, Comparison, Dimension, Document, DocumentCard, Filters, Lens

MOST_COLUMNS = 40
_LONGEST_TOPIC = 1000  # characters


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """A comparison as it is asked."""

    topic: str
    by: Literal["region", "document"] = "region"
    columns: tuple[str, ...] = ()  # names or ids, in the order wanted; () lets the topic choose
    lens: str = ""  # a lens's file name, Chinese or English name; "" is the default lens
    best: int = 4  # how many columns the topic chooses
    filters: Filters = field(default_factory=Filters)
    questions: tuple[str, ...] = ()  # dimensions typed on the spot; they follow the lens's own

    def check(self) -> None:
        """Raises `QuestionError` when the request cannot be answered."""
        if len(self.topic) > _LONGEST_TOPIC:
            raise QuestionError(f"the topic has {len(self.topic)} characters; {_LONGEST_TOPIC} is the most")
        if not 1 <= self.best <= MOST_COLUMNS or len(self.columns) > MOST_COLUMNS:
            raise QuestionError(f"a comparison has 1 to {MOST_COLUMNS} columns")


@dataclass(frozen=True, slots=True)
class ColumnSource:
    """Everything of one district or document that a comparison reads."""

    name: str
    documents: tuple[Document, ...]
    cards: tuple[DocumentCard, ...]  # one per document, in the same order
    chunks: tuple[Chunk, ...]  # of all its documents, in any order
    vectors: Vectors  # (chunks, dim), aligned with chunks
    copies: int = 0  # reprints and adaptations of these documents that are not read a second time


def build_comparison(
    request: CompareRequest,
    lens: Lens,
    columns: Sequence[ColumnSource],
    embedder: Embedder,
    narrowing: str = "",
    passed_over: Sequence[str] = (),
) -> Comparison:
    """The comparison of `columns` under `lens`. Pure: reads nothing but its arguments.

    With `request.columns` all columns stand, in the order given here; without, the `request.best` that say
    most on the topic, best first. `narrowing` is the topic in Chinese words when it is asked in English;
    `passed_over` joins what the coverage says was left out.
    Raises `QuestionError` when the request cannot be answered.
    """
    request.check()
    dimensions = (*lens.dimensions, *(ask_dimension(question) for question in request.questions))
    if len(dimensions) > MOST_DIMENSIONS:
        raise QuestionError(f"a comparison has at most {MOST_DIMENSIONS} rows")
    every = [document for column in columns for document in column.documents]
    topic = narrow(narrowing or request.topic, every, lens.subject)
    standard = _standardised(columns, dimension_vectors(embedder, dimensions))
    judged = [
        _judge(column, numbers, dimensions, lens.subject, topic)
        for column, numbers in zip(columns, standard, strict=True)
    ]
    kept, left_out = _chosen(request, columns, judged)
    if copies := sum(columns[i].copies for i in kept):
        left_out.append(f"另有 {copies} 篇转载或改写稿与所列资料同源，不重复计")
    made = tuple(_column(columns[i], dimensions, judged[i]) for i in kept)
    names = tuple(dimension.name for dimension in dimensions)
    return Comparison(request.topic, lens.name, names, made, coverage(made, names, [*left_out, *passed_over]))


def sorted_by_figure(comparison: Comparison, dimension: str, quantity: str = "money") -> Comparison:
    """The comparison with its columns by the largest figure of that row, largest first.

    Damaged figures never count; columns without a figure follow in their order. Raises `QuestionError` for an
    unknown row.
    """
    if dimension not in comparison.dimensions:
        raise QuestionError(f'the comparison has no row "{dimension}"')
    row = comparison.dimensions.index(dimension)

    def largest(column: Column) -> float:
        values = [sort_value(figure) for figure in column.cells[row].figures if figure.quantity == quantity]
        return max((value for value in values if value is not None), default=-np.inf)

    return replace(comparison, columns=tuple(sorted(comparison.columns, key=largest, reverse=True)))


def _standardised(columns: Sequence[ColumnSource], wanted: Vectors) -> list[Numbers]:
    """Cosines (chunks, dimensions) of each column, standardised per dimension over all columns' passages."""
    cosines = [column.vectors.reshape(-1, wanted.shape[1]) @ wanted.T for column in columns]
    every = np.concatenate(cosines) if cosines else np.zeros((0, len(wanted)), np.float32)
    if len(every) < 2:
        return [np.zeros_like(cosine) for cosine in cosines]
    mean, spread = every.mean(axis=0), every.std(axis=0)
    return [np.divide(c - mean, spread, out=np.zeros_like(c), where=spread > 1e-6) for c in cosines]


def _judge(
    column: ColumnSource,
    standard: Numbers,
    dimensions: tuple[Dimension, ...],
    subject: tuple[str, ...],
    topic: Topic,
) -> list[Chances]:
    """For each document the settled chances of its sentences."""
    enough = compare_rules().topic.enough
    judged: list[Chances] = []
    for document in column.documents:
        own = [i for i, chunk in enumerate(column.chunks) if chunk.doc_id == document.id]
        evidence = document_evidence(document, dimensions, subject)
        place = layout(document.text, document.sections)
        add_dense(evidence, chunk_of_sentences(place, [column.chunks[i] for i in own]), standard[own])
        usable = (topic.touch(document) >= enough) & ~titles(document.text, place, document.title)
        settled = settle(chances(evidence), evidence)
        judged.append(np.where(usable[:, None], settled, 0.0).astype(np.float32))
    return judged


def _chosen(
    request: CompareRequest, columns: Sequence[ColumnSource], judged: Sequence[Sequence[Chances]]
) -> tuple[list[int], list[str]]:
    """Indexes of the columns that stand, and what was left out."""
    if request.columns or len(columns) <= request.best:
        return list(range(len(columns))), []
    worth = [_worth(chance) for chance in judged]
    order = sorted(range(len(columns)), key=lambda i: -worth[i])
    left = [columns[i].name for i in order[request.best :]]
    shown = "、".join(left[:10]) + ("等" if len(left) > 10 else "")
    return order[: request.best], [f"另有 {len(left)} 列与主题关系较弱，未列入：{shown}"]


def _worth(judged: Sequence[Chances]) -> float:
    """How much a column says: the sum over the dimensions of its best chance."""
    best = [chance.max(axis=0) for chance in judged if len(chance)]
    return float(np.max(best, axis=0).sum()) if best else 0.0


def _column(source: ColumnSource, dimensions: Sequence[Dimension], judged: Sequence[Chances]) -> Column:
    cells = tuple(
        make_cell(dimension.name, source.documents, source.cards, passages(source.documents, judged, d))
        for d, dimension in enumerate(dimensions)
    )
    return Column(source.name, source.cards, cells)
