from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kb.errors import ModelError
from kb.models.rerank import CrossEncoderReranker, NoReranker
from kb.ports import Reranker

Write = Callable[[int], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a tiny cross-encoder of so many labels; its opinions mean nothing, but it is a real one."""
    pytest.importorskip("sentence_transformers")
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification

    def writer(labels: int) -> Path:
        words = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "社": 4, "区": 5, "经": 6, "费": 7}
        sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
        config = BertConfig(vocab_size=len(words), num_labels=labels, initializer_range=0.5, **sizes)
        BertForSequenceClassification(config).save_pretrained(tmp_path)
        tokenizer = Tokenizer(models.WordLevel(words, "[UNK]"))
        tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
        tokenizer.save(str(tmp_path / "tokenizer.json"))
        marks = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
        (tmp_path / "tokenizer_config.json").write_text(
            json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 64, **marks})
        )
        return tmp_path

    return writer


def test_no_reranker_keeps_the_order() -> None:
    reranker: Reranker = NoReranker()
    scores = reranker.scores("问", ["甲", "乙", "丙"])
    assert scores.dtype == np.float32
    assert np.argsort(-scores).tolist() == [0, 1, 2]
    assert reranker.scores("问", []).shape == (0,)


@pytest.mark.transformers
def test_a_cross_encoder_scores_each_passage_by_itself(write: Write) -> None:
    reranker: Reranker = CrossEncoderReranker(str(write(1)), Path("nowhere"))
    texts = ["经费", "社区", "社区经费区社"]
    scores = reranker.scores("社区", texts)
    assert scores.dtype == np.float32
    assert scores.shape == (3,)
    alone = [reranker.scores("社区", [text])[0] for text in texts]
    np.testing.assert_allclose(scores, alone, atol=1e-5)
    assert reranker.scores("社区", []).shape == (0,)


@pytest.mark.transformers
def test_a_classifier_of_several_labels_is_no_reranker(write: Write) -> None:
    reranker = CrossEncoderReranker(str(write(3)), Path("nowhere"))
    with pytest.raises(ModelError, match="several numbers"):
        reranker.scores("社区", ["经费", "社区"])


@pytest.mark.transformers
def test_a_missing_cross_encoder_is_named(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    with pytest.raises(ModelError, match="no-such-reranker"):
        CrossEncoderReranker("no-such-reranker", tmp_path)
