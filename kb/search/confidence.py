"""How far an excerpt can be trusted to answer: 高, 中 or 低."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.resources import load_rules
from kb.search.question import Understood
from kb.text.tokens import rarity
from kb.types import Confidence


class _Calibration(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    said: float
    bias: float


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


def said_share(understood: Understood, matched: tuple[str, ...]) -> float:
    """How much of the question a passage says, 0..1; `matched` are the question's terms that it holds.

    Chinese words weigh by their rarity in the language, not in the library, so that small libraries are
    judged like large ones. An English term is said when one of its Chinese forms is.
    """
    if understood.language == "en":
        said = [(term.weight, any(form in matched for form in term.chinese)) for term in understood.carried]
    else:
        said = [(rarity(term), term in matched) for term in understood.terms]
    total = sum(weight for weight, _ in said)
    return sum(weight for weight, present in said if present) / total if total else 0.0


def confidence(understood: Understood, matched: tuple[str, ...]) -> Confidence:
    """The step that a passage reaches which holds the terms `matched`."""
    rules = _rules().en if understood.language == "en" else _rules().zh
    logit = rules.bias + rules.said * said_share(understood, matched)
    if logit >= _rules().high:
        return "high"
    return "medium" if logit >= _rules().medium else "low"
