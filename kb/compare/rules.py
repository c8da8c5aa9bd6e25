"""The rules of kb/data/compare.toml: how evidence is weighed."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from kb.resources import load_rules


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelRules(_Rules):
    """Weights of a logistic model; each feature is described in the file."""

    bias: float
    strong: float
    words: float
    weak: float
    heading: float
    lead: float
    dense: float
    dense_own: float
    figure: float
    share: float
    long: float
    short: float
    off_subject: float


class CellRules(_Rules):
    """From chances to cells."""

    found: float = Field(gt=0, lt=1)
    weak: float = Field(gt=0, lt=1)
    more: float = Field(gt=0, lt=1)
    high: float = Field(gt=0, lt=1)
    passages: int = Field(ge=1, le=10)
    passage_length: int = Field(ge=1)
    second: float = Field(gt=0, le=1)


class TopicRules(_Rules):
    """How a topic narrows what may enter a cell."""

    generic: tuple[str, ...]
    widest: float
    enough: float
    near: float
    reach: int = Field(ge=0)
    central: int = Field(ge=1)
    rarest: float = Field(gt=0, lt=1)
    habit: float = Field(gt=0, le=1)


class CompareRules(_Rules):
    """The whole file."""

    model: ModelRules
    cell: CellRules
    topic: TopicRules


@cache
def compare_rules() -> CompareRules:
    """The shipped rules. Raises `DataError` when the file is broken."""
    return load_rules("compare.toml", CompareRules)
