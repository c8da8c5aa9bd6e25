"""kb/data/titles.toml: what titles look like, and what is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.ingest.readers.spacing import collapse
from kb.ingest.rules import Pattern
from kb.resources import load_rules

_SPACED = re.compile(r"(?:\S ){3,}\S")


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
    aside: Pattern
    clause_time: Pattern
    happens: Pattern
    no_subject: Pattern
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


def tidy(text: str) -> str:
    """A title without file endings, page numbers and letter-spacing."""
    rules = title_rules()
    text = re.sub(rules.prefixes, "", collapse(text)).strip(" 　■◆●★_-—|")
    previous = ""
    while previous != text:
        previous, text = text, re.sub(rules.tails, "", text, flags=re.IGNORECASE).strip(" 　_-—|")
    if text.startswith("《") and text.endswith("》") and text.count("《") == 1:
        text = text[1:-1]
    if _SPACED.fullmatch(text):
        return text.replace(" ", "")
    crowded = text.count(" ") > len(text) // 4
    return re.sub(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])", "", text) if crowded else text
