"""The seams: the few protocols behind which an implementation may be swapped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from kb.types import Amount, Block

if TYPE_CHECKING:  # who only reads files or answers from words has no other use for numpy
    import numpy as np
    from numpy.typing import NDArray

Vectors: TypeAlias = "NDArray[np.float32]"  # (n, dim), rows of unit length
Vector: TypeAlias = "NDArray[np.float32]"  # (dim,), unit length


class Scored(NamedTuple):
    """An id with a score; larger is better."""

    id: int
    score: float
    document: int = -1  # the key of the passage's document, -1 where it was not looked up


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
    """Nearest passages by inner product. A value: a change makes a new index, so searches go on meanwhile."""

    def __len__(self) -> int:
        """How many rows can be found."""
        ...

    def changed(
        self, ids: Sequence[int], groups: Sequence[int], vectors: Vectors, removed: Sequence[int]
    ) -> VectorIndex:
        """With rows added under `ids` (present ones are replaced) and the `removed` ones gone.

        `groups` names the document of each row; `vectors` is float32 (len(ids), dim); unknown ids in
        `removed` are ignored.
        """
        ...

    def search(self, vector: Vector, k: int, within: Set[int] | None = None) -> list[Scored]:
        """The best k by inner product, best first, of the documents `within` when they are given; each with
        its document."""
        ...

    def vectors(self, ids: Sequence[int]) -> dict[int, Vector]:
        """The vectors of `ids`, as they were given; those that are not kept so are left out."""
        ...

    def products(self, vector: Vector, ids: Sequence[int]) -> dict[int, float]:
        """The inner product with each of `ids`; those that are not there are left out."""
        ...

    def documents(self, ids: Sequence[int]) -> dict[int, int]:
        """The document's key of each of `ids`; those that are not there are left out."""
        ...


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that stand side by side in one field of the lexical index."""

    field: str
    tokens: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Clause:
    """Ways to say one thing; the best one counts."""

    alternatives: tuple[Phrase, ...]
    ordered: bool = False  # the surest first: each counts as rare as those up to it, not as all of them


class LexicalIndex(Protocol):
    """BM25 over pre-cut terms."""

    def search(self, clauses: Sequence[Clause], k: int, within: Set[int] | None = None) -> list[Scored]:
        """The best k by the sum over clauses, best first, of the documents `within` when they are given."""
        ...

    def scores(self, clauses: Sequence[Clause], ids: Sequence[int]) -> dict[int, float]:
        """What `search` would give these ids; those without any of the words are left out."""
        ...

    def leading(self, clauses: Sequence[Clause], share: float, within: Set[int] | None = None) -> set[int]:
        """The ids that score at least `share` of what the best one does, of the documents `within`."""
        ...

    def said(self, clauses: Sequence[Clause], ids: Sequence[int]) -> dict[int, float]:
        """The share of the clauses' weight, 0..1, that each entry says at all, however often; never 0."""
        ...

    def holding(
        self,
        needed: Sequence[Clause | Amount],
        clauses: Sequence[Clause],
        k: int,
        within: Set[int] | None = None,
    ) -> list[Scored]:
        """The best k of the entries that hold all that is `needed`, by the sum over `clauses`, best first."""
        ...

    def frequency(self, field: str, tokens: tuple[str, ...]) -> int:
        """In how many entries the tokens stand side by side in a field."""
        ...

    def ideal(self, clauses: Sequence[Clause]) -> float:
        """The score of an entry of usual length that says everything once; what is nowhere counts too."""
        ...


class Reranker(Protocol):
    """Scores a question against each text; larger is better."""

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (len(texts),)."""
        ...
