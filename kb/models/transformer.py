"""Models that the user has on this machine, run by sentence-transformers (the extra `transformers`).

Nothing is ever downloaded: a hub name works only when its files are in the hub's cache already.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from kb.config import ModelSettings
from kb.errors import ModelError
from kb.models.rows import unit_rows
from kb.ports import Vector, Vectors

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder, SentenceTransformer

Model = TypeVar("Model")


class SentenceTransformerEncoder:
    """A model folder or hub name; thread-safe by encoding one call at a time."""

    def __init__(self, settings: ModelSettings, models_folder: Path) -> None:
        """Loads `settings.name`: a folder, a folder in `models_folder`, or a name in the hub's cache.

        Raises `ModelError` when the extra or the model is missing.
        """
        self._settings = settings
        self._model = load_encoder(settings.name, models_folder)
        self._lock = threading.Lock()  # a fast tokeniser refuses to pad in two threads at once
        self._dim: int = self._encode([""]).shape[1]

    @property
    def name(self) -> str:
        """The model's name and the prefix of passages: another prefix makes other vectors."""
        return "/".join(filter(None, (self._settings.name, self._settings.passage_prefix.strip())))

    @property
    def dim(self) -> int:
        """Length of a vector, as the model gives it."""
        return self._dim

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One unit row per text, float32 (len(texts), dim), in the order given. Raises `ModelError`."""
        if not texts:
            return np.empty((0, self._dim), np.float32)
        return self._encode([self._settings.passage_prefix + text for text in texts])

    def query(self, text: str) -> Vector:
        """The unit vector of a question, float32 (dim,). Raises `ModelError`."""
        vector: Vector = self._encode([self._settings.query_prefix + text])[0]
        return vector

    def _encode(self, texts: list[str]) -> Vectors:
        clean = [text.encode("utf-8", "replace").decode() for text in texts]  # lone surrogates are refused
        with self._lock:
            rows = self._model.encode(clean, show_progress_bar=False, convert_to_numpy=True)
        return unit_rows(rows, self._settings.name)


def load_encoder(name: str, models_folder: Path) -> SentenceTransformer:
    """The sentence-transformers model `name`. Raises `ModelError` when the extra or the model is missing."""
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise _not_installed(error) from error
    return _load(name, models_folder, lambda place: SentenceTransformer(place, local_files_only=True))


def load_cross_encoder(name: str, models_folder: Path) -> CrossEncoder:
    """The cross-encoder `name`. Raises `ModelError` when the extra or the model is missing."""
    try:
        from sentence_transformers import CrossEncoder
    except ImportError as error:
        raise _not_installed(error) from error
    return _load(name, models_folder, lambda place: CrossEncoder(place, local_files_only=True))


def _load(name: str, models_folder: Path, load: Callable[[str], Model]) -> Model:
    folders = (Path(name).expanduser(), models_folder / name)
    place = next((str(folder) for folder in folders if folder.is_dir()), name)
    try:
        return load(place)
    except Exception as error:  # a foreign loader raises whatever its formats raise
        reason = " ".join(str(error).split())
        raise ModelError(
            f'the model "{name}" could not be loaded: it is no usable folder (sought as {folders[0]} and '
            f"{folders[1]}) and not in this machine's hub cache. Nothing is downloaded by kb: where there is "
            f"internet run `hf download {name} --local-dir DIR`, copy DIR here and name it in kb.toml. "
            f"({reason:.200})"
        ) from error


def _not_installed(error: ImportError) -> ModelError:
    return ModelError(
        'this model needs the extra "transformers", which is not installed: '
        f'pip install "kb[transformers]" ({error})'
    )
