"""What a hit's confidence rests on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb.search.confidence import confidence, evidence, grounds
from kb.search.engine import Found
from kb.search.question import Understood, understand
from kb.search.ranking import ranking

FOUND = Found(1, 1, 0.8, 0.9, 9.0, 9.0, 1, 1, 0.3, said=0.7, document_said=0.8)


@pytest.fixture
def asked(built_models: Path) -> Understood:
    return understand("how are grid workers paid", ranking(), built_models)


def test_what_a_document_says_counts_for_questions_that_the_dictionary_knows(asked: Understood) -> None:
    assert evidence(FOUND, asked) == (0.8, 0.7, 0.8)
    assert evidence(FOUND, replace(asked, known=False)) == (0.8, 0.7, 0.0)
    assert grounds(FOUND, asked, "hybrid") > grounds(FOUND, replace(asked, known=False), "hybrid")


def test_more_evidence_never_lowers_confidence(asked: Understood) -> None:
    steps = ["low", "medium", "high"]
    for question in (asked, replace(asked, language="zh")):
        reached = [
            steps.index(confidence(replace(FOUND, score=s, said=s, document_said=s), question, "hybrid"))
            for s in (0.1, 0.4, 0.7, 1.0, 1.5)
        ]
        assert reached == sorted(reached)
        assert (reached[0], reached[-1]) == (0, 2)
