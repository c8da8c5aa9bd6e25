"""Chinese and Arabic numerals in running text, read as values with their spans.

二百三十 → 230; 1.18万 → 11 800; 2400余万 → more than 24 000 000; 三分之一 and 百分之四十 → a share in
per cent; 400—800, 三至五 and 二三万 → a range. Words that stand outside the numeral (近、约、以上) and units
belong to `kb.text.figures`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Approx = Literal["", "more than", "less than", "about", "between"]

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬億兩", "一二三四五六七八九十百千万亿两")
_WIDE = str.maketrans("０１２３４５６７８９．，", "0123456789.,")

_ARABIC = (
    r"[0-9０-９]{1,3}(?:,[0-9０-９]{3})+(?![0-9０-９])(?:[.．][0-9０-９]+)?|[0-9０-９]+(?:[.．][0-9０-９]+)?"
)
_SIZE = r"[十百千]?[万亿萬億]亿?|[百千]"
_ONE = "〇零一二两三四五六七八九壹贰叁肆伍陆柒捌玖兩"
_CHINESE = rf"[{_ONE}十百千万亿拾佰仟萬億]+(?:点[{_ONE}]+)?"
_VALUE = (
    rf"(?:(?P<arabic#>{_ARABIC})[ \u3000]?(?P<arest#>[余多]?(?:{_SIZE})(?:(?:{_ARABIC})(?:{_SIZE}))*)?"
    rf"|(?P<some#>[数几])(?P<base#>[十百千万亿]+)"
    rf"|(?P<chinese#>{_CHINESE})(?P<few#>几)?(?P<crest#>[余多](?:{_SIZE}))?)(?P<over#>[余多来])?"
)
_DASH = r"[ \u3000]?(?:—{1,2}|－{1,2}|-{1,2}|–|~|～|∼|至|到)[ \u3000]?"
_NUMERAL = re.compile(
    rf"(?:(?P<whole>百|千|万|{_ARABIC}|[{_ONE}十]+)分之)?"
    + _VALUE.replace("#", "0")
    + f"(?:{_DASH}{_VALUE.replace('#', '1')})?"
)
_FRACTION = re.compile(r"(?<=[\u4e00-\u9fff])(?<![期日月于])([1-9])/(10|[2-8])(?![0-9/])")  # 占全国1/4
_PLAN = re.compile(r"十[二三四五六]五$")  # 十四五: a five-year plan, not 14 or 15
_BARE_BEFORE = tuple("近超过逾上达满破")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A numeral at [start, end) of the text. A share is in per cent; a missing bound is open."""

    start: int
    end: int
    low: float | None
    high: float | None
    approx: Approx
    share: bool = False
    arabic: bool = False  # written with Arabic digits
    digits: str = ""  # the characters read


def parse_number(text: str) -> float | None:
    """The value of one exact numeral (二百三十, 1.18万, 2,400, 二〇二五); None if it is not one."""
    plain = text.translate(_WIDE).translate(_FORMAL).replace(" ", "").replace("\u3000", "").replace(",", "")
    if not plain:
        return None
    if plain[0] in "0123456789":
        return _arabic(plain)
    whole, _, fraction = plain.partition("点")
    if fraction:
        value = _chinese(whole)
        places = "".join(str(_DIGITS[c]) for c in fraction if c in _DIGITS)
        return None if value is None or len(places) != len(fraction) else float(f"{value}.{places}")
    result = _chinese(plain)
    return None if result is None else float(result)


def numerals(text: str, start: int = 0, end: int | None = None) -> Iterator[Numeral]:
    """The numerals of `text[start:end]` in order; spans do not overlap."""
    stop = len(text) if end is None else end
    position = start
    while match := _NUMERAL.search(text, position, stop):
        if fraction := _FRACTION.match(text, match.start(), stop):
            share = round(100.0 * int(fraction[1]) / int(fraction[2]), 10)
            yield Numeral(*fraction.span(), share, share, "", True, True, fraction.group())
            position = fraction.end()
            continue
        found = _numeral(text, match)
        position = max(found.end if found else match.end(), position + 1)
        if found:
            yield found


def _numeral(text: str, match: re.Match[str]) -> Numeral | None:
    first = _bounds(match, "0", text[max(0, match.start() - 1) : match.start()])
    if first is None:
        return None
    low, high, approx = first
    end = _end_of(match, "0")
    second = _bounds(match, "1", "至") if match.end() > end else None
    if second is not None and second[2] in ("", "more than") and approx == "" and low is not None:
        upper = second[1] if second[1] is not None else second[0]
        lower = _inherit(match, low, upper)
        if upper is not None and lower < upper:
            low, high, approx, end = lower, upper, "between", match.end()
    share = match["whole"] is not None
    if share:
        whole = parse_number(match["whole"]) or _SMALL.get(match["whole"]) or _LARGE.get(match["whole"])
        if not whole:
            return None
        scale = 100.0 / whole
        low, high = _times(low, scale), _times(high, scale)
    begin = match.start()
    return Numeral(begin, end, low, high, approx, share, bool(match["arabic0"]), text[begin:end])


