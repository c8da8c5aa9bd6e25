from __future__ import annotations

import os
import threading

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from kb.errors import ModelError
from kb.models import engines
from kb.models.engines import (
    INPUT,
    OUTPUT,
    PROBE,
    Precision,
    best_precision,
    cores,
    integer_precision,
    open_engine,
)
from kb.models.graph import encoder_graph
from kb.models.weights import Weights


def test_this_processor_gets_a_precision_that_does_not_overflow() -> None:
    assert best_precision() in ("float16", integer_precision())


def test_the_probe_is_one_product_of_integers() -> None:
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["y"])],
        "overflow",
        [value("a", TensorProto.UINT8, [1, 64]), value("b", TensorProto.INT8, [64, 16])],
        [value("y", TensorProto.INT32, [1, 16])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    assert onnx.load_from_string(PROBE) == model


def test_where_int8_products_overflow_the_weights_are_shifted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_int8_overflows", lambda: True)
    assert integer_precision() == "uint8"


def test_openvino_takes_over_only_with_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_openvino_has_bfloat16", lambda: True)
    assert best_precision() == "float16"
    monkeypatch.setattr(engines, "_openvino_has_bfloat16", lambda: False)
    assert best_precision() == integer_precision()


def test_without_openvino_it_has_no_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    assert not engines._openvino_has_bfloat16.__wrapped__()


def test_a_graph_that_is_none_is_a_model_error() -> None:
    with pytest.raises(ModelError, match="pip install onnxruntime again"):
        open_engine(b"not a graph", "int8")


@pytest.mark.openvino
def test_a_graph_that_openvino_refuses_is_a_model_error() -> None:
    pytest.importorskip("openvino")
    with pytest.raises(ModelError, match="pip uninstall openvino"):
        open_engine(b"not a graph", "float16")


def test_the_cores_are_those_that_the_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)  # as on Windows
    assert cores() == os.cpu_count()


@pytest.mark.parametrize("precision", ["int8", "uint8", "float16"])
def test_the_graph_is_valid_small_and_always_the_same(weights: Weights, precision: Precision) -> None:
    data = encoder_graph(weights, precision)
    model = onnx.load_from_string(data)
    onnx.checker.check_model(model)
    assert [value.name for value in model.graph.input] == [INPUT]
    assert [value.name for value in model.graph.output] == [OUTPUT]
    assert len(data) < (45e6 if precision == "float16" else 25e6)
    assert encoder_graph(weights, precision) == data


def test_the_longest_and_the_shortest_input(weights: Weights) -> None:
    engine = open_engine(encoder_graph(weights, "int8"), "int8")
    for tokens in (1, 2, weights.shape.positions):
        vector = engine(np.ones((tokens, weights.shape.hidden), np.float32))
        assert vector.shape == (weights.shape.hidden,)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.openvino
def test_the_first_run_is_over_when_the_engine_is_open(
    monkeypatch: pytest.MonkeyPatch, weights: Weights
) -> None:
    """Two first runs at once wait for each other for ever in one process of twelve; see the engine."""
    openvino = pytest.importorskip("openvino")
    ran, infer = [], openvino.InferRequest.infer

    def noted(self: object, *given: object, **named: object) -> object:
        ran.append(threading.get_ident())
        return infer(self, *given, **named)

    monkeypatch.setattr(openvino.InferRequest, "infer", noted)
    open_engine(encoder_graph(weights, "float16"), "float16")
    assert ran == [threading.get_ident()]


@pytest.mark.openvino
def test_a_vector_that_is_no_number_is_refused() -> None:
    pytest.importorskip("openvino")
    shape, value = ["texts", "tokens", 384], helper.make_tensor_value_info
    nothing = helper.make_tensor("nothing", TensorProto.FLOAT, [1], [0.0])
    nodes = [
        helper.make_node("ReduceMax", [INPUT], ["most"], keepdims=0, axes=[1]),
        helper.make_node("Div", ["most", "nothing"], [OUTPUT]),
    ]
    given, vectors = (
        value(INPUT, TensorProto.FLOAT, shape),
        value(OUTPUT, TensorProto.FLOAT, ["texts", 384]),
    )
    graph = helper.make_graph(nodes, "nan", [given], [vectors], [nothing])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    with pytest.raises(ModelError, match="computes no vector"):
        open_engine(model.SerializeToString(), "float16")
