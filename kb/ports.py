"""The seams: the few protocols behind which an implementation may be swapped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.types import Block

Vectors = NDArray[np.float32]  # (n, dim), rows of unit length
Vector = NDArray[np.float32]  # (dim,), unit length


@dataclass(frozen=True, slots=True)
class Scored:
    """An id with a score; larger is better."""

    id: int
    score: float


class Reader(Protocol):
    """Turns one format's bytes into blocks in reading order."""

    def __call__(self, data: bytes, name: str) -> Iterable[Block]:
        """Blocks of the file `name`.

        Raises `ReadError` (one of its children) when the bytes cannot be read; never yields nothing.
        """
        ...


class Embedder(Protocol):
    """Text to unit vectors. Passages and questions are encoded differently."""

    @property
    def name(self) -> str:
        """Names the weights and the precision: vectors of one name are comparable."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One unit row per text, float32 (len(texts), dim), in the order given. Raises `ModelError`."""
        ...

    def query(self, text: str) -> Vector:
        """The unit vector of a question, float32 (dim,). Raises `ModelError`."""
        ...


class VectorIndex(Protocol):
    """Nearest passages by inner product."""

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Adds rows under `ids`; an id that is present is replaced."""
        ...

    def remove(self, ids: Sequence[int]) -> None:
        """Removes rows; unknown ids are ignored."""
        ...

    def search(self, vector: Vector, k: int, within: frozenset[int] | None = None) -> list[Scored]:
        """The best k by inner product, best first, among `within` when it is given."""
        ...


@dataclass(frozen=True, slots=True)
class WeightedTerm:
    """A term of a query in one field of the lexical index."""

    field: str
    text: str
    weight: float


class LexicalIndex(Protocol):
    """BM25 over pre-cut terms."""

    def search(
        self, terms: Sequence[WeightedTerm], k: int, within: frozenset[int] | None = None
    ) -> list[Scored]:
        """The best k by the weighted sum of BM25, best first, among `within` when it is given."""
        ...


class Reranker(Protocol):
    """Scores a question against each text; larger is better."""

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (len(texts),)."""
        ...
