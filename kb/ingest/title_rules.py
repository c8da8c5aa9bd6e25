"""kb/data/titles.toml: what titles look like, and what is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.ingest.rules import Pattern
from kb.resources import load_rules


class TitleRules(BaseModel):
    """kb/data/titles.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    endings: tuple[str, ...]
    strong: tuple[str, ...]
    generic: frozenset[str]
    not_title: tuple[Pattern, ...]
    issuer_only: Pattern
    site: Pattern
    tails: Pattern
    prefixes: Pattern
    file_prefix: Pattern
    file_suffix: Pattern
    original: Pattern
    byline: Pattern
    time_first: Pattern
    work_report: Pattern
    adopted: Pattern


@dataclass(frozen=True, slots=True)
class TitlePatterns:
    """Patterns that join several rules."""

    ending: re.Pattern[str]
    strong: re.Pattern[str]
    not_title: re.Pattern[str]


@cache
def title_rules() -> TitleRules:
    """The rules. Raises `DataError` when the file is wrong."""
    return load_rules("titles.toml", TitleRules)


@cache
def title_patterns() -> TitlePatterns:
    """The rules that are made of many, compiled."""
    rules, brackets = title_rules(), r"(?:[（(〔\[].{1,20}[）)〕\]])?[\d—-]*$"
    return TitlePatterns(
        re.compile(f"(?:{'|'.join(rules.endings)}){brackets}"),
        re.compile(f"(?:{'|'.join(rules.strong)}){brackets}"),
        re.compile("|".join(f"(?:{pattern})" for pattern in rules.not_title)),
    )
