"""Turns the vector of an English question to where the encoder keeps what is said in Chinese.

A multilingual encoder keeps its languages apart: what means the same lies in the same direction from the
middle of each language, but turned. The turn that brings English terms nearest to their Chinese forms is the
solution of the orthogonal Procrustes problem (Schönemann 1966; Smith et al. 2017, "Offline bilingual word
vectors, orthogonal transformations and the inverted softmax"). It was computed from our own dictionary by
`python -m tests.bench.turn --write`, for the bundled encoder; vectors of others stay as they are.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

import numpy as np

from kb.ports import Vector, Vectors
from kb.resources import data_bytes

FILE = "english_turn.npz"


@dataclass(frozen=True, slots=True)
class Turn:
    """From English to Chinese in the space of one encoder of d dimensions."""

    encoder: str
    rotation: Vectors  # (d, d), orthogonal
    english: Vector  # (d,), the middle of English terms
    chinese: Vector  # (d,), that of their Chinese forms


def turned(vector: Vector, encoder: str) -> Vector:
    """The vector (d,) of an English text among Chinese ones, of length 1; as it is for another encoder."""
    turn = _shipped()
    if encoder != turn.encoder:
        return vector
    moved = (vector - turn.english) @ turn.rotation + turn.chinese
    result: Vector = (moved / np.linalg.norm(moved)).astype(np.float32)
    return result


def turn_between(encoder: str, english: Vectors, chinese: Vectors) -> Turn:
    """The turn that brings rows of `english` (n, d) nearest to the same rows of `chinese`."""
    middles = english.mean(axis=0), chinese.mean(axis=0)
    left, _, right = np.linalg.svd((english - middles[0]).T @ (chinese - middles[1]))
    return Turn(encoder, (left @ right).astype(np.float32), *middles)


def packed(turn: Turn) -> bytes:
    """The turn as it is kept, in half precision."""
    kept = io.BytesIO()
    halves = {name: getattr(turn, name).astype(np.float16) for name in ("rotation", "english", "chinese")}
    np.savez_compressed(kept, encoder=np.array(turn.encoder), **halves)
    return kept.getvalue()


@cache
def _shipped() -> Turn:
    with np.load(io.BytesIO(data_bytes(FILE)), allow_pickle=False) as kept:
        arrays = (kept[name].astype(np.float32) for name in ("rotation", "english", "chinese"))
        return Turn(str(kept["encoder"]), *arrays)
