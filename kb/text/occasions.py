"""Dates and frequencies in Chinese text: 2021年6月30日, 2019—2021年, 二〇二五年; 每月一次, 一年两次."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator

from kb.text.numerals import numerals, parse_number
from kb.types import Figure

_Y = r"(?:(?:19|20)\d{2}|[一二][〇零九][〇零一二三四五六七八九]{2})"
_DASH = r"[ \u3000]?(?:—{1,2}|－|-{1,2}|–|~|～|至|到)[ \u3000]?"
_M = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_D = r"(?:3[01]|[12]\d|0?[1-9]|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_DATE = re.compile(
    rf"(?<![\d.])(?P<y0>{_Y})[ ]?年?(?:{_DASH})(?P<y1>{_Y})[ ]?年(?!级|代)"
    rf"|(?<![\d.])(?P<year>{_Y})[ ]?年(?!级|代)(?:[ ]?(?P<month>{_M})[ ]?月(?:[ ]?(?P<day>{_D})[ ]?[日号])?)?"
    r"|(?<![\d./-])(?P<iy>(?:19|20)\d{2})(?P<sep>[-/.])(?P<im>1[0-2]|0?[1-9])(?P=sep)(?P<id>3[01]|[12]\d|0?[1-9])(?![\d./-])"
    r"|(?<!\d)(?P<m>1[0-2]|0?[1-9])[ ]?月[ ]?(?P<d>3[01]|[12]\d|0?[1-9])[ ]?[日号]"
)
_PERIODS = {
    "年": "年", "半年": "半年", "季度": "季度", "季": "季度", "个季度": "季度", "个月": "月", "月": "月",
    "周": "周", "星期": "周", "个星期": "周", "天": "日", "日": "日", "学期": "学期", "个学期": "学期",
}  # fmt: skip
_EVERY = re.compile(
    r"(?:每(?P<n>[两二三四五六双\d]{1,2})?(?P<period>半年|个?季度|季|个?月|年|个?星期|周|个?学期|天|日)"
    r"|(?P<one>一)(?P<period1>年|个?月|个?季度|周|天))"
    r"(?P<between>[^，。；：,;:\n0-9一二两三四五六七八九十每]{0,10})"
)
_TIMES = re.compile(r"[ ]?(?:[次场期遍回轮])(?!性)")
_LEAST = ("至少", "不少于", "不低于", "最少", "起码")
_MOST = ("至多", "最多", "不超过", "不多于")


def dates(text: str, start: int, end: int) -> Iterator[Figure]:
    """Dates as days of the form yyyymmdd: 2021年 is 20210101..20211231; without a year no bounds."""
    for match in _DATE.finditer(text, start, end):
        bounds = _bounds(match)
        if bounds is None:
            continue
        low, high = bounds
        approx = "between" if match["y1"] else ""
        yield Figure("date", "date", low, high, approx, match.group(), match.start(), match.end())


def _bounds(match: re.Match[str]) -> tuple[float | None, float | None] | None:
    if match["y1"]:
        first, last = _number(match["y0"]), _number(match["y1"])
        return (first * 1e4 + 101, last * 1e4 + 1231) if first <= last else None
    if match["m"]:
        return None, None
    year = _number(match["year"] or match["iy"])
    month, day = match["month"] or match["im"], match["day"] or match["id"]
    if month is None:
        return year * 1e4 + 101, year * 1e4 + 1231
    base = year * 1e4 + _number(month) * 100
    last = calendar.monthrange(year, _number(month))[1]
    if day is None:
        return base + 1, base + last
    return (base + _number(day), base + _number(day)) if _number(day) <= last else None


def _number(written: str) -> int:
    return int(parse_number(written) or 0)


def frequencies(text: str, start: int, end: int) -> Iterator[Figure]:
    """How often: 每年至少召开2次 → 2.. 次/年, "more than"."""
    for match in _EVERY.finditer(text, start, end):
        number = next(numerals(text, match.end(), min(end, match.end() + 8)), None)
        if number is None or number.start > match.end() + 1 or number.low is None:
            continue
        times = _TIMES.match(text, number.end, end)
        if times is None:
            continue
        low, high, approx = number.low, number.high, number.approx
        if approx == "" and any(word in match["between"] for word in _LEAST):
            high, approx = None, "more than"
        elif approx == "" and any(word in match["between"] for word in _MOST):
            yield _frequency(text, match, None, low, "less than", times.end())
            continue
        yield _frequency(text, match, low, high, approx, times.end())


def _frequency(
    text: str, match: re.Match[str], low: float | None, high: float | None, approx: str, end: int
) -> Figure:
    every = (match["n"] or "").replace("两", "2").replace("双", "2")
    every = str(int(parse_number(every) or 1)) if every else ""
    period = _PERIODS[match["period"] or match["period1"]]
    unit = f"次/{every if every != '1' else ''}{'个' if every and period == '月' else ''}{period}"
    return Figure("frequency", unit, low, high, approx, text[match.start() : end], match.start(), end)
