"""Second opinions on the order of passages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.models.transformer import load_cross_encoder


class NoReranker:
    """Keeps the order that it is given."""

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:  # noqa: ARG002 - the port's
        """0, -1, -2, … as float32 (len(texts),)."""
        return -np.arange(len(texts), dtype=np.float32)


class CrossEncoderReranker:
    """A cross-encoder that reads question and passage together; slow, so for a few dozen passages."""

    def __init__(self, name: str, models_folder: Path) -> None:
        """Loads the folder or cached hub name `name`. Raises `ModelError`."""
        self._model = load_cross_encoder(name, models_folder)

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """The model's own relevance, float32 (len(texts),)."""
        if not texts:
            return np.empty(0, np.float32)
        pairs = [(query, text) for text in texts]
        values = self._model.predict(pairs, show_progress_bar=False, convert_to_numpy=True)
        return np.asarray(values, dtype=np.float32).reshape(len(texts))
