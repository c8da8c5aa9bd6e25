"""One file that holds several articles, taken apart; repeated titles set aside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kb.ingest.labels import find_label
from kb.ingest.readers.spacing import visible
from kb.ingest.title import Title
from kb.ingest.title_rules import tidy
from kb.types import Block, Removed

_STATED = 0.5  # confidence of a title that is one, rather than the first words of the text
_GOES_ON = "，,。、的》”"  # behind a title, these say that it is the begin of a sentence
_LEAST = 300  # visible characters of an article
_HEAD = 14  # lines in which a repeated title is page furniture
_MARKER = re.compile(
    r"[【\[（(]?\s*(?:第\s*([一二三四五六七八九十\d]{1,3})\s*篇|篇\s*([一二三四五六七八九十\d]{1,3})|"
    r"范文\s*([一二三四五六七八九十\d]{1,3}))\s*[】\]）)]?\s*[：:、.．]?\s*(?P<rest>.{0,60})"
)
_ORDER = {char: index for index, char in enumerate("零一二三四五六七八九十")}
_ORIGINAL = re.compile(r"[（(]?原标题\s*[：:]\s*")  # a press title that its article follows without a break
_STOP = re.compile(r"[。！？!?…][”’」』）)》]*$")


@dataclass(frozen=True, slots=True)
class Article:
    """The blocks of one article and the title that is its own, when it states one."""

    blocks: tuple[Block, ...]
    title: str


@dataclass(frozen=True, slots=True)
class Parted:
    """The articles of a file in order, and the titles that were taken out as repetitions."""

    articles: tuple[Article, ...]
    removed: tuple[Removed, ...]


def part(blocks: Sequence[Block], title: Title) -> Parted:
    """The articles of `blocks`; one when nothing says that there are more."""
    removed: list[Removed] = []
    lines = [piece for index, block in enumerate(blocks) for piece in _unglued(block, title, index)]
    lines = _without_repeats(lines, title, removed)
    starts = _marked(lines) or _titled(lines, title.value)
    if not starts:
        return Parted((Article(tuple(_once(lines, title.value, removed)), title.value),), tuple(removed))
    ends = [*starts[1:], len(lines)]
    articles = []
    for begin, end in zip([0, *starts[1:]], ends, strict=True):
        own = tuple(_once(lines[begin:end], title.value, removed))
        articles.append(Article(own, _own_title(own, title.value)))
    return Parted(tuple(articles), tuple(removed))


def _unglued(block: Block, title: Title, index: int) -> Iterator[Block]:
    """A line that begins with the title and goes on: the title alone, then the rest."""
    text = block.text
    stated = title.fact.confidence >= _STATED
    if stated and (length := _original(text, title.value)):
        yield replace(block, text=text[:length])
        text = text[length:].strip()
    while stated and len(title.value) >= 6 and text.startswith(title.value) and len(text) > len(title.value):
        rest = text[len(title.value) :]
        spaced = rest[:1].isspace()
        repeated = rest.lstrip().startswith(title.value)
        if not spaced and not repeated and (index > _HEAD or title.last > title.first or rest[0] in _GOES_ON):
            break
        yield replace(block, text=title.value)
        text = rest.strip()
    if text:
        yield replace(block, text=text)


def _original(text: str, title: str) -> int:
    """How many characters 原标题 and the title take at the begin of a line that goes on; 0 when none do."""
    opening = _ORIGINAL.match(text)
    if not opening or len(title) < 6 or not text.startswith(title, opening.end()):
        return 0
    length = opening.end() + len(title)
    return length if length < len(text) and text[length] not in _GOES_ON else 0


def _same(text: str, title: str) -> bool:
    return visible(tidy(text)) == visible(title) != ""


def _without_repeats(lines: Sequence[Block], title: Title, removed: list[Removed]) -> list[Block]:
    """The head without lines that it holds twice: titles that a site shows again and again."""
    end = next((i for i, line in enumerate(lines) if len(line.text) > 90 or "。" in line.text), len(lines))
    head = ["" if find_label(line.text) else visible(tidy(line.text)) for line in lines[: min(end, _HEAD)]]
    kept: list[Block] = []
    for index, line in enumerate(lines):
        if index < len(head):
            twice = head.count(head[index]) > 1 and len(head[index]) >= 4
            first = head.index(head[index]) == index
            if twice and not (
                first and (head[index] == visible(title.value) or title.first <= index < title.last)
            ):
                removed.append(Removed(line.text, "repeated_title"))
                continue
        kept.append(line)
    return kept


def _titled(lines: Sequence[Block], title: str) -> list[int]:
    """Where articles begin that all carry the file's title."""
    places = [index for index, line in enumerate(lines) if _same(line.text, title)]
    starts: list[int] = []
    for index, place in enumerate(places):
        end = places[index + 1] if index + 1 < len(places) else len(lines)
        size = sum(len(visible(line.text)) for line in lines[place + 1 : end])
        if size >= _LEAST and (not starts or _fresh(lines, place, end)):
            starts.append(place)
    return starts if len(starts) >= 2 else []


def _fresh(lines: Sequence[Block], place: int, end: int) -> bool:
    """Whether a text begins here: a full stop before, and no numbering that goes on."""
    if not _STOP.search(lines[place - 1].text):
        return False
    labels = [label for line in lines[place + 1 : end] if (label := find_label(line.text))]
    return not labels or labels[0].number == 1


def _marked(lines: Sequence[Block]) -> list[int]:
    """Where articles begin that are counted: 篇一、篇二 or 第一篇、第二篇."""
    starts: list[int] = []
    for index, line in enumerate(lines):
        match = _MARKER.fullmatch(line.text)
        if match and "。" not in line.text and _value(match) == len(starts) + 1:
            starts.append(index)
    bounds = [*starts, len(lines)]
    long = all(
        sum(len(visible(line.text)) for line in lines[begin + 1 : end]) >= _LEAST
        for begin, end in pairwise(bounds)
    )
    return starts if len(starts) >= 2 and long else []


def _value(match: re.Match[str]) -> int:
    text = next(group for group in match.groups()[:3] if group)
    return int(text) if text.isdigit() else _ORDER.get(text, 0)


def _once(lines: Sequence[Block], title: str, removed: list[Removed]) -> Iterator[Block]:
    """The article with its title at most once."""
    seen = False
    for line in lines:
        if _same(line.text, title):
            if seen:
                removed.append(Removed(line.text, "repeated_title"))
                continue
            seen = True
        yield line


def _own_title(lines: Sequence[Block], title: str) -> str:
    """What a counted article is called: the words behind its marker, else the file's title."""
    for line in lines[:6]:
        match = _MARKER.fullmatch(line.text)
        if match and len(rest := tidy(match.group("rest"))) >= 6:
            return rest
    return title
