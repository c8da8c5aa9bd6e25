from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from embeddings_server import EmbeddingsServer, good

from kb.config import ModelSettings
from kb.errors import ModelError
from kb.models.choose import open_embedder


def test_the_bundled_encoder_is_the_default(models_folder: Path) -> None:
    embedder = open_embedder(ModelSettings(), models_folder)
    assert embedder.name == "multilingual-e5-small/q4"
    assert embedder.query("经费") is embedder.query("经费")  # remembered


def test_a_server_is_asked_only_when_needed(tmp_path: Path) -> None:
    with EmbeddingsServer(good).running() as server:
        settings = ModelSettings(kind="remote", name="bge-m3", url=server.url)
        embedder = open_embedder(settings, tmp_path)
        assert server.asked == []
        assert embedder.passages(["甲", "乙乙"]).dtype == np.float32
        assert embedder.dim == 3


def test_a_local_model_needs_its_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ModelError, match="transformers"):
        open_embedder(ModelSettings(kind="sentence-transformers", name="BAAI/bge-m3"), tmp_path)


def test_nothing_is_built_for_another_model(tmp_path: Path) -> None:
    open_embedder(ModelSettings(kind="remote", name="m", url="http://127.0.0.1:1/v1"), tmp_path)
    assert list(tmp_path.iterdir()) == []
