"""When a document was issued: signed, adopted or published; never when a site received it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.ingest.rules import Pattern
from kb.resources import load_rules
from kb.types import Fact

_CN = "〇○零Ｏ０一二三四五六七八九"
_DIGIT = {char: index for index, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "Ｏ": 0,
    "０": 0,
    "O": 0,
    "0": 0,
}
FULL_DATE = re.compile(
    rf"(?P<year>(?:19|20)\d{{2}}|[一二][{_CN}O0]{{3}})\s*年\s*(?P<month>\d{{1,2}}|[一二三四五六七八九十]{{1,2}})\s*月"
    rf"\s*(?P<day>\d{{1,2}}|[一二三四五六七八九十]{{1,3}})\s*日"
)
_PLAIN = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?:\s*[-/.年]\s*|(?=\d\d/))(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})"
)
_MONTH = re.compile(
    rf"[（(\s]*(?P<year>(?:19|20)\d{{2}}|[一二][{_CN}O0]{{3}})\s*年\s*(?P<month>\d{{1,2}}|[一二三四五六七八九十]{{1,2}})\s*月[）)\s]*"
)
_ALONE = re.compile(r"[（(]?[^。；;，,]{0,30}[）)]?")
_NUMBER_YEAR = re.compile(r"[〔\[（(﹝【]\s*((?:19|20)\d{2})\s*[〕\]）)﹞】]")
_MEETING = "会议"  # what makes a long line one that tells of an adoption
_HEAD = 14  # lines in which an adoption or the place of a speech is told
_LONG = 300  # characters of a line that tells of a meeting
_SHORT = 80  # characters of such a line


class _Rules(BaseModel):
    """kb/data/dates.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    signed: Pattern
    published: Pattern
    uploaded: Pattern
    passed: Pattern
    in_force: Pattern
    spoken: Pattern
    behind_signature: tuple[str, ...]
    report: Pattern


@cache
def _rules() -> _Rules:
    return load_rules("dates.toml", _Rules)


def find_issued(
    title: str, lines: Sequence[str], furniture: Sequence[str], posted: str, number: str
) -> Fact | None:
    """The date of issue and its evidence; None when the document does not say it.

    `posted` is the date that a press or government page gives, "" for a document-sharing site, whose
    upload date says nothing. A number such as 京政发〔2016〕43号 gives at least the year.
    """
    for line in (*lines[:12], *furniture):
        if (match := re.search(_rules().signed, line)) and (value := _iso(match.group("value"))):
            return Fact("issued", value, 0.95, line.strip()[:120])
    for found in (_adopted(lines), _spoken(lines), _signed(lines), _page_date(lines)):
        if found:
            return found
    if month := _month(lines):
        return month
    if posted and (value := _iso(posted)):
        return Fact("issued", value, 0.7, posted)
    if year := _NUMBER_YEAR.search(number):
        return Fact("issued", year.group(1), 0.8, number)
    if report := re.search(_rules().report, title):
        return Fact("issued", report.group("year"), 0.6, title)
    return None


def stated_dates(
    lines: Sequence[str], furniture: Sequence[str], posted: str, copied: bool
) -> tuple[Fact, ...]:
    """The dates that the file states, kept apart: `signed` (成文), `published` (发布) and `uploaded`.

    `posted` is the date that the page gives; on a `copied` page it says when the copy was put there.
    """
    rows = (*lines[:_HEAD], *furniture)
    signed = _row("signed", _rules().signed, rows) or _renamed("signed", _signed(lines))
    page = Fact("", iso, 0.7, posted) if posted and (iso := _iso(posted)) else None
    published = _row("published", _rules().published, lines[:_HEAD] if copied else rows)
    uploaded = _row("uploaded", _rules().uploaded, rows)
    if copied:
        uploaded = uploaded or _renamed("uploaded", page)
    else:
        published = published or _renamed("published", page)
    return tuple(fact for fact in (signed, published, uploaded) if fact is not None)


