from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kb.search.fuse import Weights, fused, normalised, ranks

SCORES = arrays(np.float64, 7, elements=st.floats(-50, 50))


@given(SCORES)
def test_normalised_scores_keep_their_order(scores: np.ndarray) -> None:
    result = normalised(scores)
    assert result.min() >= 0
    assert result.max() <= 1
    assert all(result[i] <= result[j] for i in range(7) for j in range(7) if scores[i] <= scores[j])


@given(SCORES, SCORES, SCORES, st.floats(0, 1), st.floats(0, 2))
def test_fused_scores_lie_between_0_and_1(
    dense: np.ndarray, lexical: np.ndarray, document: np.ndarray, share: float, whole: float
) -> None:
    result = fused(dense, lexical, document, Weights(share, whole))
    assert result.min() >= -1e-9
    assert result.max() <= 1 + 1e-9


def test_a_weight_of_nought_leaves_a_score_out() -> None:
    dense, lexical = np.array([0.9, 0.8, 0.7]), np.array([1.0, 2.0, 3.0])
    assert list(np.argsort(-fused(dense, lexical, lexical, Weights(0.0, 0.0)))) == [0, 1, 2]
    assert list(np.argsort(-fused(dense, lexical, lexical, Weights(1.0, 0.0)))) == [2, 1, 0]


def test_ranks_begin_at_one() -> None:
    assert ranks([7, 3]) == {7: 1, 3: 2}
