"""How much of one passage stands in another: the share of character pairs that they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kb.text.normalise import fold
from kb.text.tokens import bigrams

Shares = NDArray[np.float64]  # (n, m), 0..1

_REMEMBERED = 8192  # passages; the same ones are found again and again
_SKETCH_BITS = 1024


@lru_cache(_REMEMBERED)
def folded(text: str) -> str:
    """A passage as `kb.text.normalise.fold` has it."""
    return fold(text)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """A text's different pairs as numbers, which hold within this process."""

    numbers: NDArray[np.int64]
    sketch: NDArray[np.uint64]  # one bit for all pairs with the same remainder


@lru_cache(_REMEMBERED)
def _pairs(text: str) -> _Pairs:
    numbers = np.fromiter(map(hash, set(bigrams(text))), np.int64)
    bits = np.zeros(_SKETCH_BITS, np.bool_)
    bits[numbers % _SKETCH_BITS] = True
    return _Pairs(numbers, np.packbits(bits).view(np.uint64))


def unrepeated(texts: Sequence[str], share: float) -> list[int]:
    """The places of the texts without those of which `share` stands in an earlier one that stays, or the
    other way round: of the smaller one's pairs, see `overlaps`.

    Each bit that only one sketch has is a pair that only that text has, so that few texts are compared.
    """
    every = [_pairs(text) for text in texts]
    sizes = np.array([len(one.numbers) for one in every])
    sketches = np.array([one.sketch for one in every], np.uint64).reshape(-1, _SKETCH_BITS // 64)
    lacking = np.bitwise_count(sketches[:, None] & ~sketches).sum(axis=2, dtype=np.int64)
    lacking = np.where(sizes[:, None] <= sizes, lacking, lacking.T)
    possible = lacking <= (1 - share) * np.minimum(sizes[:, None], sizes) + 1
    kept: list[int] = []
    for place, one in enumerate(every):
        near = (every[other] for other in kept if possible[place, other])
        if not any(_share(one, other) >= share for other in near):
            kept.append(place)
    return kept


def _share(one: _Pairs, other: _Pairs) -> float:
    smaller = min(len(one.numbers), len(other.numbers))
    common = len(np.intersect1d(one.numbers, other.numbers, assume_unique=True))
    return common / smaller if smaller else 1.0


def overlaps(texts: Sequence[str], others: Sequence[str]) -> Shares:
    """For each text (n) and each of `others` (m) the part of the smaller one's pairs that both have.

    A text without pairs stands in every other.
    """
    every = [_pairs(text).numbers for text in (*texts, *others)]
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
