"""Outline labels of official Chinese documents: 第一章 一、（一）1.（1）① 第三条."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CN = "一二三四五六七八九十百零〇"
_UNITS = "万亿元米倍个人户岁度吨亩千百公平分年月日小天"
_SPACE = r"[ \u3000]*"

# Kinds in the order of GB/T 9704 and of statutes, outermost first; the number is the rank.
_KINDS: tuple[tuple[str, float, str], ...] = (
    ("part", 0, rf"第[{_CN}\d]{{1,4}}{_SPACE}(?:编|篇|部分)(?=[ \u3000：:]|[^ \u3000，。、的]{{2,30}}$|$)"),
    ("chapter", 1, rf"第[{_CN}\d]{{1,4}}{_SPACE}章(?![程的中])"),
    ("section", 2, rf"第[{_CN}\d]{{1,4}}{_SPACE}节(?![课的])"),
    ("article", 3, rf"第[{_CN}\d]{{1,5}}{_SPACE}条(?:之[{_CN}]{{1,2}})?(?![款件例的规至、，和或第及])"),
    ("cn", 4, rf"[{_CN}]{{1,3}}{_SPACE}[、．.]"),
    ("cn_par", 5, rf"[（(〔]{_SPACE}[{_CN}]{{1,3}}{_SPACE}[）)〕][、.．]?"),
    ("num", 6, r"\d{1,2}(?:[、．]|\.(?!\d))"),
    ("multi", 7, rf"\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}(?![\d%％.])[、．.]?(?=[ \u4e00-\u9fff])(?! ?[{_UNITS}])"),
    ("num_par", 8, r"[（(]\d{1,2}[）)][、.．]?|\d{1,2}[）)](?!、)"),
    ("circled", 9, r"[①-⑳㈠-㈩]"),
)
_LABEL = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, _, pattern in _KINDS))
_RANKS = {kind: rank for kind, rank, _ in _KINDS}
_VALUES = {char: index for index, char in enumerate("零一二三四五六七八九")} | {"〇": 0}


@dataclass(frozen=True, slots=True)
class Label:
    """A label at the start of a line: its characters, its kind, its rank (outermost 0) and its number."""

    text: str
    kind: str
    rank: float
    number: int


def find_label(line: str) -> Label | None:
    """The label that `line` starts with, or None."""
    match = _LABEL.match(line)
    if match is None or match.lastgroup is None:
        return None
    kind = match.lastgroup
    return Label(match.group(), kind, _RANKS[kind], _number(match.group()))


def label_of(line: str) -> str | None:
    """The characters of the label that `line` starts with, or None."""
    found = find_label(line)
    return found.text if found else None


def _number(label: str) -> int:
    """The number a label carries; of 3.2 the last one; 0 when there is none."""
    if digits := re.findall(r"\d+", label):
        return int(digits[-1])
    if "①" <= label[0] <= "⑳":
        return ord(label[0]) - ord("①") + 1
    return chinese_number("".join(char for char in label if char in _CN))


def chinese_number(text: str) -> int:
    """The value of a Chinese numeral below one thousand; 0 for none."""
    total, current = 0, 0
    for char in text:
        if char in "十百":
            total += (current or 1) * (10 if char == "十" else 100)
            current = 0
        else:
            current = _VALUES.get(char, 0)
    return total + current
