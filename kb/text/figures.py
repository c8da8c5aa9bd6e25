"""Figures in Chinese official prose: money, people, counts, areas, lengths, shares, durations, dates.

600多万元 → 6 000 000.. CNY, "more than"; 400-800元不等 → 400..800 CNY, "between"; 近2亿元 → ..200 000 000
CNY, "less than"; 500多个驻区单位 → 500.. 个驻区单位. A missing bound is None. Dates count as yyyymmdd.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kb.text.numerals import Numeral, numerals
from kb.text.occasions import dates, frequencies
from kb.text.units import Unit, counted_after, counted_before, vocabulary
from kb.types import Figure, Flag

DAMAGE = "suspect_figure"  # the flag of a figure that a site corrupted

_GLUED_BEFORE = re.compile(r"[A-Za-z+×:：第/.*＊\-]$")
_GLUED_AFTER = re.compile(r"[+＋*＊×:][0-9N]")
_BETWEEN_TWO = re.compile(r"[ ]?(?:—{1,2}|－|-{1,2}|–|~|～|至|到)[ ]?")
_WHOLE_YEAR = ("为期", "历时", "聘期", "任期", "周期", "用时", "期限", "满", "不足", "不到", "超过", "近")
_WITHIN = re.compile(r"[之以]?内|[以之]前|一次")
_OTHER_WORD_AFTER = "功元方样种层数次家媒年"  # 多 and 余 before these belong to the next word: 多功能
_OPENING = ("“", "‘", "「", "『", "《", "〈", '"')
_MEETINGS = ("全会", "会议", "全体", "代表大会", "党代会", "人代会", "常委会")
_LARGE = re.compile(r"[万亿]$")


def figures(
    text: str, start: int = 0, end: int | None = None, flags: Sequence[Flag] = ()
) -> tuple[Figure, ...]:
    """The figures of `text[start:end]` in order; spans are offsets in `text` and do not overlap.

    `flags` are the document's; a figure that a suspect_figure flag touches carries it.
    """
    stop = len(text) if end is None else end
    found = list(dates(text, start, stop))
    found += [
        figure for figure in frequencies(text, start, stop) if not _taken(found, figure.start, figure.end)
    ]
    for numeral in numerals(text, start, stop):
        if _taken(found, numeral.start, numeral.end):
            continue
        figure = _measured(text, numeral, start, stop)
        if figure is not None and not _taken(found, figure.start, figure.end):
            found.append(figure)
    found.sort(key=lambda figure: figure.start)
    damage = [flag for flag in flags if flag.name == DAMAGE and flag.start < flag.end]
    return tuple(_flagged(figure, damage) for figure in _joined(text, found))


def sort_value(figure: Figure) -> float | None:
    """What a row may be sorted by: the known bound, or the middle of two; None for a damaged figure."""
    if figure.flags:
        return None
    bounds = [value for value in (figure.value_min, figure.value_max) if value is not None]
    return sum(bounds) / len(bounds) if bounds else None


def _taken(found: Sequence[Figure], start: int, end: int) -> bool:
    return any(figure.start < end and start < figure.end for figure in found)


def _measured(text: str, numeral: Numeral, start: int, stop: int) -> Figure | None:
    before, after = text[max(start, numeral.start - 1) : numeral.start], text[numeral.end : numeral.end + 2]
    if _GLUED_BEFORE.search(before) or _GLUED_AFTER.match(after):
        return None
    if numeral.share:
        share = Unit("", "share", "%", 1.0, "", False, False)
        return _figure(text, numeral, share, numeral.end, start, stop)
    match = vocabulary().unit_pattern.match(text, numeral.end, stop)
    while match:
        unit = vocabulary().units[match.group(1)]
        following = text[match.end() : min(stop, match.end() + 1)]
        if not (following and following in unit.not_before):
            counts = _counts(text, numeral, unit, match.end())
            return _figure(text, numeral, unit, match.end(), start, stop) if counts else None
        # A shorter word may still fit: 平方 when 平方公里 is cut off.
        match = vocabulary().unit_pattern.match(text, numeral.end, match.end() - 1)
    return _bare(text, numeral, start, stop)


def _counts(text: str, numeral: Numeral, unit: Unit, end: int) -> bool:
    """Whether a numeral with this unit is a figure and not part of a word or phrase."""
    before = text[max(0, numeral.start - 2) : numeral.start]
    if unit.quantity == "people" and before.endswith("前"):
        return False  # 前十名 is a rank
    if unit.word == "日" and not _WITHIN.match(text, end):
        return False  # 15日 is a day of the month, 15日内 a fortnight
    if numeral.arabic or numeral.approx:
        return True
    if unit.arabic_only or (unit.measure and before.endswith(_OPENING)):
        return False  # “两个维护” and “五个一工程” are names
    if unit.word == "次" and text.startswith(_MEETINGS, end):
        return False  # 五次全会 is the fifth
    if numeral.digits == "一":
        return unit.quantity == "duration" and before.endswith(_WHOLE_YEAR)
    return unit.quantity != "money" or len(numeral.digits) > 1


def _bare(text: str, numeral: Numeral, start: int, stop: int) -> Figure | None:
    """A large number without a unit: money in 资金200余万, people in 630余万低收入人口."""
    if not _LARGE.search(numeral.digits.rstrip("余多")):
        return None
    clause = re.split(r"[，。；、,;：]", text[max(start, numeral.start - 12) : numeral.start])[-1]
    following = text[numeral.end : min(stop, numeral.end + 1)]
    if not following or following in "，。；、,;）)” \n":
        money = any(word in clause for word in vocabulary().money_words)
        unit = Unit("", "money", "CNY", 1.0, "", False, False)
        return _figure(text, numeral, unit, numeral.end, start, stop) if money else None
    people = vocabulary().people_pattern.match(text, numeral.end, stop)
    unit = Unit("", "people", "person", 1.0, "", False, False)
    return _figure(text, numeral, unit, numeral.end, start, stop) if people else None


def _figure(text: str, numeral: Numeral, unit: Unit, end: int, start: int, stop: int) -> Figure:
    begin, degree = _degree_before(text, numeral, unit, start)
    end, degree_after = _degree_after(text, unit, end, stop)
    low, high, approx = _bounded(numeral, degree or degree_after)
    name, counted = unit.unit, ""
    if unit.measure or unit.quantity == "people":
        counted, head, end = _counted(text, unit, begin, end, start, stop)
        name = unit.unit + head if unit.quantity == "count" else unit.unit
    return Figure(
        unit.quantity,
        name,
        _scaled(low, unit),
        _scaled(high, unit),
        approx,
        text[begin:end],
        begin,
        end,
        (),
        counted,
    )


def _bounded(numeral: Numeral, degree: str) -> tuple[float | None, float | None, str]:
    """The numeral's own approximation wins over the word of degree beside it."""
    if numeral.approx or degree in ("", "between"):
        return numeral.low, numeral.high, numeral.approx
    low = None if degree == "less than" else numeral.low
    high = None if degree == "more than" else numeral.high
    return low, high, degree


