"""Headings and sections of one article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.ingest.labels import find_label
from kb.ingest.rules import Pattern
from kb.resources import load_rules
from kb.types import Block, Section

_HEADING = 50  # characters of a labelled heading
_PLAIN = 30  # characters of a heading without a label
_BODY = 25  # characters of a line that a heading without a label may stand over
_STOP = re.compile(r"[。！？!?]")
_NOT_END = tuple("；;，,、。！？!?：:…—")
_ORDINAL_RANK = 5.5
_ARTICLE_RANK = 3
_ITEM_RANK = 5  # （一） and deeper
_LISTED_RANK = 6  # labels from here on often number the items of a list


class _Rules(BaseModel):
    """kb/data/outline.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ordinal: Pattern
    not_plain: tuple[Pattern, ...]


@cache
def _rules() -> _Rules:
    return load_rules("outline.toml", _Rules)


def _not_plain(line: str) -> bool:
    """Whether a short line is something else than a heading without a label."""
    return any(re.search(pattern, line) for pattern in _rules().not_plain)


@dataclass(frozen=True, slots=True)
class Outlined:
    """The text of an article, its sections (they tile the text) and the page of each line."""

    text: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class _Heading:
    """The line `line` opens a section; `name` is what the path shows."""

    line: int
    rank: float
    name: str


def outline(blocks: Sequence[Block]) -> Outlined:
    """Lines joined by newlines, with the sections that their headings open.

    A heading is a line with a style that says so or with an outline label and a short title; an article
    (第三条) opens a section under its number although its text goes on in the same line. A heading over
    nothing is an item of a list and stays in the body.
    """
    lines = [block.text for block in blocks]
    headings = _unanimous(_with_body(_unanimous(_labelled(blocks), lines), lines), lines)
    if not any(heading.rank < _ARTICLE_RANK + 3 for heading in headings):
        headings = sorted([*headings, *_plain(lines, headings)], key=lambda heading: heading.line)
    starts = _starts(lines)
    text = "\n".join(lines)
    return Outlined(text, tuple(_sections(blocks, headings, starts, len(text))))


def _starts(lines: Sequence[str]) -> list[int]:
    starts, offset = [], 0
    for line in lines:
        starts.append(offset)
        offset += len(line) + 1
    return starts


def _labelled(blocks: Sequence[Block]) -> list[_Heading]:
    """Headings by label or by the format's own level."""
    found: list[_Heading] = []
    style_rank: dict[int, float] = {}
    in_article = False  # what an article of a statute counts up are its items, not headings
    for index, block in enumerate(blocks):
        label = find_label(block.text)
        if label and " | " not in block.text and not (in_article and label.rank >= _ITEM_RANK):
            name = _name(block.text, label.text, label.kind)
            if name:
                found.append(_Heading(index, label.rank, name))
                in_article = label.kind == "article"
                if block.level:
                    style_rank.setdefault(block.level, label.rank)
                continue
        if re.fullmatch(_rules().ordinal, block.text) and " | " not in block.text:
            found.append(_Heading(index, _ORDINAL_RANK, block.text))
            continue
        if block.level and index and len(block.text) <= _HEADING and not _STOP.search(block.text):
            found.append(_Heading(index, _rank(block.level, style_rank), block.text))
    return found


def _rank(level: int, known: dict[int, float]) -> float:
    """The rank of an unlabelled style level, beside the labels seen at the same or a higher level."""
    if level in known:
        return known[level]
    above = [rank + 0.25 * (level - other) for other, rank in known.items() if other < level]
    return max(above) if above else level - 1.5


def _name(text: str, label: str, kind: str) -> str:
    """What the path shows for a labelled line; "" when the line is no heading."""
    if kind == "article":
        return re.sub(r"\s", "", label)
    rest = text[len(label) :].strip()
    if not rest:
        return text if kind in ("part", "chapter", "section") else ""
    stop = _STOP.search(rest)
    if stop is None:
        return text if len(rest) <= _HEADING and not rest.endswith(tuple("；;，,、")) else ""
    if stop.end() < len(rest) or len(rest) > 42:
        return ""
    return text.rstrip("。 ")


