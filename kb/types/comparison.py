"""Practices side by side: cells, columns, and the lens that names the rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kb.types.answers import Citation, Confidence
from kb.types.documents import DocumentCard
from kb.types.figures import Figure

CellState = Literal["found", "weak", "not_mentioned"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one column says on one dimension; `not_mentioned` has no citation."""

    dimension: str
    state: CellState
    citations: tuple[Citation, ...] = ()
    figures: tuple[Figure, ...] = ()
    confidences: tuple[Confidence, ...] = ()  # one for each citation: how surely it belongs here


@dataclass(frozen=True, slots=True)
class Column:
    """A district (all its documents) or one document."""

    name: str
    documents: tuple[DocumentCard, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class CompareCoverage:
    """How much of the table rests on evidence."""

    documents: int
    found: int  # cells
    weak: int
    not_mentioned: int
    left_out: tuple[str, ...] = ()  # what was left out, and why


@dataclass(frozen=True, slots=True)
class Comparison:
    """Practices side by side: columns × the lens's dimensions, every cell verbatim or admitted empty."""

    topic: str
    lens: str
    dimensions: tuple[str, ...]
    columns: tuple[Column, ...]
    coverage: CompareCoverage


@dataclass(frozen=True, slots=True)
class Dimension:
    """One row of a lens: what belongs there, in words of three weights and in prose."""

    name: str
    name_en: str
    description: str
    words: tuple[str, ...]
    examples: tuple[str, ...] = field(default=())
    strong: tuple[str, ...] = ()  # nearly decide that a passage belongs
    weak: tuple[str, ...] = ()  # only tip the balance
    against: tuple[str, ...] = ()  # phrases in which the words mean something else
    never: tuple[str, ...] = ()  # a sentence that holds one does not belong
    figures: tuple[str, ...] = ()  # quantities that the row is about: money, people, …
    only_with_figures: bool = False  # a sentence without one of them does not belong


@dataclass(frozen=True, slots=True)
class Lens:
    """A named list of dimensions: the rows of a comparison."""

    key: str  # the name of its file, without .toml
    name: str
    name_en: str
    description: str
    dimensions: tuple[Dimension, ...]
    subject: tuple[str, ...] = ()  # words of the field; without one a passage in a mixed text weighs less
