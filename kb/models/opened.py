"""Models that are open: each is loaded once, when it is first needed, and shared by all threads."""

from __future__ import annotations

import threading
from pathlib import Path

from kb.config import ModelSettings, RerankerSettings
from kb.models.choose import open_embedder, open_reranker
from kb.ports import Embedder, Reranker


class OpenModels:
    """The models of one library."""

    def __init__(self, models_folder: Path) -> None:
        self._folder = models_folder
        self._embedders: dict[str, Embedder] = {}
        self._rerankers: dict[str, Reranker] = {}
        self._opening = threading.Lock()

    @property
    def any_embedder(self) -> bool:
        """Whether an encoder is open."""
        return bool(self._embedders)

    def embedder(self, settings: ModelSettings) -> Embedder:
        """The encoder of some settings. Raises `ModelError` when it cannot be opened."""
        with self._opening:
            key = settings.model_dump_json()
            if key not in self._embedders:
                self._embedders[key] = open_embedder(settings, self._folder)
            return self._embedders[key]

    def reranker(self, settings: RerankerSettings) -> Reranker:
        """The reranker of some settings. Raises `ModelError` when it cannot be opened."""
        with self._opening:
            if settings.name not in self._rerankers:
                self._rerankers[settings.name] = open_reranker(settings, self._folder)
            return self._rerankers[settings.name]