def _unanimous(headings: Sequence[_Heading], lines: Sequence[str]) -> list[_Heading]:
    """Without labels like 1. whose neighbours of the same kind are items of a list rather than headings."""
    opened = {heading.line for heading in headings}
    ranks = {heading.line: heading.rank for heading in headings}
    kept: list[_Heading] = []
    for heading in headings:
        if heading.rank < _LISTED_RANK or heading.line not in opened:
            kept.append(heading)
            continue
        items = [index for index in _siblings(heading, lines, ranks) if index != heading.line]
        if sum(1 for index in items if index in opened) * 2 >= len(items):
            kept.append(heading)
    return kept


def _siblings(heading: _Heading, lines: Sequence[str], ranks: dict[int, float]) -> list[int]:
    """Lines with a label of the same kind under the same parent, the heading's own included."""
    label = find_label(lines[heading.line])
    if label is None:
        return [heading.line]
    found = [heading.line]
    for step in (-1, 1):
        index = heading.line + step
        while 0 <= index < len(lines) and ranks.get(index, label.rank) >= label.rank:
            other = find_label(lines[index])
            if other and other.kind == label.kind:
                found.append(index)
                if other.number == 1 and step < 0:
                    break
            index += step
    return found


def _with_body(headings: Sequence[_Heading], lines: Sequence[str]) -> list[_Heading]:
    """Headings that stand over something: text, or a deeper heading."""
    kept: list[_Heading] = []
    for index in range(len(headings) - 1, -1, -1):
        heading = headings[index]
        following = next(iter(kept), None)
        end = following.line if following else len(lines)
        line = lines[heading.line]
        own = heading.line + 1 < end or (line != heading.name and len(line) > 60)
        own = own and not _is_item(heading, lines)
        is_article = heading.rank == _ARTICLE_RANK
        deeper = following is not None and following.rank > heading.rank
        if own or deeper or is_article or heading.rank < _ARTICLE_RANK:
            kept.insert(0, heading)
    return kept


def _is_item(heading: _Heading, lines: Sequence[str]) -> bool:
    """A labelled sentence right above the next one of its kind: items of a list, not headings."""
    label = find_label(lines[heading.line])
    if label is None or heading.rank < _LISTED_RANK or heading.line + 1 >= len(lines):
        return False
    following = find_label(lines[heading.line + 1])
    return following is not None and following.kind == label.kind


def _plain(lines: Sequence[str], others: Sequence[_Heading]) -> list[_Heading]:
    """Headings without a label: short lines without a stop over a longer line; one alone is none."""
    taken = {heading.line for heading in others}
    found: list[_Heading] = []
    for index in range(1, len(lines) - 1):
        line, following, before = lines[index], lines[index + 1], lines[index - 1]
        if (
            index in taken
            or len(line) > _PLAIN
            or (line.endswith(_NOT_END) and not _is_opening(line, following))
        ):
            continue
        if _not_plain(line.rstrip("。")) or len(following) < _BODY or not _STOP.search(following):
            continue
        below = bool(found) and found[-1].line == index - 1
        if below and line.endswith("。"):
            continue
        if _STOP.search(before[-3:]) or index == 1 or below:
            found.append(_Heading(index, 2.5, line.rstrip("。")))
    return found if len(found) >= 2 else []


def _is_opening(line: str, following: str) -> bool:
    """A short sentence over a series 一是…二是…"""
    return line.endswith("。") and following.startswith("一是") and not _STOP.search(line[:-1])


def _sections(
    blocks: Sequence[Block], headings: Sequence[_Heading], starts: Sequence[int], end: int
) -> list[Section]:
    """Sections in order; one is told again where a new page begins, so that every passage has its page."""
    opens = {heading.line: heading for heading in headings}
    sections: list[Section] = []
    stack: list[_Heading] = []
    page: int | None = None
    for index, block in enumerate(blocks):
        heading = opens.get(index)
        if heading:
            while stack and stack[-1].rank >= heading.rank:
                stack.pop()
            stack.append(heading)
        if heading or not index or (block.page is not None and block.page != page):
            path = tuple(item.name for item in stack)
            sections.append(Section(path, starts[index], end, block.page))
        page = block.page if block.page is not None else page
    ends = [section.start for section in sections[1:]] + [end]
    return [replace(section, end=stop) for section, stop in zip(sections, ends, strict=False)]
