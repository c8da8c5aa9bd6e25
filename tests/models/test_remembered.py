from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from kb.models.remembered import RememberedQueries
from kb.ports import Embedder, Vector, Vectors


class Counting:
    """Counts what it is asked."""

    name = "counting"
    dim = 2

    def __init__(self) -> None:
        self.asked: list[str] = []

    def passages(self, texts: Sequence[str]) -> Vectors:
        self.asked.extend(texts)
        return np.ones((len(texts), 2), np.float32)

    def query(self, text: str) -> Vector:
        self.asked.append(text)
        if text == "boom":
            raise RuntimeError(text)
        return np.array([len(text), 0], np.float32)


def test_a_question_is_asked_once() -> None:
    inner = Counting()
    embedder: Embedder = RememberedQueries(inner)
    assert embedder.query("甲").tolist() == embedder.query("甲").tolist() == [1, 0]
    embedder.query("乙")
    assert inner.asked == ["甲", "乙"]
    assert (embedder.name, embedder.dim) == ("counting", 2)


def test_what_is_shared_cannot_be_changed() -> None:
    vector = RememberedQueries(Counting()).query("甲")
    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 5


def test_passages_are_not_remembered() -> None:
    inner = Counting()
    embedder = RememberedQueries(inner)
    embedder.passages(["甲"])
    embedder.passages(["甲"])
    assert inner.asked == ["甲", "甲"]


def test_a_failure_is_not_remembered() -> None:
    inner = Counting()
    embedder = RememberedQueries(inner)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            embedder.query("boom")
    assert len(inner.asked) == 2


def test_old_questions_are_forgotten() -> None:
    inner = Counting()
    embedder = RememberedQueries(inner)
    for i in range(300):
        embedder.query(str(i))
    embedder.query("299")
    assert len(inner.asked) == 300
    embedder.query("0")
    assert len(inner.asked) == 301
