"""A reranker behind its seam: what it says counts, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kb.config import load_settings
from kb.errors import ModelError
from kb.library import Library
from kb.models.rerank import NoReranker
from kb.search.engine import Found
from kb.search.rerank import reranked
from kb.search.select import Candidate
from kb.types import Question


class ByLength:
    """Prefers long passages."""

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:  # noqa: ARG002 - the port's
        return np.array([len(text) for text in texts], dtype=np.float32)


def candidates(*lengths: int) -> list[Candidate]:
    first = Found(1, 1, 1.0, 0.8, 1.0, 1.0, 1, 1, 0.4)
    return [
        Candidate(replace(first, id=place, score=1 / place), "字" * length)
        for place, length in enumerate(lengths, start=1)
    ]


@given(st.lists(st.integers(1, 9), max_size=12), st.floats(0, 1))
def test_no_passage_is_lost_and_none_comes_twice(lengths: list[int], share: float) -> None:
    given_ = candidates(*lengths)
    assert sorted(one.found.id for one in reranked(given_, "问", ByLength(), share)) == [
        one.found.id for one in given_
    ]


@given(st.lists(st.integers(1, 9), max_size=12), st.floats(0, 1))
def test_without_a_reranker_the_order_stays(lengths: list[int], share: float) -> None:
    given_ = candidates(*lengths)
    assert reranked(given_, "问", NoReranker(), share) == given_


def test_its_share_decides() -> None:
    given_ = candidates(2, 5, 9)
    assert [one.found.id for one in reranked(given_, "问", ByLength(), 1.0)] == [3, 2, 1]
    assert [one.found.id for one in reranked(given_, "问", ByLength(), 0.0)] == [1, 2, 3]


def test_a_reranker_that_is_set_and_absent_is_named(sample_home: Path) -> None:
    settings = load_settings(sample_home, environ={"KB_RERANKER_NAME": "no-such-reranker"})
    with Library.open(settings) as library, pytest.raises(ModelError, match=r"transformers|no-such-reranker"):
        library.search(Question("社区经费"))
