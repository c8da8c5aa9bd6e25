"""Paragraph and character styles of a Word document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from kb.ingest.readers.word_text import W

_OFF = ("0", "false", "off")


@dataclass(slots=True)
class Style:
    """What a paragraph style states itself."""

    based_on: str = ""
    outline: int | None = None  # 0-based
    number_id: str = ""
    level: int | None = None
    toc: bool = False
    hidden: bool | None = None


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles by their ids, and that of paragraphs that name none."""

    styles: Mapping[str, Style]
    default: str

    def chain(self, style_id: str) -> Iterator[tuple[str, Style]]:
        """A style and those that it is based on, nearest first."""
        seen: set[str] = set()
        current = style_id or self.default
        while current in self.styles and current not in seen:
            seen.add(current)
            yield current, self.styles[current]
            current = self.styles[current].based_on

    def hides(self, style_id: str) -> bool:
        """Whether text in the style is hidden."""
        stated = (style.hidden for _, style in self.chain(style_id) if style.hidden is not None)
        return next(stated, False)

    def hidden(self) -> frozenset[str]:
        """The ids of styles whose text is hidden."""
        return frozenset(name for name in self.styles if self.hides(name))


def read_styles(root: etree._Element) -> Styles:
    """The styles in styles.xml."""
    styles: dict[str, Style] = {}
    default = ""
    for node in root.iter(W + "style"):
        if node.get(W + "type") in ("paragraph", "character"):
            styles[str(node.get(W + "styleId"))] = _style(node)
        if node.get(W + "type") == "paragraph" and node.get(W + "default") in ("1", "true"):
            default = str(node.get(W + "styleId"))
    return Styles(styles, default)


def _style(node: etree._Element) -> Style:
    style = Style(based_on=value(node, "basedOn"))
    called = value(node, "name").lower()
    style.toc = bool(re.match(r"toc\b|toc \d|目录", called))
    if called in ("title", "标题"):
        style.outline = 0
    properties = node.find(W + "pPr")
    if properties is not None:
        style.outline, style.number_id, style.level = paragraph_facts(properties, style.outline)
    vanish = node.find(f"{W}rPr/{W}vanish")
    style.hidden = None if vanish is None else vanish.get(W + "val") not in _OFF
    return style


def paragraph_facts(properties: etree._Element, outline: int | None) -> tuple[int | None, str, int | None]:
    """Outline level, list and list level that a pPr states itself."""
    level = value(properties, "outlineLvl")
    numbers = properties.find(W + "numPr")
    if numbers is None:
        return (int(level) if level else outline), "", None
    index = value(numbers, "ilvl")
    return (int(level) if level else outline), value(numbers, "numId"), int(index) if index else None


def value(node: etree._Element, tag: str) -> str:
    """The w:val of a child, "" where there is none."""
    found = node.find(W + tag)
    return str(found.get(W + "val") or "") if found is not None else ""
