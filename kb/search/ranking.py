"""The constants of ranking, from kb/data/ranking.toml: one set for every corpus and every question."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from kb.resources import load_rules
from kb.types import Language


class Ranking(BaseModel):
    """See the comments in kb/data/ranking.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidates: int = Field(ge=10, le=2000)
    passages_read: int = Field(ge=10, le=500)
    lexical_weight_zh: float = Field(ge=0, le=1)
    lexical_weight_en: float = Field(ge=0, le=1)
    document_weight_zh: float = Field(ge=0, le=2)
    document_weight_en: float = Field(ge=0, le=2)
    words_weight: float = Field(ge=0)
    bigrams_weight: float = Field(ge=0)
    title_weight: float = Field(ge=0)
    sense_decay: float = Field(ge=0, le=1)
    single_character: float = Field(ge=0, le=1)
    same_passage: float = Field(gt=0, le=1)

    def lexical_weight(self, language: Language) -> float:
        """Weight of the passage's words against its vector, 0..1."""
        return self.lexical_weight_en if language == "en" else self.lexical_weight_zh

    def document_weight(self, language: Language) -> float:
        """Weight of the whole document's words beside the two."""
        return self.document_weight_en if language == "en" else self.document_weight_zh


@cache
def ranking() -> Ranking:
    """The constants as shipped."""
    return load_rules("ranking.toml", Ranking)
