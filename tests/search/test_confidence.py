"""What a hit's confidence rests on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.confidence import confidence, evidence, grounds
from kb.search.engine import Found
from kb.search.fuse import following
from kb.search.question import Understood, understand
from kb.search.ranking import ranking
from kb.types import Confidence, Mode

FOUND = Found(1, 1, 0.8, 0.9, 9.0, 9.0, 1, 1, 0.3, said=0.7, document_said=0.8, margin=0.05)


@pytest.fixture
def asked(built_models: Path) -> Understood:
    return understand("how are grid workers paid", ranking(), built_models)


def test_what_a_document_says_counts_for_questions_that_the_dictionary_knows(asked: Understood) -> None:
    assert evidence(FOUND, asked) == (0.8, 0.7, 0.8, 0.05)
    assert evidence(FOUND, replace(asked, known=False)) == (0.8, 0.7, 0.0, 0.05)
    assert grounds(FOUND, asked, "hybrid") > grounds(FOUND, replace(asked, known=False), "hybrid")


def test_more_evidence_never_lowers_confidence(asked: Understood) -> None:
    steps: list[Confidence] = ["low", "medium", "high"]
    mode: Mode = "hybrid"
    for question in (asked, replace(asked, language="zh")):
        reached = [
            steps.index(
                confidence(replace(FOUND, score=s, said=s, document_said=s, margin=s / 20), question, mode)
            )
            for s in (0.1, 0.4, 0.7, 1.0, 1.5)
        ]
        assert reached == sorted(reached)
        assert (reached[0], reached[-1]) == (0, 2)


def test_a_passage_that_stands_out_is_surer(asked: Understood) -> None:
    for question in (asked, replace(asked, language="zh")):
        plain, out = (grounds(replace(FOUND, margin=margin), question, "hybrid") for margin in (0.01, 0.08))
        assert out > plain


def test_without_vectors_the_margin_is_a_usual_one(asked: Understood) -> None:
    unknown = grounds(replace(FOUND, margin=None), asked, "lexical")
    low, high = (grounds(replace(FOUND, margin=margin), asked, "lexical") for margin in (0.0, 0.1))
    assert low < unknown < high


@given(st.lists(st.floats(-1, 1), max_size=80))
def test_what_follows_lies_below_the_first(cosines: list[float]) -> None:
    ordered = sorted(cosines, reverse=True)
    behind = following(ordered)
    assert behind == 0 if not ordered else ordered[-1] - 1e-9 <= behind <= ordered[0] + 1e-9
    if len(ordered) > 10:
        assert behind <= ordered[10] + 1e-9
