"""The constants of ranking, from kb/data/ranking.toml: one set for every corpus and every question."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from kb.resources import load_rules
from kb.search.fuse import Weights
from kb.types import Language


class Ranking(BaseModel):
    """See the comments in kb/data/ranking.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidates: int = Field(ge=10, le=2000)
    passages_read: int = Field(ge=10, le=500)
    lexical_weight_zh: float = Field(ge=0, le=1)
    document_weight_zh: float = Field(ge=0, le=2)
    lexical_weight_en: float = Field(ge=0, le=1)
    document_weight_en: float = Field(ge=0, le=2)
    lexical_weight_en_glossary: float = Field(ge=0, le=1)
    document_weight_en_glossary: float = Field(ge=0, le=2)
    full_coverage: float = Field(gt=0, le=3)
    rendering_share: float = Field(ge=0, le=1)
    feedback_passages: int = Field(ge=1, le=50)
    feedback_share: float = Field(ge=0, le=2)
    feedback_gap: float = Field(gt=0, le=1)
    words_weight: float = Field(ge=0)
    bigrams_weight: float = Field(ge=0)
    title_weight: float = Field(ge=0)
    concept_exponent: float = Field(ge=0, le=2)
    boundary_pairs: float = Field(ge=0, le=1)
    sense_decay: float = Field(ge=0, le=1)
    single_character: float = Field(ge=0, le=1)
    same_passage: float = Field(gt=0, le=1)

    def weights(self, language: Language, coverage: float, glossary: float) -> Weights:
        """The shares of the scores for a question.

        `coverage` is how much of it the best passage says, `glossary` the share of its English terms that our
        glossary knows, 0..1.
        """
        trust = min(1.0, coverage / self.full_coverage)
        if language != "en":
            return Weights(self.lexical_weight_zh * trust, self.document_weight_zh * trust)
        known = glossary**2
        lexical = (1 - known) * self.lexical_weight_en + known * self.lexical_weight_en_glossary
        document = (1 - known) * self.document_weight_en + known * self.document_weight_en_glossary
        return Weights(lexical * trust, document * trust)


@cache
def ranking() -> Ranking:
    """The constants as shipped."""
    return load_rules("ranking.toml", Ranking)
