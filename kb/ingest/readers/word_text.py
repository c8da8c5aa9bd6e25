"""What stands in a paragraph of a Word document: its words as printed, and what hangs on them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from kb.ingest.readers.symbols import in_font, symbol
from kb.ingest.readers.word_math import M, linear

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_DATA = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"
# Deleted text, properties, and the small letters that say how a character is read.
_GONE = frozenset(
    W + name for name in ("del", "moveFrom", "pPr", "rPr", "sdtPr", "tblPr", "trPr", "tcPr", "rt", "rubyPr")
)
_BREAKS = {W + "tab": " ", W + "ptab": " ", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-"}
_OFF = ("0", "false", "off")
_CONTENTS = re.compile(r"\s*TOC\b")
_ENTRY = 120  # characters of a line in a table of contents


@dataclass(slots=True)
class Inline:
    """The words of a paragraph; text that is hidden; boxes and diagrams that are anchored in it."""

    shown: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    diagrams: list[str] = field(default_factory=list)  # relations to their data
    contents: bool = False  # inside a table of contents

    @property
    def text(self) -> str:
        """The words that are printed, lines apart by line ends."""
        return "".join(self.shown)

    def _holds(self) -> bool:
        return bool(self.text.strip() or self.boxes or self.diagrams)

    def _take(self, other: Inline) -> None:
        self.shown += other.shown
        self.hidden += other.hidden
        self.boxes += other.boxes
        self.diagrams += other.diagrams


@dataclass(slots=True)
class _Field:
    instruction: str = ""
    told: bool = True  # its instruction is being told, its result has not begun


@dataclass(slots=True)
class WordText:
    """Reads paragraphs in document order: a field (ECMA-376 part 1, 17.16) may go over several of them."""

    hidden_styles: frozenset[str] = frozenset()
    fields: list[_Field] = field(default_factory=list)

    def read(self, paragraphs: Iterable[etree._Element], hidden: bool = False) -> Inline:
        """What paragraphs hold that are one when changes are accepted; `hidden`: their style hides them."""
        inline = Inline()
        for node in paragraphs:
            inline.contents = inline.contents or self._in_contents()
            self._walk(node, inline, hidden)
            inline.contents = inline.contents or self._in_contents()
        # An instruction ends with its paragraph even where its end was deleted or lost.
        self.fields = [item for item in self.fields if not item.told]
        inline.contents = inline.contents and len(inline.text) <= _ENTRY
        return inline

    def _in_contents(self) -> bool:
        return any(_CONTENTS.match(item.instruction) for item in self.fields)

    def _walk(self, node: etree._Element, into: Inline, hidden: bool) -> None:
        font = ""
        if node.tag == W + "r" and (properties := node.find(W + "rPr")) is not None:
            hidden = self._hides(properties, hidden)
            font = _font(properties)
        for child in node:
            self._take(child, into, hidden, font)

    def _take(self, node: etree._Element, into: Inline, hidden: bool, font: str) -> None:
        tag = node.tag
        if not isinstance(tag, str) or tag in _GONE:
            return
        if tag == W + "txbxContent":
            into.boxes.append(node)
        elif tag == _DIAGRAM:
            into.diagrams.append(node.get(_DATA) or "")
        elif tag == MC + "AlternateContent":
            self._choose(node, into, hidden)
        elif tag in (W + "fldChar", W + "instrText"):
            self._field(node)
        elif tag == W + "sdt" and node.find(f"{W}sdtPr/{W}showingPlcHdr") is not None:
            self._walk(node, into, True)
        elif words := _words(node, font):
            if not any(item.told for item in self.fields):
                (into.hidden if hidden else into.shown).append(words)
        elif tag != W + "t":
            self._walk(node, into, hidden)

    def _choose(self, node: etree._Element, into: Inline, hidden: bool) -> None:
        """The first of several forms of one thing that holds something: each is meant to stand alone."""
        for branch in node:
            form = Inline()
            self._walk(branch, form, hidden)
            if form._holds():
                into._take(form)
                return

    def _field(self, node: etree._Element) -> None:
        kind = node.get(W + "fldCharType")
        if node.tag == W + "instrText":
            if self.fields:
                self.fields[-1].instruction += node.text or ""
        elif kind == "begin":
            self.fields.append(_Field())
        elif self.fields and kind == "separate":
            self.fields[-1].told = False
        elif self.fields and kind == "end":
            self.fields.pop()

    def _hides(self, properties: etree._Element, inherited: bool) -> bool:
        own = properties.find(W + "vanish")
        if own is not None:
            return own.get(W + "val") not in _OFF
        style = properties.find(W + "rStyle")
        return inherited or (style is not None and style.get(W + "val") in self.hidden_styles)


def is_gone(properties: etree._Element | None) -> bool:
    """Whether a paragraph's end is deleted or moved away, so that the next paragraph goes on in its line."""
    marks = None if properties is None else properties.find(W + "rPr")
    return marks is not None and (marks.find(W + "del") is not None or marks.find(W + "moveFrom") is not None)


def _words(node: etree._Element, font: str) -> str:
    tag = str(node.tag)
    if tag == W + "t":
        return in_font(node.text or "", font) if font else node.text or ""
    if tag == W + "sym":
        return symbol(node.get(W + "font") or "", node.get(W + "char") or "")
    return linear(node) if tag == M + "oMath" else _BREAKS.get(tag, "")


def _font(properties: etree._Element) -> str:
    fonts = properties.find(W + "rFonts")
    return "" if fonts is None else str(fonts.get(W + "ascii") or fonts.get(W + "hAnsi") or "")
