"""Word's automatic numbers, which are kept outside the text, rebuilt from numbering.xml.

ECMA-376 part 1, 17.9: a paragraph's numPr names a list (num) and a level; the list points to an abstract
definition whose levels have a start value, a number format and a text such as "第%1条". Lists of one
abstract definition share their counters; a startOverride resets them where the list is first used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "〇一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_LEGAL = str.maketrans("〇一二三四五六七八九十百千", "零壹贰叁肆伍陆柒捌玖拾佰仟")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"


def chinese(number: int, zero: str = "零", ten: str = "十") -> str:
    """一、十一、二十、一百零三: the spelling that Word's chineseCounting formats give, up to 9999.

    `ten` is how 十一 begins: 一十一 in amounts and in Word's legal capitals.
    """
    if not 0 < number < 10_000:
        return str(number)
    out, gap = "", False
    digits = str(number)
    for index, digit in enumerate(digits):
        unit = _UNITS[len(digits) - 1 - index]
        if digit == "0":
            gap = bool(out)
            continue
        out += (zero if gap else "") + _DIGITS[int(digit)] + unit
        gap = False
    return ten + out[2:] if out.startswith("一十") else out


def _letters(number: int) -> str:
    """a..z, then aa, bb: Word repeats the letter."""
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if number > 0 else ""


def _roman(number: int) -> str:
    pairs = zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    )
    out = ""
    for value, letters in pairs:
        out += letters * (number // value)
        number %= value
    return out


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 1 <= number <= 20 else str(number)


def _digital(number: int) -> str:
    return "".join(_DIGITS[int(digit)] for digit in str(number))


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": lambda number: str(number).translate({48 + i: 0xFF10 + i for i in range(10)}),
    "decimalHalfWidth": str,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": lambda number: f"({number})",
    "decimalEnclosedFullstop": lambda number: f"{number}.",
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerRoman": _roman,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerLetter": _letters,
    "chineseCounting": lambda number: chinese(number, "〇" if number > 99 else "零"),
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "taiwaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "koreanCounting": chinese,
    "chineseLegalSimplified": lambda number: chinese(number, ten="一十").translate(_LEGAL),
    "ideographDigital": _digital,
    "japaneseDigitalTenThousand": _digital,
    "taiwaneseDigital": _digital,
    "ideographTraditional": lambda number: _STEMS[(number - 1) % 10],
    "ideographZodiac": lambda number: _BRANCHES[(number - 1) % 12],
    "ideographEnclosedCircle": lambda number: chr(0x3220 + number - 1) if 1 <= number <= 10 else str(number),
    "bullet": lambda _: "",
    "none": lambda _: "",
}


def formatted(number: int, style: str) -> str:
    """A number as one of Word's formats (w:numFmt) writes it; an unknown format writes digits."""
    return _FORMATS.get(style, str)(number)


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    restart: int | None = None  # the level (1-based) after which this one starts again; 0: never
    legal: bool = False
    style: str = ""  # the paragraph style tied to this level


@dataclass(slots=True)
class _List:
    abstract: str
    levels: dict[int, _Level]
    overrides: dict[int, int]  # level → start where this list is first used


@dataclass(slots=True)
class Numbering:
    """The lists of one document and their counters; labels must be asked for in reading order."""

    lists: dict[str, _List] = field(default_factory=dict)
    _counters: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)

    def level_of_style(self, number_id: str, style: str) -> int:
        """The level that the list ties to a paragraph style; 0 when it ties none."""
        found = self.lists.get(number_id)
        return (
            next((index for index, level in found.levels.items() if level.style == style), 0) if found else 0
        )

    def label(self, number_id: str, index: int) -> str:
        """The next label of a list at level `index` (0-based); "" for bullets and unknown lists."""
        found = self.lists.get(number_id)
        if found is None or index not in found.levels:
            return ""
        counters = self._counters.setdefault(found.abstract, {})
        if number_id not in self._begun:
            self._begun.add(number_id)
            counters.update({level: start - 1 for level, start in found.overrides.items()})
        level = found.levels[index]
        counters[index] = counters.get(index, level.start - 1) + 1
        for deeper in [key for key in counters if key > index]:
            restart = found.levels[deeper].restart if deeper in found.levels else None
            if restart is None or 0 < index + 1 <= restart:
                del counters[deeper]
        return _fill(found.levels, level, index, counters)


def _fill(levels: dict[int, _Level], level: _Level, index: int, counters: dict[int, int]) -> str:
    if level.format in ("bullet", "none"):
        return ""
    text = level.text
    for place in range(index + 1):
        shown = levels.get(place, _Level())
        number = counters.get(place, shown.start)
        style = "decimal" if level.legal else shown.format
        text = text.replace(f"%{place + 1}", formatted(number, style))
    return text.strip()


def read_numbering(root: etree._Element | None) -> Numbering:
    """The lists of a numbering part; none when the document has no such part."""
    if root is None:
        return Numbering()
    abstracts = {str(node.get(_W + "abstractNumId")): _levels(node) for node in root.iter(_W + "abstractNum")}
    by_style = {
        str(link.get(_W + "val")): str(node.get(_W + "abstractNumId"))
        for node in root.iter(_W + "abstractNum")
        if (link := node.find(_W + "styleLink")) is not None
    }
    for node in root.iter(_W + "abstractNum"):
        link = node.find(_W + "numStyleLink")
        if link is not None and link.get(_W + "val") in by_style:
            abstracts[str(node.get(_W + "abstractNumId"))] = abstracts[by_style[str(link.get(_W + "val"))]]
    lists = {}
    for node in root.iter(_W + "num"):
        abstract = _value(node, "abstractNumId")
        levels = dict(abstracts.get(abstract, {}))
        overrides: dict[int, int] = {}
        for override in node.iter(_W + "lvlOverride"):
            _override(override, levels, overrides)
        lists[str(node.get(_W + "numId"))] = _List(abstract, levels, overrides)
    return Numbering(lists)


def _override(node: etree._Element, levels: dict[int, _Level], overrides: dict[int, int]) -> None:
    index = int(node.get(_W + "ilvl") or 0)
    for level in node.iter(_W + "lvl"):
        levels[index] = _level(level)
    start = node.find(_W + "startOverride")
    if start is not None:
        overrides[index] = int(start.get(_W + "val") or 1)
        if index in levels:
            levels[index] = replace(levels[index], start=overrides[index])


def _levels(node: etree._Element) -> dict[int, _Level]:
    return {int(level.get(_W + "ilvl") or 0): _level(level) for level in node.findall(_W + "lvl")}


def _level(node: etree._Element) -> _Level:
    legal = node.find(_W + "isLgl")
    restart = _value(node, "lvlRestart")
    return _Level(
        start=int(_value(node, "start") or 1),
        format=_value(node, "numFmt") or "decimal",
        text=_value(node, "lvlText"),
        restart=int(restart) if restart else None,
        legal=legal is not None and legal.get(_W + "val") not in ("0", "false"),
        style=_value(node, "pStyle"),
    )


def _value(node: etree._Element, tag: str) -> str:
    found = node.find(_W + tag)
    return str(found.get(_W + "val") or "") if found is not None else ""
