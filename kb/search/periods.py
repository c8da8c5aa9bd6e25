"""Years that a question restricts itself to: 近三年, 2019年以来, 2019-2024年, 去年, since 2020."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from kb.search.wishes import any_of, wish_rules
from kb.text.numerals import parse_number

_YEAR = r"(?:19[5-9]\d|20\d\d)"
_ENGLISH_NUMBERS = {
    word: n
    for n, word in enumerate(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 2)
}
_ENGLISH = re.compile(
    r"\b(?:(?:in|over|during|for|within) )?(?:the )?(?:last|past|previous) "
    rf"(?P<n>\d{{1,2}}|{'|'.join(_ENGLISH_NUMBERS)}) years\b"
    rf"|\bsince (?:the year )?(?P<since>{_YEAR})\b"
    rf"|\b(?:between|from) (?P<first>{_YEAR}) (?:and|to|until) (?P<last>{_YEAR})\b"
    rf"|\b(?:in |during )?(?P<first1>{_YEAR}) ?[-–—] ?(?P<last1>{_YEAR})\b(?! (?:plan|programme|program))"
    r"|\b(?:in |during )?(?P<before>last year)\b(?!')|\b(?P<now>this year)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Period:
    """Years, first and last inclusive, and where the question says so."""

    years: tuple[int, int]
    start: int
    end: int


@cache
def _chinese() -> re.Pattern[str]:
    rules = wish_rules().years
    not_after = "".join(f"(?<!{re.escape(word)})" for word in rules.not_after)
    dash = r"\s?(?:-|–|—{1,2}|~|至|到)\s?"
    return re.compile(
        rf"{not_after}(?:{any_of(rules.recent)})(?P<n>\d{{1,2}}|[一二两三四五六七八九十]{{1,3}})个?年"
        rf"(?:以来|期间|之内|来|内|里|间)?(?!{any_of(rules.not_before)})"
        rf"|(?:自|从)?(?<!\d)(?P<first>{_YEAR})年?{dash}(?P<last>{_YEAR})(?!\d)年?(?:间|之间)?"
        rf"(?!年?[“”\"]?(?:{any_of(rules.range_not_before)}))"
        rf"|(?:自|从)?(?<!\d)(?P<since>{_YEAR})年(?:{any_of(rules.since)})(?!{any_of(rules.since_not_before)})"
        rf"|(?P<last_year>{any_of(rules.last)})|(?P<year_before>{any_of(rules.before_last)})"
        rf"|(?P<now>{any_of(rules.this)})"
    )


def period(text: str, today: date) -> Period | None:
    """The first period that the folded `text` names as a restriction; None when it names none.

    近三年 reaches back to the same day three years ago, so that it names four calendar years.
    """
    for pattern in (_chinese(), _ENGLISH):
        for match in pattern.finditer(text):
            if match.groupdict().get("first") and _asks_for_a_fact(text):
                continue
            years = _years(match, today.year)
            if years is not None and years[0] <= years[1] and years[0] <= today.year:
                return Period(years, match.start(), match.end())
    return None


def _asks_for_a_fact(text: str) -> bool:
    return any(word in text for word in wish_rules().years.range_never)


def _years(match: re.Match[str], now: int) -> tuple[int, int] | None:
    found = {name: value for name, value in match.groupdict().items() if value}
    if n := found.get("n"):
        back = _ENGLISH_NUMBERS.get(n.lower()) or parse_number(n)
        return (now - int(back), now) if back and 1 <= back <= 50 else None
    if since := found.get("since"):
        return int(since), now
    first, last = found.get("first") or found.get("first1"), found.get("last") or found.get("last1")
    if first and last:
        return int(first), int(last)
    if "last_year" in found or "before" in found:
        return now - 1, now - 1
    return (now - 2, now - 2) if "year_before" in found else (now, now)
