"""How far an excerpt can be trusted to answer: 高, 中 or 低."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.resources import load_rules
from kb.search.engine import Found
from kb.search.question import Understood
from kb.types import Confidence


class _Calibration(BaseModel):
    """See the comments in kb/data/confidence.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cosine: float
    terms: float
    bias: float
    high: float
    medium: float


@cache
def _calibration() -> dict[str, _Calibration]:
    class _File(BaseModel):
        model_config = ConfigDict(frozen=True, extra="forbid")

        zh: _Calibration
        en: _Calibration

    file = load_rules("confidence.toml", _File)
    return {"zh": file.zh, "mixed": file.zh, "en": file.en}


def evidence(found: Found, understood: Understood, matched: tuple[str, ...]) -> float:
    """A logit that grows with the passage's nearness and with the share of the question's terms in it."""
    rules = _calibration()[understood.language]
    share = len(matched) / max(1, len(understood.terms))
    if understood.language == "en":
        groups = [term for term in understood.carried if term.chinese]
        hit = sum(1 for term in groups if any(form in matched for form in term.chinese))
        share = hit / max(1, len(groups))
    return rules.bias + rules.cosine * (found.dense or 0.0) + rules.terms * share


def confidence(found: Found, understood: Understood, matched: tuple[str, ...]) -> Confidence:
    """The step that the evidence reaches."""
    rules = _calibration()[understood.language]
    logit = evidence(found, understood, matched)
    if logit >= rules.high:
        return "high"
    return "medium" if logit >= rules.medium else "low"
