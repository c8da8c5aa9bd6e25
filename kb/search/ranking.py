"""The constants of ranking, from kb/data/ranking.toml: one set for every corpus and every question."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from kb.resources import load_rules
from kb.search.fuse import Weights
from kb.types import Language


class Shares(BaseModel):
    """The weights of one language's questions; see `kb.search.fuse.Weights`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lexical: float = Field(ge=0, le=1)
    document: float = Field(ge=0, le=2)
    said: float = Field(ge=0, le=2)
    near: float = Field(ge=0, le=2)
    peak_discount: float = Field(ge=0, le=1)
    rendering: float = Field(ge=0, le=1)
    feedback: float = Field(ge=0, le=2)
    feedback_gap: float = Field(gt=0, le=1)


class Ranking(BaseModel):
    """See the comments in kb/data/ranking.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidates: int = Field(ge=10, le=2000)
    passages_read: int = Field(ge=10, le=500)
    zh: Shares
    en: Shares
    en_unknown: Shares
    full_coverage: float = Field(gt=0, le=3)
    flat_peak: float = Field(ge=0)
    full_peak: float = Field(gt=0)
    near_passages: int = Field(ge=1, le=20)
    known_question: float = Field(ge=0)
    specific_term: float = Field(ge=0)
    telling_terms: float = Field(ge=0)
    feedback_passages: int = Field(ge=1, le=50)
    words_weight: float = Field(ge=0)
    bigrams_weight: float = Field(ge=0)
    title_weight: float = Field(ge=0)
    concept_exponent: float = Field(ge=0, le=2)
    boundary_pairs: float = Field(ge=0, le=1)
    sense_decay: float = Field(ge=0, le=1)
    known_sense_decay: float = Field(ge=0, le=1)
    single_character: float = Field(ge=0, le=1)
    rerank_share: float = Field(ge=0, le=1)
    same_passage: float = Field(gt=0, le=1)

    def shares(self, language: Language, known: bool) -> Shares:
        """The shares of a question; `known`: whether the field's dictionary knows an English one."""
        english = self.en if known else self.en_unknown
        return english if language == "en" else self.zh

    def weights(self, language: Language, known: bool, coverage: float, peak: float) -> Weights:
        """The shares of the scores for a question.

        `known`: whether the field's dictionary knows an English one; `coverage`: how much of it the best
        passage says; `peak`: how far the nearest passage stands out from those that follow, in standard
        deviations.
        """
        shares = self.shares(language, known)
        peaked = (peak - self.flat_peak) / (self.full_peak - self.flat_peak)
        trust = min(1.0, coverage / self.full_coverage) * (
            1 - shares.peak_discount * min(1.0, max(0.0, peaked))
        )
        return Weights(shares.lexical * trust, shares.document * trust, shares.said * trust, shares.near)


@cache
def ranking() -> Ranking:
    """The constants as shipped."""
    return load_rules("ranking.toml", Ranking)
