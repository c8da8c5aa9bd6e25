"""Paragraphs put back where a page lost its line ends, and where a heading stands inside a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from kb.ingest.labels import Label, find_label
from kb.types import Block

_FLAT = 300  # characters: a shorter line is one paragraph
_TITLE = 45  # characters of a title without a number
_RUN_IN = 40  # characters of a heading sentence that opens a paragraph
_AFTER_STOP = re.compile(r"(?<=[。！？!?])([”’」』）)]*)\s+")
_STOPPED = re.compile(r"[。！？!?][”’」』）)》]*$")
_ANONYMOUS = re.compile(r"[xX×*＊]{1,4}[\u4e00-\u9fff]")
_SPACE = re.compile(r"\s+")
_STOP = re.compile(r"[。！？!?][”’」』）)》]*")
_INNER = re.compile(r"(?<=[。！？!?])[”’」』）)]{0,2}\s*(?=[第一二三四五六七八九十（(〔\d])")
_NO_TITLE_END = tuple("，,、；;：:（(《“—-")
_NO_TITLE = re.compile(r"[。！？!?；;]|[|]")
_RUN_ON = "原标题"  # a press title may hold spaces, and its text follows without a break
_FIRST = re.compile(r"一是")
_LEADS_IN = re.compile(r"[：:]|如下|以下|方面|主要(?:有|是|做法|表现|体现)|体现|表现|包括|例如|[年月日]$")


def paragraphs(blocks: Sequence[Block]) -> list[Block]:
    """`blocks` with one paragraph or heading each; the characters and their order stay the same.

    A line is broken (1) at spaces that stand for lost line ends, (2) before an outline label that follows
    a full stop and counts on, (3) behind a short labelled heading sentence, (4) around a short sentence
    that opens a series 一是…二是… for the second time or more.
    """
    spaced = [
        piece
        for block in blocks
        for piece in (_pieces(block, _spaces(block.text)) if _is_flat(block.text) else [block])
    ]
    labelled = [piece for block in spaced for piece in _pieces(block, _labels(block.text))]
    opened = [piece for block in labelled for piece in _pieces(block, _series(block.text))]
    return [piece for block in opened for piece in _pieces(block, _run_in(block.text))]


def _pieces(block: Block, cuts: Iterator[int]) -> list[Block]:
    places = [0, *cuts, len(block.text)]
    texts = [block.text[a:b].strip() for a, b in pairwise(places)]
    return [
        replace(block, text=text, level=block.level if not i else 0) for i, text in enumerate(texts) if text
    ]


def _is_flat(text: str) -> bool:
    """A long line in which two spaces or more follow a full stop."""
    return len(text) >= _FLAT and len(_AFTER_STOP.findall(text)) >= 2


def _spaces(text: str) -> Iterator[int]:
    """Spaces after a full stop, and spaces after a title-like piece at the start of a paragraph."""
    start = 0
    for match in _SPACE.finditer(text):
        piece = text[start : match.start()].strip()
        if _STOPPED.search(piece) or (is_title(piece) and _begins(text[match.end() :])):
            yield match.end()
            start = match.end()


def _begins(text: str) -> bool:
    """Whether a paragraph may begin here: Chinese, a label, or an anonymised place."""
    return text[:1] > "\u2e80" or find_label(text) is not None or _ANONYMOUS.match(text) is not None


def is_title(text: str) -> bool:
    """Whether a piece may be a title: 4 to 45 characters, no stop inside, not a bare label, not cut off."""
    label = find_label(text)
    bare = text[len(label.text) :].strip() if label else text
    if text.startswith(_RUN_ON):
        return False
    return (
        4 <= len(bare) <= _TITLE
        and not _NO_TITLE.search(bare)
        and not bare.endswith(_NO_TITLE_END)
        and text.count("（") + text.count("(") == text.count("）") + text.count(")")
    )


def _labels(text: str) -> Iterator[int]:
    """Labels inside a line, behind a full stop, that begin a count or go on with it."""
    last: dict[str, int] = {}
    first = find_label(text)
    if first:
        last[first.kind] = first.number
    for match in _INNER.finditer(text):
        label = find_label(text[match.end() :])
        if label and _counts_on(label, last, text):
            last[label.kind] = label.number
            yield match.end()


def _counts_on(label: Label, last: dict[str, int], text: str) -> bool:
    if label.kind in ("num", "num_par", "circled", "multi"):
        # Arabic numbers inside prose are usually not labels: they must follow on in the same line.
        return (
            len(text) > _TITLE and label.number in (1, last.get(label.kind, -1) + 1) and label.kind != "multi"
        )
    if label.kind == "article":
        return label.number == last.get("article", label.number - 1) + 1
    return True


def _series(text: str) -> Iterator[int]:
    """Short sentences that open a series 一是…, when the line holds two series or more."""
    if len(text) < _FLAT or len(_FIRST.findall(text)) < 2:
        return
    openings = []
    for match in _FIRST.finditer(text):
        stop = text.rfind("。", 0, match.start())
        if stop != match.start() - 1:
            continue
        begin = max(text.rfind(mark, 0, stop) for mark in "。！？!?") + 1
        sentence = text[begin : stop + 1]
        if is_title(sentence[:-1]) and not _LEADS_IN.search(sentence[:-1]):
            openings.append((begin, stop + 1))
    if len(openings) >= 2:
        for begin, end in openings:
            if begin:
                yield begin
            yield end


def _run_in(text: str) -> Iterator[int]:
    """Behind a short labelled sentence that opens a paragraph: "（一）加强领导。各级…"."""
    label = find_label(text)
    if label is None or label.kind == "article":
        return
    if label.kind in ("part", "chapter", "section"):
        if inner := re.search(r"(?<=\S)\s+(?=第[一二三四五六七八九十百\d]+条)", text):
            yield inner.end()
        return
    stop = _STOP.search(text)
    if stop is None or stop.end() >= len(text) - 10:
        return
    sentence = text[len(label.text) : stop.start()].strip()
    limit = _RUN_IN if label.kind in ("cn", "cn_par") else _RUN_IN - 10
    if label.kind in ("num_par", "circled", "multi") and re.search(r"[，,]", sentence):
        return  # a clause of a list rather than a heading
    if 2 <= len(sentence) <= limit and _balanced(sentence) and not re.search(r"[；;]", sentence):
        yield stop.end()


def _balanced(text: str) -> bool:
    """Whether no bracket stays open; quotes are not counted, since copies lose closing ones."""
    pairs = (("（", "）"), ("(", ")"), ("《", "》"), ("【", "】"))
    return all(text.count(a) == text.count(b) for a, b in pairs)
