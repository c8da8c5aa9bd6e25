"""An encoder that remembers the last questions: paging, facets and comparisons ask the same one again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kb.ports import Embedder, Vector, Vectors

_QUESTIONS = 256


class RememberedQueries:
    """Passes everything on to `embedder`; a repeated question is answered from memory. Thread-safe."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._query = lru_cache(_QUESTIONS)(self._ask)

    @property
    def name(self) -> str:
        """The name of the encoder within."""
        return self._embedder.name

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._embedder.dim

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One unit row per text, float32 (len(texts), dim), in the order given. Raises `ModelError`."""
        return self._embedder.passages(texts)

    def query(self, text: str) -> Vector:
        """The unit vector of a question, float32 (dim,), read-only. Raises `ModelError`."""
        return self._query(text)

    def _ask(self, text: str) -> Vector:
        vector = self._embedder.query(text).copy()
        vector.flags.writeable = False  # many callers share it
        return vector
