"""How far an excerpt can be trusted to answer: 高, 中 or 低."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.resources import load_rules
from kb.search.engine import Found
from kb.search.question import Understood
from kb.types import Confidence, Mode


class _Calibration(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    high: float
    medium: float
    bias: float
    score: float
    said: float
    document: float
    margin: float


class _Rules(BaseModel):
    """See the comments in kb/data/confidence.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    usual_margin: float
    zh: _Calibration
    en: _Calibration


@cache
def _rules() -> _Rules:
    return load_rules("confidence.toml", _Rules)


def _calibration(question: Understood) -> _Calibration:
    return _rules().en if question.language == "en" else _rules().zh


def evidence(found: Found, question: Understood) -> tuple[float, float, float, float]:
    """What speaks for a hit: its score, what its passage says, what its document says, how far it stands out.

    The last is its cosine above the mean of the passages that follow the nearest ones; a usual one without
    vectors. What a document says of an English question counts only when the field's dictionary knows the
    question, because it is the dictionary that tells what is said.
    """
    document = found.document_said if question.known else 0.0
    margin = _rules().usual_margin if found.margin is None else found.margin
    return found.score, found.said, document, margin


def grounds(found: Found, question: Understood, mode: Mode) -> float:
    """The log odds that a first hit answers its question, by logistic regression on held-out documents.

    In the modes lexical and dense the score of a ranking's first is always 1; what the passage says stands in
    its place.
    """
    rules = _calibration(question)
    score, said, document, margin = evidence(found, question)
    score = score if mode == "hybrid" else said
    of_words = rules.score * score + rules.said * said + rules.document * document
    return rules.bias + of_words + rules.margin * margin


def confidence(found: Found, question: Understood, mode: Mode) -> Confidence:
    """The step that a passage reaches."""
    reached, steps = grounds(found, question, mode), _calibration(question)
    if reached >= steps.high:
        return "high"
    return "medium" if reached >= steps.medium else "low"