def _counted(text: str, unit: Unit, begin: int, end: int, start: int, stop: int) -> tuple[str, str, int]:
    """What is counted, its head noun, and where the figure then ends."""
    phrase, head = counted_after(text, end, stop)
    if phrase:
        return phrase, head, end + len(phrase)
    noun = counted_before(text, start, begin)
    return noun, noun if len(unit.word) == 1 else "", end


def _degree_before(text: str, numeral: Numeral, unit: Unit, start: int) -> tuple[int, str]:
    """Where the figure begins and what the word before it says: 近、约、超过、至少."""
    words = vocabulary()
    window = text[max(start, numeral.start - 5) : numeral.start]
    match = words.before_pattern.search(window.rstrip(" "))
    if match is None or window.rstrip(" ").endswith(words.not_before):
        return numeral.start, ""
    word = match.group()
    if word in words.bare_only and numeral.digits[0] not in "百千万亿":
        return numeral.start, ""
    if word == "近" and unit.quantity == "duration":
        return numeral.start, ""  # 近三年 is the last three years, not almost three
    begin = numeral.start - len(window) + match.start()
    return begin, words.before[word]


def _degree_after(text: str, unit: Unit, end: int, stop: int) -> tuple[int, str]:
    match = vocabulary().after_pattern.match(text, end, stop)
    if match is None:
        return end, ""
    word = match.group(1)
    if word == "内" and unit.quantity != "duration":
        return end, ""
    if word in ("余", "多"):
        following = text[match.end() : min(stop, match.end() + 1)]
        if unit.quantity in ("count", "people") or (following and following in _OTHER_WORD_AFTER):
            return end, ""
    return match.end(), vocabulary().after[word]


def _scaled(value: float | None, unit: Unit) -> float | None:
    return None if value is None else round(value * unit.factor, 6)


def _joined(text: str, found: Sequence[Figure]) -> list[Figure]:
    """5%至8% and 3万元—5万元: two figures of one unit with a dash between them are one range."""
    joined: list[Figure] = []
    for figure in found:
        last = joined[-1] if joined else None
        if last and _is_range(text, last, figure):
            joined[-1] = replace(
                last,
                value_max=figure.value_max,
                approx="between",
                quote=text[last.start : figure.end],
                end=figure.end,
                counted=figure.counted,
            )
        else:
            joined.append(figure)
    return joined


def _is_range(text: str, first: Figure, second: Figure) -> bool:
    same = first.quantity == second.quantity != "date" and first.approx == "" and first.unit == second.unit
    if not same or first.value_min is None or second.value_max is None or first.value_min >= second.value_max:
        return False
    return bool(_BETWEEN_TWO.fullmatch(text[first.end : second.start]))


def _flagged(figure: Figure, damage: Sequence[Flag]) -> Figure:
    touching = tuple(flag for flag in damage if flag.touches(figure.start, figure.end))
    return replace(figure, flags=touching) if touching else figure
