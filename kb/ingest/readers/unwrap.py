"""Paragraphs from lines that were wrapped to a width."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.ingest.labels import label_of

_ENDS = re.compile(r"[。！？!?：:；;…][”’」』）)】》\"']*$")
_STOPS = re.compile(r"[。！？!?][”’」』）)】》\"']*$")
# Digits on both sides of a wrap, among Chinese words: one figure, which no one writes beside another.
_FIGURE_CUT = re.compile(r"[\u4e00-\u9fff（，、][\d.,]*\d\n\d[\d.,]*[%％\u4e00-\u9fff）]")
_CALLS_FOR_MORE = re.compile(
    r"[，,、]$|(?<=[\u4e00-\u9fff]{8})(?:达到?|[高低增减升降少长]到|[加]至|以及|[的和与及或])$"
)
_CLAUSE = re.compile(r"[，。；]")
_OPEN = re.compile(r"[\u4e00-\u9fff0-9》]$")
_ARTICLE = re.compile(r"第[一二三四五六七八九十百零〇]+条")
_SPACED_ARTICLE = re.compile(r"[ \u3000]*第[一二三四五六七八九十百零〇]+条[ \u3000]")
_MOST_SPACED = 2  # articles with a space behind their label, after which one without is a reference
_PROSE = 25  # characters of a line that may have been cut inside a sentence
_PARAGRAPH = 2000  # characters of a paragraph that is put together from lines
_AROUND = 14  # characters on each side of a wrap that show a figure
_INDENT = 1.2  # character widths that begin a paragraph
_HANGS = 8.0  # a deeper indent is a centred or right-aligned line
_REMNANT = 2  # characters of a centred line that can only be the end of the one before


@dataclass(frozen=True, slots=True)
class WrappedLine:
    """A line with its indent in character widths, and whether it reaches the right margin."""

    text: str
    indent: float
    full: bool


def paragraphs(lines: Sequence[WrappedLine]) -> Iterator[tuple[str, int]]:
    """The text of each paragraph with the index of its first line.

    A line goes on in the next one when it reaches the right margin, does not close a sentence right there,
    and the next line neither is indented nor starts with an outline label.
    """
    start, text = 0, ""
    for index, line in enumerate(lines):
        if index and not _continues(lines[index - 1], line):
            yield text, start
            start, text = index, ""
        text = _joined(text, line.text)
    if lines:
        yield text, start


def sewn(lines: Sequence[str]) -> Iterator[str]:
    """Lines of a text without a width, those put together that a hard line end cut inside a sentence.

    A line goes on when it ends in a comma or in a word that calls for more (达到, 和, 的), or when it is
    prose that stops without a mark and the next line ends its sentence. An empty line, an indent and a label
    end a paragraph.
    """
    spaced = sum(1 for line in lines if _SPACED_ARTICLE.match(line)) >= _MOST_SPACED
    text = ""
    for line in lines:
        if text and _goes_on(text, line, spaced):
            text = _joined(text.rstrip(), line.strip())
            continue
        yield text
        text = line
    yield text


def _goes_on(text: str, line: str, spaced: bool) -> bool:
    bare, following = text.strip(), line.strip()
    if not following or line[:1].isspace() or len(bare) > _PARAGRAPH:
        return False
    label = label_of(following)
    reference = spaced and _ARTICLE.match(following) is not None and not _SPACED_ARTICLE.match(following)
    if label is not None and not reference and not re.match(r"\d+\.\d", following):
        return False
    if _CALLS_FOR_MORE.search(bare):
        return True
    if len(bare) < _PROSE or not _CLAUSE.search(bare) or not _OPEN.search(bare):
        return False
    return bool(_STOPS.search(following) or (len(following) >= _PROSE and _OPEN.search(following)))


def _continues(line: WrappedLine, following: WrappedLine) -> bool:
    if len(following.text) <= _REMNANT and following.indent > _HANGS:
        return not _ENDS.search(line.text) and label_of(following.text) is None and following.text.isalpha()
    if not line.full or line.indent > _HANGS:
        return False
    if following.indent > _INDENT:
        return False
    if label_of(following.text) is not None:
        return not _ENDS.search(line.text) and line.indent <= _INDENT and not _short_list(following.text)
    return not (_STOPS.search(line.text) and following.indent > 0.5)


def _short_list(text: str) -> bool:
    """Whether a line that starts with a label is a paragraph of its own rather than a wrapped decimal."""
    label = label_of(text)
    return label is not None and not re.match(r"\d", label)


def _joined(left: str, right: str) -> str:
    """Latin words keep a space where the line was wrapped, Chinese ones and figures do not."""
    if _FIGURE_CUT.search(f"{left[-_AROUND:]}\n{right[:_AROUND]}"):
        return left + right
    if (
        left
        and right
        and left[-1].isascii()
        and right[0].isascii()
        and left[-1].isalnum()
        and right[0].isalnum()
    ):
        return f"{left} {right}"
    return left + right
