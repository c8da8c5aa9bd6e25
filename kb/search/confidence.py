"""How far an excerpt can be trusted to answer: 高, 中 or 低."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.resources import load_rules
from kb.search.engine import Found
from kb.types import Confidence, Language, Mode


class _Calibration(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    bias: float
    score: float
    said: float
    document: float


class _Rules(BaseModel):
    """See the comments in kb/data/confidence.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    high: float
    medium: float
    zh: _Calibration
    en: _Calibration


@cache
def _rules() -> _Rules:
    return load_rules("confidence.toml", _Rules)


def grounds(found: Found, language: Language, mode: Mode) -> float:
    """The log odds that a first hit answers its question, by logistic regression on held-out documents.

    In the modes lexical and dense the score of a ranking's first is always 1; what the passage says stands in
    its place.
    """
    rules = _rules().en if language == "en" else _rules().zh
    score = found.score if mode == "hybrid" else found.said
    return rules.bias + rules.score * score + rules.said * found.said + rules.document * found.document_said


def confidence(found: Found, language: Language, mode: Mode) -> Confidence:
    """The step that a passage reaches."""
    reached = grounds(found, language, mode)
    if reached >= _rules().high:
        return "high"
    return "medium" if reached >= _rules().medium else "low"
