from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kb.search.fuse import Evidence, Weights, fused, nearest, normalised, peak, ranks

SCORES = arrays(np.float64, 7, elements=st.floats(-50, 50))


@given(SCORES)
def test_normalised_scores_keep_their_order(scores: np.ndarray) -> None:
    result = normalised(scores)
    assert result.min() >= 0
    assert result.max() <= 1
    assert all(result[i] <= result[j] for i in range(7) for j in range(7) if scores[i] <= scores[j])


SHARES = arrays(np.float64, 7, elements=st.floats(0, 1))


@given(SCORES, SCORES, SHARES, SHARES, st.floats(0, 1), st.lists(st.floats(0, 2), min_size=3, max_size=3))
def test_fused_scores_lie_between_0_and_1(
    dense: np.ndarray,
    lexical: np.ndarray,
    rest: np.ndarray,
    said: np.ndarray,
    share: float,
    beside: list[float],
) -> None:
    result = fused(Evidence(dense, lexical, lexical, rest, said, dense), Weights(share, *beside))
    assert result.min() >= -1e-9
    assert result.max() <= 1 + 1e-9


def test_a_weight_of_nought_leaves_a_score_out() -> None:
    dense, lexical = np.array([0.9, 0.8, 0.7]), np.array([1.0, 2.0, 3.0])
    evidence = Evidence(dense, lexical, lexical, np.ones(3), np.array([0.0, 0.5, 1.0]), lexical)
    assert list(np.argsort(-fused(evidence, Weights(0.0)))) == [0, 1, 2]
    assert list(np.argsort(-fused(evidence, Weights(1.0)))) == [2, 1, 0]


def test_each_score_beside_the_two_can_turn_the_order() -> None:
    dense, level = np.array([0.9, 0.8]), np.zeros(2)
    for place in range(3):
        document, said, near = (np.array([0.0, 1.0]) if i == place else level for i in range(3))
        beside = [0.0, 0.0, 0.0]
        beside[place] = 1.5
        result = fused(Evidence(dense, level, document, np.ones(2), said, near), Weights(0.0, *beside))
        assert result[1] > result[0]


def test_a_passage_that_is_its_whole_document_is_judged_by_itself() -> None:
    dense, lexical = np.array([0.9, 0.5, 0.7]), np.array([1.0, 3.0, 2.0])
    nothing = np.zeros(3)

    def order(rest: float) -> list[int]:
        evidence = Evidence(dense, lexical, lexical, np.full(3, rest), nothing, nothing)
        return np.argsort(-fused(evidence, Weights(0.3, document=2.0))).tolist()

    assert (
        order(0.0)
        == np.argsort(
            -fused(Evidence(dense, lexical, nothing, nothing, nothing, nothing), Weights(0.3))
        ).tolist()
        == [0, 2, 1]
    )
    assert order(1.0) == [1, 2, 0]


def test_a_document_is_as_near_as_its_nearest_passages() -> None:
    cosines = np.array([0.9, 0.1, 0.7, 0.5])
    assert nearest(cosines, [1, 1, 1, 2], best=2).tolist() == [0.8, 0.8, 0.8, 0.5]


def test_ranks_begin_at_one() -> None:
    assert ranks([7, 3]) == {7: 1, 3: 2}


@given(arrays(np.float64, 80, elements=st.floats(0.5, 1)))
def test_the_peak_is_how_far_the_first_stands_out(cosines: np.ndarray) -> None:
    ordered = np.sort(cosines)[::-1].tolist()
    assert peak(ordered) >= 0
    assert peak([ordered[0] + 0.1, *ordered[1:]]) >= peak(ordered)


def test_a_short_or_level_ranking_has_no_peak() -> None:
    assert peak([0.9, 0.8]) == peak([]) == peak([0.8] * 100) == 0
