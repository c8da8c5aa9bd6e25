"""What runs the encoder's graph: onnxruntime always, OpenVINO where it is installed and gains something.

Texts go through one at a time, each on one core, as many at once as there are cores: measured 1.1 to 1.3
times faster than one text on all cores, with nothing to pad, and no text changes another's vector.
"""

from __future__ import annotations

import os
import threading
from functools import cache
from importlib.util import find_spec
from typing import Literal, Protocol

import numpy as np
import onnxruntime

from kb.errors import ModelError
from kb.models.weights import Floats
from kb.ports import Vector

Precision = Literal["int8", "uint8", "float16"]

INPUT, OUTPUT = "rows", "vectors"  # of the graph
_FIRST_TOKENS = 8  # of OpenVINO's first run: after one of a single token (no text is so short) it gives NaN

# One MatMulInteger of uint8 (1, 64) and int8 (64, 16), as a model: importing `onnx` to make it takes about as
# long as all else that opening the encoder does. A test makes it again.
_DEPTH, _WIDTH = 64, 16
PROBE = bytes.fromhex(
    "08093a630a180a01610a0162120179220d4d61744d756c496e746567657212086f766572666c6f775a130a0161120e0a0c08021208"
    "0a0208010a0208405a130a0162120e0a0c080312080a0208400a02081062130a0179120e0a0c080612080a0208010a02081042040a"
    "001014"
)


class Engine(Protocol):
    """Runs one graph; thread-safe."""

    def __call__(self, rows: Floats) -> Vector:
        """The unit vector of one text from its rows (tokens, hidden)."""
        ...


def best_precision() -> Precision:
    """What to build for this processor and what is installed: "float16" means OpenVINO."""
    return "float16" if _openvino_has_bfloat16() else integer_precision()


def integer_precision() -> Precision:
    """What onnxruntime computes right on this processor: "uint8" where "int8" products overflow."""
    return "uint8" if _int8_overflows() else "int8"


def open_engine(model: bytes, precision: Precision) -> Engine:
    """An engine for a graph of `precision`. Raises `ModelError` when the graph does not load."""
    try:
        return _OpenVino(model) if precision == "float16" else _OnnxRuntime(model)
    except Exception as error:  # onnxruntime's errors have no parent but this, OpenVINO's are RuntimeErrors
        if precision == "float16":
            advice = "openvino does not load the bundled encoder: pip uninstall openvino to do without"
        else:
            advice = "onnxruntime does not load the bundled encoder: pip install onnxruntime again"
        raise ModelError(f"{advice} ({' '.join(str(error).split()):.200})") from error


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _OnnxRuntime:
    def __init__(self, model: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        # Anything above would fuse the operators that were chosen for being faster apart.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.log_severity_level = 3  # errors
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def __call__(self, rows: Floats) -> Vector:
        vector: Vector = self._session.run(None, {INPUT: rows[None]})[0][0]
        return vector


class _OpenVino:
    """bfloat16 products on AMX or AVX-512; one request per thread, as a request is not thread-safe."""

    def __init__(self, model: bytes) -> None:
        import openvino

        core = openvino.Core()
        threads = cores()
        options = {
            "INFERENCE_PRECISION_HINT": "bf16",
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": threads,
            "ENABLE_CPU_PINNING": False,  # other processes use the cores too
        }
        self._model = core.compile_model(core.read_model(model), "CPU", options)
        self._thread = threading.local()
        # Never two threads first: the first run fills a table of the bindings behind a C++ guard and may lose
        # Python's lock inside it; another first run would hold that lock and wait for the guard for ever.
        hidden = self._model.input(0).partial_shape[2].get_length()
        self(np.zeros((_FIRST_TOKENS, hidden), np.float32))

    def __call__(self, rows: Floats) -> Vector:
        if not hasattr(self._thread, "request"):
            self._thread.request = self._model.create_infer_request()
        vector: Vector = self._thread.request.infer({INPUT: rows[None]})[0][0].copy()
        if not np.isfinite(vector).all():  # such a vector would be kept, and its passage never found
            raise ModelError("openvino computes no vector on this processor: pip uninstall openvino")
        return vector


@cache
def _openvino_has_bfloat16() -> bool:
    if find_spec("openvino") is None:
        return False
    import openvino

    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


@cache
def _int8_overflows() -> bool:
    """Whether uint8 x int8 products saturate here: AVX2 without VNNI adds pairs of them in 16 bits."""
    session = onnxruntime.InferenceSession(PROBE, providers=["CPUExecutionProvider"])
    left, right = np.full((1, _DEPTH), 255, np.uint8), np.full((_DEPTH, _WIDTH), 127, np.int8)
    product = session.run(None, {"a": left, "b": right})[0]
    return bool((product != 255 * 127 * _DEPTH).any())
