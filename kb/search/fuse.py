"""Fuses the scores of passages: a convex combination of min–max-normalised scores.

Every candidate has all its scores computed, so a passage that one ranking missed is not punished for
the depth of that ranking. Convex combination beat reciprocal rank fusion on four of five development sets
(Bruch et al. 2023, "An Analysis of Fusion Functions for Hybrid Retrieval", find the same).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]  # (n,)


@dataclass(frozen=True, slots=True)
class Weights:
    """The shares of the fused score."""

    lexical: float  # of the passage's words against its vector, 0..1
    document: float  # of the whole document's words beside the two


def normalised(scores: Scores) -> Scores:
    """Scores moved to 0..1 by their least and greatest; all zeros when they are equal."""
    if scores.size == 0:
        return scores
    low, high = float(scores.min()), float(scores.max())
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)


def fused(dense: Scores, lexical: Scores, document: Scores, weights: Weights) -> Scores:
    """One score for each candidate, 0..1: arrays (n,) of cosine, passage BM25 and document BM25."""
    total = (
        weights.lexical * normalised(lexical)
        + (1 - weights.lexical) * normalised(dense)
        + weights.document * normalised(document)
    )
    result: Scores = total / (1 + weights.document)
    return result


def ranks(ids: Sequence[int]) -> dict[int, int]:
    """1-based places of ids that are listed best first."""
    return {id: place for place, id in enumerate(ids, start=1)}