def _bounds(match: re.Match[str], i: str, before: str) -> tuple[float | None, float | None, Approx] | None:
    """Bounds of one side of a (possible) range."""
    if some := match[f"base{i}"]:
        unit = parse_number("一" + some) if some[0] != "十" else parse_number(some)
        return None if unit is None else (2 * unit, 9 * unit, "between")
    over = match[f"over{i}"]
    if digits := match[f"arabic{i}"]:
        rest = match[f"arest{i}"] or ""
        value = parse_number(digits + rest.lstrip("余多"))
        return _approximate(value, over, bool(rest) and rest[0] in "余多")
    words = match[f"chinese{i}"]
    if words is None:
        return None
    words = words.translate(_FORMAL)
    if match["whole"] and words == "百":
        return 100.0, 100.0, ""
    if _PLAN.search(words) and not match[f"over{i}"]:
        return None
    if pair := _neighbours(words + (match[f"crest{i}"] or "").lstrip("余多")):
        return (*pair, "between")
    value = _chinese_value(words, match, i, before)
    if value is not None and match[f"few{i}"]:
        return value + 1, value + 9, "between"
    return _approximate(value, over, bool(match[f"crest{i}"]))


def _chinese_value(words: str, match: re.Match[str], i: str, before: str) -> float | None:
    rest = (match[f"crest{i}"] or "").lstrip("余多")
    if words[0] in "百千万亿":
        # 百 alone is a number only with a word of degree beside it: 百余、近千、上万.
        if not (match[f"over{i}"] or match[f"crest{i}"] or before.endswith(_BARE_BEFORE)):
            return None
        words = "一" + words
    return parse_number(words + rest)


def _approximate(
    value: float | None, over: str | None, inner: bool
) -> tuple[float | None, float | None, Approx] | None:
    if value is None:
        return None
    if over == "来":
        return value, value, "about"
    return (value, None, "more than") if over or inner else (value, value, "")


def _inherit(match: re.Match[str], low: float, high: float | None) -> float:
    """3-5万 is 30 000 to 50 000: the first number takes the second's size when it has none of its own."""
    first = (match["arabic0"] or match["chinese0"] or "") + (match["arest0"] or "")
    size = re.search(
        r"[十百千]?[万亿]亿?$", (match["arabic1"] or match["chinese1"] or "") + (match["arest1"] or "")
    )
    if high is None or size is None or re.search(r"[万亿]", first):
        return low
    unit = parse_number("一" + size.group() if size.group()[0] != "十" else size.group()) or 1.0
    return low * unit if low * unit < high else low


def _end_of(match: re.Match[str], i: str) -> int:
    names = ("arabic", "arest", "base", "chinese", "few", "crest", "over")
    return max(match.end(f"{name}{i}") for name in names)


def _times(value: float | None, scale: float) -> float | None:
    return None if value is None else round(value * scale, 10)


def _arabic(plain: str) -> float | None:
    total = Decimal(0)
    last = 10**17
    for digits, size in re.findall(r"([0-9.]+)([十百千万亿]*)", plain):
        unit = 1
        for c in size:
            unit *= _SMALL.get(c) or _LARGE.get(c, 1)
        if unit >= last:
            return None
        total, last = total + Decimal(digits) * unit, unit
    return float(total)


def _chinese(plain: str) -> int | None:
    """The integer that Chinese characters write, or None when they break the order of a numeral."""
    if len(plain) > 1 and all(c in _DIGITS for c in plain):
        # A run of digits is read one by one only as a year or a code: 二〇二五.
        return int("".join(str(_DIGITS[c]) for c in plain)) if len(plain) >= 4 else None
    total = section = 0
    digit: int | None = None
    unit, zero = 10**12, False
    for c in plain:
        if c in _DIGITS:
            if digit not in (None, 0):
                return None
            digit, zero = _DIGITS[c], zero or _DIGITS[c] == 0
        elif c in _SMALL:
            if (digit is None and c != "十") or _SMALL[c] >= unit:
                return None
            unit = _SMALL[c]
            section, digit, zero = section + (1 if digit is None else digit or 1) * unit, None, False
        elif c in _LARGE:
            whole = section + (digit or 0)
            if not whole and not total:
                return None
            if _LARGE[c] == 10**8:
                total, section = (total + whole) * 10**8, 0
            else:
                total, section = total + whole * 10**4, 0
            digit, unit, zero = None, _LARGE[c], False
        else:
            return None
    tail = digit or 0
    # 一万二 and 两千三 leave out the last unit.
    return total + section + (tail * unit // 10 if tail and not zero and 100 <= unit < 10**12 else tail)


def _neighbours(words: str) -> tuple[float, float] | None:
    """二三万, 七八十, 十七八, 三五: two neighbouring digits are a range."""
    match = re.fullmatch(
        r"([一二两三四五六七八九]?十)?([一二两三四五六七八九])([二三四五六七八九])([十百千万亿]*)", words
    )
    if match is None:
        return None
    tens, a, b, size = match.groups()
    if _DIGITS[b] - _DIGITS[a] != 1 and (a, b) != ("三", "五"):
        return None
    low, high = parse_number((tens or "") + a + size), parse_number((tens or "") + b + size)
    return None if low is None or high is None else (low, high)
