"""The rules of kb/data/reading.toml, ready for matching."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from re import escape

from pydantic import BaseModel, ConfigDict, Field

from kb.resources import load_rules


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class YearRules(_Rules):
    """When years in a question are a filter."""

    recent: tuple[str, ...]
    not_after: tuple[str, ...]
    not_before: tuple[str, ...]
    since: tuple[str, ...]
    since_not_before: tuple[str, ...]
    range_not_before: tuple[str, ...]
    range_never: tuple[str, ...]
    last: tuple[str, ...]
    before_last: tuple[str, ...]
    this: tuple[str, ...]


class AmountRules(_Rules):
    """When an amount in a question is a filter."""

    bounds: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    never: tuple[str, ...]
    cues_en: tuple[str, ...]
    never_en: tuple[str, ...]


class WishRules(_Rules):
    """See the comments in kb/data/reading.toml."""

    longest: int = Field(ge=20, le=10_000)
    years: YearRules
    amounts: AmountRules


@cache
def wish_rules() -> WishRules:
    """The shipped rules. Raises `DataError` when the file is broken."""
    return load_rules("reading.toml", WishRules)


def any_of(words: Iterable[str]) -> str:
    """A pattern of any of the words, longest first."""
    return "|".join(escape(word) for word in sorted(words, key=len, reverse=True))
