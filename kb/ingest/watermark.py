"""Site marks that a copier pasted into sentences, found by their repetition."""

from __future__ import annotations

import re

from kb.ingest.rules import WatermarkRule


def watermarks(text: str, rule: WatermarkRule) -> tuple[str, ...]:
    """Pieces that stand at `rule.repeats` places or more around one of the anchors, longest first.

    A piece is the longest text that is the same around every occurrence of the anchor; it is a mark when
    the rule's words make up most of it, so that a sentence of the body that recurs never is.
    """
    found: set[str] = set()
    for anchor in rule.anchors:
        places = _places(text, anchor)
        if len(places) < rule.repeats:
            continue
        mark = _grown(text, places, len(anchor), rule.longest)
        if len(mark) >= 6 and _share(mark, rule) >= rule.share:
            found.add(mark)
    return tuple(sorted(found, key=lambda mark: (-len(mark), mark)))


def _share(mark: str, rule: WatermarkRule) -> float:
    """The share of the mark's characters that stand in the words or in the address of a site."""
    covered: set[int] = set()
    for match in re.finditer(rule.address, mark):
        covered.update(range(*match.span()))
    for word in rule.words:
        for place in _places(mark, word):
            covered.update(range(place, place + len(word)))
    return len(covered) / len(mark)


def _places(text: str, anchor: str) -> list[int]:
    places, start = [], text.find(anchor)
    while start >= 0:
        places.append(start)
        start = text.find(anchor, start + len(anchor))
    return places


def _grown(text: str, places: list[int], size: int, longest: int) -> str:
    """The text around all places that is the same at each, within one line."""
    left = 0
    while left < longest:
        before = {text[place - left - 1] if place > left else "\n" for place in places}
        if len(before) > 1 or before == {"\n"}:
            break
        left += 1
    right = size
    while right < longest:
        behind = {text[place + right] if place + right < len(text) else "\n" for place in places}
        if len(behind) > 1 or behind == {"\n"}:
            break
        right += 1
    return text[places[0] - left : places[0] + right].strip()
