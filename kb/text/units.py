"""The rules of kb/data/figures.toml: units, measure words, words of degree and what is counted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.resources import load_rules

_LONGEST_PHRASE = 12  # characters between a measure word and the end of what it counts


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Before(_Rules):
    more_than: tuple[str, ...]
    less_than: tuple[str, ...]
    about: tuple[str, ...]
    not_these: tuple[str, ...]
    bare_only: tuple[str, ...]


class _After(_Rules):
    more_than: tuple[str, ...]
    less_than: tuple[str, ...]
    about: tuple[str, ...]
    between: tuple[str, ...]


class _UnitRule(_Rules):
    quantity: str
    unit: str
    factor: float = 1.0
    words: tuple[str, ...]
    not_before: str = ""


class _Measures(_Rules):
    any: tuple[str, ...]
    arabic: tuple[str, ...]
    not_before: str


class _Counted(_Rules):
    nouns: tuple[str, ...]
    people: tuple[str, ...]
    stops: str


class _Money(_Rules):
    words: tuple[str, ...]


class _FigureRules(_Rules):
    before: _Before
    after: _After
    unit: tuple[_UnitRule, ...]
    measures: _Measures
    counted: _Counted
    money: _Money


@dataclass(frozen=True, slots=True)
class Unit:
    """What stands after a numeral."""

    word: str
    quantity: str
    unit: str
    factor: float
    not_before: str
    arabic_only: bool
    measure: bool  # a measure word (个、家、次), behind which the thing counted may stand


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The rules, ready for matching."""

    units: dict[str, Unit]
    unit_pattern: re.Pattern[str]
    before: dict[str, str]  # word → approximation
    before_pattern: re.Pattern[str]
    not_before: tuple[str, ...]
    bare_only: frozenset[str]
    after: dict[str, str]
    after_pattern: re.Pattern[str]
    noun_pattern: re.Pattern[str]
    noun_ending: re.Pattern[str]
    people_pattern: re.Pattern[str]
    money_words: tuple[str, ...]


@cache
def vocabulary() -> Vocabulary:
    """The shipped rules. Raises `DataError` when the file is broken."""
    rules = load_rules("figures.toml", _FigureRules)
    units = {
        word: Unit(word, rule.quantity, rule.unit, rule.factor, rule.not_before, False, False)
        for rule in rules.unit
        for word in rule.words
    }
    for word in rules.measures.any:
        only = word in rules.measures.arabic
        units.setdefault(word, Unit(word, "count", word, 1.0, rules.measures.not_before, only, True))
    before = _approximations(rules.before)
    after = _approximations(rules.after) | dict.fromkeys(rules.after.between, "between")
    nouns = _alternatives([noun for noun in rules.counted.nouns if len(noun) > 1])
    short = "".join(noun for noun in rules.counted.nouns if len(noun) == 1)
    stop = re.escape(rules.counted.stops)
    return Vocabulary(
        units,
        re.compile(f"[ \u3000]?({_alternatives(units)})"),
        before,
        re.compile(f"(?:{_alternatives(before)})$"),
        rules.before.not_these,
        frozenset(rules.before.bare_only),
        after,
        re.compile(f"[ ]?({_alternatives(after)})"),
        # 3个县, but not 3个县级 or 100个重点: a noun of one character counts only by itself.
        re.compile(f"(?:[^{stop}]{{0,6}}?)((?:{nouns})+)|([{short}])(?=[，。；、：,;:）)\\s]|$)"),
        re.compile(f"(?:{nouns})$"),
        re.compile(f"[^，。；、：,;:\\n0-9“”（）()]{{0,10}}?(?:{_alternatives(rules.counted.people)})"),
        rules.money.words,
    )


def counted_after(text: str, start: int, end: int) -> tuple[str, str]:
    """The phrase counted and its head noun right after a measure word at `start`; ("", "") when unknown."""
    match = vocabulary().noun_pattern.match(text, start, min(end, start + _LONGEST_PHRASE))
    return (match.group(), _head(match.group(1) or match.group(2))) if match else ("", "")


def counted_before(text: str, start: int, end: int) -> str:
    """The noun that `text[start:end]` ends in, or ""."""
    window = text[max(start, end - 8) : end]
    match = vocabulary().noun_ending.search(window)
    return match.group() if match else ""


def _head(nouns: str) -> str:
    """The last of several nouns in a row: 社区服务中心 → 服务中心."""
    ending = vocabulary().noun_ending
    for i in range(len(nouns)):
        match = ending.match(nouns, i)
        if match:
            return match.group()
    return nouns


def _approximations(rules: _Before | _After) -> dict[str, str]:
    return (
        dict.fromkeys(rules.more_than, "more than")
        | dict.fromkeys(rules.less_than, "less than")
        | dict.fromkeys(rules.about, "about")
    )


def _alternatives(words: Iterable[str]) -> str:
    """A pattern of any of the words, longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
