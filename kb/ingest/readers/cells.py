"""What a cell of a spreadsheet shows, after its number format."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from kb.ingest.readers.spacing import collapse

# Digits, thousands, decimals, per cent: the part of a format for positive numbers that says how they look.
_NUMBER = re.compile(r"[^0#%;]*?(?P<whole>[#,]*0)(?:\.(?P<decimals>0+))?(?P<percent>%?)[^0#%]*")
_GENERAL = 10  # significant digits that a cell without a format shows at most


def shown(value: object, number_format: str = "") -> str:
    """A cell as a person sees it: 0.856 as 0.0% is 85.6%, 2011.0 is 2011, a date has no midnight."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return _number(value, number_format)
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, datetime):
        return f"{_date(value, number_format)} {value:%H:%M}"
    if isinstance(value, date):
        return _date(value, number_format)
    if isinstance(value, time):
        return f"{value:%H:%M}" if value.second == 0 else f"{value:%H:%M:%S}"
    return collapse(str(value))


def _number(value: float, number_format: str) -> str:
    match = _NUMBER.fullmatch(re.sub(r'"[^"]*"|\\.|_.|\[[^\]]*\]', "", number_format.partition(";")[0]))
    if match is None:
        return str(value) if isinstance(value, int) else _general(value)
    grouped = "," if "," in match.group("whole") else ""
    percent = match.group("percent")
    decimals = len(match.group("decimals") or "")
    return f"{value * 100 if percent else value:{grouped}.{decimals}f}{percent}"


def _general(value: float) -> str:
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    short = f"{value:.{_GENERAL}g}"
    return f"{value:.12f}".rstrip("0") if "e-" in short and abs(value) > 1e-9 else short


def _date(value: date, number_format: str) -> str:
    """In Chinese where the format is, otherwise by ISO 8601."""
    if "年" not in number_format:
        return f"{value:%Y-%m-%d}"
    said = f"{value.year}年"
    said += f"{value.month}月" if "月" in number_format else ""
    return said + (f"{value.day}日" if "日" in number_format else "")
