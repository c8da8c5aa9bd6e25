from __future__ import annotations

import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sample_texts import CHINESE, ENGLISH, MIXED, sample_texts
from sentence_folder import write_sentence_folder

from kb.config import ModelSettings
from kb.errors import ModelError
from kb.models.bundled import BundledEncoder
from kb.models.tokens import PieceTokenizer
from kb.models.transformer import SentenceTransformerEncoder, load_cross_encoder
from kb.ports import Embedder

PREFIXES = {"query_prefix": "query: ", "passage_prefix": "passage: "}


def settings(name: str, **more: str) -> ModelSettings:
    return ModelSettings(kind="sentence-transformers", name=name, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sentence_transformers")
    return write_sentence_folder(tmp_path_factory.mktemp("sentence") / "e5-small")


@pytest.fixture(scope="module")
def torch_encoder(folder: Path) -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(settings(str(folder), **PREFIXES), folder.parent)


def test_without_the_extra_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ModelError, match=r'pip install "kb\[transformers\]"'):
        SentenceTransformerEncoder(settings("BAAI/bge-m3"), tmp_path)
    with pytest.raises(ModelError, match=r'pip install "kb\[transformers\]"'):
        load_cross_encoder("BAAI/bge-reranker-base", tmp_path)


@pytest.mark.transformers
def test_the_same_weights_in_torch_agree(
    torch_encoder: SentenceTransformerEncoder, encoder: BundledEncoder, tokens: PieceTokenizer, folder: Path
) -> None:
    from tokenizers import Tokenizer

    theirs = Tokenizer.from_file(str(folder / "tokenizer.json"))
    # The folder's tokeniser knows plain NFKC only, so texts that it reads otherwise say nothing of the model.
    texts = [
        text
        for text in sample_texts(200)
        if theirs.encode("passage: " + text).ids == tokens("passage: " + text)
    ]
    assert len(texts) > 150
    agreement = np.einsum("ij,ij->i", torch_encoder.passages(texts), encoder.passages(texts))
    assert agreement.min() >= 0.99
    for text in (*CHINESE[:4], *ENGLISH[:4], *MIXED[:4]):
        assert torch_encoder.query(text) @ encoder.query(text) >= 0.99


@pytest.mark.transformers
def test_rows_are_unit_float32_in_the_order_given(torch_encoder: SentenceTransformerEncoder) -> None:
    embedder: Embedder = torch_encoder
    texts = ["短", CHINESE[0] * 5, "\ud800", "", CHINESE[1]]
    rows = embedder.passages(texts)
    assert rows.dtype == np.float32
    assert rows.shape == (5, embedder.dim) == (5, 384)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(rows[4], embedder.passages([CHINESE[1]])[0], atol=1e-5)
    assert embedder.passages([]).shape == (0, 384)


@pytest.mark.transformers
def test_the_name_tells_the_prefix(torch_encoder: SentenceTransformerEncoder, folder: Path) -> None:
    assert torch_encoder.name == f"{folder}/passage:"


@pytest.mark.transformers
def test_threads_do_not_disturb_each_other(torch_encoder: SentenceTransformerEncoder) -> None:
    texts = [CHINESE[i % len(CHINESE)] * (1 + i % 3) for i in range(12)]
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(torch_encoder.query, texts))
    np.testing.assert_allclose(rows, [torch_encoder.query(text) for text in texts], atol=1e-4)


@pytest.mark.transformers
def test_a_folder_in_the_models_folder_goes_by_its_name(folder: Path) -> None:
    assert SentenceTransformerEncoder(settings("e5-small"), folder.parent).dim == 384


@pytest.mark.transformers
@pytest.mark.parametrize("name", ["BAAI/no-such-model", "/no/such/folder", "no-such-model"])
def test_a_model_that_is_not_here_is_never_fetched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    pytest.importorskip("sentence_transformers")
    calls: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: calls.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *address, **_: calls.append(address) or [])
    with pytest.raises(ModelError, match=rf"{name}.*hf download"):
        SentenceTransformerEncoder(settings(name), tmp_path)
    assert calls == []


@pytest.mark.transformers
@pytest.mark.parametrize("damage", ["cut weights", "no config", "empty"])
def test_a_damaged_folder_is_named(folder: Path, tmp_path: Path, damage: str) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    if damage != "empty":
        for path in folder.iterdir():
            if path.is_file() and path.name != "model.safetensors":
                (broken / path.name).write_bytes(path.read_bytes())
        (broken / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}")
    if damage == "no config":
        (broken / "config.json").unlink()
    with pytest.raises(ModelError, match="broken"):
        SentenceTransformerEncoder(settings(str(broken)), tmp_path)
