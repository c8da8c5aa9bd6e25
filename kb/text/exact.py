"""Finds words exactly as a person typed them, however the source spaces or spells them.

Folded alike: width, case, script and spun words; white space counts nowhere. A phrase that begins or ends in
a digit does not match inside a longer number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.text.normalise import Folded, fold, fold_characters, fold_with_origin

_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(
    r"(?P<prefix>[\u4e00-\u9fff]{2,14})\s*(?P<open>[〔\[【(〈{]?)\s*(?P<year>(?:19|20)\d\d)\s*年?\s*[〕\]】)〉}]?"
    r"\s*第?\s*(?P<serial>\d{1,4})\s*号"
)
_ENDINGS = "发字函办规令通"  # of a prefix; without brackets it must end so: 小区2021年3号楼 is no 文号
# What stands before a 文号 in a sentence and is no part of it.
_LEAD = re.compile(
    r".*(?:根据|依据|按照|依照|遵照|贯彻|落实|印发|转发|关于|通知|意见|文件|参见|请问|查找|查询|引用|什么|以及|哪些)|[查找看和及与按据见的是在第号]"
)


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A 发文字号 taken apart."""

    prefix: str  # 国办发
    year: str
    serial: str  # without leading zeros

    def __str__(self) -> str:
        return f"{self.prefix}〔{self.year}〕{self.serial}号"

    def is_in(self, other: DocumentNumber) -> bool:
        """Whether `other`, read from a sentence, is this number with perhaps words before it."""
        return (self.year, self.serial) == (other.year, other.serial) and other.prefix.endswith(self.prefix)


def document_numbers(text: str) -> Iterator[tuple[DocumentNumber, int, int]]:
    """The 文号 in `text` with their spans, whatever their brackets; the prefix may begin too early."""
    flat = fold_characters(text)
    for match in _NUMBER.finditer(flat):
        prefix = match["prefix"]
        if not match["open"] and prefix[-1] not in _ENDINGS:
            continue
        if lead := _LEAD.match(prefix):
            prefix = prefix[lead.end() :] if len(prefix) - lead.end() > 1 else prefix
        start = match.end("prefix") - len(prefix)
        yield DocumentNumber(prefix, match["year"], match["serial"].lstrip("0") or "0"), start, match.end()


def says_number(text: str, number: DocumentNumber) -> tuple[tuple[int, int], ...]:
    """Spans of `text` that write this 文号."""
    return tuple((start, end) for found, start, end in document_numbers(text) if number.is_in(found))


def occurrences(text: str, phrase: str) -> tuple[tuple[int, int], ...]:
    """Where `phrase` stands in `text`: spans in order, not overlapping."""
    found = _found(fold_with_origin(text), fold(phrase))
    if found:
        return found
    # A word that is spun only in some contexts folds differently alone than in its sentence.
    flat = fold_characters(text)
    return _found(Folded(flat, tuple(range(len(flat) + 1))), fold_characters(phrase))


def _found(folded: Folded, phrase: str) -> tuple[tuple[int, int], ...]:
    wanted = _SPACE.sub("", phrase)
    if not wanted:
        return ()
    places = [place for place, char in enumerate(folded.text) if not char.isspace()]
    squeezed = "".join(folded.text[place] for place in places)
    spans = []
    at = squeezed.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if not (_splits(squeezed, at) or _splits(squeezed, end)):
            spans.append((folded.origin[places[at]], folded.origin[places[end - 1]] + 1))
            at = end - 1
        at = squeezed.find(wanted, at + 1)
    return tuple(spans)


def _splits(text: str, place: int) -> bool:
    """Whether a number or a Latin word goes on across `place`."""
    before, after = text[max(0, place - 2) : place], text[place : place + 2]
    if not before or not after:
        return False
    if before[-1].isascii() and after[0].isascii() and before[-1].isalnum() and after[0].isalnum():
        return True
    if before[-1] == ".":
        return len(before) > 1 and before[0].isdigit() and after[0].isdigit()
    return after[0] == "." and len(after) > 1 and before[-1].isdigit() and after[1].isdigit()
