"""The encoder that the settings ask for."""

from __future__ import annotations

from pathlib import Path

from kb.config import ModelSettings
from kb.errors import ModelError
from kb.models.bundled import BundledEncoder
from kb.ports import Embedder


def open_embedder(settings: ModelSettings, models_folder: Path) -> Embedder:
    """The encoder of `settings`; what must be built once is kept in `models_folder`. Raises `ModelError`."""
    if settings.kind == "bundled":
        return BundledEncoder(models_folder)
    raise ModelError(f'model kind "{settings.kind}" is not available: use kind = "bundled"')