def _row(field: str, pattern: str, lines: Sequence[str]) -> Fact | None:
    """The date behind a label such as 成文日期."""
    for line in lines:
        if (match := re.search(pattern, line)) and (value := _iso(match.group("value"))):
            return Fact(field, value, 0.9, line.strip()[:120])
    return None


def _renamed(field: str, fact: Fact | None) -> Fact | None:
    return None if fact is None else replace(fact, field=field)


def _page_date(lines: Sequence[str]) -> Fact | None:
    for line in lines[:12]:
        if (match := re.search(_rules().published, line)) and (value := _iso(match.group("value"))):
            return Fact("issued", value, 0.8, line.strip()[:120])
    return None


def _adopted(lines: Sequence[str]) -> Fact | None:
    """ "2019年11月29日 …会议批准" in the head: the latest of such dates."""
    dates = []
    for line in statements(lines[:_HEAD]):
        if not re.search(_rules().passed, line) or re.search(_rules().in_force, line):
            continue
        told = len(line) <= _LONG and (_MEETING in line or len(line) <= _SHORT)
        found = (_iso(match.group()) for match in FULL_DATE.finditer(line)) if told else ()
        dates += [(value, line) for value in found if value]
    value, line = max(dates, default=("", ""))
    return Fact("issued", value, 0.85, line.strip()[:120]) if value else None


def statements(lines: Sequence[str]) -> list[str]:
    """Lines; a dated one whose quoted title stays open goes on in the next."""
    joined: list[str] = []
    for line in lines:
        open_title = joined and joined[-1].count("《") > joined[-1].count("》")
        if open_title and FULL_DATE.match(joined[-1]) and not FULL_DATE.match(line):
            joined[-1] += line
        else:
            joined.append(line)
    return joined


def _spoken(lines: Sequence[str]) -> Fact | None:
    """ "--2015年2月5日在…会议上" under a report's title."""
    for line in lines[:_HEAD]:
        match = FULL_DATE.search(line)
        if (
            match
            and len(line) <= _SHORT
            and re.match(_rules().spoken, line[match.end() :])
            and (value := _iso(match.group()))
        ):
            return Fact("issued", value, 0.95, line.strip())
    return None


def _signed(lines: Sequence[str]) -> Fact | None:
    """A date that ends a short line: under a signature, or in brackets under the title."""
    for line in (*lines[1:6], *lines[6:]):
        match = FULL_DATE.search(line)
        if not match or len(line) > 60 or not _ALONE.fullmatch(line):
            continue
        behind = line[match.end() :].strip(" )）。")
        if behind in _rules().behind_signature and "起施行" not in line and (value := _iso(match.group())):
            return Fact("issued", value, 0.85, line.strip())
    return None


def _month(lines: Sequence[str]) -> Fact | None:
    """ "（2022年11月）" on a line of its own under the title or at the end."""
    for line in (*lines[:8], *lines[-4:]):
        if match := _MONTH.fullmatch(line):
            year, month = _number(match.group("year")), _number(match.group("month"))
            if 1949 <= year <= 2100 and 1 <= month <= 12:
                return Fact("issued", f"{year:04d}-{month:02d}", 0.85, line.strip())
    return None


def _iso(text: str) -> str:
    """ "2016-08-11" of the first date in `text`; "" when there is none, or it cannot be."""
    match = FULL_DATE.search(text) or _PLAIN.search(text)
    if match is None:
        return ""
    year, month, day = (_number(match.group(name)) for name in ("year", "month", "day"))
    if not (1949 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31):
        return ""
    return f"{year:04d}-{month:02d}-{day:02d}"


def _number(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    if "十" not in text:
        return int("".join(str(_DIGIT.get(char, 0)) for char in text))
    tens, _, ones = text.partition("十")
    return (_DIGIT.get(tens, 1) if tens else 1) * 10 + (_DIGIT.get(ones, 0) if ones else 0)
