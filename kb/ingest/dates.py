"""When a document was issued: signed, adopted or published; never when a site received it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

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
_ROWS = (
    re.compile(r"(?:成文日期|发文日期|签发日期|印发日期)\s*[：:]?\s*(?:\| *)?(?P<value>[^|]{6,20})"),
    re.compile(r"(?:发布日期|公布日期|颁布日期|发布时间)\s*[：:]?\s*(?:\| *)?(?P<value>[^|]{6,20})"),
)
_UPLOADED = re.compile(r"(?:上传|分享|收藏|入库)(?:时间|日期|于)\s*[：:]?\s*(?:\| *)?(?P<value>[^|]{6,20})")
_PASSED = re.compile(r"(?:通过|批准|公布|发布|颁布|修正|修订|施行)")
_ALONE = re.compile(r"[（(]?[^。；;，,]{0,30}[）)]?")
_SPOKEN = re.compile(r"[-—（(]*\s*(?:在|于)?[^，。]{0,40}(?:会议|大会)上")
_NUMBER_YEAR = re.compile(r"[〔\[（(﹝【]\s*((?:19|20)\d{2})\s*[〕\]）)﹞】]")
_REPORT = re.compile(r"^(?P<year>(?:19|20)\d{2})年.{0,12}政府工作报告$")
_HEAD = 14  # lines in which an adoption or the place of a speech is told
_LONG = 300  # characters of a line that tells of a meeting
_SHORT = 80  # characters of such a line


def find_issued(
    title: str, lines: Sequence[str], furniture: Sequence[str], posted: str, number: str
) -> Fact | None:
    """The date of issue and its evidence; None when the document does not say it.

    `posted` is the date that a press or government page gives, "" for a document-sharing site, whose
    upload date says nothing. A number such as 京政发〔2016〕43号 gives at least the year.
    """
    for pattern in _ROWS[:1]:
        for line in (*lines[:12], *furniture):
            if (match := pattern.search(line)) and (value := _iso(match.group("value"))):
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
    if report := _REPORT.search(title):
        return Fact("issued", report.group("year"), 0.6, title)
    return None


def stated_dates(
    lines: Sequence[str], furniture: Sequence[str], posted: str, copied: bool
) -> tuple[Fact, ...]:
    """The dates that the file states, kept apart: `signed` (成文), `published` (发布) and `uploaded`.

    `posted` is the date that the page gives; on a `copied` page it says when the copy was put there.
    """
    rows = (*lines[:_HEAD], *furniture)
    signed = _row("signed", _ROWS[0], rows) or _renamed("signed", _signed(lines))
    page = Fact("", iso, 0.7, posted) if posted and (iso := _iso(posted)) else None
    published = _row("published", _ROWS[1], lines[:_HEAD] if copied else rows)
    uploaded = _row("uploaded", _UPLOADED, rows)
    if copied:
        uploaded = uploaded or _renamed("uploaded", page)
    else:
        published = published or _renamed("published", page)
    return tuple(fact for fact in (signed, published, uploaded) if fact is not None)


def _row(field: str, pattern: re.Pattern[str], lines: Sequence[str]) -> Fact | None:
    """The date behind a label such as 成文日期."""
    for line in lines:
        if (match := pattern.search(line)) and (value := _iso(match.group("value"))):
            return Fact(field, value, 0.9, line.strip()[:120])
    return None


def _renamed(field: str, fact: Fact | None) -> Fact | None:
    return None if fact is None else replace(fact, field=field)


def _page_date(lines: Sequence[str]) -> Fact | None:
    for line in lines[:12]:
        if (match := _ROWS[1].search(line)) and (value := _iso(match.group("value"))):
            return Fact("issued", value, 0.8, line.strip()[:120])
    return None


def _adopted(lines: Sequence[str]) -> Fact | None:
    """ "2019年11月29日 …会议批准" in the head: the latest of such dates."""
    dates = []
    for line in statements(lines[:_HEAD]):
        if not _PASSED.search(line) or re.search(r"[自从].{0,20}起施行", line):
            continue
        told = len(line) <= _LONG and ("会议" in line or len(line) <= _SHORT)
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
            and _SPOKEN.match(line[match.end() :])
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
        if (
            behind in ("", "印发", "发布", "起施行")
            and "起施行" not in line
            and (value := _iso(match.group()))
        ):
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
