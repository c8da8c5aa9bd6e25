"""Sentences that a page break cut, and the numbers of pages that stand in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from kb.ingest.labels import find_label
from kb.ingest.restored import stays
from kb.types import Block, Removed

_ENDS = re.compile(r"[。！？!?；;：:…][”’」』）)】》\"']*$|[”」』）)】》|]$")
_MARKER = re.compile(r"(\d{1,3})、(?=\S)")
RUNNING_HEAD = "running_head"  # the rule that takes heads and feet of pages
_PAGES = 3  # pages on which a head or foot must stand
_HEAD = 40  # characters of one
_MARKER_LINE = 90  # characters of a line with the number of a page
_CLAUSES = 10  # characters of a shorter line with a comma, which headings rarely have
_LONG = 30  # characters: a shorter line may be a heading and need not end a sentence


def beside_page_numbers(texts: Sequence[str], is_marker: Callable[[str], bool]) -> frozenset[int]:
    """Lines that stand right beside the number of a page at three pages or more: heads and feet of pages."""
    markers = [index for index, text in enumerate(texts) if len(text) <= _MARKER_LINE and is_marker(text)]
    if len(markers) < _PAGES:
        return frozenset()
    beside = {near for index in markers for near in (index - 1, index + 1) if 0 <= near < len(texts)}
    counts = Counter(texts[index] for index in beside)
    return frozenset(
        index
        for index in beside
        if counts[texts[index]] >= _PAGES
        and len(texts[index]) <= _HEAD
        and not _ENDS.search(texts[index])
        and find_label(texts[index]) is None
    )


def goes_on(text: str, following: str) -> bool:
    """Whether a line stops in the middle of a sentence and the next one continues it."""
    if _ENDS.search(text) or find_label(following) is not None:
        return False
    clauses = len(text) >= _CLAUSES and re.search(r"[，,]", text) and find_label(text) is None
    return len(text) >= _LONG or bool(clauses)


def without_page_numbers(lines: list[Block], removed: list[Removed], restored: frozenset[str]) -> list[Block]:
    """Numbers of pages that stand before the text as "2、" and cut sentences, taken out.

    They are told from a list by counting up from 1 through the whole text while the line before at least
    half of them stops in the middle of a sentence, which the items of a list do not do.
    """
    markers = _page_numbers(lines)
    out: list[Block] = []
    for index, line in enumerate(lines):
        if index not in markers:
            out.append(line)
            continue
        match = _MARKER.match(line.text)
        label = match.group() if match else ""
        if stays(label, restored):
            out.append(line)
            continue
        removed.append(Removed(label, "page_marker"))
        text = line.text[len(label) :]
        if out and len(out[-1].text) >= _LONG and not _ENDS.search(out[-1].text):
            out[-1] = replace(out[-1], text=out[-1].text + text)
        else:
            out.append(replace(line, text=text))
    return out


def _page_numbers(lines: Sequence[Block]) -> frozenset[int]:
    found: list[int] = []
    broken = 0
    expected = 1
    while True:
        after = found[-1] + 1 if found else 0
        candidates = [
            index
            for index in range(after, len(lines))
            if (match := _MARKER.match(lines[index].text)) and int(match.group(1)) == expected
        ]
        if not candidates:
            break
        cutting = [index for index in candidates if index and goes_on(lines[index - 1].text, "")]
        chosen = cutting[0] if cutting else candidates[0]
        broken += bool(cutting)
        found.append(chosen)
        expected += 1
    return frozenset(found) if broken >= 2 or (broken and broken * 2 >= len(found) - 1) else frozenset()
