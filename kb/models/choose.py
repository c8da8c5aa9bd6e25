"""The encoder and the reranker that the settings ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kb.config import ModelSettings, RerankerSettings
from kb.later import later
from kb.models.remembered import RememberedQueries
from kb.models.rerank import CrossEncoderReranker, NoReranker
from kb.ports import Embedder, Reranker

if TYPE_CHECKING:
    from kb.models import bundled, remote, transformer
else:  # only one is asked for
    bundled, remote = later("kb.models.bundled"), later("kb.models.remote")
    transformer = later("kb.models.transformer")


def open_embedder(settings: ModelSettings, models_folder: Path) -> Embedder:
    """The encoder of `settings`; what must be built once is kept in `models_folder`.

    Raises `ModelError` when it cannot be built or loaded. A remote server is first asked when it is needed.
    """
    return RememberedQueries(_encoder(settings, models_folder))


def _encoder(settings: ModelSettings, models_folder: Path) -> Embedder:
    if settings.kind == "remote":
        return remote.RemoteEncoder(settings)
    if settings.kind == "sentence-transformers":
        return transformer.SentenceTransformerEncoder(settings, models_folder)
    return bundled.BundledEncoder(models_folder)


def open_reranker(settings: RerankerSettings, models_folder: Path) -> Reranker:
    """The reranker of `settings`, one that keeps the order when none is named. Raises `ModelError`."""
    return CrossEncoderReranker(settings.name, models_folder) if settings.name else NoReranker()
