"""Second opinions on the order of passages."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.errors import ModelError
from kb.models.transformer import load_cross_encoder


class NoReranker:
    """Keeps the order that it is given."""

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:  # noqa: ARG002 - the port's
        """0, -1, -2, … as float32 (len(texts),)."""
        return -np.arange(len(texts), dtype=np.float32)


class CrossEncoderReranker:
    """A cross-encoder, which reads question and passage together: slow, so for a few dozen passages."""

    def __init__(self, name: str, models_folder: Path) -> None:
        """Loads `name`: a folder, a folder in `models_folder`, or a name in the hub's cache.

        Raises `ModelError` when the extra or the model is missing.
        """
        self._name = name
        self._model = load_cross_encoder(name, models_folder)
        self._lock = threading.Lock()  # a fast tokeniser refuses to pad in two threads at once

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """The model's own relevance, float32 (len(texts),).

        Raises `ModelError` when the model gives more than one number for a passage.
        """
        if not texts:
            return np.empty(0, np.float32)
        pairs = [(query, text) for text in texts]
        with self._lock:
            values = self._model.predict(pairs, show_progress_bar=False, convert_to_numpy=True)
        scores = np.asarray(values, dtype=np.float32)
        if scores.shape != (len(texts),):
            raise ModelError(
                f'the model "{self._name}" gives several numbers for a passage: name one made for reranking'
            )
        return scores
