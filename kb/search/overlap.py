"""How much of one passage stands in another: the share of character pairs that they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kb.text.normalise import fold
from kb.text.tokens import bigrams

Shares = NDArray[np.float64]  # (n, m), 0..1

_REMEMBERED = 8192  # passages; the same ones are found again and again


@lru_cache(_REMEMBERED)
def folded(text: str) -> str:
    """A passage as `kb.text.normalise.fold` has it."""
    return fold(text)


@lru_cache(_REMEMBERED)
def _pairs(text: str) -> NDArray[np.int64]:
    """The text's different pairs as numbers, which hold within this process."""
    return np.fromiter(map(hash, set(bigrams(text))), np.int64)


def overlaps(texts: Sequence[str], others: Sequence[str]) -> Shares:
    """For each text (n) and each of `others` (m) the part of the smaller one's pairs that both have.

    A text without pairs stands in every other.
    """
    every = [_pairs(text) for text in (*texts, *others)]
    sizes = np.array([len(one) for one in every])
    numbers, columns = np.unique(np.concatenate(every), return_inverse=True)
    present = np.zeros((len(every), len(numbers) + -len(numbers) % 64), np.bool_)
    present[np.repeat(np.arange(len(every)), sizes), columns] = True
    bits = np.packbits(present, axis=1).view(np.uint64)  # a product of matrices would wake up all cores
    both = bits[: len(texts), None] & bits[None, len(texts) :]
    common = np.bitwise_count(both).sum(axis=2, dtype=np.int64)
    smaller = np.minimum(sizes[: len(texts), None], sizes[None, len(texts) :])
    shares: Shares = np.where(smaller > 0, common / np.maximum(smaller, 1), 1.0)
    return shares
