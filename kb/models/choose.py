"""The encoder that the settings ask for."""

from __future__ import annotations

from pathlib import Path

from kb.config import ModelSettings
from kb.models.bundled import BundledEncoder
from kb.models.remembered import RememberedQueries
from kb.models.remote import RemoteEncoder
from kb.models.transformer import SentenceTransformerEncoder
from kb.ports import Embedder


def open_embedder(settings: ModelSettings, models_folder: Path) -> Embedder:
    """The encoder of `settings`; what must be built once is kept in `models_folder`.

    Raises `ModelError` when it cannot be built or loaded. A remote server is first asked when it is needed.
    """
    return RememberedQueries(_encoder(settings, models_folder))


def _encoder(settings: ModelSettings, models_folder: Path) -> Embedder:
    if settings.kind == "remote":
        return RemoteEncoder(settings)
    if settings.kind == "sentence-transformers":
        return SentenceTransformerEncoder(settings, models_folder)
    return BundledEncoder(models_folder)
